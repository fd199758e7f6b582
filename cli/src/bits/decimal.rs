//! Exact numbers: an integer times a power of ten. Every decimal and every number of a binary format is such a product.

use std::fmt;
use std::ops::Sub;

use num_bigint::{BigInt, BigUint, Sign};

/// `digits` · 10^`exponent`. `digits` has no limit.
#[derive(Clone, Debug)]
pub(crate) struct Decimal {
    digits: BigInt,
    exponent: i32,
}

impl Decimal {
    pub(crate) fn new(digits: BigInt, exponent: i32) -> Decimal {
        Decimal { digits, exponent }
    }

    /// Returns a finite number exactly.
    pub(crate) fn of(number: f64) -> Decimal {
        let bits = number.to_bits();
        let (field, fraction) = (bits >> 52 & 0x7ff, bits & ((1 << 52) - 1));
        let hidden = u64::from(field != 0) << 52;
        let sign = if number < 0.0 { Sign::Minus } else { Sign::Plus };
        let digits = BigInt::from_biguint(sign, BigUint::from(hidden | fraction));
        Decimal::new(digits, 0).times_power_of_two(field.max(1) as i32 - 1075)
    }

    pub(crate) fn times_power_of_two(self, power: i32) -> Decimal {
        let base = if power < 0 { 5 } else { 2 };
        Decimal {
            digits: self.digits * BigInt::from(base).pow(power.unsigned_abs()),
            exponent: self.exponent + power.min(0),
        }
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.digits.sign() == Sign::NoSign
    }

    /// Returns the number with its sign and at most five digits.
    pub(crate) fn brief(&self) -> String {
        let exact = self.to_string();
        let number: f64 = exact.parse().unwrap_or(f64::NAN);
        let rounded: f64 = format!("{number:.4e}").parse().unwrap_or(number);
        if rounded == 0.0 || (1e-4..1e6).contains(&rounded.abs()) {
            format!("{rounded:+}")
        } else {
            format!("{rounded:+e}")
        }
    }

    /// Returns the digits as an integer that has the given exponent.
    fn aligned(&self, exponent: i32) -> BigInt {
        &self.digits * BigInt::from(10).pow((self.exponent - exponent).unsigned_abs())
    }
}

impl Sub for &Decimal {
    type Output = Decimal;

    fn sub(self, other: &Decimal) -> Decimal {
        let exponent = self.exponent.min(other.exponent);
        Decimal::new(self.aligned(exponent) - other.aligned(exponent), exponent)
    }
}

/// Prints all digits. If there would be more than a few zeros before or after the digits, prints an exponent instead.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.digits.magnitude().to_string();
        let digits = all.trim_end_matches('0');
        if digits.is_empty() {
            return f.write_str("0");
        }
        // The number of digits before the point.
        let point = all.len() as i32 + self.exponent;
        let (sign, count) = (if self.digits.sign() == Sign::Minus { "-" } else { "" }, digits.len());
        match usize::try_from(point) {
            Ok(point @ 1..=21) if count <= point => write!(f, "{sign}{digits:0<point$}"),
            Ok(point @ 1..=21) => write!(f, "{sign}{}.{}", &digits[..point], &digits[point..]),
            _ if (-4..=0).contains(&point) => {
                let zeros = point.unsigned_abs() as usize;
                write!(f, "{sign}0.{}{digits}", "0".repeat(zeros))
            }
            _ => {
                let (first, rest) = digits.split_at(1);
                let dot = if rest.is_empty() { "" } else { "." };
                write!(f, "{sign}{first}{dot}{rest}e{}", point - 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn every_digit_is_printed() {
        for (number, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (-2.5, "-2.5"),
            (0.1, "0.1000000000000000055511151231257827021181583404541015625"),
            (65504.0, "65504"),
            (1e6, "1000000"),
            (0.000_488_281_25, "0.00048828125"),
            (
                f64::from(f32::MIN_POSITIVE),
                "1.1754943508222875079687365372222456778186655567720875215087517062784172594547271728515625e-38",
            ),
            (2f64.powi(70), "1.180591620717411303424e21"),
        ] {
            assert_eq!(Decimal::of(number).to_string(), text);
        }
        let smallest = Decimal::of(5e-324).to_string();
        assert!(smallest.starts_with("4.9406564584124654417656879286822137"));
        assert!(smallest.ends_with("5625e-324"), "{smallest}");
        // 5^1074 has 751 digits.
        assert_eq!(smallest.len(), 751 + ".e-324".len());
    }

    /// `format!` prints all digits too, if it is asked for enough digits.
    #[test]
    fn digits_are_those_that_format_prints() {
        for number in [2.7f64, 1.0 / 3.0, 123_456.789, 0.001, 9.999e15] {
            let text = format!("{number:.80}");
            let text = text.trim_end_matches('0').trim_end_matches('.');
            assert_eq!(Decimal::of(number).to_string(), text);
        }
    }

    #[test]
    fn differences_are_exact() {
        let difference = &Decimal::of(0.25) - &Decimal::new(3.into(), -1);
        assert_eq!(difference.to_string(), "-0.05");
        assert_eq!(difference.times_power_of_two(3).to_string(), "-0.4");
    }
}
