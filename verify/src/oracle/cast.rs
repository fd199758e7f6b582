//! Rounding by comparison.

use core::cmp::Ordering;

use super::value::{Dyadic, Real, Value, decode, magnitude};
use super::{FormatSpec, INEXACT, INVALID, OVERFLOW, Rounding, UNDERFLOW};

/// The place of a value between two neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Between {
    /// The value is the lower neighbour.
    Exact,
    /// The value is nearer to the lower neighbour.
    Low,
    /// The value is half-way.
    Half,
    /// The value is nearer to the upper neighbour.
    High,
}

impl Between {
    /// Returns the place of a value, which is not below `lower` and not above its successor.
    pub(super) fn new(value: &impl Real, lower: Dyadic) -> Between {
        if value.compare(lower) == Ordering::Equal {
            return Between::Exact;
        }
        match value.compare(lower.half_way()) {
            Ordering::Less => Between::Low,
            Ordering::Equal => Between::Half,
            Ordering::Greater => Between::High,
        }
    }

    /// Returns whether rounding takes the upper neighbour (IEEE 754-2019, 4.3). `odd` says whether the lower neighbour's code is
    /// odd. The upper one has the other parity. `ties_up` replaces evenness in a format that has none.
    pub(super) fn goes_up(self, rounding: Rounding, negative: bool, odd: bool, ties_up: bool) -> bool {
        if self == Between::Exact {
            return false;
        }
        match rounding {
            Rounding::TiesToEven => self == Between::High || self == Between::Half && (odd || ties_up),
            Rounding::TiesToAway => self != Between::Low,
            Rounding::TowardZero => false,
            Rounding::TowardPositive => !negative,
            Rounding::TowardNegative => negative,
            Rounding::ToOdd => !odd,
        }
    }
}

/// The place of a magnitude among those of a format.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// The magnitude is below the smallest one, in a format without zero.
    Below,
    /// The magnitude is the value of this code, or lies between it and the next.
    At(u64, Between),
    /// The magnitude is not below the value that the code after the largest finite one would have.
    Beyond,
}

/// The place of a magnitude relative to the smallest normal number. The grid has the format's precision and goes on below that
/// number.
#[derive(Clone, Copy, Debug)]
enum Tiny {
    /// The magnitude is not below the smallest normal number.
    No,
    /// The magnitude is between the smallest normal number and the last point of the grid below it.
    Last(Between),
    /// The magnitude is on the last point or below it.
    Yes,
}

/// The value to round.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Nan(Value),
    Infinity,
    Zero,
    /// A number. Its place is all that rounding needs.
    Number(Place, Tiny),
}

/// A value to round to a format. The search is done once for all roundings and policies.
#[derive(Clone, Copy, Debug)]
pub struct RoundingQuery<'a> {
    to: &'a FormatSpec,
    negative: bool,
    kind: Kind,
}

impl<'a> RoundingQuery<'a> {
    /// Asks for the value `value` in the format `to`.
    #[must_use]
    pub fn new(to: &'a FormatSpec, value: Value) -> Self {
        match value {
            Value::Nan { negative, .. } => Self {
                to,
                negative,
                kind: Kind::Nan(value),
            },
            Value::Infinite { negative } => Self {
                to,
                negative,
                kind: Kind::Infinity,
            },
            Value::Finite { negative, magnitude } if magnitude.significand == 0 => Self {
                to,
                negative,
                kind: Kind::Zero,
            },
            Value::Finite { negative, magnitude } => Self::real(to, negative, &magnitude),
        }
    }

    /// Asks for a real number other than zero in the format `to`, given by its sign and magnitude.
    #[must_use]
    pub fn real(to: &'a FormatSpec, negative: bool, magnitude: &impl Real) -> Self {
        Self {
            to,
            negative,
            kind: Kind::Number(place(to, magnitude), tiny(to, magnitude)),
        }
    }

    /// Returns the code and the flags of the cast.
    #[must_use]
    pub fn resolve(&self, rounding: Rounding, saturate: bool) -> (u64, u8) {
        let Self { to, negative, kind } = *self;
        match kind {
            Kind::Nan(value) => {
                let Value::Nan { payload, .. } = value else {
                    unreachable!("it is a NaN")
                };
                let signaling = if value.is_signaling() { INVALID } else { 0 };
                match nan(to, negative, payload) {
                    Some(code) => (code, signaling),
                    // CUDA's `__nv_cvt_float_to_fp4` and `_fp6` turn a NaN to the positive largest value.
                    None => (to.max(), INVALID),
                }
            }
            // In torch and ml_dtypes, 0 becomes 2^-127 in E8M0.
            Kind::Zero => {
                let flags = if to.zero { 0 } else { INEXACT | UNDERFLOW };
                (signed(to, negative, 0), flags)
            }
            _ if negative && !to.signed => (refused(to), INVALID),
            Kind::Infinity if to.infinity && !saturate => (signed(to, negative, to.max() + 1), 0),
            // An infinity is not rounded: no rounding direction gives it the largest finite value.
            Kind::Infinity => (overflow(to, negative, Rounding::TiesToEven, saturate), OVERFLOW | INEXACT),
            Kind::Number(place, tiny) => self.round(place, tiny, rounding, saturate),
        }
    }

    fn round(&self, place: Place, tiny: Tiny, rounding: Rounding, saturate: bool) -> (u64, u8) {
        let Self { to, negative, .. } = *self;
        let underflow = if self.is_tiny(tiny, rounding) { UNDERFLOW } else { 0 };
        match place {
            Place::Below => (signed(to, negative, 0), INEXACT | underflow),
            // IEEE 754-2019, 7.5: an exact result is not an underflow.
            Place::At(code, Between::Exact) => (signed(to, negative, code), 0),
            Place::At(code, between) => {
                let up = between.goes_up(rounding, negative, code & 1 == 1, ties_go_up(to));
                let code = code + u64::from(up);
                if code > to.max() {
                    (overflow(to, negative, rounding, saturate), OVERFLOW | INEXACT)
                } else {
                    (signed(to, negative, code), INEXACT | underflow)
                }
            }
            Place::Beyond => (overflow(to, negative, rounding, saturate), OVERFLOW | INEXACT),
        }
    }

    /// Returns whether the result is tiny after rounding (IEEE 754-2019, 7.5 a), "as though the exponent range were unbounded".
    fn is_tiny(&self, tiny: Tiny, rounding: Rounding) -> bool {
        match tiny {
            Tiny::No => false,
            Tiny::Yes => true,
            Tiny::Last(between) => {
                // The last point's code would be the one before the smallest normal's. With more than one bit of significand, its
                // significand is all ones. With one bit, codes alternate in parity.
                let smallest_normal_is_odd = self.to.fraction_bits == 0 && self.to.zero;
                !between.goes_up(rounding, self.negative, !smallest_normal_is_odd, ties_go_up(self.to))
            }
        }
    }
}

/// Returns the code of a cast, and the flags of IEEE 754-2019, 7, numbered in x86's order.
#[must_use]
pub fn cast(from: &FormatSpec, to: &FormatSpec, bits: u64, rounding: Rounding, saturate: bool) -> (u64, u8) {
    RoundingQuery::new(to, decode(from, bits)).resolve(rounding, saturate)
}

/// Returns whether ties go up. E8M0 has only powers of two, and neither torch nor `ml_dtypes` rounds its ties to even.
fn ties_go_up(to: &FormatSpec) -> bool {
    to.fraction_bits == 0 && !to.zero
}

/// Returns a magnitude with its sign. Returns no code of -0 in a format without -0.
fn signed(to: &FormatSpec, negative: bool, code: u64) -> u64 {
    if !negative || code == 0 && to.nan_at_negative_zero {
        code
    } else {
        code | to.sign_bit()
    }
}

/// Returns the NaN of a format, if it has one.
pub(super) fn nan(to: &FormatSpec, negative: bool, payload: Option<(u64, u32)>) -> Option<u64> {
    let sign = if negative { to.sign_bit() } else { 0 };
    if to.has_payload() {
        // IEEE 754-2019, 6.2.3: as much of the payload as fits, its top bits as F16C keeps them. 6.2.1: quieted.
        let width = to.fraction_bits;
        let quiet = 1 << (width - 1);
        let kept = payload.map_or(0, |(fraction, from)| {
            if from > width {
                fraction >> (from - width)
            } else {
                fraction << (width - from)
            }
        });
        let exponent = to.top() - to.nans;
        Some(sign | exponent | quiet | kept)
    } else if to.nans > 0 {
        Some(sign | to.top())
    } else if to.nan_at_negative_zero {
        Some(to.sign_bit())
    } else {
        None
    }
}

/// Returns the result of an unsigned format for a negative value.
fn refused(to: &FormatSpec) -> u64 {
    nan(to, false, None).unwrap_or(0)
}

/// Returns the result for a value beyond the largest finite one.
fn overflow(to: &FormatSpec, negative: bool, rounding: Rounding, saturate: bool) -> u64 {
    // IEEE 754-2019, 7.4.
    let to_infinity = match rounding {
        Rounding::TiesToEven | Rounding::TiesToAway => true,
        Rounding::TowardZero | Rounding::ToOdd => false,
        Rounding::TowardPositive => !negative,
        Rounding::TowardNegative => negative,
    };
    let largest = signed(to, negative, to.max());
    if saturate || !to_infinity {
        largest
    } else if to.infinity {
        signed(to, negative, to.max() + 1)
    } else {
        // OFP8 1.0: without saturation E4M3 overflows to NaN.
        nan(to, negative, None).unwrap_or(largest)
    }
}

/// Searches the codes for the last one whose value is not above `value`.
fn place(to: &FormatSpec, value: &impl Real) -> Place {
    let max = to.max();
    if value.compare(magnitude(to, 0)) == Ordering::Less {
        return Place::Below;
    }
    if value.compare(magnitude(to, max).successor()) != Ordering::Less {
        return Place::Beyond;
    }
    let (mut low, mut high) = (0, max);
    while low < high {
        let middle = high - (high - low) / 2;
        if value.compare(magnitude(to, middle)) == Ordering::Less {
            high = middle - 1;
        } else {
            low = middle;
        }
    }
    Place::At(low, Between::new(value, magnitude(to, low)))
}

fn tiny(to: &FormatSpec, value: &impl Real) -> Tiny {
    // The smallest normal number is 2^p of these units. The grid in the binade below it has this unit for its step.
    let precision = to.fraction_bits + 1;
    let least_field = i32::from(to.zero);
    let last = Dyadic {
        significand: (1 << precision) - 1,
        exponent: least_field - to.bias - precision as i32,
    };
    if value.compare(last.successor()) != Ordering::Less {
        Tiny::No
    } else if value.compare(last) == Ordering::Greater {
        Tiny::Last(Between::new(value, last))
    } else {
        Tiny::Yes
    }
}
