"""The checks other than the crate's tests on emulated CPUs. Each check returns the counts of passed, failed and skipped tests."""

import re
import subprocess

from toolchain import CARGO, ENVIRONMENT, TARGET_DIR, USERS, run

# Features that need no standard library.
FREESTANDING = "bytemuck,half,libm,num-traits,rand,serde,zerocopy"
BARE = ["thumbv7em-none-eabihf", "thumbv6m-none-eabi", "riscv32imc-unknown-none-elf", "x86_64-unknown-none"]
WASM = "wasm32-unknown-unknown"


class Absent(Exception):
    """This machine lacks a tool that a port needs."""


def loops():
    run(["verify/ports/neon-loops"])
    return [1, 0, 0]


def bare(target):
    """Builds without std: with no feature, with `alloc`, with all other freestanding features, and with all of these."""
    for features in ["", "alloc", FREESTANDING, f"alloc,{FREESTANDING}"]:
        run([CARGO, "build", "-q", "-Zbuild-std=core,alloc", "-p", "ulp", "--lib", "--target", target,
             "--no-default-features", "--features", features])
    return [4, 0, 0]


def wasm(simd):
    """Checks the casts of the tables of tests/slice/golden.rs in node."""
    sign = "+" if simd else "-"
    flags = {f"CARGO_TARGET_{WASM.upper().replace('-', '_')}_{name}": value
             for name, value in [("LINKER", "wasm-ld"), ("RUSTFLAGS", f"-Ctarget-feature={sign}simd128")]}
    run([CARGO, "build", "-q", "--release", "--locked", "-Zbuild-std=core", "--manifest-path", "verify/ports/wasm/Cargo.toml",
         "--target", WASM], ENVIRONMENT | flags)
    module = TARGET_DIR / WASM / "release/ulp_wasm.wasm"
    print(run(["node", "verify/ports/wasm/golden.mjs", str(module), str(int(simd))]).strip(), "casts as in the tables")
    return [1, 0, 0]


def features():
    """Checks every feature and every pair of features with cargo-hack. Returns the number of combinations."""
    cargo = ["cargo", "hack"]
    if subprocess.run([*cargo, "--version"], env=USERS, capture_output=True).returncode != 0:
        run(["cargo", "install", "-q", "--locked", "cargo-hack"], USERS)
    combinations = [*cargo, "check", "-p", "ulp", "--lib", "--feature-powerset", "--depth", "2"]
    run(combinations, USERS | {"RUSTFLAGS": "-Dwarnings"})
    return [len(run([*combinations, "--print-command-list"], USERS).splitlines()), 0, 0]


def oldest():
    """Checks that the oldest supported Rust has everything that the crate uses, as far as clippy knows."""
    run(["cargo", "clippy", "-q", "-p", "ulp", "--all-features", "--", "-D", "clippy::incompatible_msrv"], USERS)
    return [1, 0, 0]


def nightly():
    """Runs every test in full, with rustup's nightly."""
    if subprocess.run(["rustc", "+nightly", "--version"], env=USERS, capture_output=True).returncode != 0:
        raise Absent("there is no nightly toolchain")
    out = run(["cargo", "+nightly", "test", "-p", "ulp", "--tests", "--config", "profile.test.debug=0"], USERS)
    counts = re.findall(r"^test result: .* (\d+) passed; (\d+) failed; (\d+) ignored", out, re.M)
    return [sum(map(int, column)) for column in zip(*counts)]


CHECKS = {
    "aarch64, the loops": loops,
    **{f"{target}, builds": lambda target=target: bare(target) for target in BARE},
    "wasm32, node": lambda: wasm(simd=False),
    "wasm32 with simd128, node": lambda: wasm(simd=True),
    "pairs of features": features,
    "rust-version": oldest,
    "x86-64, nightly": nightly,
}
