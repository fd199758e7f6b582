"""Tests of memory, threads and processes."""

import gc
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

import ulp_float


def test_the_result_lies_in_out():
    x = np.zeros((100, 100), dtype="f4")
    out = np.empty((100, 100), dtype="f2")
    address = out.ctypes.data
    result = ulp_float.cast(x, "float16", out=out)
    assert result is out and result.ctypes.data == address
    assert ulp_float.cast(x, "float16").base is None


MEASURE = """
import resource, sys
import numpy, ulp_float
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
x = numpy.full((1 << 14, 1 << 14), 1.5, dtype="f4")
warm = ulp_float.cast(x[:1], "bfloat16")
before = peak()
y = ulp_float.cast(x{view}, "bfloat16", threads=2)
assert float(y[-1, -1]) == 1.5
print(peak() - before - y.nbytes)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the peak is read from getrusage")
@pytest.mark.parametrize("view", ["", "[:, ::2]", ".T", "[::-1]"])
def test_1_gib_takes_no_more_memory_than_its_result(view):
    measured = subprocess.run([sys.executable, "-c", MEASURE.format(view=view)], check=True, capture_output=True, text=True)
    assert int(measured.stdout) < 8 << 20


def test_calls_don_t_leak():
    resource = pytest.importorskip("resource")
    x = np.ones((1 << 10, 1 << 8), dtype="f4")
    calls = [
        lambda: ulp_float.cast(x, "bfloat16"),
        lambda: ulp_float.cast(x.T[::2], "float8_e4m3fn", counted=True),
        lambda: ulp_float.cast(x, ulp_float.Layout(5, 6)),
        lambda: ulp_float.cast(x, "float4_e2m1fn_x2", threads=3),
        lambda: pytest.raises(ValueError, ulp_float.cast, x, "float16", out=np.empty(3, "f2")),
    ]
    counts = [sys.getrefcount(thing) for thing in (x, np.dtype("bfloat16"), None.__class__)]

    def grow(times):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(times):
            for call in calls:
                call()
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

    grow(20)
    # A result that leaks takes half a mebibyte.
    assert grow(200) < 20 * 1024
    after = [sys.getrefcount(thing) for thing in (x, np.dtype("bfloat16"), None.__class__)]
    assert all(abs(a - b) < 20 for a, b in zip(counts, after))


def test_other_threads_run_meanwhile():
    """In this test, the interpreter gives another thread a turn on its own only after 1000 seconds. A thread that runs during a cast
    runs because the cast lets it."""
    x = np.ones(1 << 25, dtype="f4")
    out = np.empty(x.shape, dtype="f2")
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    try:
        for _ in range(100):
            events = []

            def work():
                events.append("begins")
                ulp_float.cast(x, "float16", out=out, threads=1)
                events.append("ends")

            thread = threading.Thread(target=work)
            thread.start()
            seen = list(events)
            thread.join()
            if seen == ["begins"]:
                return
    finally:
        sys.setswitchinterval(interval)
    pytest.fail("no other thread ran during any of 100 casts")


def test_many_threads_at_once():
    arrays = [np.random.default_rng(seed).normal(size=300_000).astype("f4") for seed in range(8)]
    right = [ulp_float.cast(x, "bfloat16", threads=1) for x in arrays]
    wrong = []

    def work(nth):
        for _ in range(20):
            if (ulp_float.cast(arrays[nth], "bfloat16", threads=3) != right[nth]).any():
                wrong.append(nth)

    threads = [threading.Thread(target=work, args=(nth,)) for nth in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_process_has_threads_too():
    x = np.random.default_rng(0).normal(size=1 << 20).astype("f4")
    right = ulp_float.cast(x, "bfloat16", threads=4)
    child = os.fork()
    if child == 0:
        os._exit(0 if (ulp_float.cast(x, "bfloat16", threads=4) == right).all() else 1)
    assert os.waitpid(child, 0)[1] == 0
