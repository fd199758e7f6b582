#!/usr/bin/env python3
"""Writes mx.csv: blocks of 32 numbers as torchao quantizes the blocks to MX formats, by each of torchao's rules for scales.

    pip install torch torchao && python mx.py > mx.csv

Each line has a block: torchao's name of the rule, the format of the elements, the bits of the 32 numbers as float32, the code of
the scale, and the bytes of the elements. Bits, code and bytes are in hexadecimal. Some blocks have bfloat16 or float32 numbers of
similar size. The other blocks have a largest number that lies at, just below or just above a point where a rule steps.

Blocks of subnormal or huge numbers are left out, because torchao takes subnormals for zero in such blocks. RCEIL divides in
float32, so a largest number just above a step may be rounded to the step.
"""

import random
import struct

import torch
import torchao
from torchao.prototype.mx_formats.config import ScaleCalculationMode
from torchao.prototype.mx_formats.mx_tensor import to_mx

ELEMENTS = [torch.float8_e4m3fn, torch.float8_e5m2, torch.float4_e2m1fn_x2]
MODES = [ScaleCalculationMode.FLOOR, ScaleCalculationMode.RCEIL, ScaleCalculationMode.CEIL, ScaleCalculationMode.EVEN]


def bits(x):
    return struct.unpack("<I", struct.pack("<f", x))[0]


def from_bits(code):
    return struct.unpack("<f", struct.pack("<I", code))[0]


def blocks():
    random.seed(1)
    for short in (True, False):
        for exponent in (-20, -3, 0, 9):
            block = [random.gauss(0, 1) * 2.0**exponent for _ in range(32)]
            yield torch.tensor(block).bfloat16().float() if short else torch.tensor(block)
    # The points where rules step: powers of two, the largest elements, and the numbers that round up to a power of two.
    for step in (1.0, 1.5, 1.75, 1.875, 1.9375, 448 / 256):
        for distance in (-1, 0, 1):
            largest = from_bits(bits(step) + distance)
            block = [random.uniform(-1, 1) * largest for _ in range(32)]
            block[random.randrange(32)] = random.choice((1, -1)) * largest
            yield torch.tensor(block)


print(f"# torch {torch.__version__}, torchao {torchao.__version__}: written by mx.py")
for block in blocks():
    for element in ELEMENTS:
        for mode in MODES:
            scale, codes = to_mx(block.reshape(1, 32), element, 32, mode)
            numbers = "".join(f"{bits(x):08x}" for x in block.tolist())
            scale = scale.view(torch.uint8).flatten().tolist()
            codes = bytes(codes.view(torch.uint8).flatten().tolist()).hex()
            name = str(element).removeprefix("torch.")
            print(f"{mode.name},{name},{numbers},{scale[0]:02x},{codes}")
