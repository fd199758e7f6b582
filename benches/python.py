#!/usr/bin/env python3
"""Compares the Python package with ml_dtypes, numpy and torch (if torch is installed), on one thread.

The libraries take turns, so that all libraries see the same machine. The best of many turns counts. Prints the time of a call for
16 numbers. For each pair of formats, prints the gigabytes read and written in a second, with results in new arrays.

    python benches/python.py [SECONDS]
"""

import sys
import time

import ml_dtypes  # noqa: F401, the import tells numpy the names of these dtypes
import numpy as np
import ulp_float

try:
    import torch

    torch.set_num_threads(1)
except ImportError:
    torch = None

PAIRS = [
    ("float32", "bfloat16"),
    ("float32", "float16"),
    ("float32", "float8_e4m3fn"),
    ("float32", "float8_e5m2"),
    ("bfloat16", "float32"),
    ("float16", "float32"),
    ("float8_e4m3fn", "float32"),
    ("float8_e5m2", "float32"),
    ("bfloat16", "float8_e4m3fn"),
    ("float8_e4m3fn", "bfloat16"),
    ("float16", "bfloat16"),
    ("float64", "float16"),
    ("float64", "bfloat16"),
]


def calls(source, target, size):
    """Returns, for each library, a function that casts."""
    x = np.random.default_rng(0).normal(size=size).astype(source)
    dtype = np.dtype(target)
    all = {
        "ulp": lambda: ulp_float.cast(x, dtype, threads=1),
        "numpy, ml_dtypes": lambda: x.astype(dtype),
    }
    if torch is not None:
        tensor = torch.from_numpy(x.astype("f4")).to(getattr(torch, source))
        wanted = getattr(torch, target)
        all["torch"] = lambda: tensor.to(wanted)
        all["ulp on torch"] = lambda: ulp_float.cast(tensor, wanted, threads=1)
    return all


def best(functions, seconds, times):
    """Returns the least time of each function over all turns."""
    least = dict.fromkeys(functions, float("inf"))
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for name, function in functions.items():
            start = time.perf_counter()
            for _ in range(times):
                function()
            least[name] = min(least[name], (time.perf_counter() - start) / times)
    return least


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 40
    share = seconds / (2 * len(PAIRS) + 1)
    small = best(calls("float32", "bfloat16", 16), share, 1000)
    names = list(small)
    print("16 numbers: " + ", ".join(f"{name} {small[name] * 1e6:.2f} µs" for name in names))
    for size in (1 << 20, 1 << 24):
        print(f"\n| {size >> 20} Mi numbers, GB/s | " + " | ".join(names) + " |")
        print("|---" * (len(names) + 1) + "|")
        for source, target in PAIRS:
            least = best(calls(source, target, size), share, 1)
            bytes = size * (np.dtype(source).itemsize + np.dtype(target).itemsize)
            print(f"| {source} to {target} | " + " | ".join(f"{bytes / least[name] / 1e9:.1f}" for name in names) + " |")


main()
