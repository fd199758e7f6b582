//! Numbers of any length that compare exactly, for the oracle.

use std::cmp::Ordering;

use num_bigint::BigUint;
use ulp_verify::oracle::{Dyadic, Real};

/// A positive rational number, or a number beyond the range of all formats.
#[derive(Clone, Debug)]
pub enum Big {
    Ratio(BigUint, BigUint),
    Beyond(Ordering),
}

/// No number of any format under test lies beyond 2<sup>±8000</sup>.
const FAR: i64 = 8000;

impl Big {
    /// Returns digits · base<sup>exponent</sup>, which must not be zero.
    pub fn new(digits: BigUint, base: u32, exponent: i64) -> Self {
        assert!(digits != BigUint::ZERO);
        // A power of ten counts as 2^3, which is nearer to 1. A number that seems far is therefore far.
        let twos = if base == 2 { 1 } else { 3 };
        let log2 = (digits.bits() as i64).saturating_add(exponent.saturating_mul(twos));
        if exponent >= 0 && log2 > FAR {
            return Self::Beyond(Ordering::Greater);
        }
        if exponent < 0 && log2 < -FAR {
            return Self::Beyond(Ordering::Less);
        }
        let power = BigUint::from(base).pow(exponent.unsigned_abs() as u32);
        if exponent < 0 {
            Self::Ratio(digits, power)
        } else {
            Self::Ratio(digits * power, BigUint::from(1_u32))
        }
    }
}

impl Real for Big {
    fn compare(&self, other: Dyadic) -> Ordering {
        if other.significand == 0 {
            return Ordering::Greater;
        }
        let (numerator, denominator) = match self {
            Self::Ratio(numerator, denominator) => (numerator, denominator),
            Self::Beyond(order) => return *order,
        };
        let other_numerator = denominator * other.significand;
        let twos = other.exponent.unsigned_abs();
        if other.exponent < 0 {
            (numerator << twos).cmp(&other_numerator)
        } else {
            numerator.cmp(&(other_numerator << twos))
        }
    }
}
