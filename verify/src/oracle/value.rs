//! Exact values.

use core::cmp::Ordering;

use super::format_spec::{FormatSpec, ones};

/// A real number that is not negative. Rounding by comparison needs only its order with other numbers.
pub trait Real {
    /// Returns the exact order of this number and `other`.
    fn compare(&self, other: Dyadic) -> Ordering;
}

/// `significand * 2^exponent`. It has no normal form.
#[derive(Clone, Copy, Debug)]
pub struct Dyadic {
    /// The integer. It has fewer than 127 bits if [`half_way`](Dyadic::half_way) is called.
    pub significand: u128,
    /// The exponent of the power of two.
    pub exponent: i32,
}

impl Real for Dyadic {
    /// The place of the leading bit is compared first, then the bits below it.
    fn compare(&self, other: Dyadic) -> Ordering {
        match (self.significand, other.significand) {
            (0, 0) => Ordering::Equal,
            (0, _) => Ordering::Less,
            (_, 0) => Ordering::Greater,
            _ => self.leading().cmp(&other.leading()),
        }
    }
}

impl Dyadic {
    fn leading(self) -> (i32, u128) {
        let shift = self.significand.leading_zeros();
        (self.exponent - shift as i32, self.significand << shift)
    }

    /// Returns the exponent of the leading bit: the base-2 logarithm of a value that is not zero, rounded down.
    #[must_use]
    pub fn log2(self) -> i32 {
        self.exponent + self.significand.ilog2() as i32
    }

    /// Returns the next larger value with the same exponent.
    #[must_use]
    pub fn successor(self) -> Dyadic {
        Dyadic {
            significand: self.significand + 1,
            ..self
        }
    }

    /// Returns the point half-way to the successor.
    #[must_use]
    pub fn half_way(self) -> Dyadic {
        Dyadic {
            significand: 2 * self.significand + 1,
            exponent: self.exponent - 1,
        }
    }
}

/// The value of a code.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    /// Not a number.
    Nan {
        /// Its sign. It is positive if the format's NaN has no sign.
        negative: bool,
        /// Its fraction field and the width of that field, in a format whose NaNs have a payload.
        payload: Option<(u64, u32)>,
    },
    /// An infinity.
    Infinite {
        /// Its sign.
        negative: bool,
    },
    /// A number, zero included.
    Finite {
        /// Its sign.
        negative: bool,
        /// Its magnitude.
        magnitude: Dyadic,
    },
}

impl Value {
    /// Returns whether the value is a NaN whose quiet bit, the top bit of the fraction, is clear (IEEE 754-2019, 6.2.1).
    #[must_use]
    pub fn is_signaling(&self) -> bool {
        matches!(*self, Value::Nan { payload: Some((fraction, width)), .. } if fraction >> (width - 1) == 0)
    }
}

/// Returns the value of a code that is not special. For the code after the largest finite one, returns the value that it would
/// have.
pub(super) fn magnitude(shape: &FormatSpec, code: u64) -> Dyadic {
    let fraction = u128::from(code & ones(shape.fraction_bits));
    let field = (code >> shape.fraction_bits) as i32;
    let unit = -shape.bias - shape.fraction_bits as i32;
    if field == 0 && shape.zero {
        // 0.fraction * 2^(1 - bias): IEEE 754-2019, 3.4 d and e.
        Dyadic {
            significand: fraction,
            exponent: unit + 1,
        }
    } else {
        // 1.fraction * 2^(field - bias): 3.4 c.
        Dyadic {
            significand: fraction + (1 << shape.fraction_bits),
            exponent: unit + field,
        }
    }
}

/// Returns the value of a code. Bits above the format's width are ignored.
#[must_use]
pub fn decode(shape: &FormatSpec, code: u64) -> Value {
    let negative = code & shape.sign_bit() != 0;
    let code = code & shape.top();
    let below_top = shape.top() - code;
    if negative && code == 0 && shape.nan_at_negative_zero {
        Value::Nan {
            negative: false,
            payload: None,
        }
    } else if below_top < shape.nans {
        let fraction = code & ones(shape.fraction_bits);
        let payload = shape.has_payload().then_some((fraction, shape.fraction_bits));
        Value::Nan { negative, payload }
    } else if below_top == shape.nans && shape.infinity {
        Value::Infinite { negative }
    } else {
        Value::Finite {
            negative,
            magnitude: magnitude(shape, code),
        }
    }
}
