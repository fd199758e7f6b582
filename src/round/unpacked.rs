//! The unpacked number. Decoding, arithmetic and parsing produce it, and rounding packs it into a format.

use crate::format::{
    Layout,
    limits::{max, min},
};
use crate::round::{self, Cast, Flags, MIN_GUARD_BITS};

/// A finite number other than zero: ±significand · 2<sup>exponent − 63</sup>.
///
/// The topmost bit of the significand is set. The magnitude therefore lies in [2<sup>exponent</sup>, 2<sup>exponent + 1</sup>).
/// The lowest bit of the significand is sticky: it is also set if any lower bit is not zero.
#[derive(Clone, Copy)]
pub(crate) struct Unpacked {
    pub(crate) negative: bool,
    /// The exponent is less than 2<sup>30</sup> in magnitude.
    pub(crate) exponent: i32,
    pub(crate) significand: u64,
}

impl Unpacked {
    pub(crate) const ONE: Self = Self {
        negative: false,
        exponent: 0,
        significand: 1 << 63,
    };

    /// Returns ±significand · 2<sup>exponent − 127</sup>, or `None` if the significand is 0. The significand need not be
    /// normalised.
    #[inline(always)]
    pub(crate) const fn new(negative: bool, exponent: i32, significand: u128) -> Option<Self> {
        if significand == 0 {
            return None;
        }
        let up = significand.leading_zeros();
        let significand = significand << up;
        Some(Self {
            negative,
            exponent: exponent - up as i32,
            significand: (significand >> 64) as u64 | (significand as u64 != 0) as u64,
        })
    }

    #[cfg(any(feature = "rand", feature = "rand_09"))]
    pub(crate) const fn negated(self) -> Self {
        Self {
            negative: !self.negative,
            ..self
        }
    }
}

/// Shifts an integer right. The lowest bit of the result is also set if any bit shifted out was set.
#[inline(always)]
pub(crate) const fn shift_right_sticky(x: u128, by: u32) -> u128 {
    if by < u128::BITS {
        x >> by | (x & ((1 << by) - 1) != 0) as u128
    } else {
        (x != 0) as u128
    }
}

impl Layout {
    /// Returns the significand of a code as an integer, and the exponent of the integer's unit. The code must be finite.
    #[inline(always)]
    pub(crate) const fn significand_and_unit(self, code: u64) -> (u64, i32) {
        let magnitude = code & self.magnitude_mask();
        let field = magnitude >> self.fraction_bits();
        let normal = !self.has_zero() || field != 0;
        let significand = (self.hidden_bit() * normal as u64) | (magnitude & self.fraction_mask());
        let above = field as i32 - (normal && self.has_zero()) as i32;
        (significand, self.finest_exponent() + above)
    }

    /// Returns the number of a code, or `None` for zero. The code must be finite.
    pub(crate) const fn unpack(self, code: u64) -> Option<Unpacked> {
        let (significand, unit) = self.significand_and_unit(code);
        if significand == 0 {
            return None;
        }
        let up = significand.leading_zeros();
        Some(Unpacked {
            negative: self.is_negative(code),
            exponent: unit + 63 - up as i32,
            significand: significand << up,
        })
    }

    /// Rounds a number and packs it. Returns the code, and the exceptions that the rounding raised.
    #[inline(always)]
    pub(crate) const fn round(self, cast: Cast, number: Unpacked) -> (u64, Flags) {
        if number.negative && !self.is_signed() {
            return self.unrepresentable();
        }
        let point = self.fraction_bits() + MIN_GUARD_BITS;
        let above = number.exponent - self.min_exponent();
        // A number just above the largest exponent overflows like every larger number.
        let top = max(self.max_exponent() - self.min_exponent(), 0) + 1;
        let lift = min(max(above, 0), top) as u128;
        // The topmost bit is never cut. It is set, and can therefore serve as the sticky bit.
        let cut = (u64::BITS - 1 - point) as i32;
        let down = min(cut - min(above, 0), u64::BITS as i32 - 1);
        let kept = number.significand >> down;
        let significand = kept | (kept << down != number.significand) as u64;
        let sign = number.negative as u64 * self.sign_mask();
        let scaled = (lift << point) + significand as u128;
        let max_scaled = (top as u128 + 2) << point;
        if max_scaled >> 63 == 0 {
            let (scaled, max_scaled) = (scaled as u64, max_scaled as u64);
            round::word64::pack(cast, self, sign, false, scaled, MIN_GUARD_BITS, max_scaled)
        } else {
            let sign = sign as u128;
            let (code, flags) = round::word128::pack(cast, self, sign, false, scaled, MIN_GUARD_BITS, max_scaled);
            (code as u64, flags)
        }
    }

    /// Returns the result of a negative number in an unsigned format: NaN, or the smallest number if the format has no NaN.
    #[inline(always)]
    const fn unrepresentable(self) -> (u64, Flags) {
        let code = match self.nan_code() {
            Some(code) => code,
            None => 0,
        };
        (code, Flags::INVALID)
    }

    /// Returns zero with a sign. In a format without −0, zero has no sign. A format without zero gives its smallest number, with
    /// the exceptions of a smaller number.
    #[inline(always)]
    pub(crate) const fn signed_zero(self, negative: bool) -> (u64, Flags) {
        if !self.has_zero() {
            let smallest = self.with_sign_bit(negative, 0);
            return (smallest, Flags::INEXACT.union(Flags::UNDERFLOW));
        }
        (self.with_sign_bit(negative && self.has_negative_zero(), 0), Flags::NONE)
    }

    /// Returns an infinity. In a format without infinity, returns the result of overflow.
    #[inline(always)]
    pub(crate) const fn infinite(self, cast: Cast, negative: bool) -> (u64, Flags) {
        if negative && !self.is_signed() {
            return self.unrepresentable();
        }
        let code = self.with_sign_bit(negative, round::past_max(cast, self, negative, true));
        let kept = self.has_infinities() && cast.keeps_infinity();
        let lost = Flags::INEXACT.union(Flags::OVERFLOW);
        (code, if kept { Flags::NONE } else { lost })
    }

    /// Returns the result of an invalid operation: the canonical NaN, or the largest number if the format has no NaN.
    #[inline(always)]
    pub(crate) const fn invalid(self) -> (u64, Flags) {
        let code = match self.nan_code() {
            Some(code) => code,
            None => self.max_code(),
        };
        (code, Flags::INVALID)
    }
}
