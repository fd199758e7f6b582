"""Runs the crate's tests on other CPUs. The tests are built once for each target, and run on each CPU."""

import concurrent.futures
import json
import os
import re
import subprocess

from toolchain import CARGO, ENVIRONMENT, HOST, linked, run

# A test that is cut to a sample runs every 17th of its cases. The number is prime, because tests/sampling requires a prime.
SAMPLE = "17"
# The longest tests start first, so that a short test ends last.
LONGEST = ["slice", "text", "arbitrary_layouts", "mixed"]
# The targets whose tests are built with all features: one target for each byte order. All features take minutes more a target.
EVERY_FEATURE = {HOST, "s390x-unknown-linux-gnu"}
RESULT = re.compile(r"^test result: .* (\d+) passed; (\d+) failed; (\d+) ignored; \d+ measured; (\d+) filtered out", re.M)


def build(target):
    """Builds the test programs of a target. Returns the path of each program by name."""
    std = [] if target == HOST else ["-Zbuild-std"]
    features = ["--all-features"] if target in EVERY_FEATURE else []
    command = [CARGO, "test", "-p", "ulp", "--tests", *features, "--no-run", "--target", target, *std]
    command += ["--config", "profile.test.debug=0", "--message-format=json"]
    messages = map(json.loads, run(command, linked(target)).splitlines())
    artifacts = [message for message in messages if message.get("executable")]
    return {artifact["target"]["name"]: artifact["executable"] for artifact in artifacts}


def test(name, program, port):
    """Runs a test program on a port's CPU. Returns the counts of passed, failed and skipped tests."""
    if name in port.left_out:
        listed = subprocess.run([*port.runner, program, "--list"], text=True, stdout=subprocess.PIPE)
        return [0, 0, listed.stdout.count(": test\n")]
    environment = ENVIRONMENT | port.environment | {"RUST_TEST_THREADS": "1"}
    skipped = [part for test in port.skipped.get(name, []) for part in ("--skip", test)]
    done = subprocess.run(
        [*port.runner, program, *skipped], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    result = RESULT.search(done.stdout)
    if done.returncode != 0:
        print(f"{name} on {port.name}\n{done.stdout}{done.stderr}", flush=True)
    if not result:
        return [0, 1, 0]
    passed, failed, ignored, filtered = map(int, result.groups())
    said = [line for line in done.stderr.splitlines() if line.startswith("sampled")]
    for line in said:
        print(f"{port.name}: {name}: {line}", flush=True)
    return [passed, max(failed, int(done.returncode != 0)), ignored + filtered]


def check(port, programs):
    """Runs the programs on a port's CPU, as many at a time as this machine has CPUs. Returns the sums of the counts."""
    names = sorted(programs, key=lambda name: LONGEST.index(name) if name in LONGEST else len(LONGEST))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = list(pool.map(lambda name: test(name, programs[name], port), names))
    return [sum(column) for column in zip(*counts)]
