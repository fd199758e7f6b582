#!/usr/bin/env python3
"""Compares quantizing with torchao, on one thread: the time of `to_mx`, divided by the time of `ulp_float.quantize`.

Needs the package of `python/`, torch and torchao. The libraries take turns, and a ratio is the median of the rounds' ratios.

    python benches/block.py
"""

import statistics
import time

import torch
import ulp_float
from torchao.prototype.mx_formats.config import ScaleCalculationMode
from torchao.prototype.mx_formats.mx_tensor import to_mx

ROUNDS = 15
SCHEMES = {"mxfp8": torch.float8_e4m3fn, "mxfp4": torch.float4_e2m1fn_x2}


def seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def main():
    torch.set_num_threads(1)
    print("| numbers | | torchao, ms | ulp, ms | ratio |\n|---|---|---|---|---|")
    for rows, label in (32, "32 Ki"), (1024, "1 Mi"), (16384, "16 Mi"):
        for dtype in torch.float32, torch.bfloat16:
            x = torch.randn(rows, 1024).to(dtype)
            for scheme, element in SCHEMES.items():
                theirs = lambda: to_mx(x, element, 32, ScaleCalculationMode.RCEIL)
                ours = lambda: ulp_float.quantize(x, scheme, threads=1)
                theirs(), ours()
                rounds = [(seconds(theirs), seconds(ours)) for _ in range(ROUNDS)]
                ratio = statistics.median(a / b for a, b in rounds)
                a, b = (statistics.median(times) * 1e3 for times in zip(*rounds))
                name = str(dtype).removeprefix("torch.")
                print(f"| {label} | {name} to {scheme} | {a:.2f} | {b:.3f} | {ratio:.0f} |", flush=True)


main()
