//! The right results of operations: IEEE 754-2019, 5.3.1, 5.4.1, 6 and 7, for any format.

use core::cmp::Ordering;

use super::cast::{RoundingQuery, nan};
use super::value::{Dyadic, Real, Value, decode};
use super::{DIVIDE_BY_ZERO, FormatSpec, INVALID, Rounding};

/// The result of an operation before rounding. The search is done once for all roundings.
#[derive(Clone, Copy, Debug)]
pub enum Answer<'a> {
    /// A code and flags that no rounding changes.
    Fixed(u64, u8),
    /// A value to round, and the flags besides those of rounding.
    Rounded(RoundingQuery<'a>, u8),
    /// The sum of a number and its opposite: 6.3.
    Cancelled(&'a FormatSpec),
}

impl Answer<'_> {
    /// Returns the code and the flags.
    #[must_use]
    pub fn rounded(&self, rounding: Rounding) -> (u64, u8) {
        match self {
            Self::Fixed(code, flags) => (*code, *flags),
            Self::Rounded(query, raised) => {
                let (code, flags) = query.resolve(rounding, false);
                (code, flags | raised)
            }
            // 6.3: +0, but −0 under roundTowardNegative.
            Self::Cancelled(shape) => {
                let zero = zero(rounding == Rounding::TowardNegative);
                RoundingQuery::new(shape, zero).resolve(rounding, false)
            }
        }
    }
}

/// A number with its sign.
pub(super) type Signed = (bool, Dyadic);

pub(super) fn zero(negative: bool) -> Value {
    let magnitude = Dyadic {
        significand: 0,
        exponent: 0,
    };
    Value::Finite { negative, magnitude }
}

pub(super) fn is_zero(value: Value) -> bool {
    matches!(value, Value::Finite { magnitude, .. } if magnitude.significand == 0)
}

pub(super) fn is_infinite(value: Value) -> bool {
    matches!(value, Value::Infinite { .. })
}

pub(super) fn is_negative(value: Value) -> bool {
    match value {
        Value::Nan { negative, .. } | Value::Infinite { negative } | Value::Finite { negative, .. } => negative,
    }
}

fn negated(value: Value) -> Value {
    match value {
        Value::Nan { .. } => value,
        Value::Infinite { negative } => Value::Infinite { negative: !negative },
        Value::Finite { negative, magnitude } => Value::Finite {
            negative: !negative,
            magnitude,
        },
    }
}

pub(super) fn exactly(shape: &FormatSpec, value: Value) -> Answer<'_> {
    Answer::Rounded(RoundingQuery::new(shape, value), 0)
}

/// Returns the default result of 7.2, a quiet NaN. In a format without NaN, returns the largest number, like a cast.
pub(super) fn invalid(shape: &FormatSpec) -> Answer<'_> {
    let code = nan(shape, false, None).unwrap_or(shape.max());
    Answer::Fixed(code, INVALID)
}

/// Returns an operand's NaN (6.2.3): the NaN of the first operand that is one, made quiet. A signaling NaN is invalid (7.2 a).
pub(super) fn nan_among<'a>(shape: &'a FormatSpec, codes: &[u64]) -> Option<Answer<'a>> {
    let first = codes.iter().find_map(|&code| match decode(shape, code) {
        Value::Nan { negative, payload } => nan(shape, negative, payload),
        _ => None,
    })?;
    let signaling = codes.iter().any(|&code| decode(shape, code).is_signaling());
    let flags = if signaling { INVALID } else { 0 };
    Some(Answer::Fixed(first, flags))
}

/// Returns the sum of two numbers, or another number of equal sign that compares like the sum with all numbers that matter.
///
/// The numbers that matter are those of the format and the points half-way, which have at most 62 bits. The other number is not
/// 0, and does not have far fewer than 64 bits. The larger operand is a multiple of a unit below 2^-63 of it, and the nearby
/// numbers that matter are multiples of this unit too. If the smaller operand is less than the unit, only its sign matters.
pub(super) fn sum(x: Signed, y: Signed) -> Option<Signed> {
    let (large, small) = if x.1.compare(y.1) == Ordering::Less { (y, x) } else { (x, y) };
    if small.1.significand == 0 {
        return (large.1.significand != 0).then_some(large);
    }
    assert!(
        large.1.significand >> 64 == 0 && small.1.significand >> 64 == 0,
        "the sum may not fit 128 bits"
    );
    let up = large.1.significand.leading_zeros() - 64;
    let unit = large.1.exponent - up as i32;
    let large_units = large.1.significand << up;
    let (exponent, large_units, small_units) = if small.1.log2() < unit {
        (unit - 1, large_units << 1, 1)
    } else if small.1.exponent >= unit {
        (unit, large_units, small.1.significand << (small.1.exponent - unit))
    } else {
        let below = unit - small.1.exponent;
        (small.1.exponent, large_units << below, small.1.significand)
    };
    let significand = if large.0 == small.0 {
        large_units + small_units
    } else {
        large_units - small_units
    };
    let sum = Dyadic { significand, exponent };
    (significand != 0).then_some((large.0, sum))
}

pub(super) fn product(x: Dyadic, y: Dyadic) -> Dyadic {
    Dyadic {
        significand: x.significand * y.significand,
        exponent: x.exponent + y.exponent,
    }
}

/// x / y.
pub(super) struct Quotient(pub(super) Dyadic, pub(super) Dyadic);

impl Real for Quotient {
    fn compare(&self, other: Dyadic) -> Ordering {
        self.0.compare(product(self.1, other))
    }
}

/// √x.
struct Root(Dyadic);

impl Real for Root {
    fn compare(&self, other: Dyadic) -> Ordering {
        self.0.compare(product(other, other))
    }
}

/// (x + y) · 2^scale.
pub(super) fn add_values(shape: &FormatSpec, x: Value, y: Value, scale: i32) -> Answer<'_> {
    match (x, y) {
        (
            Value::Finite { negative, magnitude },
            Value::Finite {
                negative: other,
                magnitude: other_magnitude,
            },
        ) => match sum((negative, magnitude), (other, other_magnitude)) {
            Some((negative, magnitude)) => exactly(
                shape,
                Value::Finite {
                    negative,
                    magnitude: Dyadic {
                        exponent: magnitude.exponent + scale,
                        ..magnitude
                    },
                },
            ),
            None if negative == other => exactly(shape, x),
            None => Answer::Cancelled(shape),
        },
        // 7.2 d: magnitude subtraction of infinities.
        (Value::Infinite { negative }, Value::Infinite { negative: other }) if negative != other => invalid(shape),
        (Value::Infinite { .. }, _) => exactly(shape, x),
        _ => exactly(shape, y),
    }
}

/// Returns a + b.
#[must_use]
pub fn add(shape: &FormatSpec, a: u64, b: u64) -> Answer<'_> {
    nan_among(shape, &[a, b]).unwrap_or_else(|| add_values(shape, decode(shape, a), decode(shape, b), 0))
}

/// Returns a − b.
#[must_use]
pub fn sub(shape: &FormatSpec, a: u64, b: u64) -> Answer<'_> {
    nan_among(shape, &[a, b]).unwrap_or_else(|| {
        let (x, y) = (decode(shape, a), decode(shape, b));
        // A zero without sign has no opposite, so this is x − x.
        if is_zero(x) && is_zero(y) && (!shape.signed || shape.nan_at_negative_zero) {
            return Answer::Cancelled(shape);
        }
        add_values(shape, x, negated(y), 0)
    })
}

/// Returns the exact product, or `None` for 0 times an infinity (7.2 b).
fn multiply(x: Value, y: Value) -> Option<Value> {
    let negative = is_negative(x) != is_negative(y);
    match (x, y) {
        (
            Value::Finite { magnitude, .. },
            Value::Finite {
                magnitude: other_magnitude,
                ..
            },
        ) => Some(Value::Finite {
            negative,
            magnitude: product(magnitude, other_magnitude),
        }),
        _ if is_zero(x) || is_zero(y) => None,
        _ => Some(Value::Infinite { negative }),
    }
}

/// Returns a · b.
#[must_use]
pub fn mul(shape: &FormatSpec, a: u64, b: u64) -> Answer<'_> {
    nan_among(shape, &[a, b]).unwrap_or_else(|| match multiply(decode(shape, a), decode(shape, b)) {
        Some(product) => exactly(shape, product),
        None => invalid(shape),
    })
}

/// Returns a · b + c, rounded once.
#[must_use]
pub fn mul_add(shape: &FormatSpec, a: u64, b: u64, c: u64) -> Answer<'_> {
    let is_nan = |code| matches!(decode(shape, code), Value::Nan { .. });
    let product = (!is_nan(a) && !is_nan(b)).then(|| multiply(decode(shape, a), decode(shape, b)));
    match (nan_among(shape, &[a, b, c]), product) {
        // 7.2 c leaves open whether 0 · ∞ + NaN is invalid. Here it is, as on x86.
        (Some(Answer::Fixed(code, flags)), Some(None)) => Answer::Fixed(code, flags | INVALID),
        (Some(nan), _) => nan,
        (None, Some(Some(product))) => add_values(shape, product, decode(shape, c), 0),
        (None, _) => invalid(shape),
    }
}

/// Returns a / b.
#[must_use]
pub fn div(shape: &FormatSpec, a: u64, b: u64) -> Answer<'_> {
    if let Some(nan) = nan_among(shape, &[a, b]) {
        return nan;
    }
    let (x, y) = (decode(shape, a), decode(shape, b));
    let negative = is_negative(x) != is_negative(y);
    let infinity = RoundingQuery::new(shape, Value::Infinite { negative });
    match (x, y) {
        // 7.2 e.
        _ if is_zero(x) && is_zero(y) || is_infinite(x) && is_infinite(y) => invalid(shape),
        _ if is_infinite(x) => Answer::Rounded(infinity, 0),
        // 7.3.
        _ if is_zero(y) => Answer::Rounded(infinity, DIVIDE_BY_ZERO),
        (
            Value::Finite { magnitude, .. },
            Value::Finite {
                magnitude: other_magnitude,
                ..
            },
        ) if !is_zero(x) => {
            let quotient = Quotient(magnitude, other_magnitude);
            Answer::Rounded(RoundingQuery::real(shape, negative, &quotient), 0)
        }
        _ => exactly(shape, zero(negative)),
    }
}

/// Returns √a.
#[must_use]
pub fn sqrt(shape: &FormatSpec, a: u64) -> Answer<'_> {
    if let Some(nan) = nan_among(shape, &[a]) {
        return nan;
    }
    match decode(shape, a) {
        // 5.4.1: √−0 is −0.
        x if is_zero(x) => exactly(shape, x),
        // 7.2 g.
        x if is_negative(x) => invalid(shape),
        Value::Finite { magnitude, .. } => Answer::Rounded(RoundingQuery::real(shape, false, &Root(magnitude)), 0),
        x => exactly(shape, x),
    }
}

/// Returns a − b · n. n is the quotient without its fraction, as in C's `fmod`.
#[must_use]
pub fn rem(shape: &FormatSpec, a: u64, b: u64) -> Answer<'_> {
    remainder_of(shape, a, b, false)
}

/// Returns a − b · n. n is the integer nearest to the quotient, ties to even (5.3.1).
#[must_use]
pub fn remainder(shape: &FormatSpec, a: u64, b: u64) -> Answer<'_> {
    remainder_of(shape, a, b, true)
}

fn remainder_of(shape: &FormatSpec, a: u64, b: u64, nearest: bool) -> Answer<'_> {
    if let Some(nan) = nan_among(shape, &[a, b]) {
        return nan;
    }
    let (x, y) = (decode(shape, a), decode(shape, b));
    match (x, y) {
        // 7.2 f.
        _ if is_infinite(x) || is_zero(y) => invalid(shape),
        (
            Value::Finite { negative, magnitude },
            Value::Finite {
                magnitude: other_magnitude,
                ..
            },
        ) if !is_zero(x) => {
            let (beyond, rest) = rest(magnitude, other_magnitude, nearest);
            exactly(
                shape,
                Value::Finite {
                    // 5.3.1: a zero has the sign of x.
                    negative: negative != beyond,
                    magnitude: rest,
                },
            )
        }
        _ => exactly(shape, x),
    }
}

/// Returns the rest of a division, and whether to subtract it from 0 because its quotient was rounded up. Each step takes as many
/// bits of the quotient as fit.
pub(super) fn rest(x: Dyadic, y: Dyadic, nearest: bool) -> (bool, Dyadic) {
    let mut left = x.exponent - y.exponent;
    // The unit has the smaller exponent. A divisor more than twice as large as any significand need not be larger.
    let exponent = x.exponent.min(y.exponent);
    let divisor = y.significand << (-left).clamp(0, 62);
    let mut odd = x.significand / divisor % 2 == 1;
    let mut rest = x.significand % divisor;
    while left > 0 {
        let step = left.min(rest.leading_zeros() as i32 - 1);
        odd = (rest << step) / divisor % 2 == 1;
        rest = (rest << step) % divisor;
        left -= step;
    }
    let up = match (2 * rest).cmp(&divisor) {
        Ordering::Less => false,
        Ordering::Equal => odd,
        Ordering::Greater => true,
    };
    let beyond = nearest && up;
    let significand = if beyond { divisor - rest } else { rest };
    (beyond, Dyadic { significand, exponent })
}
