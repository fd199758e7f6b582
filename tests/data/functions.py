#!/usr/bin/env python3
"""Writes functions.csv: for each elementary function of one argument, the arguments whose results lie nearest to a tie.

    pip install gmpy2 && python functions.py > functions.csv

Each line has a function and a format: their names, then pairs `argument:result` of codes in hexadecimal, the hardest pair first.
Every finite code is tried. MPFR computes the value in 200 bits. The result is the code whose interval between two midpoints
contains the value.
"""

from bisect import bisect_left
from heapq import nsmallest

import gmpy2
from gmpy2 import mpfr

gmpy2.get_context().precision = 200

HARDEST = 8

FORMATS = [("float16", 10, 15), ("bfloat16", 7, 127)]

FUNCTIONS = [
    ("exp", gmpy2.exp),
    ("exp2", gmpy2.exp2),
    ("exp_m1", gmpy2.expm1),
    ("ln", gmpy2.log),
    ("log2", gmpy2.log2),
    ("log10", gmpy2.log10),
    ("ln_1p", gmpy2.log1p),
    ("sin", gmpy2.sin),
    ("cos", gmpy2.cos),
    ("tan", gmpy2.tan),
    ("asin", gmpy2.asin),
    ("acos", gmpy2.acos),
    ("atan", gmpy2.atan),
    ("sinh", gmpy2.sinh),
    ("cosh", gmpy2.cosh),
    ("tanh", gmpy2.tanh),
    ("asinh", gmpy2.asinh),
    ("acosh", gmpy2.acosh),
    ("atanh", gmpy2.atanh),
    ("cbrt", gmpy2.cbrt),
]


def magnitudes(fraction_bits, bias):
    """Yields the magnitude of every finite code, and of the code after the largest, as if that code were finite too."""
    for code in range((0x7FFF >> fraction_bits << fraction_bits) + 1):
        field, fraction = divmod(code, 1 << fraction_bits)
        significand = fraction + (field > 0) * 2**fraction_bits
        yield mpfr(significand) * mpfr(2) ** (max(field, 1) - bias - fraction_bits)


def main():
    print(f"# gmpy2 {gmpy2.version()}, {gmpy2.mpfr_version()}: written by functions.py")
    for name, function in FUNCTIONS:
        for format, fraction_bits, bias in FORMATS:
            values = list(magnitudes(fraction_bits, bias))
            midpoints = [(low + high) / 2 for low, high in zip(values, values[1:])]
            cases = []
            for code, magnitude in enumerate(values[:-1]):
                for sign in (0, 0x8000):
                    value = function(-magnitude if sign else magnitude)
                    size = abs(value)
                    if not gmpy2.is_finite(value) or value == 0:
                        continue
                    result = bisect_left(midpoints, size)
                    near = midpoints[max(result - 1, 0) : result + 1]
                    distance = min(abs(size - midpoint) / size for midpoint in near)
                    # Half of the least subnormal, which exp2 gives exactly, is a tie and rounds to 0. For all other values,
                    # 200 bits decide the side.
                    assert distance > mpfr(2) ** -100 or name == "exp2" and result == 0 == distance, (name, format, code)
                    result |= 0x8000 * gmpy2.is_signed(value)
                    cases.append((distance, f"{code | sign:04x}:{result:04x}"))
            hardest = nsmallest(HARDEST, cases)
            print(",".join([name, format, *(case for _, case in hardest)]), flush=True)


main()
