//! Formats with text: the shipped ones, and declared ones of other kinds.

use std::fmt::{Debug, Display, LowerExp, UpperExp};
use std::str::FromStr;

use ulp::spec::Spec;
use ulp::{Bits, Cast, Flags, Float, Format, Layout, ParseFloatError, float_type};
use ulp_verify::oracle::FormatSpec;

/// A format with everything that it does with text.
pub trait Text: Format + FromStr<Err = ParseFloatError> + Display + Debug + LowerExp + UpperExp {
    /// Calls the method of this name.
    fn parse_with(text: &str, cast: Cast) -> Result<(Self, Flags), ParseFloatError>;
}

impl<S: Spec> Text for Float<S> {
    fn parse_with(text: &str, cast: Cast) -> Result<(Self, Flags), ParseFloatError> {
        Float::parse_with(text, cast)
    }
}

float_type! {
    /// A format without zero, so ties at both ends are odd. It has a fraction.
    pub type Ue5M3 = Ue5M3Spec(u8): Layout::finite(5, 3).with_sign(false).with_zero(false), "ue5m3", [];
}
float_type! {
    /// IEEE P3109's binary8p1se. It has a zero, and one bit of significand.
    pub type Binary8P1 = Binary8P1Spec(u8): Layout::p3109(8, 1, true, true), "binary8p1se", [sign, zero, infinities, nan];
}
float_type! {
    /// A format of odd widths.
    pub type E6M14 = E6M14Spec(u32): Layout::ieee(6, 14), "e6m14", [sign, zero, infinities, nan];
}
float_type! {
    /// `f32`, as a declared type.
    pub type Single = SingleSpec(u32): Layout::BINARY32, "single", [sign, zero, infinities, nan];
}
float_type! {
    /// `f64`, as a declared type.
    pub type Double = DoubleSpec(u64): Layout::BINARY64, "double", [sign, zero, infinities, nan];
}
float_type! {
    /// The format with the longest fraction.
    pub type Long = LongSpec(u64): Layout::finite(5, 58), "long", [sign, zero];
}

/// Returns the oracle's description of a layout of this file or of a shipped one.
pub fn shape(layout: Layout) -> FormatSpec {
    FormatSpec {
        exponent_bits: layout.exponent_bits(),
        fraction_bits: layout.fraction_bits(),
        bias: layout.bias(),
        signed: layout.is_signed(),
        zero: layout.has_zero(),
        nan_at_negative_zero: layout.is_signed() && layout.has_zero() && !layout.has_negative_zero(),
        nans: layout.high_nans(),
        infinity: layout.has_infinities(),
    }
}

/// Returns the number of a code.
pub fn number<F: Format>(code: u64) -> F {
    F::from_bits(F::Bits::from_u64(code))
}

/// Returns the code of a number.
pub fn code<F: Format>(number: F) -> u64 {
    number.to_bits().to_u64()
}

/// Calls a function that is generic over [`Text`] for each format, with these arguments.
#[macro_export]
macro_rules! for_each_text {
    ($function:ident $arguments:tt) => {{
        use $crate::call_each;
        #[allow(clippy::wildcard_imports, reason = "all formats")]
        use {$crate::formats::*, ulp::*};
        ulp::for_each_format!(call_each $function $arguments; Ue5M3 Binary8P1 E6M14 Single Double Long);
    }};
}

/// Calls a function for each of these formats.
#[macro_export]
macro_rules! call_each {
    ($function:ident $arguments:tt; $($format:ident)*) => { $(
        $crate::call_each!(@ $function $format $arguments);
    )* };
    (@ $function:ident $format:ident ($($argument:expr),*)) => { $function::<$format>($($argument),*) };
}
