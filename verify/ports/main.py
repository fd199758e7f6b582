"""Runs the ports and prints a table of their results. Fails if a port fails."""

import dataclasses
import sys
import time

import emulated
import others
from toolchain import HOST, Failed

AARCH64, I686, S390X = "aarch64-unknown-linux-gnu", "i686-unknown-linux-gnu", "s390x-unknown-linux-gnu"
# Tests that need not run. HOSTS would check a second time what the host's compiler refuses. LARGE tests the loops for slices that
# are larger than the caches, and only x86-64 has these loops.
HOSTS = {"compile_fail"}
LARGE = {"slice": ["large::"]}
# QEMU 7.2, which Debian 12 has, computes MDEBR wrongly: the product of two f32s as an f64.
MDEBR = {"mixed": ["tiny::adamw_keeps_subnormal_moments"]}


@dataclasses.dataclass
class Port:
    """A CPU to run tests on, and the instruction sets that the tests must find there."""

    name: str
    target: str
    runner: list
    isas: str
    sample: str = emulated.SAMPLE
    left_out: set = dataclasses.field(default_factory=lambda: HOSTS)
    skipped: dict = dataclasses.field(default_factory=dict)

    @property
    def environment(self):
        return {"ULP_REQUIRE_ISA": self.isas, "ULP_SAMPLE": self.sample}


PORTS = [
    Port("x86-64, Debian's rustc", HOST, [], "sse2", sample="1", left_out=set()),
    Port("x86-64, qemu64", HOST, ["qemu-x86_64", "-cpu", "qemu64"], "sse2"),
    Port("x86-64, Nehalem", HOST, ["qemu-x86_64", "-cpu", "Nehalem"], "sse2"),
    Port("x86-64, IvyBridge", HOST, ["qemu-x86_64", "-cpu", "IvyBridge"], "sse2"),
    Port("x86-64, Haswell", HOST, ["qemu-x86_64", "-cpu", "Haswell"], "sse2,avx2"),
    Port("i686, SSE2", I686, ["qemu-i386", "-cpu", "pentium3-v1,+sse2"], "sse2", skipped=LARGE),
    Port("aarch64, cortex-a53", AARCH64, ["qemu-aarch64", "-cpu", "cortex-a53"], "neon", skipped=LARGE),
    Port("aarch64, max", AARCH64, ["qemu-aarch64", "-cpu", "max"], "neon", skipped=LARGE),
    Port("s390x, big-endian", S390X, ["qemu-s390x"], "portable", skipped=LARGE | MDEBR),
]


def attempts():
    """Yields the name of each port, and a function that returns the counts of passed, failed and skipped tests."""
    programs = {}

    def emulate(port):
        if port.target not in programs:
            programs[port.target] = emulated.build(port.target)
        return emulated.check(port, programs[port.target])

    for port in PORTS:
        yield port.name, lambda port=port: emulate(port)
    yield from others.CHECKS.items()


def main(names):
    rows = []
    for name, attempt in attempts():
        if names and not any(part in name for part in names):
            continue
        print(f"\n== {name}", flush=True)
        start = time.monotonic()
        try:
            counts = attempt()
        except Failed as failure:
            print(failure)
            counts = [0, 1, 0]
        except others.Absent as absent:
            print(absent)
            counts = [0, 0, 1]
        rows.append((name, *counts, time.monotonic() - start))
    print(f"\n{'port':<38} passed failed skipped seconds")
    for name, passed, failed, skipped, seconds in rows:
        print(f"{name:<38} {passed:6} {failed:6} {skipped:7} {seconds:7.0f}")
    failed = [row[0] for row in rows if row[2]]
    not_run = [row[0] for row in rows if not row[1] and not row[2]]
    for name in not_run:
        print(f"skipped: {name}")
    for name in failed:
        print(f"FAILED: {name}")
    sys.exit(bool(failed) or not rows)


if __name__ == "__main__":
    main(sys.argv[1:])
