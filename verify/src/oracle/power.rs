//! Powers with an integer exponent.

use core::cmp::Ordering;

use super::FormatSpec;
use super::arithmetic::{Answer, exactly, is_negative, is_zero, nan_among, zero};
use super::cast::RoundingQuery;
use super::value::{Dyadic, Real, Value, decode};

/// An exact integer. Its digits to base 2^32 begin with the least significant one.
#[derive(Clone, Debug)]
struct Integer(Vec<u32>);

impl Integer {
    fn times(&mut self, factor: u32) {
        let mut carry = 0;
        for digit in &mut self.0 {
            let product = u64::from(*digit) * u64::from(factor) + carry;
            *digit = product as u32;
            carry = product >> 32;
        }
        if carry != 0 {
            self.0.push(carry as u32);
        }
    }

    /// Returns the leading bits, and whether there are more bits.
    fn leading(&self) -> (Dyadic, bool) {
        let cut = self.0.len().saturating_sub(3);
        let significand = self.0[cut..]
            .iter()
            .rev()
            .fold(0, |bits, &digit| bits << 32 | u128::from(digit));
        let leading = Dyadic {
            significand,
            exponent: 32 * cut as i32,
        };
        (leading, self.0[..cut].iter().any(|&digit| digit != 0))
    }
}

/// The powers of a number. They begin with 1, and each is made from the one before.
#[derive(Clone, Debug)]
pub struct Powers<'a> {
    shape: &'a FormatSpec,
    code: u64,
    base: Value,
    odd: u32,
    exponent: i32,
    n: i32,
    /// The nth power of the odd part of the significand.
    power: Integer,
}

impl<'a> Powers<'a> {
    /// Starts with the power 0 of a number of at most 32 bits of precision.
    ///
    /// # Panics
    /// If the number has more bits.
    #[must_use]
    pub fn new(shape: &'a FormatSpec, code: u64) -> Self {
        let base = decode(shape, code);
        let (odd, exponent) = match base {
            Value::Finite { magnitude, .. } if magnitude.significand != 0 => {
                let zeros = magnitude.significand.trailing_zeros();
                (magnitude.significand >> zeros, magnitude.exponent + zeros as i32)
            }
            _ => (1, 0),
        };
        Self {
            shape,
            code,
            base,
            odd: u32::try_from(odd).expect("a significand of at most 32 bits"),
            exponent,
            n: 0,
            power: Integer(vec![1]),
        }
    }

    /// Goes on to the next power.
    pub fn step(&mut self) {
        self.n += 1;
        self.power.times(self.odd);
    }

    /// Returns the nth power, and the −nth.
    #[must_use]
    pub fn answers(&self) -> [Answer<'a>; 2] {
        [false, true].map(|inverse| self.answer(inverse))
    }

    fn answer(&self, inverse: bool) -> Answer<'a> {
        let shape = self.shape;
        // 9.2.1: the power 0 of a signaling NaN is 1 too, as in `f32::powi`.
        if self.n == 0 {
            return exactly(
                shape,
                Value::Finite {
                    negative: false,
                    magnitude: Dyadic {
                        significand: 1,
                        exponent: 0,
                    },
                },
            );
        }
        if let Some(nan) = nan_among(shape, &[self.code]) {
            return nan;
        }
        let negative = is_negative(self.base) && self.n % 2 == 1;
        match self.base {
            Value::Finite { .. } if !is_zero(self.base) => {
                let (leading, more) = self.power.leading();
                let power = Power {
                    leading,
                    more,
                    exponent: self.exponent * self.n,
                    inverse,
                };
                Answer::Rounded(RoundingQuery::real(shape, negative, &power), 0)
            }
            _ if is_zero(self.base) == inverse => exactly(shape, Value::Infinite { negative }),
            _ => exactly(shape, zero(negative)),
        }
    }
}

/// An integer · 2^exponent, or 1 divided by it.
struct Power {
    leading: Dyadic,
    more: bool,
    exponent: i32,
    inverse: bool,
}

impl Real for Power {
    fn compare(&self, other: Dyadic) -> Ordering {
        if other.significand == 0 {
            return Ordering::Greater;
        }
        let at = |significand| Dyadic {
            significand,
            exponent: self.leading.exponent + self.exponent,
        };
        // The integer is at or above `least`. If there are more bits, it is below `limit`.
        let least = at(self.leading.significand);
        let limit = at(self.leading.significand + 1);
        let compare = |x: Dyadic| {
            if self.inverse {
                // 1 / x > other if 1 > other · x.
                let product = Dyadic {
                    significand: other.significand * x.significand,
                    exponent: other.exponent + x.exponent,
                };
                let one = Dyadic {
                    significand: 1,
                    exponent: 0,
                };
                one.compare(product)
            } else {
                x.compare(other)
            }
        };
        let order = compare(least);
        if !self.more {
            return order;
        }
        let further = if self.inverse { Ordering::Less } else { Ordering::Greater };
        // With more bits, the integer lies between the two bounds, and equals neither.
        if order == Ordering::Equal || order == further {
            further
        } else {
            assert_ne!(compare(limit), further, "more leading bits are needed");
            order
        }
    }
}
