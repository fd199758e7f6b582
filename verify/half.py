#!/usr/bin/env python3
"""Runs the tests of other crates on compat/half: the tests of half itself, and the tests of crates that use half.

    verify/half.py                  half's own unit and doc tests
    verify/half.py exr gemm         the tests of these crates, with compat/half in the place of half
    verify/half.py all              half's own tests, and the tests of all crates below

Cargo takes all sources from the registry and builds in target/half. Only the tests in a crate's package run. The script prints a table at
the end, and exits with 1 if a test failed or did not compile.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = ROOT / "target/half"
COMPAT = ROOT / "compat/half"
HALF = "2.7.1"
FEATURES = ["alloc", "std", "bytemuck", "num-traits", "rand_distr", "rkyv", "serde", "arbitrary", "zerocopy"]

# Crates whose code or tests use half. Each crate has a version, arguments of `cargo test`, and names of tests that are skipped.
CRATES = {
    "arrow-cast": ("60.1.0", ["--lib"], []),
    "exr": (
        "1.74.2",
        ["--lib"],
        [
            # The two tests read images that the package does not contain, and fail with half too.
            "compression::b44::test::border_on_multiview",
            "image::validate_results::test_value_result::test_error",
        ],
    ),
    # The tests of complex numbers don't use half, and take minutes.
    "gemm": ("0.19.0", ["--release", "--lib"], ["cplx"]),
    "candle-core": ("0.11.1", ["--lib", "--tests"], []),
}

ENVIRONMENT = os.environ | {"CARGO_TARGET_DIR": str(WORK / "build")}
RESULT = re.compile(r"test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored; \d+ measured; (\d+) filtered out")


def cargo(*arguments, **options):
    return subprocess.run(["cargo", *arguments], check=True, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True, **options).stdout


def test(directory, *arguments):
    """Runs the tests of a package. Returns whether all passed, and the numbers of tests that passed, failed and were skipped."""
    command = ["cargo", "test", "--quiet", "--no-fail-fast", *arguments]
    passed = failed = skipped = 0
    with subprocess.Popen(command, cwd=directory, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True, errors="replace") as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            if found := RESULT.match(line):
                counts = [int(count) for count in found.groups()]
                passed += counts[0]
                failed += counts[1]
                skipped += counts[2] + counts[3]
    return process.returncode == 0, passed, failed, skipped


def package(directory, manifest, **files):
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "Cargo.toml").write_text(manifest + "\n[workspace]\n")
    for name, text in files.items():
        path = directory / name.replace("__", "/").replace("_rs", ".rs")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def source(name, version):
    """Returns the folder where cargo keeps the source of a package."""
    directory = WORK / "source" / name
    manifest = f'[package]\nname = "source"\nedition = "2024"\n[dependencies]\n{name} = "={version}"\n'
    package(directory, manifest, src__lib_rs="")
    packages = json.loads(cargo("metadata", "--format-version", "1", cwd=directory))["packages"]
    return next(pathlib.Path(found["manifest_path"]).parent for found in packages if found["name"] == name)


def unit_tests(text):
    """Returns the test module of a file, changed for another crate to compile.

    The tests make numbers from bits by `from_bits`. A quickcheck test becomes a test of all numbers.
    """
    tests = re.split(r"#\[cfg\(test\)\]\nmod tests? \{", text, maxsplit=1)[1]
    tests = tests.replace("    use quickcheck_macros::quickcheck;\n", "")
    tests = re.sub(r"    impl quickcheck::Arbitrary for .*?\n    }\n", "", tests, flags=re.S)
    tests = re.sub(
        r"#\[quickcheck\]\n    fn (\w+)\((\w+): (\w+)\) -> bool \{(.*?)\n    \}\n",
        r"#[test]\n    fn \1() {\n        let holds = |\2: \3| -> bool {\4\n        };\n"
        r"        assert!((0..=u16::MAX).all(|bits| holds(\3::from_bits(bits))));\n    }\n",
        tests,
        flags=re.S,
    )
    tests = re.sub(r"\b(b?f16)\(", r"\1::from_bits(", tests)
    tests = re.sub(r"\b(f|roundtrip)\.0\b", r"\1.to_bits()", tests)
    return "    #[allow(unused_imports, clippy::all)]\n    mod test {" + tests


def doc_tests(text, name):
    """Returns the code blocks in the documentation of a file, each as the documentation of a struct."""
    items, block = [], None
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r"\s*//[/!] ?(.*)", line)
        if not found:
            block = None
            continue
        doc = found[1]
        if doc.startswith("```"):
            if block is None:
                block = [doc]
                continue
            items.append(
                "\n".join(f"/// {line}".rstrip() for line in [*block, doc])
                + f"\npub struct {name}{number};"
            )
            block = None
        elif block is not None:
            block.append(doc)
    return "\n".join(items)


def own():
    half = source("half", HALF) / "src"
    features = ", ".join(f'"{feature}"' for feature in FEATURES)
    # half's tests ask for features of half by name, so this package has features of the same names. Two are optional dependencies.
    plain = "\n".join(f"{feature} = []" for feature in FEATURES if feature not in ("num-traits", "serde"))
    manifest = f"""[package]
name = "half-tests"
edition = "2021"
[features]
default = [{features}]
{plain}
[dependencies]
half = {{ path = "{COMPAT}", features = [{features}] }}
num-traits = {{ version = "0.2", optional = true }}
rand = "0.9"
rand-distr = {{ package = "rand_distr", version = "0.5" }}
serde = {{ version = "1", features = ["derive"], optional = true }}
"""
    units = ["#![allow(unused_imports, unused_attributes, non_snake_case)]", "use half::{bf16, f16};"]
    for name in ["binary16", "bfloat", "rand_distr", "slice", "vec"]:
        text = (half / f"{name}.rs").read_text()
        module = f"half::{name}" if name in ("slice", "vec") else "half"
        units.append(f"mod {name} {{\n    use core::num::FpCategory;\n    use {module}::*;\n{unit_tests(text)}\n}}")
    docs = [
        doc_tests(path.read_text(), path.stem.title().replace("_", ""))
        for path in sorted(half.glob("*.rs"))
        if path.stem != "leading_zeros"
    ]
    package(WORK / "own", manifest, src__lib_rs="\n".join(docs), tests__unit_rs="\n".join(units))
    return test(WORK / "own")


def of(name):
    version, arguments, skipped = CRATES[name]
    directory = WORK / "crates" / name
    shutil.rmtree(directory, ignore_errors=True)
    shutil.copytree(source(name, version), directory)
    (directory / "Cargo.lock").unlink(missing_ok=True)
    with (directory / "Cargo.toml").open("a") as manifest:
        manifest.write(f'\n[patch.crates-io]\nhalf = {{ path = "{COMPAT}" }}\n\n[workspace]\n')
    tree = cargo("tree", "--quiet", "--invert", "half", "--depth", "0", cwd=directory)
    print(f"{name} {version}, with {tree.strip()}", flush=True)
    return test(directory, *arguments, "--", *(f"--skip={name}" for name in skipped))


def main():
    names = sys.argv[1:]
    if unknown := [name for name in names if name != "all" and name not in CRATES]:
        sys.exit(f"{' '.join(unknown)}: known are {' '.join(CRATES)}, and all")
    if "all" in names:
        names = ["half", *CRATES]
    rows, good = [], True
    for name in names or ["half"]:
        start = time.monotonic()
        try:
            passes, *counts = own() if name == "half" else of(name)
        except subprocess.CalledProcessError as error:
            print(f"failed: {' '.join(error.cmd)}", file=sys.stderr)
            passes, counts = False, [0, 0, 0]
        version = HALF if name == "half" else CRATES[name][0]
        seconds = round(time.monotonic() - start)
        rows.append([f"{name} {version}", *counts, seconds, "passed" if passes else "FAILED"])
        good &= passes
    print("\n| crate | tests passed | failed | skipped | seconds | |\n|---|---|---|---|---|---|")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |")
    sys.exit(not good)


main()
