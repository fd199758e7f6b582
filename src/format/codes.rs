//! The codes of a [`Layout`], which follow from its fields.

use super::Layout;

/// Properties that follow from the fields.
impl Layout {
    /// Returns the width of the biased exponent field in bits: 5 for binary16.
    #[inline]
    pub const fn exponent_bits(self) -> u32 {
        self.magnitude_bits() - self.fraction_bits
    }

    /// Returns the number of bits of the significand, with the implicit bit: 11 for binary16 (IEEE 754's *p*).
    #[inline]
    pub const fn precision(self) -> u32 {
        self.fraction_bits + 1
    }

    /// Returns the code of the largest finite number.
    #[inline]
    pub const fn max_code(self) -> u64 {
        self.magnitude_mask() - self.high_nans - self.infinities as u64
    }

    /// Returns the code of the smallest positive normal number. If there is no normal number, returns the code of the largest
    /// finite number.
    #[inline]
    pub const fn min_normal_code(self) -> u64 {
        if self.zero {
            // If special codes take every exponent but 0, there is no normal number. The largest number then stands for it.
            let code = self.hidden_bit();
            if code < self.max_code() { code } else { self.max_code() }
        } else {
            0
        }
    }

    /// Returns the code of the smallest positive number.
    #[inline]
    pub const fn min_positive_code(self) -> u64 {
        self.zero as u64
    }

    /// Returns the code of +∞, or `None` if the format has no infinity.
    #[inline]
    pub const fn infinity_code(self) -> Option<u64> {
        if self.infinities { Some(self.max_code() + 1) } else { None }
    }

    /// Returns the code of the canonical NaN, or `None` if the format has no NaN. The canonical NaN is quiet and has no payload.
    /// It is positive where NaNs have signs.
    #[inline]
    pub const fn nan_code(self) -> Option<u64> {
        if self.nan_is_negative_zero() {
            Some(self.sign_mask())
        } else if self.has_payloads() {
            Some(self.max_exponent_mask() | self.quiet_bit())
        } else if self.high_nans > 0 {
            Some(self.magnitude_mask())
        } else {
            None
        }
    }

    /// Returns the exponent of the smallest normal number: −14 for binary16 (IEEE 754's *emin*).
    #[inline]
    pub const fn min_exponent(self) -> i32 {
        self.zero as i32 - self.bias
    }

    /// Returns the exponent of the largest finite number: 15 for binary16 (IEEE 754's *emax*).
    #[inline(always)]
    pub const fn max_exponent(self) -> i32 {
        let field = (self.max_code() >> self.fraction_bits) as i32;
        if field == 0 && self.zero {
            // All finite numbers are subnormal. The leading bit of the largest code decides. `| 1` tells the compiler that the
            // code is not 0.
            self.min_exponent() - self.fraction_bits as i32 + (self.max_code() | 1).ilog2() as i32
        } else {
            field - self.bias
        }
    }

    /// Returns the exponent of the unit in the last place of the subnormals: −24 for binary16. Every value is a multiple of this
    /// unit.
    #[inline]
    pub(crate) const fn finest_exponent(self) -> i32 {
        self.min_exponent() - self.fraction_bits as i32
    }

    /// Returns an IEEE layout with `by` fraction bits fewer.
    #[inline]
    pub(crate) const fn truncated(self, by: u32) -> Self {
        Self {
            bits: self.bits - by,
            fraction_bits: self.fraction_bits - by,
            high_nans: self.high_nans >> by,
            ..self
        }
    }

    /// Returns whether two layouts are equal, in constants too.
    pub(crate) const fn const_eq(self, other: Self) -> bool {
        self.bits == other.bits
            && self.fraction_bits == other.fraction_bits
            && self.bias == other.bias
            && self.signed == other.signed
            && self.zero == other.zero
            && self.negative_zero == other.negative_zero
            && self.infinities == other.infinities
            && self.high_nans == other.high_nans
    }

    /// Returns whether the layout follows IEEE 754 except for the widths and the bias.
    #[inline]
    pub(crate) const fn is_ieee(self) -> bool {
        self.signed && self.zero && self.negative_zero && self.infinities && self.has_payloads()
    }

    #[inline]
    pub(crate) const fn magnitude_bits(self) -> u32 {
        self.bits - self.signed as u32
    }
}
