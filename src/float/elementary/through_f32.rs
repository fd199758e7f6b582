//! Computes functions through `f32`. If the result is near a tie, or is not normal in the format, the function is computed again
//! through `f64`.

use super::through_f64::{of_one, of_two};
use crate::round::{Format, from_code, short};

/// A bound of the errors of `libm`'s functions for `f32`, in units in the last place.
const ERROR: u32 = 16;

/// Rounds a number. Returns `None` if the number is so near to a tie that an error matters, or is not normal in the format.
#[inline(always)]
fn round_far_from_ties<F: Format>(y: f32) -> Option<F> {
    let dropped = const { f32::MANTISSA_DIGITS - F::LAYOUT.precision() };
    let half = 1 << (dropped - 1);
    let rebias = const { ((f32::LAYOUT.bias() - F::LAYOUT.bias()) as u32) << f32::LAYOUT.fraction_bits() };
    let least = const { f32::LAYOUT.power_of_two_code(F::LAYOUT.min_exponent()) as u32 };
    let past = const { f32::LAYOUT.power_of_two_code(F::LAYOUT.max_exponent()) as u32 };
    let magnitude = y.to_bits() & f32::LAYOUT.magnitude_mask() as u32;
    let guard = magnitude & ((1 << dropped) - 1);
    if magnitude.wrapping_sub(least) >= past - least || guard.abs_diff(half) <= ERROR {
        return None;
    }
    let code = (magnitude - rebias + half) >> dropped;
    Some(from_code(F::LAYOUT.with_sign_bit(y.is_sign_negative(), code.into())))
}

/// Computes a function of one argument. `g` is the function for `f64`.
#[inline(always)]
pub(super) fn of_one_f32<F: Format>(x: F, f: impl Fn(f32) -> f32, g: impl Fn(f64) -> f64) -> F {
    #[cold]
    fn again<F: Format>(x: F, g: impl Fn(f64) -> f64) -> F {
        of_one(x, g)
    }
    match round_far_from_ties(f(short::to_f32(x))) {
        Some(y) => y,
        None => again(x, g),
    }
}

/// Computes a function of two arguments. `g` is the function for `f64`.
#[inline(always)]
pub(super) fn of_two_f32<F: Format>(x: F, y: F, f: impl Fn(f32, f32) -> f32, g: impl Fn(f64, f64) -> f64) -> F {
    #[cold]
    fn again<F: Format>(x: F, y: F, g: impl Fn(f64, f64) -> f64) -> F {
        of_two(x, y, g)
    }
    match round_far_from_ties(f(short::to_f32(x), short::to_f32(y))) {
        Some(z) => z,
        None => again(x, y, g),
    }
}
