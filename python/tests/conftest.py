"""The settings of all tests."""

from hypothesis import settings

# A test must not fail because the machine is slow.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
