"""Computes the result of a cast from the definition of a format, in exact fractions. The oracle shares no code with the library."""

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

NAN, INFINITY = "nan", "infinity"


@dataclass(frozen=True)
class Format:
    exponent_bits: int
    fraction_bits: int
    bias: int
    signed: bool = True
    zero: bool = True
    negative_zero: bool = True
    infinities: bool = True
    nans: int = 0

    @property
    def magnitude_bits(self):
        return self.exponent_bits + self.fraction_bits

    @property
    def bits(self):
        return self.signed + self.magnitude_bits

    @property
    def max_code(self):
        return (1 << self.magnitude_bits) - 1 - self.nans - self.infinities

    def magnitude(self, code):
        """Returns the value of a code without sign, as if no code were special."""
        exponent, fraction = code >> self.fraction_bits, code & ((1 << self.fraction_bits) - 1)
        if exponent == 0 and self.zero:
            significand, exponent = fraction, 1
        else:
            significand = fraction + (1 << self.fraction_bits)
        return Fraction(significand) * Fraction(2) ** (exponent - self.bias - self.fraction_bits)

    @cached_property
    def magnitudes(self):
        """The magnitudes of the finite codes, and of the next code as if no code were special."""
        return [self.magnitude(code) for code in range(self.max_code + 2)]

    def value(self, code):
        """Returns the value of a code as (whether the value is negative, magnitude)."""
        sign = self.signed and code >> self.magnitude_bits & 1 == 1
        code &= (1 << self.magnitude_bits) - 1
        if sign and code == 0 and self.zero and not self.negative_zero:
            return False, NAN
        if code <= self.max_code:
            return sign, self.magnitude(code)
        if self.infinities and code == self.max_code + 1:
            return sign, INFINITY
        return sign, NAN

    def nan_code(self, sign):
        if self.signed and self.zero and not self.negative_zero:
            return 1 << self.magnitude_bits
        top = (1 << self.magnitude_bits) - 1
        if self.nans and self.nans == (1 << self.fraction_bits) - 1:
            top = (((1 << self.exponent_bits) - 1) << self.fraction_bits) | 1 << (self.fraction_bits - 1)
        return top | (sign and self.signed) << self.magnitude_bits

    @property
    def has_nan(self):
        return self.nans > 0 or self.signed and self.zero and not self.negative_zero

    def round(self, sign, magnitude, rounding, saturate):
        """Returns the code of a value, and whether the value overflowed."""
        if magnitude == NAN:
            return (self.nan_code(sign) if self.has_nan else self.max_code), False
        if sign and not self.signed and magnitude != 0:
            return (self.nan_code(False) if self.has_nan else 0), False
        if magnitude == INFINITY:
            if self.infinities and not saturate:
                return self.max_code + 1 | self.sign(sign), False
            return self.past_max(sign, saturate), True
        nearest = bisect_right(self.magnitudes, magnitude) - 1
        if nearest < 0:
            # The value is below the smallest number of a format without zero.
            return self.sign(sign), False
        below = self.magnitudes[nearest]
        if below != magnitude and nearest <= self.max_code:
            above = self.magnitudes[nearest + 1]
            nearest += self.goes_up(magnitude - below, above - magnitude, nearest, sign, rounding)
        if nearest > self.max_code:
            away = rounding in ("ties_to_even", "ties_to_away") or rounding == "toward_negative" and sign
            if away or rounding == "toward_positive" and not sign:
                return self.past_max(sign, saturate), True
            return self.max_code | self.sign(sign), True
        return nearest | (self.sign(sign) if nearest or self.negative_zero or not self.zero else 0), False

    def goes_up(self, down, up, code, sign, rounding):
        if rounding == "toward_zero":
            return 0
        if rounding in ("toward_positive", "toward_negative"):
            return int(sign == (rounding == "toward_negative"))
        if rounding == "to_odd":
            return int(code % 2 == 0)
        if down == up:
            return int(rounding == "ties_to_away" or (code % 2 == 1 if self.zero or self.fraction_bits else True))
        return int(down > up)

    def sign(self, sign):
        return (sign and self.signed) << self.magnitude_bits

    def past_max(self, sign, saturate):
        if not saturate and self.infinities:
            return self.max_code + 1 | self.sign(sign)
        if not saturate and self.has_nan:
            return self.nan_code(sign)
        return self.max_code | self.sign(sign)


def ieee(exponent_bits, fraction_bits, **others):
    fields = dict(bias=(1 << exponent_bits - 1) - 1, nans=(1 << fraction_bits) - 1) | others
    return Format(exponent_bits, fraction_bits, **fields)


def finite(exponent_bits, fraction_bits, **others):
    return ieee(exponent_bits, fraction_bits, **dict(infinities=False, nans=0) | others)


FORMATS = {
    "float16": ieee(5, 10),
    "bfloat16": ieee(8, 7),
    "float8_e5m2": ieee(5, 2),
    "float8_e4m3": ieee(4, 3),
    "float8_e3m4": ieee(3, 4),
    "float8_e4m3fn": finite(4, 3, nans=1),
    "float8_e5m2fnuz": finite(5, 2, bias=16, negative_zero=False),
    "float8_e4m3fnuz": finite(4, 3, bias=8, negative_zero=False),
    "float8_e4m3b11fnuz": finite(4, 3, bias=11, negative_zero=False),
    "float8_e5m3fnu": finite(5, 3, signed=False, negative_zero=False, nans=1),
    "float8_e4m3fnu": finite(4, 3, signed=False, negative_zero=False, nans=1),
    "float8_e8m0fnu": finite(8, 0, signed=False, zero=False, negative_zero=False, nans=1),
    "float6_e2m3fn": finite(2, 3),
    "float6_e3m2fn": finite(3, 2),
    "float4_e2m1fn": finite(2, 1),
}

ROUNDINGS = ["ties_to_even", "ties_to_away", "toward_zero", "toward_positive", "toward_negative", "to_odd"]
