//! The right results of methods that are no single operation of IEEE 754.

use core::cmp::Ordering;

use super::FormatSpec;
use super::arithmetic::{
    Answer, Quotient, Signed, add_values, exactly, invalid, is_infinite, is_negative, is_zero, nan_among, product, rest, sum, zero,
};
use super::cast::RoundingQuery;
use super::value::{Dyadic, Real, Value, decode};

const ONE: Dyadic = Dyadic {
    significand: 1,
    exponent: 0,
};

/// Returns 1 / a.
#[must_use]
pub fn recip(shape: &FormatSpec, a: u64) -> Answer<'_> {
    if let Some(nan) = nan_among(shape, &[a]) {
        return nan;
    }
    match decode(shape, a) {
        x if is_zero(x) => exactly(
            shape,
            Value::Infinite {
                negative: is_negative(x),
            },
        ),
        Value::Finite { negative, magnitude } => {
            Answer::Rounded(RoundingQuery::real(shape, negative, &Quotient(ONE, magnitude)), 0)
        }
        x => exactly(shape, zero(is_negative(x))),
    }
}

/// Returns (a + b) / 2.
#[must_use]
pub fn midpoint(shape: &FormatSpec, a: u64, b: u64) -> Answer<'_> {
    if let Some(nan) = nan_among(shape, &[a, b]) {
        return nan;
    }
    add_values(shape, decode(shape, a), decode(shape, b), -1)
}

/// Returns the least a − b · n that is not negative. A zero has the sign of a, as in `f32::rem_euclid`.
#[must_use]
pub fn rem_euclid(shape: &FormatSpec, a: u64, b: u64) -> Answer<'_> {
    if let Some(nan) = nan_among(shape, &[a, b]) {
        return nan;
    }
    let (x, y) = (decode(shape, a), decode(shape, b));
    match (x, y) {
        _ if is_infinite(x) || is_zero(y) => invalid(shape),
        _ if is_zero(x) => exactly(shape, x),
        (
            Value::Finite { negative, magnitude },
            Value::Finite {
                magnitude: other_magnitude,
                ..
            },
        ) => {
            let (_, rest) = rest(magnitude, other_magnitude, false);
            if negative && rest.significand != 0 {
                add_values(shape, finite(true, rest), finite(false, other_magnitude), 0)
            } else {
                exactly(shape, finite(negative, rest))
            }
        }
        // The result of −1 is ∞ − 1, n = ∓1, as in `f32::rem_euclid`.
        _ if is_negative(x) => exactly(shape, Value::Infinite { negative: false }),
        _ => exactly(shape, x),
    }
}

/// Returns the n of [`rem_euclid`].
#[must_use]
pub fn div_euclid(shape: &FormatSpec, a: u64, b: u64) -> Answer<'_> {
    if let Some(nan) = nan_among(shape, &[a, b]) {
        return nan;
    }
    let (x, y) = (decode(shape, a), decode(shape, b));
    let negative = is_negative(x) != is_negative(y);
    match (x, y) {
        _ if is_zero(x) && is_zero(y) || is_infinite(x) && is_infinite(y) => invalid(shape),
        _ if is_infinite(x) || is_zero(y) => exactly(shape, Value::Infinite { negative }),
        _ if is_zero(x) => exactly(shape, zero(negative)),
        (
            Value::Finite { magnitude, .. },
            Value::Finite {
                magnitude: other_magnitude,
                ..
            },
        ) => {
            let away = is_negative(x);
            if !away && magnitude.compare(other_magnitude) == Ordering::Less {
                return exactly(shape, zero(negative));
            }
            let quotient = WholeQuotient {
                dividend: magnitude,
                divisor: other_magnitude,
                away,
            };
            Answer::Rounded(RoundingQuery::real(shape, negative, &quotient), 0)
        }
        _ if is_negative(x) => exactly(shape, finite(negative, ONE)),
        _ => exactly(shape, zero(negative)),
    }
}

fn finite(negative: bool, magnitude: Dyadic) -> Value {
    Value::Finite { negative, magnitude }
}

/// A quotient without its fraction, or rounded up.
struct WholeQuotient {
    dividend: Dyadic,
    divisor: Dyadic,
    away: bool,
}

impl WholeQuotient {
    /// Returns the distance of the quotient from an integer, in divisors.
    fn beyond(&self, integer: Dyadic) -> Option<Signed> {
        sum((false, self.dividend), (true, product(self.divisor, integer)))
    }
}

impl Real for WholeQuotient {
    fn compare(&self, other: Dyadic) -> Ordering {
        // A number between two integers compares like its neighbour on the other side.
        let lost = other.exponent.min(0).unsigned_abs();
        let floor = other.significand.checked_shr(lost).unwrap_or(0);
        let floor = Dyadic {
            significand: floor,
            exponent: other.exponent.max(0),
        };
        let fraction = floor.compare(other) != Ordering::Equal;
        let Some((below, distance)) = self.beyond(floor) else {
            return if fraction { Ordering::Less } else { Ordering::Equal };
        };
        let by_one = distance.compare(self.divisor);
        match (below, self.away) {
            // ⌊q⌋ ≥ floor + 1 if q is; ⌈q⌉ ≥ floor + 1 anyway.
            (false, false) if by_one == Ordering::Less => {
                if fraction {
                    Ordering::Less
                } else {
                    Ordering::Equal
                }
            }
            (false, _) => Ordering::Greater,
            // ⌈q⌉ ≤ floor − 1 if q is.
            (true, true) if by_one == Ordering::Less && !fraction => Ordering::Equal,
            (true, _) => Ordering::Less,
        }
    }
}

/// Returns a · c. c lies between two fractions with this denominator. Their numerators are `least` and the next integer.
///
/// # Panics
/// If the fractions are too far apart to tell the result.
#[must_use]
pub fn scaled(shape: &FormatSpec, a: u64, least: u128, denominator: u128) -> Answer<'_> {
    if let Some(nan) = nan_among(shape, &[a]) {
        return nan;
    }
    match decode(shape, a) {
        Value::Finite { negative, magnitude } if magnitude.significand != 0 => {
            let scaled = Scaled {
                number: magnitude,
                least,
                denominator,
            };
            Answer::Rounded(RoundingQuery::real(shape, negative, &scaled), 0)
        }
        x => exactly(shape, x),
    }
}

struct Scaled {
    number: Dyadic,
    least: u128,
    denominator: u128,
}

impl Real for Scaled {
    fn compare(&self, other: Dyadic) -> Ordering {
        let integer = |significand| Dyadic {
            significand,
            exponent: 0,
        };
        let other = product(other, integer(self.denominator));
        let compare = |numerator| product(self.number, integer(numerator)).compare(other);
        let order = compare(self.least);
        assert_eq!(order, compare(self.least + 1), "the constant needs more digits");
        order
    }
}

/// Returns the unit in the last place. The unit of zero is the smallest number.
#[must_use]
pub fn ulp(shape: &FormatSpec, a: u64) -> Answer<'_> {
    if let Some(nan) = nan_among(shape, &[a]) {
        // This is not an operation, so the NaN stays as it is.
        let Answer::Fixed(..) = nan else {
            unreachable!("a NaN is not rounded")
        };
        return Answer::Fixed(a & shape.mask(), 0);
    }
    match decode(shape, a) {
        Value::Finite { magnitude, .. } => exactly(
            shape,
            finite(
                false,
                Dyadic {
                    significand: 1,
                    ..magnitude
                },
            ),
        ),
        _ => exactly(shape, Value::Infinite { negative: false }),
    }
}

/// Returns a minus the nearest integer toward 0. An integer gives +0, as in `f32::fract`.
#[must_use]
pub fn fract(shape: &FormatSpec, a: u64) -> Answer<'_> {
    if let Some(nan) = nan_among(shape, &[a]) {
        return nan;
    }
    match decode(shape, a) {
        Value::Finite { negative, magnitude } => {
            let (_, rest) = rest(magnitude, ONE, false);
            exactly(shape, finite(negative && rest.significand != 0, rest))
        }
        // ∞ − ∞.
        _ => invalid(shape),
    }
}
