//! The formats under test.

use crate::adapter;
use crate::operations::{code, number};
use crate::oracle::{self, FormatSpec, p3109};
use ulp::{Layout, float_type};

use super::*;

/// Declares types with their layouts, in the crate's terms and in the oracle's.
macro_rules! declare {
    ($($name:ident $spec:ident = $layout:expr, $shape:expr, [$($has:ident),*];)*) => {
        $(float_type! {
            /// A layout that nobody ships.
            pub(crate) type $name = $spec(u8): $layout, stringify!($name), [$($has),*];
        })*

        fn declared(dtype: &str) -> Option<FormatSpec> {
            $(if dtype == stringify!($name) {
                return Some($shape);
            })*
            None
        }

        /// Calls a function generic over [`Format`] once for every layout of this file.
        macro_rules! for_every_odd_format {
            ($function:ident) => {{ $($function::<formats::$name>();)* }};
        }
    };
}

/// Returns a format whose codes are all finite, with bias 2^(e−1) − 1.
fn finite(exponent_bits: u32, fraction_bits: u32) -> FormatSpec {
    FormatSpec {
        exponent_bits,
        fraction_bits,
        bias: (1 << (exponent_bits - 1)) - 1,
        signed: true,
        zero: true,
        nan_at_negative_zero: false,
        nans: 0,
        infinity: false,
    }
}

fn ieee(exponent_bits: u32, fraction_bits: u32) -> FormatSpec {
    FormatSpec {
        nans: (1 << fraction_bits) - 1,
        infinity: true,
        ..finite(exponent_bits, fraction_bits)
    }
}

declare! {
    P3One P3OneSpec = Layout::p3109(3, 1, true, false), p3109(3, 1, true, false), [sign, zero, nan];
    P4OneExtended P4OneExtendedSpec = Layout::p3109(4, 1, true, true), p3109(4, 1, true, true), [sign, zero, infinities, nan];
    P5UnsignedExtended P5UnsignedExtendedSpec = Layout::p3109(5, 2, false, true), p3109(5, 2, false, true), [zero, infinity, nan];
    P6UnsignedOne P6UnsignedOneSpec = Layout::p3109(6, 1, false, false), p3109(6, 1, false, false), [zero, nan];
    P6Extended P6ExtendedSpec = Layout::p3109(6, 3, true, true), p3109(6, 3, true, true), [sign, zero, infinities, nan];
    P5UnsignedFraction P5UnsignedFractionSpec = Layout::p3109(5, 5, false, false), p3109(5, 5, false, false), [zero, nan];
    E2M1 E2M1Spec = Layout::ieee(2, 1), ieee(2, 1), [sign, zero, infinities, nan];
    // All finite numbers are subnormal.
    E1M2 E1M2Spec = Layout::ieee(1, 2), ieee(1, 2), [sign, zero, infinities, nan];
    E4M1 E4M1Spec = Layout::ieee(4, 1), ieee(4, 1), [sign, zero, infinities, nan];
    UnsignedIeee UnsignedIeeeSpec = Layout::ieee(3, 2).with_sign(false), FormatSpec { signed: false, ..ieee(3, 2) }, [zero, infinity, nan];
    PartlyNan PartlyNanSpec = Layout::finite(2, 3).with_high_nans(3), FormatSpec { nans: 3, ..finite(2, 3) }, [sign, zero, nan];
    InfinityWithoutNan InfinityWithoutNanSpec = Layout::finite(3, 2).with_infinities(true), FormatSpec { infinity: true, ..finite(3, 2) },
        [sign, zero, infinities];
    UnsignedInfinityWithoutNan UnsignedInfinityWithoutNanSpec = Layout::finite(3, 2).with_sign(false).with_infinities(true),
        FormatSpec { signed: false, infinity: true, ..finite(3, 2) }, [zero, infinity];
    UnsignedFinite UnsignedFiniteSpec = Layout::finite(2, 3).with_sign(false), FormatSpec { signed: false, ..finite(2, 3) }, [zero];
    OneBit OneBitSpec = Layout::finite(4, 0), finite(4, 0), [sign, zero];
    OneBitWithNan OneBitWithNanSpec = Layout::finite(4, 0).with_high_nans(1), FormatSpec { nans: 1, ..finite(4, 0) }, [sign, zero, nan];
    WithoutZero WithoutZeroSpec = Layout::finite(3, 2).with_zero(false).with_high_nans(1).with_infinities(true),
        FormatSpec { zero: false, nans: 1, infinity: true, ..finite(3, 2) }, [sign, infinities, nan];
    OneBitWithoutZero OneBitWithoutZeroSpec = Layout::finite(4, 0).with_zero(false), FormatSpec { zero: false, ..finite(4, 0) }, [sign];
    NothingButNumbers NothingButNumbersSpec = Layout::finite(4, 1).with_zero(false).with_sign(false),
        FormatSpec { zero: false, signed: false, ..finite(4, 1) }, [];
    // All numbers are far below 1, or above it.
    FarBelowOne FarBelowOneSpec = Layout::finite(2, 2).with_bias(40), FormatSpec { bias: 40, ..finite(2, 2) }, [sign, zero];
    FarAboveOne FarAboveOneSpec = Layout::ieee(3, 2).with_bias(-40), FormatSpec { bias: -40, ..ieee(3, 2) }, [sign, zero, infinities, nan];
}
#[allow(clippy::single_component_path_imports, reason = "it gives the other modules a macro")]
pub(crate) use for_every_odd_format;

/// Calls a function for those of these layouts that differ most. It serves functions whose compilation takes long.
macro_rules! for_some_odd_formats {
    ($function:ident) => {{
        $function::<formats::P4OneExtended>();
        $function::<formats::UnsignedIeee>();
        $function::<formats::PartlyNan>();
        $function::<formats::UnsignedInfinityWithoutNan>();
        $function::<formats::WithoutZero>();
        $function::<formats::FarBelowOne>();
    }};
}
pub(crate) use for_some_odd_formats;

/// Calls a function generic over [`Signed`](crate::numbers::Signed) once for every shipped format of at most 8 bits that has
/// a sign, and for some formats that are not shipped.
macro_rules! for_every_signed_format {
    ($function:ident) => {{
        ulp::for_each_format!(@has call_each_signed $function);
        $function::<formats::P6Extended>();
        $function::<formats::WithoutZero>();
        $function::<formats::OneBitWithoutZero>();
    }};
}
pub(crate) use for_every_signed_format;

/// Declares wider types, IEEE's except for the bias. Each way of computing has one, besides those of `F16` and `Bf16`.
macro_rules! declare_wide {
    ($($name:ident $spec:ident($bits:ident) = $exponent_bits:literal, $fraction_bits:literal, $bias:literal;)*) => {
        $(float_type! {
            /// A layout that nobody ships.
            pub(crate) type $name = $spec($bits): Layout::ieee($exponent_bits, $fraction_bits).with_bias($bias), stringify!($name),
                [sign, zero, infinities, nan];
        })*

        fn declared_wide(dtype: &str) -> Option<FormatSpec> {
            $(if dtype == stringify!($name) {
                return Some(FormatSpec { bias: $bias, ..ieee($exponent_bits, $fraction_bits) });
            })*
            None
        }

        /// Calls a function generic over [`Format`] once for every wider type.
        macro_rules! for_every_wide_format {
            ($function:ident) => {{ $($function::<formats::$name>();)* }};
        }
    };
}

declare_wide! {
    // The format computes in f32, without the instructions of F16C.
    E5M10 E5M10Spec(u16) = 5, 10, 14;
    // The formats compute in f64. One has no more than 11 bits, but exponents too large for f32. One has the most bits.
    E8M10 E8M10Spec(u32) = 8, 10, 127;
    E8M23 E8M23Spec(u32) = 8, 23, 127;
    E7M24 E7M24Spec(u32) = 7, 24, 63;
    // These have the exponents of f32, with fewer bits than bfloat16 and with one more.
    E8M5 E8M5Spec(u16) = 8, 5, 127;
    E8M8 E8M8Spec(u32) = 8, 8, 127;
    // The format does not compute on the CPU.
    E9M25 E9M25Spec(u64) = 9, 25, 255;
    E11M10 E11M10Spec(u32) = 11, 10, 1023;
}
#[allow(clippy::single_component_path_imports, reason = "it gives the other modules a macro")]
pub(crate) use for_every_wide_format;

/// A format under test. The tests are functions of this description, of codes, and of the crate's operations on codes. Only the
/// operations are compiled for each format.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tested {
    /// The name of the type.
    pub(crate) name: &'static str,
    /// The oracle's description.
    pub(crate) shape: FormatSpec,
}

impl Tested {
    pub(crate) fn of<F: Format>() -> Self {
        Self::named(F::DTYPE)
    }

    fn named(name: &'static str) -> Self {
        let own = declared(name).or_else(|| declared_wide(name));
        let shape = own.unwrap_or_else(|| oracle::shipped(name));
        Self { name, shape }
    }

    /// Returns all codes of the format.
    pub(crate) fn codes(&self) -> std::ops::RangeInclusive<u64> {
        0..=self.shape.mask()
    }
}

/// Returns the number of this code as a double.
pub(crate) fn to_f64<F: Format>(code: u64) -> f64 {
    number::<F>(code).cast()
}

/// Returns the code of a double, rounded.
pub(crate) fn from_f64<F: Format>(value: f64) -> u64 {
    code::<F>(value.cast())
}

#[test]
fn both_descriptions_are_of_one_layout() {
    fn check<F: Format>() {
        assert_eq!(F::LAYOUT, adapter::layout(&Tested::of::<F>().shape), "{}", F::DTYPE);
    }
    for_every_byte_format!(check);
    for_every_odd_format!(check);
    for_every_wide_format!(check);
}
