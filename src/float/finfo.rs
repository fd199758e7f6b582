//! [`finfo`]: the limits of a format, derived from its [`Layout`](crate::Layout).

use core::fmt::{self, Write};

use crate::format::{FixedText, Layout};
use crate::round::{Cast, Format, from_code};

/// The limits of a format: the fields of numpy's `finfo`, and the text of torch's `finfo`.
///
/// `precision` and `resolution` are defined as in torch: resolution is 10<sup>−⌊fraction bits · log10 2⌋</sup>. For most formats
/// of 8 bits, ml_dtypes has one digit more. All other fields are as in `numpy.finfo` and `ml_dtypes.finfo`.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub struct Finfo<F> {
    /// The width of a code in bits: 6 for an FP6 format, even if a byte stores the code.
    pub bits: u32,
    /// The step from 1 to the next larger number.
    pub eps: F,
    /// The step from 1 to the next smaller number.
    pub epsneg: F,
    /// The largest finite number.
    pub max: F,
    /// The smallest finite number. In a format with a sign this is −max.
    pub min: F,
    /// The smallest positive normal number.
    pub smallest_normal: F,
    /// The smallest positive number.
    pub smallest_subnormal: F,
    /// 10<sup>−precision</sup>, the resolution in decimal digits.
    pub resolution: f64,
    /// The number of decimal digits that survive a conversion to the format and back.
    pub precision: u32,
    /// The exponent of `eps`.
    pub machep: i32,
    /// The exponent of `epsneg`.
    pub negep: i32,
    /// The number of bits of the exponent field.
    pub nexp: u32,
    /// The number of bits of the exponent field. numpy has both names.
    pub iexp: u32,
    /// The number of bits of the fraction field.
    pub nmant: u32,
    /// The exponent of `smallest_normal`.
    pub minexp: i32,
    /// The exponent of the smallest power of two that overflows, one more than the exponent of `max`.
    pub maxexp: i32,
    /// The name of the format in numpy with ml_dtypes.
    pub dtype: &'static str,
}

/// Returns the limits of a format.
///
/// ```
/// use ulp::{Bf16, finfo};
///
/// const INFO: ulp::Finfo<Bf16> = finfo::<Bf16>();
/// assert_eq!(INFO.max.to_f32(), 3.3895314e38);
/// assert_eq!(INFO.maxexp, 128);
/// assert_eq!(
///     INFO.to_string(),
///     "finfo(resolution=0.01, min=-3.38953e+38, max=3.38953e+38, eps=0.0078125, \
///      smallest_normal=1.17549e-38, tiny=1.17549e-38, dtype=bfloat16)"
/// );
/// ```
#[doc(alias("limits", "numeric_limits"))]
pub const fn finfo<F: Format>() -> Finfo<F> {
    // A constant, because the limits take more code than a program that asks for them.
    const { limits(F::LAYOUT, F::DTYPE) }
}

/// Returns the limits of a layout, as numbers of a format that has all numbers of the layout.
pub(super) const fn limits<F: Format>(layout: Layout, dtype: &'static str) -> Finfo<F> {
    const fn number<F: Format>(layout: Layout, code: u64) -> F {
        let (code, _) = Cast::new().convert(layout, F::LAYOUT, code);
        from_code(code)
    }
    let precision = layout.digits();
    let epsneg = layout.power_of_two_code(layout.epsilon_below_exponent());
    Finfo {
        bits: layout.bits(),
        eps: number(layout, layout.epsilon_code()),
        epsneg: number(layout, epsneg),
        max: number(layout, layout.max_code()),
        min: number(layout, layout.min_code()),
        smallest_normal: number(layout, layout.min_normal_code()),
        smallest_subnormal: number(layout, layout.min_positive_code()),
        // Powers of ten up to 10^22 are exact. The quotient is therefore the f64 nearest to 10^-precision.
        resolution: 1.0 / 10u64.pow(precision) as f64,
        precision,
        machep: layout.epsilon_exponent(),
        negep: layout.epsilon_below_exponent(),
        nexp: layout.exponent_bits(),
        iexp: layout.exponent_bits(),
        nmant: layout.fraction_bits(),
        minexp: layout.min_exponent(),
        maxexp: layout.max_exponent() + 1,
        dtype,
    }
}

impl<F: Format> Finfo<F> {
    /// Returns `smallest_normal`, which numpy also calls `tiny`.
    pub const fn tiny(&self) -> F {
        self.smallest_normal
    }
}

/// Prints the line that torch prints. Numbers are converted to `f64` and printed like C's `%g`. A number past the range of `f64`
/// prints `inf` or 0.
impl<F: Format> fmt::Display for Finfo<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |x: F| General(x.cast::<f64>());
        write!(
            f,
            "finfo(resolution={}, min={}, max={}, eps={}, smallest_normal={}, tiny={}, dtype={})",
            General(self.resolution),
            number(self.min),
            number(self.max),
            number(self.eps),
            number(self.smallest_normal),
            number(self.tiny()),
            self.dtype,
        )
    }
}

/// Prints a number as C's `%g`: six significant digits without trailing zeros. Numbers below 10<sup>−4</sup> or from
/// 10<sup>6</sup> on have an exponent (C23, 7.23.6.1).
struct General(f64);

impl General {
    /// The length of the longest text that `General` writes: of -1.23457e-308, or of -0.000123457.
    const LONGEST: usize = 24;
}

impl fmt::Display for General {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.is_finite() {
            return write!(f, "{}", if self.0.is_nan() { f64::NAN } else { self.0 });
        }
        let mut text = FixedText::<{ Self::LONGEST }>::new();
        write!(text, "{:.5e}", self.0)?;
        let (digits, exponent) = text.as_str().split_once('e').ok_or(fmt::Error)?;
        let exponent: i32 = exponent.parse().map_err(|_| fmt::Error)?;
        if (-4..6).contains(&exponent) {
            let mut text = FixedText::<{ Self::LONGEST }>::new();
            write!(text, "{:.*}", (5 - exponent) as usize, self.0)?;
            f.write_str(without_trailing_zeros(text.as_str()))
        } else {
            let sign = if exponent < 0 { '-' } else { '+' };
            let digits = without_trailing_zeros(digits);
            write!(f, "{digits}e{sign}{:02}", exponent.unsigned_abs())
        }
    }
}

fn without_trailing_zeros(number: &str) -> &str {
    if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    }
}
