#!/usr/bin/env python3
"""Writes casts.csv: the codes of float32 numbers in every format of at most 16 bits, as numpy and ml_dtypes round the numbers.

    pip install numpy ml_dtypes && python casts.py > casts.csv

Each line has a number: its bits, then its code in each format. The first line names the formats. `nan` is any NaN. The numbers have
every exponent in and around the range of float16, and fractions near the points where the formats round.
"""

import ml_dtypes
import numpy

FORMATS = """float16 bfloat16 float8_e4m3fn float8_e5m2 float8_e4m3 float8_e3m4 float8_e4m3fnuz float8_e5m2fnuz float8_e4m3b11fnuz
    float6_e2m3fn float6_e3m2fn float4_e2m1fn""".split()
# Fractions that are exact in narrow formats, ties of fractions of 1, 2, 3, 4, 7 and 10 bits, and the neighbours of these ties.
FRACTIONS = [0x000000, 0x7FFFFF, 0x300000, 0x3FFFFF, 0x400000, 0x400001, 0x600000, 0x100000, 0x2FFFFF, 0x500001, 0x080000, 0x580000,
             0x008000, 0x018000, 0x017FFF, 0x001000, 0x003000, 0x003001]

exponents = [0, 1, *range(127 - 27, 127 + 18), 254]
bits = [sign << 31 | exponent << 23 | fraction for exponent in exponents for fraction in FRACTIONS for sign in (0, 1)]
words = numpy.array([*bits, 0x7F800000, 0xFF800000, 0x7FC00000], dtype=numpy.uint32)
values = words.view(numpy.float32)

columns = []
for name in FORMATS:
    dtype = numpy.dtype(getattr(ml_dtypes, name, name))
    with numpy.errstate(all="ignore"):
        rounded = values.astype(dtype)
    codes = rounded.view(numpy.uint16 if dtype.itemsize == 2 else numpy.uint8)
    back = rounded.astype(numpy.float32)
    digits = 2 * dtype.itemsize
    columns.append(["nan" if value != value else f"{code:0{digits}x}" for code, value in zip(codes, back)])
print(f"# numpy {numpy.__version__}, ml_dtypes {ml_dtypes.__version__}: written by casts.py")
print(",".join(["float32", *FORMATS]))
for word, *codes in zip(words, *columns):
    print(",".join([f"{word:08x}", *codes]))
