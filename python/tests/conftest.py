"""What all tests have in common."""

from hypothesis import settings

# A slow machine is no fault.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
