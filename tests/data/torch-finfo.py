#!/usr/bin/env python3
"""Writes torch-finfo.txt: the line that torch.finfo prints for each floating-point dtype that torch.finfo accepts.

    pip install torch && python torch-finfo.py > torch-finfo.txt
"""

import torch

NAMES = [
    "float64",
    "float32",
    "float16",
    "bfloat16",
    "float8_e4m3fn",
    "float8_e5m2",
    "float8_e4m3fnuz",
    "float8_e5m2fnuz",
    "float8_e8m0fnu",
]

print(f"# torch {torch.__version__}: written by torch-finfo.py")
for name in NAMES:
    print(torch.finfo(getattr(torch, name)))
