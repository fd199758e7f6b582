#!/usr/bin/env python3
"""Writes float16.csv: the shortest decimal that numpy prints for every 13th finite code of float16.

    pip install numpy && python float16.py > float16.csv

Each line has a code: its bits in hexadecimal, its decimal without an exponent, and its decimal with an exponent.
"""

import numpy

print(f"# numpy {numpy.__version__}: written by float16.py")
for code in range(0, 0x7C00, 13):
    value = numpy.uint16(code).view(numpy.float16)
    positional = numpy.format_float_positional(value, trim="-")
    scientific = numpy.format_float_scientific(value, trim="-", exp_digits=1)
    print(f"{code:04x},{positional},{scientific}")
