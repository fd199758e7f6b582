//! The codes of a [`Layout`]: their bit fields ([`Parts`]), classes and order.

use core::cmp::Ordering;
use core::num::FpCategory;

use crate::format::Layout;

/// The bit fields of a code, as they stand in it: nothing is unbiased or normalised.
///
/// ```
/// use ulp::{F16, Parts};
///
/// let parts = F16::from_f32(-1.5).parts();
/// assert_eq!(parts, Parts { sign: true, exponent: 15, fraction: 0x200 });
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Parts {
    /// The sign bit; false in a format that has none.
    pub sign: bool,
    /// The biased exponent field, 0 to 2<sup>exponent bits</sup> − 1.
    pub exponent: u32,
    /// The fraction field (the trailing significand), 0 to 2<sup>fraction bits</sup> − 1.
    pub fraction: u64,
}

impl Layout {
    /// Takes a code apart. Bits above the width of a code are ignored.
    #[inline]
    pub const fn decode(self, code: u64) -> Parts {
        Parts {
            sign: self.is_negative(code),
            exponent: ((code & self.magnitude_mask()) >> self.fraction_bits()) as u32,
            fraction: code & self.fraction_mask(),
        }
    }

    /// Puts a code together; the inverse of [`decode`](Self::decode). What is out of a field's range is masked off.
    #[inline]
    pub const fn encode(self, parts: Parts) -> u64 {
        let magnitude = ((parts.exponent as u64) << self.fraction_bits() & self.magnitude_mask())
            | (parts.fraction & self.fraction_mask());
        self.with_sign_bit(parts.sign, magnitude)
    }

    /// The class of a code (IEEE 754-2019, 5.7.2). Bits above the width of a code are ignored.
    #[inline]
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

    /// The code of the number with the other sign. Zero is its own where there is no −0, and so is FNUZ's NaN.
    #[inline]
    pub const fn negate(self, code: u64) -> u64 {
        if code & self.magnitude_mask() == 0 && self.has_zero() && !self.has_negative_zero() {
            code & self.code_mask()
        } else {
            (code ^ self.sign_mask()) & self.code_mask()
        }
    }

    /// The order of two codes by their values: equal zeros, no order with a NaN (IEEE 754-2019, 5.11).
    #[inline]
    pub const fn compare(self, a: u64, b: u64) -> Option<Ordering> {
        if self.is_nan(a) || self.is_nan(b) {
            return None;
        }
        let (a, b) = (self.rank(a), self.rank(b));
        Some(if a < b {
            Ordering::Less
        } else if a == b {
            Ordering::Equal
        } else {
            Ordering::Greater
        })
    }

    /// The code as a signed integer that grows with the value; both zeros are 0.
    pub(crate) const fn rank(self, code: u64) -> i64 {
        let magnitude = (code & self.magnitude_mask()) as i64;
        match (self.is_negative(code), self.has_zero()) {
            (false, _) => magnitude,
            (true, true) => -magnitude,
            (true, false) => -magnitude - 1,
        }
    }

    /// Whether NaNs carry a payload and a quiet bit, as IEEE's do (IEEE 754-2019, 6.2.1).
    #[inline]
    pub(crate) const fn has_payloads(self) -> bool {
        self.high_nans() != 0 && self.high_nans() == self.fraction_mask()
    }

    #[inline]
    pub(crate) const fn nan_is_negative_zero(self) -> bool {
        self.is_signed() && self.has_zero() && !self.has_negative_zero()
    }

    #[inline]
    pub(crate) const fn is_nan(self, code: u64) -> bool {
        (code & self.magnitude_mask()) > self.max_code() + self.has_infinities() as u64
            || self.nan_is_negative_zero() && code & self.code_mask() == self.sign_mask()
    }

    #[inline]
    pub(crate) const fn is_negative(self, code: u64) -> bool {
        self.is_signed() && code & self.sign_mask() != 0
    }

    /// The code of a sign and a magnitude, where there is a sign.
    #[inline]
    pub(crate) const fn with_sign_bit(self, negative: bool, magnitude: u64) -> u64 {
        magnitude | ((self.is_signed() && negative) as u64 * self.sign_mask())
    }

    #[inline]
    pub(crate) const fn magnitude_mask(self) -> u64 {
        (1 << self.magnitude_bits()) - 1
    }

    #[inline]
    pub(crate) const fn sign_mask(self) -> u64 {
        (self.is_signed() as u64) << self.magnitude_bits()
    }

    #[inline]
    #[doc(hidden)]
    pub const fn code_mask(self) -> u64 {
        self.magnitude_mask() | self.sign_mask()
    }

    #[inline]
    pub(crate) const fn fraction_mask(self) -> u64 {
        self.hidden_bit() - 1
    }

    /// The magnitude of exponent field 1 and fraction 0; in a significand, the bit that a code leaves out.
    #[inline]
    pub(crate) const fn hidden_bit(self) -> u64 {
        1 << self.fraction_bits()
    }

    #[inline]
    pub(crate) const fn max_exponent_mask(self) -> u64 {
        self.magnitude_mask() & !self.fraction_mask()
    }

    /// The bit that makes a NaN quiet, where NaNs have payloads.
    #[inline]
    pub(crate) const fn quiet_bit(self) -> u64 {
        self.hidden_bit() >> 1
    }
}
