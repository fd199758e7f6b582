//! The codes of a [`Layout`]: their bit fields ([`Parts`]), classes and order.

use core::cmp::Ordering;
use core::num::FpCategory;

use crate::format::Layout;

/// The bit fields of a code, exactly as the code stores them. The exponent keeps its bias, and the fraction is not normalised.
///
/// ```
/// use ulp::{F16, Parts};
///
/// let parts = F16::from_f32(-1.5).parts();
/// assert_eq!(parts, Parts { sign: true, exponent: 15, fraction: 0x200 });
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Parts {
    /// The sign bit. It is false in a format without sign.
    pub sign: bool,
    /// The biased exponent field, from 0 to 2<sup>exponent bits</sup> − 1.
    pub exponent: u32,
    /// The fraction field (the trailing significand), from 0 to 2<sup>fraction bits</sup> − 1.
    pub fraction: u64,
}

impl Layout {
    /// Splits a code into its bit fields. Bits above the width of a code are ignored.
    #[inline(always)]
    pub const fn decode(self, code: u64) -> Parts {
        Parts {
            sign: self.is_negative(code),
            exponent: ((code & self.magnitude_mask()) >> self.fraction_bits()) as u32,
            fraction: code & self.fraction_mask(),
        }
    }

    /// Builds a code from its bit fields. This is the inverse of [`decode`](Self::decode). Bits beyond the width of a field are
    /// ignored.
    #[inline(always)]
    pub const fn encode(self, parts: Parts) -> u64 {
        let magnitude =
            ((parts.exponent as u64) << self.fraction_bits() & self.magnitude_mask()) | (parts.fraction & self.fraction_mask());
        self.with_sign_bit(parts.sign, magnitude)
    }

    /// Returns the class of a code (IEEE 754-2019, 5.7.2). Bits above the width of a code are ignored.
    #[inline(always)]
    pub const fn classify(self, code: u64) -> FpCategory {
        let magnitude = code & self.magnitude_mask();
        if self.is_nan(code) {
            FpCategory::Nan
        } else if magnitude > self.max_code() {
            FpCategory::Infinite
        } else if !self.has_zero() || magnitude >= self.hidden_bit() {
            FpCategory::Normal
        } else if magnitude == 0 {
            FpCategory::Zero
        } else {
            FpCategory::Subnormal
        }
    }

    /// Returns the code of the number with the other sign. Zero stays unchanged in a format without −0, and FNUZ's NaN stays
    /// unchanged.
    #[inline(always)]
    pub const fn negate(self, code: u64) -> u64 {
        if code & self.magnitude_mask() == 0 && self.has_zero() && !self.has_negative_zero() {
            code & self.code_mask()
        } else {
            (code ^ self.sign_mask()) & self.code_mask()
        }
    }

    /// Returns the order of two codes by their values. Zeros are equal. A NaN has no order, and gives `None` (IEEE 754-2019,
    /// 5.11).
    #[inline(always)]
    pub const fn compare(self, a: u64, b: u64) -> Option<Ordering> {
        if self.is_nan(a) || self.is_nan(b) {
            return None;
        }
        let (a, b) = (self.ordinal(a), self.ordinal(b));
        Some(if a < b {
            Ordering::Less
        } else if a == b {
            Ordering::Equal
        } else {
            Ordering::Greater
        })
    }

    /// Returns the code as a signed integer that grows with the value. Both zeros give 0.
    #[inline(always)]
    pub(crate) const fn ordinal(self, code: u64) -> i64 {
        let magnitude = (code & self.magnitude_mask()) as i64;
        match (self.is_negative(code), self.has_zero()) {
            (false, _) => magnitude,
            (true, true) => -magnitude,
            (true, false) => -magnitude - 1,
        }
    }

    /// Returns whether NaNs carry a payload and a quiet bit, like IEEE's NaNs (IEEE 754-2019, 6.2.1).
    #[inline(always)]
    pub(crate) const fn has_payloads(self) -> bool {
        self.high_nans() != 0 && self.high_nans() == self.fraction_mask()
    }

    #[inline(always)]
    pub(crate) const fn nan_is_negative_zero(self) -> bool {
        self.is_signed() && self.has_zero() && !self.has_negative_zero()
    }

    #[inline(always)]
    pub(crate) const fn is_nan(self, code: u64) -> bool {
        (code & self.magnitude_mask()) > self.max_code() + self.has_infinities() as u64
            || self.nan_is_negative_zero() && code & self.code_mask() == self.sign_mask()
    }

    #[inline(always)]
    pub(crate) const fn is_negative(self, code: u64) -> bool {
        self.is_signed() && code & self.sign_mask() != 0
    }

    /// Returns the code of a sign and a magnitude. A format without sign ignores the sign.
    #[inline(always)]
    pub(crate) const fn with_sign_bit(self, negative: bool, magnitude: u64) -> u64 {
        magnitude | ((self.is_signed() && negative) as u64 * self.sign_mask())
    }

    #[inline(always)]
    pub(crate) const fn magnitude_mask(self) -> u64 {
        (1 << self.magnitude_bits()) - 1
    }

    #[inline(always)]
    pub(crate) const fn sign_mask(self) -> u64 {
        (self.is_signed() as u64) << self.magnitude_bits()
    }

    #[inline(always)]
    #[doc(hidden)]
    pub const fn code_mask(self) -> u64 {
        self.magnitude_mask() | self.sign_mask()
    }

    #[inline(always)]
    pub(crate) const fn fraction_mask(self) -> u64 {
        self.hidden_bit() - 1
    }

    /// Returns the code of exponent field 1 and fraction 0. In a significand, this is the implicit bit, which a code leaves out.
    #[inline(always)]
    pub(crate) const fn hidden_bit(self) -> u64 {
        1 << self.fraction_bits()
    }

    #[inline(always)]
    pub(crate) const fn max_exponent_mask(self) -> u64 {
        self.magnitude_mask() & !self.fraction_mask()
    }

    /// Returns the bit that makes a NaN quiet, where NaNs have payloads.
    #[inline(always)]
    pub(crate) const fn quiet_bit(self) -> u64 {
        self.hidden_bit() >> 1
    }
}
