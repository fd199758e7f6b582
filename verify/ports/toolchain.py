"""Debian's compiler: for any target, with a standard library that is built on the way."""

import os
import pathlib
import subprocess

CARGO = "/usr/bin/cargo"
TARGET_DIR = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target")).absolute() / "ports"
HOST = "x86_64-unknown-linux-gnu"
# Cargo builds a standard library for those who say that they know it to be unstable. Elsewhere than here that's never on.
DEBIAN = {"CARGO": CARGO, "RUSTC": "/usr/bin/rustc", "RUSTC_BOOTSTRAP": "1"}
# The environment of the compilers in PATH, and of Debian's.
USERS = os.environ | {"CARGO_TARGET_DIR": str(TARGET_DIR)}
ENVIRONMENT = USERS | DEBIAN


class Failed(Exception):
    """What went wrong, in a few words; the output says more."""


def run(command, environment=ENVIRONMENT):
    """The output of a command, which is shown if it fails."""
    done = subprocess.run(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        print(done.stdout + done.stderr, flush=True)
        raise Failed(" ".join(command))
    return done.stdout


def linked(target):
    """The environment for programs of a target that has a C compiler: they need no library where they run."""
    name = target.upper().replace("-", "_")
    variables = {f"CARGO_TARGET_{name}_RUSTFLAGS": "-Ctarget-feature=+crt-static"}
    if target != HOST:
        variables[f"CARGO_TARGET_{name}_LINKER"] = target.replace("-unknown", "") + "-gcc"
    return ENVIRONMENT | variables
