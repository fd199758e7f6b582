//! Addition, multiplication, division, square root and fused multiply-add on codes. Each operation is exact, then rounded once.

use crate::format::Layout;
use crate::round::{
    Cast, Flags, Rounding,
    unpacked::{Unpacked, shift_right_sticky},
};

/// A number whose significand has room for a product of two significands: ±significand · 2<sup>exponent − 126</sup>. The topmost
/// bit is bit 126.
#[derive(Clone, Copy)]
struct Wide {
    negative: bool,
    exponent: i32,
    significand: u128,
}

impl Unpacked {
    const fn widen(self) -> Wide {
        Wide {
            negative: self.negative,
            exponent: self.exponent,
            significand: (self.significand as u128) << 63,
        }
    }

    /// Returns the product. The last bit is lost if a significand has more than 59 bits. A format has at most 59 bits.
    const fn times(self, other: Self) -> Wide {
        let product = self.significand as u128 * other.significand as u128;
        let carry = (product >> 127) as u32;
        Wide {
            negative: self.negative != other.negative,
            exponent: self.exponent + other.exponent + carry as i32,
            significand: product >> carry,
        }
    }

    /// Returns the sum, or `None` if the sum is 0.
    pub(crate) const fn plus(self, other: Self) -> Option<Self> {
        self.widen().plus(other.widen())
    }

    /// Returns the product. The last bit is sticky.
    pub(crate) const fn product(self, other: Self) -> Option<Self> {
        let Wide {
            negative,
            exponent,
            significand,
        } = self.times(other);
        Self::new(negative, exponent + 1, significand)
    }

    /// Returns the quotient. The last bit is sticky.
    const fn divide_by(self, other: Self) -> Option<Self> {
        let dividend = (self.significand as u128) << 63;
        let divisor = other.significand as u128;
        let (quotient, rest) = (dividend / divisor, dividend % divisor);
        Self::new(
            self.negative != other.negative,
            self.exponent - other.exponent + 63,
            quotient << 1 | (rest != 0) as u128,
        )
    }

    /// Returns the square root of the magnitude. The last bit is sticky.
    const fn root(self) -> Option<Self> {
        // The exponent must be even before it is halved.
        let odd = self.exponent & 1;
        let square = (self.significand as u128) << (63 - odd);
        let root = square.isqrt();
        let inexact = root * root != square;
        Self::new(false, ((self.exponent + odd) >> 1) + 63, root << 1 | inexact as u128)
    }
}

impl Wide {
    /// Returns the sum, or `None` if the sum is 0.
    ///
    /// Only the smaller number loses bits to the sticky bit, and only if the smaller number is more than 2⁹ times smaller.
    /// Cancellation then keeps the sticky bit far below the bits that decide the rounding.
    const fn plus(self, other: Self) -> Option<Unpacked> {
        let (large, small) = if self.exponent < other.exponent {
            (other, self)
        } else {
            (self, other)
        };
        let down = large.exponent.abs_diff(small.exponent);
        let (a, b) = (large.significand, shift_right_sticky(small.significand, down));
        let (negative, sum) = if large.negative == small.negative {
            (large.negative, a + b)
        } else if a >= b {
            (large.negative, a - b)
        } else {
            (small.negative, b - a)
        };
        Unpacked::new(negative, large.exponent + 1, sum)
    }
}

/// The operations first handle NaNs, infinities and zeros by the rules of IEEE 754-2019, 6.1 to 6.3 and 7.2. They compute all
/// other cases with [`Unpacked`]s. `a`, `b` and `c` are codes. `x`, `y` and `z` are the numbers of these codes.
impl Layout {
    pub(crate) const fn add(self, rounding: Rounding, a: u64, b: u64) -> (u64, Flags) {
        if let Some(nan) = self.nan_of(&[a, b]) {
            return nan;
        }
        if self.is_infinite(a) || self.is_infinite(b) {
            return self.add_infinities(a, b);
        }
        match (self.unpack(a), self.unpack(b)) {
            (Some(x), Some(y)) => match x.plus(y) {
                Some(sum) => self.round_unpacked(rounding, sum),
                None => self.exact_zero(rounding),
            },
            (Some(_), None) => (a & self.code_mask(), Flags::NONE),
            (None, Some(_)) => (b & self.code_mask(), Flags::NONE),
            (None, None) => self.add_zeros(rounding, self.is_negative(a), self.is_negative(b)),
        }
    }

    pub(crate) const fn subtract(self, rounding: Rounding, a: u64, b: u64) -> (u64, Flags) {
        if let Some(nan) = self.nan_of(&[a, b]) {
            return nan;
        }
        if self.is_signed() {
            // In a format without −0, the difference of zeros is 0 too.
            return self.add(rounding, a, self.negate(b));
        }
        match (self.unpack(a), self.unpack(b)) {
            _ if self.is_infinite(b) => {
                if self.is_infinite(a) {
                    self.invalid()
                } else {
                    self.infinite(Cast::new(), true)
                }
            }
            _ if self.is_infinite(a) => (a & self.code_mask(), Flags::NONE),
            (Some(x), Some(y)) => match x.plus(Unpacked { negative: true, ..y }) {
                Some(difference) => self.round_unpacked(rounding, difference),
                None => self.exact_zero(rounding),
            },
            (None, Some(y)) => self.round_unpacked(Rounding::TiesToEven, Unpacked { negative: true, ..y }),
            (_, None) => (a & self.code_mask(), Flags::NONE),
        }
    }

    pub(crate) const fn multiply(self, rounding: Rounding, a: u64, b: u64) -> (u64, Flags) {
        if let Some(nan) = self.nan_of(&[a, b]) {
            return nan;
        }
        let negative = self.is_negative(a) != self.is_negative(b);
        let infinite = self.is_infinite(a) || self.is_infinite(b);
        match (self.unpack(a), self.unpack(b)) {
            (None, _) | (_, None) if infinite => self.invalid(),
            _ if infinite => self.infinite(Cast::new(), negative),
            (Some(x), Some(y)) => self.round_or_zero(rounding, x.product(y)),
            _ => self.signed_zero(negative),
        }
    }

    pub(crate) const fn divide(self, rounding: Rounding, a: u64, b: u64) -> (u64, Flags) {
        if let Some(nan) = self.nan_of(&[a, b]) {
            return nan;
        }
        let cast = Cast::new().rounding(rounding);
        let negative = self.is_negative(a) != self.is_negative(b);
        match (self.is_infinite(a), self.is_infinite(b)) {
            (true, true) => return self.invalid(),
            (true, false) => return self.infinite(cast, negative),
            (false, true) => return self.signed_zero(negative),
            (false, false) => (),
        }
        match (self.unpack(a), self.unpack(b)) {
            (None, None) => self.invalid(),
            (None, _) => self.signed_zero(negative),
            (_, None) => {
                let (code, flags) = self.infinite(cast, negative);
                (code, flags.union(Flags::DIVIDE_BY_ZERO))
            }
            (Some(x), Some(y)) => self.round_or_zero(rounding, x.divide_by(y)),
        }
    }

    pub(crate) const fn square_root(self, rounding: Rounding, a: u64) -> (u64, Flags) {
        if let Some(nan) = self.nan_of(&[a]) {
            return nan;
        }
        let a = a & self.code_mask();
        match self.unpack(a) {
            _ if self.is_infinite(a) && !self.is_negative(a) => (a, Flags::NONE),
            None => (a, Flags::NONE),
            Some(_) if self.is_negative(a) => self.invalid(),
            Some(x) => self.round_or_zero(rounding, x.root()),
        }
    }

    /// Returns a · b + c, rounded once.
    pub(crate) const fn multiply_add(self, rounding: Rounding, a: u64, b: u64, c: u64) -> (u64, Flags) {
        let negative = self.is_negative(a) != self.is_negative(b);
        let infinite = self.is_infinite(a) || self.is_infinite(b);
        let factors = (self.unpack(a), self.unpack(b));
        let no_factor = infinite && (factors.0.is_none() || factors.1.is_none());
        if let Some((nan, flags)) = self.nan_of(&[a, b, c]) {
            let ordered = !self.is_nan(a) && !self.is_nan(b);
            return (nan, flags.union(Flags::INVALID.when(no_factor && ordered)));
        }
        if no_factor {
            return self.invalid();
        }
        if infinite {
            return if self.is_infinite(c) && self.is_negative(c) != negative {
                self.invalid()
            } else {
                self.infinite(Cast::new(), negative)
            };
        }
        if self.is_infinite(c) {
            return (c & self.code_mask(), Flags::NONE);
        }
        match (factors, self.unpack(c)) {
            ((Some(x), Some(y)), Some(z)) => match x.times(y).plus(z.widen()) {
                Some(sum) => self.round_unpacked(rounding, sum),
                None => self.exact_zero(rounding),
            },
            ((Some(_), Some(_)), None) => self.multiply(rounding, a, b),
            (_, Some(_)) => (c & self.code_mask(), Flags::NONE),
            (_, None) => self.add_zeros(rounding, negative, self.is_negative(c)),
        }
    }

    /// Returns (a + b) / 2, rounded once.
    pub(crate) const fn midpoint(self, a: u64, b: u64) -> u64 {
        if let Some((nan, _)) = self.nan_of(&[a, b]) {
            return nan;
        }
        let halves = match (self.unpack(a), self.unpack(b)) {
            (Some(x), Some(y)) if self.is_finite(a) && self.is_finite(b) => x.plus(y),
            (Some(x), None) if self.is_finite(a) => Some(x),
            (None, Some(y)) if self.is_finite(b) => Some(y),
            _ => None,
        };
        match halves {
            Some(Unpacked {
                negative,
                exponent,
                significand,
            }) => {
                let half = Unpacked {
                    negative,
                    exponent: exponent - 1,
                    significand,
                };
                self.round_unpacked(Rounding::TiesToEven, half).0
            }
            None => self.add(Rounding::TiesToEven, a, b).0,
        }
    }

    /// Returns a NaN, made quiet (6.2.3). Without payloads, all NaNs of one sign are equal.
    #[inline(always)]
    pub(crate) const fn quieted(self, nan: u64) -> u64 {
        match self.nan_code() {
            Some(_) if self.has_payloads() => nan | self.quiet_bit(),
            Some(canonical) => self.with_sign_bit(self.is_negative(nan), canonical),
            None => nan,
        }
    }

    /// Returns the first operand that is a NaN, made quiet. Returns `None` if no operand is a NaN.
    #[inline(always)]
    pub(crate) const fn nan_of(self, operands: &[u64]) -> Option<(u64, Flags)> {
        let (mut nan, mut signaling) = (None, false);
        let mut i = operands.len();
        while i > 0 {
            i -= 1;
            let code = operands[i] & self.code_mask();
            if self.is_nan(code) {
                signaling |= self.has_payloads() && code & self.quiet_bit() == 0;
                nan = Some(self.quieted(code));
            }
        }
        match nan {
            Some(code) => Some((code, Flags::INVALID.when(signaling))),
            None => None,
        }
    }

    #[inline(always)]
    pub(crate) const fn is_infinite(self, code: u64) -> bool {
        self.has_infinities() && code & self.magnitude_mask() == self.max_code() + 1
    }

    #[inline(always)]
    pub(crate) const fn is_zero(self, code: u64) -> bool {
        self.has_zero() && code & self.magnitude_mask() == 0 && !self.is_nan(code)
    }

    #[inline(always)]
    pub(crate) const fn is_finite(self, code: u64) -> bool {
        !self.is_infinite(code) && !self.is_nan(code)
    }

    /// Rounds a number. Layouts are seldom constants here, and this function is compiled once.
    pub(crate) const fn round_unpacked(self, rounding: Rounding, number: Unpacked) -> (u64, Flags) {
        self.round(Cast::new().rounding(rounding), number)
    }

    /// Rounds a number. `None` is zero, and gives +0.
    #[inline]
    pub(crate) const fn round_or_zero(self, rounding: Rounding, number: Option<Unpacked>) -> (u64, Flags) {
        match number {
            Some(number) => self.round_unpacked(rounding, number),
            None => self.signed_zero(false),
        }
    }

    /// Returns the sum of a number and its negative: 0. The sum is −0 if the rounding is toward −∞ (6.3).
    #[inline(always)]
    const fn exact_zero(self, rounding: Rounding) -> (u64, Flags) {
        self.signed_zero(matches!(rounding, Rounding::TowardNegative))
    }

    #[inline(always)]
    const fn add_zeros(self, rounding: Rounding, a: bool, b: bool) -> (u64, Flags) {
        if a == b {
            self.signed_zero(a)
        } else {
            self.exact_zero(rounding)
        }
    }

    #[inline(always)]
    const fn add_infinities(self, a: u64, b: u64) -> (u64, Flags) {
        let opposite = self.is_negative(a) != self.is_negative(b);
        if !self.is_infinite(a) {
            (b & self.code_mask(), Flags::NONE)
        } else if self.is_infinite(b) && opposite {
            self.invalid()
        } else {
            (a & self.code_mask(), Flags::NONE)
        }
    }
}
