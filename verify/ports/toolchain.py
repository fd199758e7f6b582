"""Runs Debian's compiler for any target. Cargo builds the standard library of the target."""

import os
import pathlib
import subprocess

CARGO = "/usr/bin/cargo"
TARGET_DIR = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target")).absolute() / "ports"
HOST = "x86_64-unknown-linux-gnu"
# Cargo builds a standard library only if RUSTC_BOOTSTRAP allows unstable features. No other tests of the project set this variable.
DEBIAN = {"CARGO": CARGO, "RUSTC": "/usr/bin/rustc", "RUSTC_BOOTSTRAP": "1"}
# USERS is the environment for the compilers in PATH. ENVIRONMENT is the environment for Debian's compiler.
USERS = os.environ | {"CARGO_TARGET_DIR": str(TARGET_DIR)}
ENVIRONMENT = USERS | DEBIAN


class Failed(Exception):
    """A command failed. The message is the command, and the printed output says more."""


def run(command, environment=ENVIRONMENT):
    """Runs a command and returns its output. Prints the output if the command fails."""
    done = subprocess.run(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        print(done.stdout + done.stderr, flush=True)
        raise Failed(" ".join(command))
    return done.stdout


def linked(target):
    """Returns the environment to build static programs for a target that has a C compiler. Such programs run without libraries."""
    name = target.upper().replace("-", "_")
    variables = {f"CARGO_TARGET_{name}_RUSTFLAGS": "-Ctarget-feature=+crt-static"}
    if target != HOST:
        variables[f"CARGO_TARGET_{name}_LINKER"] = target.replace("-unknown", "") + "-gcc"
    return ENVIRONMENT | variables
