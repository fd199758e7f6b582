//! [`Layout`]: a floating-point format as plain data.

/// A floating-point format as plain data. A *code* is a sign bit (if any), a biased exponent field and a fraction field.
///
/// In every format described here, the value of a code grows with its magnitude bits read as an integer. The special codes are
/// therefore the topmost magnitudes: first the infinity, then the NaNs. In the FNUZ formats, the only special code is the code of
/// negative zero. A layout stores no other facts, and derives all limits.
///
/// With `f` = [`fraction_bits`](Self::fraction_bits), a code of exponent field `e` and fraction `t` has one of these magnitudes
/// (IEEE 754-2019, 3.4; OCP Microscaling Formats 1.0, 5.3):
///
/// - 2<sup>e − bias</sup> · (1 + t / 2<sup>f</sup>) if `e` > 0, or if the format has no [zero](Self::has_zero);
/// - 2<sup>1 − bias</sup> · (t / 2<sup>f</sup>), zero or a subnormal, if `e` = 0.
///
/// Every `Layout` is valid. The builders panic if a layout would make no sense. In a constant, the panic is a compile error. The
/// builders whose names begin with `try_` return an error instead. They serve layouts that are known only at run time.
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
    /// TensorFloat-32: the range of binary32 with the fraction of binary16. The 19 bits are right-aligned here. Hardware keeps
    /// the 19 bits at the top of a binary32.
    pub const TF32: Self = Self::ieee(8, 10);
    /// IEEE 754 binary32, "fp32", "single": 8 exponent bits, 23 fraction bits.
    pub const BINARY32: Self = Self::ieee(8, 23);
    /// IEEE 754 binary64, "fp64", "double": 11 exponent bits, 52 fraction bits.
    pub const BINARY64: Self = Self::ieee(11, 52);
    /// bfloat16: the upper half of a binary32.
    pub const BFLOAT16: Self = Self::ieee(8, 7);
    /// OCP 8-bit floating point (OFP8) E5M2: IEEE-like.
    pub const E5M2: Self = Self::ieee(5, 2);
    /// OCP 8-bit floating point (OFP8) E4M3. It has no infinities and one NaN per sign. Its largest value is 448.
    pub const E4M3FN: Self = Self::finite(4, 3).with_high_nans(1);
    /// E4M3 with IEEE's infinities and NaNs (`ml_dtypes.float8_e4m3`).
    pub const E4M3: Self = Self::ieee(4, 3);
    /// E3M4 with IEEE's infinities and NaNs (`ml_dtypes.float8_e3m4`).
    pub const E3M4: Self = Self::ieee(3, 4);
    /// E4M3 of Graphcore, AMD and Qualcomm (arXiv 2206.02915). The code of −0 is the only NaN. The bias is 8.
    pub const E4M3FNUZ: Self = Self::fnuz(4, 3);
    /// E5M2 of Graphcore, AMD and Qualcomm (arXiv 2206.02915). The code of −0 is the only NaN. The bias is 16.
    pub const E5M2FNUZ: Self = Self::fnuz(5, 2);
    /// E4M3 with the NaN of FNUZ and the bias 11 (`ml_dtypes.float8_e4m3b11fnuz`).
    pub const E4M3B11FNUZ: Self = Self::fnuz(4, 3).with_bias(11);
    /// The scale format of OCP Microscaling Formats 1.0: 2<sup>−127</sup> to 2<sup>127</sup> and a NaN. It has no sign and no
    /// zero.
    pub const E8M0FNU: Self = Self::finite(8, 0).with_sign(false).with_zero(false).with_high_nans(1);
    /// E4M3 without a sign, for scales. It has one NaN. Its largest value is 448 (CUDA's `ue4m3`).
    pub const E4M3FNU: Self = Self::finite(4, 3).with_sign(false).with_high_nans(1);
    /// E5M3 without a sign, for scales. It has one NaN. Its largest value is 114688 (CUDA's `ue5m3`).
    pub const E5M3FNU: Self = Self::finite(5, 3).with_sign(false).with_high_nans(1);
    /// OCP Microscaling FP6 E2M3. Every code is finite.
    pub const E2M3FN: Self = Self::finite(2, 3);
    /// OCP Microscaling FP6 E3M2. Every code is finite.
    pub const E3M2FN: Self = Self::finite(3, 2);
    /// OCP Microscaling FP4 E2M1. Every code is finite.
    pub const E2M1FN: Self = Self::finite(2, 1);
}

/// The fields.
impl Layout {
    /// Returns the width of a code in bits, with the sign: 16 for binary16, 6 for the FP6 formats.
    ///
    /// A type may store its code in a wider integer. The bits above the code are ignored when read, and written as 0.
    #[inline]
    pub const fn bits(self) -> u32 {
        self.bits
    }

    /// Returns the width of the fraction field (the trailing significand) in bits: 10 for binary16.
    #[inline]
    pub const fn fraction_bits(self) -> u32 {
        self.fraction_bits
    }

    /// Returns the exponent bias: 15 for binary16.
    #[inline]
    pub const fn bias(self) -> i32 {
        self.bias
    }

    /// Returns whether a code has a sign bit.
    #[inline]
    pub const fn is_signed(self) -> bool {
        self.signed
    }

    /// Returns whether exponent field 0 holds zero and the subnormals. Among the shipped formats only E8M0 returns false. The
    /// code 0 of E8M0 is 2<sup>−127</sup>.
    #[inline]
    pub const fn has_zero(self) -> bool {
        self.zero
    }

    /// Returns whether −0 has a code. In a signed format without −0, such as FNUZ, the NaN has that code.
    #[inline]
    pub const fn has_negative_zero(self) -> bool {
        self.negative_zero
    }

    /// Returns whether the code just above the largest finite code is an infinity.
    #[inline]
    pub const fn has_infinities(self) -> bool {
        self.infinities
    }

    /// Returns the number of NaN codes per sign at the very top: 2<sup>fraction bits</sup> − 1 for IEEE, 1 for OCP E4M3, 0 for
    /// FNUZ and finite formats.
    #[inline]
    pub const fn high_nans(self) -> u64 {
        self.high_nans
    }
}
