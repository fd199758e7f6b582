//! Rounding to integers, and conversions from and to integer types (IEEE 754-2019, 5.3.1, 5.4.1, 5.8).

use core::cmp::Ordering;

use super::arithmetic::{Answer, nan_among};
use super::cast::{Between, RoundingQuery};
use super::value::{Dyadic, Value, decode};
use super::{FormatSpec, INEXACT, INVALID, Rounding};

/// Returns the magnitude rounded to an integer, and whether the result is exact. Returns `None` for 2^128 and more.
fn integer(negative: bool, x: Dyadic, rounding: Rounding) -> Option<(u128, bool)> {
    if x.significand == 0 {
        return Some((0, true));
    }
    if x.log2() >= 128 {
        return None;
    }
    if x.exponent >= 0 {
        return Some((x.significand << x.exponent, true));
    }
    let floor = x.significand.checked_shr(x.exponent.unsigned_abs()).unwrap_or(0);
    let lower = Dyadic {
        significand: floor,
        exponent: 0,
    };
    let between = Between::new(&x, lower);
    let up = between.goes_up(rounding, negative, floor % 2 == 1, false);
    Some((floor + u128::from(up), between == Between::Exact))
}

/// Rounds to an integer of the format. If `exact` is true, a change of the value raises INEXACT.
#[must_use]
pub fn round_to_integral(shape: &FormatSpec, a: u64, rounding: Rounding, exact: bool) -> (u64, u8) {
    if let Some(nan) = nan_among(shape, &[a]) {
        return nan.rounded(rounding);
    }
    let same = RoundingQuery::new(shape, decode(shape, a)).resolve(rounding, false);
    let Value::Finite { negative, magnitude } = decode(shape, a) else {
        return same;
    };
    match integer(negative, magnitude, rounding) {
        None | Some((_, true)) => same,
        Some((significand, false)) => {
            let magnitude = Dyadic {
                significand,
                exponent: 0,
            };
            let rounded = Value::Finite { negative, magnitude };
            let (code, flags) = RoundingQuery::new(shape, rounded).resolve(rounding, false);
            (code, if exact { flags | INEXACT } else { flags })
        }
    }
}

/// Returns the number of an integer.
#[must_use]
pub fn from_integer(shape: &FormatSpec, negative: bool, magnitude: u128) -> Answer<'_> {
    let magnitude = Dyadic {
        significand: magnitude,
        exponent: 0,
    };
    let value = Value::Finite { negative, magnitude };
    Answer::Rounded(RoundingQuery::new(shape, value), 0)
}

/// Returns the integer of a number, as its sign and magnitude, and the flags. The bounds are the magnitudes `[positive,
/// negative]`.
#[must_use]
pub fn to_integer(shape: &FormatSpec, a: u64, rounding: Rounding, bounds: [u128; 2]) -> (bool, u128, u8) {
    match decode(shape, a) {
        Value::Nan { .. } => (false, 0, INVALID),
        Value::Infinite { negative } => (negative, bounds[usize::from(negative)], INVALID),
        Value::Finite { negative, magnitude } => {
            let bound = bounds[usize::from(negative)];
            match integer(negative, magnitude, rounding) {
                Some((integer, exact)) if integer.cmp(&bound) != Ordering::Greater => {
                    (negative, integer, if exact { 0 } else { INEXACT })
                }
                _ => (negative, bound, INVALID),
            }
        }
    }
}
