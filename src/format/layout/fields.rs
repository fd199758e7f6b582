//! [`Fields`]: a layout that is known only at run time.

use core::error::Error;
use core::fmt;

use super::Layout;

/// What a [`Layout`] is made of, for a format that is known only at run time: from a file, or from a user.
///
/// ```
/// use ulp::{Fields, Layout};
///
/// let e4m3fn = Fields { infinities: false, high_nans: 1, ..Fields::ieee(4, 3) };
/// assert_eq!(Layout::from_fields(e4m3fn), Ok(Layout::E4M3FN));
///
/// let error = Layout::from_fields(Fields::ieee(21, 10)).unwrap_err();
/// assert_eq!(error.to_string(), "a layout has 1 to 20 exponent bits");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of the format, independent of the others"
)]
pub struct Fields {
    /// Width of the exponent field in bits, 1 to 20.
    pub exponent_bits: u32,
    /// Width of the fraction field in bits, 0 to 58.
    pub fraction_bits: u32,
    /// The exponent bias, −2<sup>20</sup> to 2<sup>20</sup>.
    pub bias: i32,
    /// Whether a code has a sign bit.
    pub signed: bool,
    /// Whether exponent field 0 holds zero and the subnormals.
    pub zero: bool,
    /// Whether −0 has a code. If not, in a format with a sign and a zero, that code is the NaN.
    pub negative_zero: bool,
    /// Whether the code just above the largest finite one is an infinity.
    pub infinities: bool,
    /// How many codes (a sign) at the very top are NaNs.
    pub high_nans: u64,
}

impl Fields {
    /// Those of [`Layout::ieee`]: signed, bias 2<sup>e−1</sup> − 1, infinities, and every code above them a NaN. Widths out of range
    /// are refused by [`Layout::from_fields`].
    #[must_use]
    pub const fn ieee(exponent_bits: u32, fraction_bits: u32) -> Self {
        let bias = match 1_i32.checked_shl(exponent_bits.wrapping_sub(1)) {
            Some(above) => above.wrapping_sub(1),
            None => 0,
        };
        let high_nans = match 1_u64.checked_shl(fraction_bits) {
            Some(above) => above - 1,
            None => 0,
        };
        Self {
            exponent_bits,
            fraction_bits,
            bias,
            signed: true,
            zero: true,
            negative_zero: true,
            infinities: true,
            high_nans,
        }
    }
}

impl Layout {
    /// The layout of these fields. The builders refuse what makes no sense by a panic; this function by an error.
    ///
    /// # Errors
    /// If a width or the bias is out of range; if the code is wider than 64 bits, or 63 without the sign; if a format without sign or
    /// without zero has a negative zero; if −0 is the NaN and there are others; if no finite code is left.
    pub const fn from_fields(fields: Fields) -> Result<Self, LayoutError> {
        if fields.exponent_bits < 1 || fields.exponent_bits > Self::MAX_EXPONENT_BITS {
            return Err(LayoutError("a layout has 1 to 20 exponent bits"));
        }
        if fields.fraction_bits > Self::MAX_FRACTION_BITS {
            return Err(LayoutError("a layout has at most 58 fraction bits"));
        }
        if fields.negative_zero && !(fields.signed && fields.zero) {
            return Err(LayoutError(
                "only a layout with a sign and a zero has a code of -0",
            ));
        }
        let layout = Self {
            bits: fields.signed as u32 + fields.exponent_bits + fields.fraction_bits,
            fraction_bits: fields.fraction_bits,
            bias: fields.bias,
            signed: fields.signed,
            zero: fields.zero,
            negative_zero: fields.negative_zero,
            infinities: fields.infinities,
            high_nans: fields.high_nans,
        };
        match layout.fault() {
            Some(fault) => Err(LayoutError(fault)),
            None => Ok(layout),
        }
    }
}

/// The error of [`Layout::from_fields`]. Its text says what makes no sense.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LayoutError(&'static str);

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for LayoutError {}
