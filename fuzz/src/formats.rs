//! Formats with text: the shipped ones, and declared ones that differ from them in kind.

use std::fmt::{Debug, Display, LowerExp, UpperExp};
use std::str::FromStr;

use ulp::{Bits, Format, Layout, ParseFloatError, float_type};
use ulp_verify::oracle::Shape;

/// All that a format does with text.
pub trait Text:
    Format + FromStr<Err = ParseFloatError> + Display + Debug + LowerExp + UpperExp
{
}

impl<F> Text for F where
    F: Format + FromStr<Err = ParseFloatError> + Display + Debug + LowerExp + UpperExp
{
}

float_type! {
    /// No zero, so that ties at both ends are odd, but with a fraction.
    pub struct Ue5M3(u8) = Layout::finite(5, 3).with_sign(false).with_zero(false), "ue5m3", [];
}
float_type! {
    /// IEEE P3109's binary8p1se: a zero, and one bit of significand.
    pub struct Binary8P1(u8) = Layout::p3109(8, 1, true, true), "binary8p1se", [sign, zero, infinities, nan];
}
float_type! {
    /// A format of odd widths.
    pub struct E6M14(u32) = Layout::ieee(6, 14), "e6m14", [sign, zero, infinities, nan];
}
float_type! {
    /// `f32`, as a declared type.
    pub struct Single(u32) = Layout::BINARY32, "single", [sign, zero, infinities, nan];
}
float_type! {
    /// `f64`, as a declared type.
    pub struct Double(u64) = Layout::BINARY64, "double", [sign, zero, infinities, nan];
}
float_type! {
    /// The longest fraction.
    pub struct Long(u64) = Layout::finite(5, 58), "long", [sign, zero];
}

/// The oracle's description of a layout that is one of the above or shipped.
pub fn shape(layout: Layout) -> Shape {
    Shape {
        exponent_bits: layout.exponent_bits(),
        fraction_bits: layout.fraction_bits(),
        bias: layout.bias(),
        signed: layout.signed(),
        zero: layout.zero(),
        nan_at_negative_zero: layout.signed() && layout.zero() && !layout.negative_zero(),
        nans: layout.high_nans(),
        infinity: layout.infinities(),
    }
}

/// The number of a code.
pub fn number<F: Format>(code: u64) -> F {
    F::from_bits(F::Bits::from_u64(code))
}

/// The code of a number.
pub fn code<F: Format>(number: F) -> u64 {
    number.to_bits().to_u64()
}

/// Calls a function that is generic over [`Text`] for each format, with these arguments.
#[macro_export]
macro_rules! for_each_format {
    ($function:ident($($argument:expr),*)) => {{
        use $crate::formats::{Binary8P1, Double, E6M14, Long, Single, Ue5M3};
        use ulp::{
            Bf16, F4E2M1Fn, F6E2M3Fn, F6E3M2Fn, F8E3M4, F8E4M3, F8E4M3B11Fnuz, F8E4M3Fn,
            F8E4M3Fnuz, F8E5M2, F8E5M2Fnuz, F8E8M0Fnu, F16,
        };
        $crate::for_each_format!(
            @ $function ($($argument),*)
            F16 Bf16 F8E4M3Fn F8E5M2 F8E4M3 F8E3M4 F8E4M3Fnuz F8E5M2Fnuz F8E4M3B11Fnuz F8E8M0Fnu F6E2M3Fn F6E3M2Fn F4E2M1Fn
            Ue5M3 Binary8P1 E6M14 Single Double Long
        );
    }};
    (@ $function:ident $arguments:tt $($format:ident)*) => { $(
        $crate::for_each_format!(@one $function $format $arguments);
    )* };
    (@one $function:ident $format:ident ($($argument:expr),*)) => { $function::<$format>($($argument),*) };
}
