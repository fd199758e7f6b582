//! [`Layout`]: a floating-point format as plain data.

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
/// Every `Layout` is valid: the builders refuse what makes no sense, at compile time where they run in a constant. Those whose names
/// begin with `try_` return an error instead of a panic, for a layout that is known only at run time.
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
