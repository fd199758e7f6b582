#!/usr/bin/env python3
"""Writes codes.csv: the value of every code of every format of at most 8 bits, as ml_dtypes widens the code to float32.

    pip install numpy ml_dtypes && python codes.py > codes.csv

Each line has a format: its name, then the float32 value of each code. A value is the bits in hexadecimal, or `nan` for a NaN.
float32 holds all these values exactly. 2^-127 of float8_e8m0fnu is subnormal in float32.
"""

import ml_dtypes
import numpy

FORMATS = [
    ("float8_e4m3fn", 8),
    ("float8_e5m2", 8),
    ("float8_e4m3", 8),
    ("float8_e3m4", 8),
    ("float8_e4m3fnuz", 8),
    ("float8_e5m2fnuz", 8),
    ("float8_e4m3b11fnuz", 8),
    ("float8_e8m0fnu", 8),
    ("float6_e2m3fn", 6),
    ("float6_e3m2fn", 6),
    ("float4_e2m1fn", 4),
]

print(f"# numpy {numpy.__version__}, ml_dtypes {ml_dtypes.__version__}: written by codes.py")
for name, bits in FORMATS:
    codes = numpy.arange(2**bits, dtype=numpy.uint8)
    values = codes.view(getattr(ml_dtypes, name)).astype(numpy.float32)
    cells = ["nan" if value != value else f"{word:08x}" for value, word in zip(values, values.view(numpy.uint32))]
    print(",".join([name, *cells]))
