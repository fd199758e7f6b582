//! Conversions that libraries in use today get wrong, and every rule of the numbers. Each has a test.
//!
//! Expected codes are worked out by hand in the comments. Codes are hexadecimal, and numbers are decimal.

#![allow(clippy::float_cmp, reason = "the values compared are exact")]

use half::{bf16, f16};
use ulp::{
    Bf16, Bits, Cast, F4E2M1Fn, F6E2M3Fn, F8E4M3, F8E4M3B11Fnuz, F8E4M3Fn, F8E4M3Fnuz, F8E5M2, F8E5M2Fnuz, F8E8M0Fnu, F16, Flags,
    Format, Layout, Rounding, float_type,
};

use Rounding::{TiesToAway, TiesToEven, ToOdd, TowardNegative, TowardPositive, TowardZero};

const EXACT: Flags = Flags::NONE;
const INEXACT: Flags = Flags::INEXACT;
const INVALID: Flags = Flags::INVALID;
const UNDERFLOW: Flags = Flags::INEXACT.union(Flags::UNDERFLOW);
const OVERFLOW: Flags = Flags::INEXACT.union(Flags::OVERFLOW);

/// Converts to the code and the flags, and checks that all functions for this cast agree.
#[inline(never)] // Compiled once a pair of formats, not once a call.
fn convert<S: Format, D: Format>(source: S, cast: Cast) -> (u64, Flags) {
    let (number, flags) = source.cast_with::<D>(cast);
    let code = number.to_bits().to_u64();
    assert_eq!(cast.convert(S::LAYOUT, D::LAYOUT, source.to_bits().to_u64()), (code, flags));
    if cast == Cast::new() {
        assert_eq!(source.cast::<D>().to_bits().to_u64(), code);
    }
    (code, flags)
}

/// Converts with ties to even and IEEE overflow.
fn nearest<D: Format>(source: f64) -> (u64, Flags) {
    convert::<f64, D>(source, Cast::new())
}

fn rounded<D: Format>(rounding: Rounding, source: f64) -> (u64, Flags) {
    convert::<f64, D>(source, Cast::new().rounding(rounding))
}

fn saturated<D: Format>(source: f64) -> (u64, Flags) {
    convert::<f64, D>(source, Cast::new().saturating())
}

/// Returns 2^`exponent`, which may be subnormal.
fn exp2(exponent: i32) -> f64 {
    let step = if exponent < 0 { 0.5 } else { 2.0 };
    (0..exponent.unsigned_abs()).fold(1.0, |value, _| value * step)
}

mod arithmetic;
mod flags;
mod nan;
mod one_bit;
mod overflow;
mod rounding;
mod saturation;
mod table;
mod zeros_and_signs;
