"""Writes p3109.csv: digests of the value tables of IEEE P3109. The tables take 160 MB.

    git clone https://github.com/P3109/Public
    python3 p3109.py Public > p3109.csv

The tables are from commit 26df0d048ac240046a821a8116b36618ccfeb79b. The folder `Value Tables/Hexadecimal` has a table for each of
the 504 formats of 3 to 16 bits.

A digest is the 64-bit FNV-1a hash of one line for each code, in order. A line is the code in hexadecimal, a space, the value and a
line feed. A value is `nan`, `inf`, `-inf`, `0`, or a number such as `3p-1`, which is 1.5. A number has a minus if it is negative,
an odd hexadecimal integer, the letter p, and the exponent of the power of two that multiplies the integer.
"""

import pathlib
import re
import sys

HEXADECIMAL = re.compile(r"(-?)0x([0-9a-f]+)(?:\.([0-9a-f]*))?p([+-]\d+)")


def canonical(value):
    if value.lower() in ("nan", "inf", "-inf"):
        return value.lower()
    sign, whole, fraction, exponent = HEXADECIMAL.fullmatch(value).groups(default="")
    significand, exponent = int(whole + fraction, 16), int(exponent) - 4 * len(fraction)
    if significand == 0:
        assert not sign, "P3109 has no negative zero"
        return "0"
    zeros = (significand & -significand).bit_length() - 1
    return f"{sign}{significand >> zeros:x}p{exponent + zeros}"


def digest(lines):
    state = 0xCBF29CE484222325
    for byte in "".join(lines).encode():
        state = (state ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return state


def rows(path):
    lines = path.read_text().splitlines()
    assert lines[0] == "codepoint,value,subnormal", path
    for nth, line in enumerate(lines[1:]):
        code, value, _ = line.split(",")
        assert int(code, 16) == nth, path
        yield f"{nth:x} {canonical(value.strip())}\n"


def order(path):
    bits, precision, domain = re.fullmatch(r"Binary(\d+)p(\d+)([su][ef])", path.stem).groups()
    return int(bits), int(precision), domain


tables = sorted(pathlib.Path(sys.argv[1]).glob("Value Tables/Hexadecimal/K*/P*/*signed/Binary*.csv"), key=order)
assert len(tables) == 504, len(tables)
print("name,digest")
for path in tables:
    print(f"{path.stem},{digest(rows(path)):016x}", flush=True)
