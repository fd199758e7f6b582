//! Finds the fewest decimal digits that tell a number from all others of its format. Among the decimals with the fewest digits,
//! the result is the decimal nearest to the number.
//!
//! The values that round to a number are an interval. It begins half-way to the next smaller number, and ends half-way to the
//! next larger number. Any decimal in the interval parses back to the number. The unit is the largest power of ten that is no
//! longer than the interval. The interval has a multiple of the unit, and at most one multiple of ten units, which has fewer
//! digits (Raffaello Giulietti, "The Schubfach way to render doubles", 2020). The search therefore looks at few decimals, and
//! compares these decimals exactly with the ends of the interval and with the number.

use core::cmp::Ordering;

use super::bignum::{self, Bignum};
use super::parse;
use super::pow5::{Power, multiply};
use crate::format::{
    Layout,
    limits::{max, min},
};
use crate::round::Cast;

/// The decimal digits · 10<sup>exponent</sup>. The last digit is not 0, except for zero.
#[derive(Clone, Copy)]
pub(super) struct Decimal {
    pub(super) digits: u64,
    pub(super) exponent: i32,
}

/// The magnitude of a finite code, significand · 2<sup>unit</sup>.
pub(super) struct Magnitude {
    code: u64,
    significand: u64,
    unit: i32,
    /// True if the next smaller number is half as far as the next larger number. A power of two is such a number.
    near_below: bool,
}

impl Magnitude {
    #[inline(always)]
    pub(super) const fn new(layout: Layout, code: u64) -> Self {
        let code = code & layout.magnitude_mask();
        let (significand, unit) = layout.significand_and_unit(code);
        let below_normal = layout.has_zero() && code <= layout.hidden_bit();
        Self {
            code,
            significand,
            unit,
            near_below: code & layout.fraction_mask() == 0 && !below_normal,
        }
    }

    /// Returns all digits of a whole number below 2<sup>24</sup>, or `None`. Every such number is an `f32` too.
    #[inline(always)]
    pub(super) const fn whole(&self) -> Option<Decimal> {
        const END: u64 = 1 << f32::MANTISSA_DIGITS;
        let &Self { significand, unit, .. } = self;
        let fraction_bits = min(unit, 0).unsigned_abs();
        let digits = significand.unbounded_shr(fraction_bits);
        if digits >= END || digits.unbounded_shl(fraction_bits) != significand {
            return None;
        }
        // The number of zero bits to append. With more than 23 zero bits, a number other than 0 is too large.
        let zeros = min(max(unit, 0), f32::MANTISSA_DIGITS as i32);
        let digits = digits << zeros;
        let decimal = Decimal { digits, exponent: 0 };
        if digits < END { Some(decimal.without_zeros()) } else { None }
    }
}

/// Returns the shortest decimal of a magnitude other than 0.
///
/// The largest and the smallest number have intervals as if there were further numbers, even if all values beyond are rounded to
/// them. For example, the largest number 7.9375 of a format of 2 exponent and 6 fraction bits is not printed as 8.
pub(super) fn shortest(layout: Layout, magnitude: &Magnitude) -> Decimal {
    let &Magnitude {
        code,
        significand,
        unit,
        near_below,
    } = magnitude;
    // The ends of the interval are multiples of a quarter of the unit.
    let unit = unit - 2;
    let number = 4 * significand;
    let (low, high) = (number - 2 + near_below as u64, number + 2);
    let exponent = floor_log10_of_interval(unit, near_below);
    let scale = Scale::new(unit, exponent);
    let returns = |units| parse::round(layout, Cast::new(), false, units as u128, unit).0 == code;

    // The first and the last multiple of the unit in the interval.
    let (below, whole) = scale.floor(low);
    let first = below + !(whole && returns(low)) as u64;
    let (below, whole) = scale.floor(high);
    let last = below - (whole && (code == layout.max_code() || !returns(high))) as u64;

    let (floor, _) = scale.floor(number);
    let tens = last / 10 * 10;
    let digits = if tens >= first && floor >= 10 {
        tens
    } else {
        // Half-way between two decimals, the even one is taken, like in numpy.
        let up = match scale.compare(2 * floor + 1, number) {
            Ordering::Less => true,
            Ordering::Equal => floor % 2 == 1,
            Ordering::Greater => false,
        };
        (floor + up as u64).clamp(first, last)
    };
    Decimal { digits, exponent }.without_zeros()
}

impl Decimal {
    const fn without_zeros(mut self) -> Self {
        while self.digits != 0 && self.digits.is_multiple_of(10) {
            self.digits /= 10;
            self.exponent += 1;
        }
        self
    }
}

/// Returns ⌊log<sub>10</sub>⌋ of 4 · 2<sup>unit</sup>, or of 3 · 2<sup>unit</sup> if `shorter` is true.
fn floor_log10_of_interval(unit: i32, shorter: bool) -> i32 {
    /// The logarithms are rounded down to multiples of 2^-42. They give the right integer for all units within ±2^21.
    const LOG10_2: i64 = 1_323_943_922_167;
    const LOG10_OF_THREE_QUARTERS: i64 = -549_486_374_642;
    let log = (unit as i64 + 2) * LOG10_2 + shorter as i64 * LOG10_OF_THREE_QUARTERS;
    (log >> 42) as i32
}

/// The factor from multiples of 2<sup>unit</sup>, below 2<sup>61 + unit</sup>, to multiples of 10<sup>exponent</sup>.
struct Scale {
    unit: i32,
    exponent: i32,
    power: u128,
    up: u32,
    /// The bound of the error. A converted value is exact, or is too small by at most `error`.
    error: u64,
}

impl Scale {
    /// Makes the factor. 10<sup>exponent</sup> must lie between 3/10 and 4 units.
    fn new(unit: i32, exponent: i32) -> Self {
        let power = Power::of_five(-exponent);
        // 2^unit / 10^exponent lies between 1/4 and 10/3.
        let up = (unit - exponent + power.exponent + 2) as u32;
        let exact = power.error == 0 && power.significand.trailing_zeros() + up > 64;
        Self {
            unit,
            exponent,
            power: power.significand,
            up,
            error: if exact { 0 } else { power.error + 1 },
        }
    }

    /// Converts an integer to multiples of 10<sup>exponent</sup> · 2<sup>−64</sup>.
    #[inline(always)]
    fn convert(&self, units: u64) -> u128 {
        let product = multiply(self.power, units << self.up);
        product >> 1
    }

    /// Returns the quotient of an integer and 10<sup>exponent</sup>, rounded down, and whether the quotient is exact.
    #[inline(always)]
    fn floor(&self, units: u64) -> (u64, bool) {
        let converted = self.convert(units);
        let floor = ((converted + self.error as u128) >> 64) as u64;
        let below = (floor as u128) << 64;
        if self.error == 0 || below < converted {
            return (floor, below == converted);
        }
        match self.compare_exactly(2 * floor, units) {
            Ordering::Less => (floor, false),
            Ordering::Equal => (floor, true),
            Ordering::Greater => (floor - 1, false),
        }
    }

    /// Compares `halves` half powers of ten with an integer.
    #[inline(always)]
    fn compare(&self, halves: u64, units: u64) -> Ordering {
        let (decimal, converted) = ((halves as u128) << 63, self.convert(units));
        if self.error == 0 || decimal < converted || decimal - converted > self.error as u128 {
            decimal.cmp(&converted)
        } else {
            self.compare_exactly(halves, units)
        }
    }

    #[cold]
    fn compare_exactly(&self, halves: u64, units: u64) -> Ordering {
        // If there is no room to compare, only equal values are this near.
        bignum::compare(Bignum::new(halves), self.exponent, units, self.unit + 1).unwrap_or(Ordering::Equal)
    }
}
