//! [`Layout`]: a floating-point format as plain data.

mod fields;

pub use fields::{Fields, LayoutError};

/// A floating-point format as plain data: a *code* is a sign bit (if any), a biased exponent field and a fraction field.
///
/// The value of a code grows with its magnitude bits read as an integer, in every format described here. So special codes
/// need no list: they are the topmost magnitudes (first the infinity, then the NaNs) and, in the FNUZ formats, the code of
/// negative zero. All else is derived.
///
/// With `f` = [`fraction_bits`](Self::fraction_bits), a code of exponent field `e` and fraction `t` has the magnitude
/// - 2<sup>e − bias</sup> · (1 + t / 2<sup>f</sup>) if `e` > 0, or if the format has no [zero](Self::has_zero);
/// - 2<sup>1 − bias</sup> · (t / 2<sup>f</sup>), zero or a subnormal, if `e` = 0
///
/// (IEEE 754-2019, 3.4; OCP Microscaling Formats 1.0, 5.3).
///
/// Every `Layout` is valid: the builders refuse what makes no sense, at compile time where they run in a constant.
///
/// ```
/// use ulp::Layout;
///
/// const E5M10: Layout = Layout::ieee(5, 10);
/// assert_eq!(E5M10, Layout::BINARY16);
/// assert_eq!(E5M10.bits(), 16);
/// assert_eq!(E5M10.max_code(), 0x7bff);
/// ```
///
/// ```compile_fail
/// const NO_NAN: ulp::Layout = ulp::Layout::ieee(5, 0); // an infinity, but no code left for a NaN
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of the format, independent of the others"
)]
pub struct Layout {
    pub(super) bits: u32,
    pub(super) fraction_bits: u32,
    pub(super) bias: i32,
    pub(super) signed: bool,
    pub(super) zero: bool,
    pub(super) negative_zero: bool,
    pub(super) infinities: bool,
    pub(super) high_nans: u64,
}

/// The shipped formats.
impl Layout {
    /// IEEE 754 binary16, "fp16", "half": 5 exponent bits, 10 fraction bits.
    pub const BINARY16: Self = Self::ieee(5, 10);
    /// TensorFloat-32: the range of binary32 with the fraction of binary16. Its 19 bits are right-aligned; hardware keeps them at
    /// the top of a binary32.
    pub const TF32: Self = Self::ieee(8, 10);
    /// IEEE 754 binary32, "fp32", "single": 8 exponent bits, 23 fraction bits.
    pub const BINARY32: Self = Self::ieee(8, 23);
    /// IEEE 754 binary64, "fp64", "double": 11 exponent bits, 52 fraction bits.
    pub const BINARY64: Self = Self::ieee(11, 52);
    /// bfloat16: the upper half of a binary32.
    pub const BFLOAT16: Self = Self::ieee(8, 7);
    /// OCP 8-bit floating point (OFP8) E5M2: IEEE-like.
    pub const E5M2: Self = Self::ieee(5, 2);
    /// OCP 8-bit floating point (OFP8) E4M3: no infinities, one NaN a sign, so that 448 is the largest value.
    pub const E4M3FN: Self = Self::finite(4, 3).with_high_nans(1);
    /// E4M3 with IEEE's infinities and NaNs (`ml_dtypes.float8_e4m3`).
    pub const E4M3: Self = Self::ieee(4, 3);
    /// E3M4 with IEEE's infinities and NaNs (`ml_dtypes.float8_e3m4`).
    pub const E3M4: Self = Self::ieee(3, 4);
    /// E4M3 of Graphcore, AMD and Qualcomm (arXiv 2206.02915): the code of −0 is the only NaN, bias 8.
    pub const E4M3FNUZ: Self = Self::fnuz(4, 3);
    /// E5M2 of Graphcore, AMD and Qualcomm (arXiv 2206.02915): the code of −0 is the only NaN, bias 16.
    pub const E5M2FNUZ: Self = Self::fnuz(5, 2);
    /// E4M3 with the NaN of FNUZ and bias 11 (`ml_dtypes.float8_e4m3b11fnuz`).
    pub const E4M3B11FNUZ: Self = Self::fnuz(4, 3).with_bias(11);
    /// The scale format of OCP Microscaling Formats 1.0: 2<sup>−127</sup> to 2<sup>127</sup> and a NaN; no sign, no zero.
    pub const E8M0FNU: Self = Self::finite(8, 0)
        .with_sign(false)
        .with_zero(false)
        .with_high_nans(1);
    /// E4M3 without a sign, for scales: one NaN, up to 448 (CUDA's `ue4m3`).
    pub const E4M3FNU: Self = Self::finite(4, 3).with_sign(false).with_high_nans(1);
    /// E5M3 without a sign, for scales: one NaN, up to 114688 (CUDA's `ue5m3`).
    pub const E5M3FNU: Self = Self::finite(5, 3).with_sign(false).with_high_nans(1);
    /// OCP Microscaling FP6 E2M3: every code finite.
    pub const E2M3FN: Self = Self::finite(2, 3);
    /// OCP Microscaling FP6 E3M2: every code finite.
    pub const E3M2FN: Self = Self::finite(3, 2);
    /// OCP Microscaling FP4 E2M1: every code finite.
    pub const E2M1FN: Self = Self::finite(2, 1);
}

/// Builders. Each panics, at compile time in a constant, if the layout would make no sense.
impl Layout {
    /// The widest exponent field: values up to 2<sup>±2^20</sup> keep every exponent and sum of exponents far inside an `i32`.
    const MAX_EXPONENT_BITS: u32 = 20;
    /// The largest magnitude of a bias, for the same reason.
    const MAX_BIAS: i32 = 1 << Self::MAX_EXPONENT_BITS;
    /// The widest fraction field: a significand, its carry, and the bits that decide a rounding fit 64 bits.
    const MAX_FRACTION_BITS: u32 = 58;

    /// An interchange-like format (IEEE 754-2019, 3.4): signed, bias 2<sup>e−1</sup> − 1, and in the topmost exponent the
    /// infinity and NaNs with payloads.
    ///
    /// # Panics
    /// If `exponent_bits` is not in 1..=20 or `fraction_bits` not in 1..=58, or if the code is wider than 64 bits.
    #[inline]
    #[must_use]
    pub const fn ieee(exponent_bits: u32, fraction_bits: u32) -> Self {
        assert!(
            fraction_bits > 0,
            "an IEEE layout needs a fraction bit, to tell its NaNs from its infinity"
        );
        let mut layout = Self::finite(exponent_bits, fraction_bits);
        layout.infinities = true;
        layout.high_nans = layout.fraction_mask();
        layout.checked()
    }

    /// A format whose every code is a finite number, as OCP's FP6 and FP4: signed, bias 2<sup>e−1</sup> − 1.
    ///
    /// # Panics
    /// If `exponent_bits` is not in 1..=20 or `fraction_bits` not in 0..=58, or if the code is wider than 64 bits.
    #[inline]
    #[must_use]
    pub const fn finite(exponent_bits: u32, fraction_bits: u32) -> Self {
        assert!(
            exponent_bits >= 1 && exponent_bits <= Self::MAX_EXPONENT_BITS,
            "a layout has 1 to 20 exponent bits"
        );
        assert!(
            fraction_bits <= Self::MAX_FRACTION_BITS,
            "a layout has at most 58 fraction bits"
        );
        Self {
            bits: 1 + exponent_bits + fraction_bits,
            fraction_bits,
            bias: (1 << (exponent_bits - 1)) - 1,
            signed: true,
            zero: true,
            negative_zero: true,
            infinities: false,
            high_nans: 0,
        }
        .checked()
    }

    /// A format "finite, NaN, unsigned zero": the code of −0 is its only NaN; bias 2<sup>e−1</sup> (arXiv 2206.02915).
    ///
    /// # Panics
    /// As [`finite`](Self::finite).
    #[inline]
    #[must_use]
    pub const fn fnuz(exponent_bits: u32, fraction_bits: u32) -> Self {
        let finite = Self::finite(exponent_bits, fraction_bits);
        finite.with_bias(finite.bias + 1).with_negative_zero(false)
    }

    /// A format of IEEE P3109, of `bits` bits and `precision` significant bits (the fraction has one fewer); `extended` adds
    /// infinities. The one NaN is the code of −0, or the topmost code of an unsigned format.
    ///
    /// # Panics
    /// If `precision` is not in 1..`bits` (or 1..=`bits` where unsigned), or is above 59.
    #[inline]
    #[must_use]
    pub const fn p3109(bits: u32, precision: u32, signed: bool, extended: bool) -> Self {
        assert!(
            precision >= 1 && precision < bits + !signed as u32,
            "a P3109 layout has at least one bit of precision and one of exponent"
        );
        let exponent_bits = bits + !signed as u32 - precision;
        let layout = Self::finite(exponent_bits, precision - 1);
        let layout = if signed {
            layout.with_negative_zero(false)
        } else {
            layout.with_sign(false).with_high_nans(1)
        };
        layout
            .with_bias(1 << (exponent_bits - 1))
            .with_infinities(extended)
    }

    /// The same with another exponent bias, −2<sup>20</sup> to 2<sup>20</sup>.
    ///
    /// # Panics
    /// If the bias is out of that range.
    #[inline]
    #[must_use]
    pub const fn with_bias(mut self, bias: i32) -> Self {
        self.bias = bias;
        self.checked()
    }

    /// The same with a sign bit or without, keeping the exponent and fraction fields: the code gains or loses a bit.
    /// A sign brings a negative zero if the layout has a zero.
    ///
    /// # Panics
    /// If the code would be wider than 64 bits.
    #[inline]
    #[must_use]
    pub const fn with_sign(mut self, signed: bool) -> Self {
        if signed != self.signed {
            self.bits = self.magnitude_bits() + signed as u32;
            self.signed = signed;
            self.negative_zero = signed && self.zero;
        }
        self.checked()
    }

    /// The same with zero and subnormals at exponent field 0, or with normal numbers there, as E8M0 has.
    ///
    /// # Panics
    /// If the code of −0 is the NaN, which a layout without zero doesn't have.
    #[inline]
    #[must_use]
    pub const fn with_zero(mut self, zero: bool) -> Self {
        assert!(
            zero || !self.nan_is_negative_zero(),
            "a layout without zero has no code of -0 to be the NaN"
        );
        if zero != self.zero {
            self.zero = zero;
            self.negative_zero = self.signed && zero;
        }
        self.checked()
    }

    /// The same with a negative zero, or with a NaN in its place, as the FNUZ formats have.
    ///
    /// # Panics
    /// If the layout has no sign or no zero, or has NaNs already where −0 would become one.
    #[inline]
    #[must_use]
    pub const fn with_negative_zero(mut self, negative_zero: bool) -> Self {
        assert!(
            self.signed && self.zero,
            "only a layout with a sign and a zero has a code of -0"
        );
        self.negative_zero = negative_zero;
        self.checked()
    }

    /// The same with an infinity just above the largest finite code, or without.
    ///
    /// # Panics
    /// If there is no room for it.
    #[inline]
    #[must_use]
    pub const fn with_infinities(mut self, infinities: bool) -> Self {
        self.infinities = infinities;
        self.checked()
    }

    /// The same with so many NaN codes (a sign) at the very top: 2<sup>fraction bits</sup> − 1 for IEEE, 1 for OCP E4M3.
    ///
    /// # Panics
    /// If there is no room for them, or the code of −0 is the NaN.
    #[inline]
    #[must_use]
    pub const fn with_high_nans(mut self, high_nans: u64) -> Self {
        self.high_nans = high_nans;
        self.checked()
    }

    const fn checked(self) -> Self {
        match self.fault() {
            None => self,
            Some(fault) => panic!("{}", fault),
        }
    }

    /// Why a layout of these fields makes no sense, if it doesn't.
    const fn fault(self) -> Option<&'static str> {
        if self.magnitude_bits() > 63 || self.bits > 64 {
            Some("a layout has at most 64 bits, 63 without the sign")
        } else if self.bias < -Self::MAX_BIAS || self.bias > Self::MAX_BIAS {
            Some("the exponent bias of a layout lies within -2^20 and 2^20")
        } else if self.high_nans != 0 && self.nan_is_negative_zero() {
            Some("a layout whose NaN is the code of -0 has no other NaNs")
        } else if !self.has_room() {
            Some("the layout has no room for its special codes")
        } else {
            None
        }
    }

    /// One finite code must be left, and where there is a zero, one besides it.
    const fn has_room(self) -> bool {
        self.high_nans <= self.magnitude_mask()
            && self.high_nans + (self.infinities as u64) + (self.zero as u64)
                <= self.magnitude_mask()
    }
}

/// The fields.
impl Layout {
    /// Width of a code in bits, sign included: 16 for binary16, 6 for the FP6 formats.
    ///
    /// A type may store its code in more bits; those above are ignored when read and written as 0.
    #[inline]
    pub const fn bits(self) -> u32 {
        self.bits
    }

    /// Width of the fraction field (the trailing significand) in bits: 10 for binary16.
    #[inline]
    pub const fn fraction_bits(self) -> u32 {
        self.fraction_bits
    }

    /// The exponent bias: 15 for binary16.
    #[inline]
    pub const fn bias(self) -> i32 {
        self.bias
    }

    /// Whether a code has a sign bit.
    #[inline]
    pub const fn is_signed(self) -> bool {
        self.signed
    }

    /// Whether exponent field 0 holds zero and the subnormals; false only for E8M0, whose code 0 is 2<sup>−127</sup>.
    #[inline]
    pub const fn has_zero(self) -> bool {
        self.zero
    }

    /// Whether −0 has a code. In a signed format without, such as FNUZ, that code is the NaN.
    #[inline]
    pub const fn has_negative_zero(self) -> bool {
        self.negative_zero
    }

    /// Whether the code just above the largest finite one is an infinity.
    #[inline]
    pub const fn has_infinities(self) -> bool {
        self.infinities
    }

    /// How many codes (a sign) at the very top are NaNs: 2<sup>fraction bits</sup> − 1 for IEEE, 1 for OCP E4M3, 0 for FNUZ
    /// and finite formats.
    #[inline]
    pub const fn high_nans(self) -> u64 {
        self.high_nans
    }
}
