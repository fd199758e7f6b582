"""Digests of the value tables of IEEE P3109, which take 160 MB: `p3109.csv`.

    git clone https://github.com/P3109/Public
    python3 p3109.py Public > p3109.csv

The tables are those of commit 26df0d048ac240046a821a8116b36618ccfeb79b: one for each of the 504 formats of 3 to 16 bits, in
`Value Tables/Hexadecimal`.

A digest is the FNV-1a hash of 64 bits of a line for each code, in order: the code and the value, with a space between them and a line
feed after them. A value is `nan`, `inf`, `-inf`, `0`, or an odd hexadecimal integer, the letter p and the power of two that it is
multiplied by, after a minus if it is negative: `3p-1` is 1.5.
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
