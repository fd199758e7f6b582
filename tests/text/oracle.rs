//! Decimals and the numbers of a format as exact rationals, and the results of comparing them. Nothing here is fast.

use std::cmp::Ordering;

use num_bigint::BigUint;
use ulp::Layout;

/// A rational number that is not negative.
#[derive(Clone, Debug)]
pub(crate) struct Exact {
    numerator: BigUint,
    denominator: BigUint,
}

impl Exact {
    /// Returns integer · base<sup>exponent</sup>.
    pub(crate) fn new(integer: impl Into<BigUint>, base: u32, exponent: i32) -> Self {
        let power = BigUint::from(base).pow(exponent.unsigned_abs());
        let (integer, one) = (integer.into(), BigUint::from(1u32));
        let (numerator, denominator) = if exponent < 0 {
            (integer, power)
        } else {
            (integer * power, one)
        };
        Self { numerator, denominator }
    }

    /// Returns the mean of two numbers.
    pub(crate) fn mean(&self, other: &Self) -> Self {
        let numerator = &self.numerator * &other.denominator + &other.numerator * &self.denominator;
        Self {
            numerator,
            denominator: &self.denominator * &other.denominator * 2u32,
        }
    }

    pub(crate) fn floor(&self) -> BigUint {
        &self.numerator / &self.denominator
    }

    /// Returns the number as an integer, if it is an integer below a bound.
    fn whole_below(&self, bound: u64) -> Option<u64> {
        let floor = u64::try_from(self.floor()).ok()?;
        let whole = Self::new(floor, 2, 0).compare(self).is_eq();
        (whole && floor < bound).then_some(floor)
    }

    fn times(&self, other: &Self) -> Self {
        Self {
            numerator: &self.numerator * &other.numerator,
            denominator: &self.denominator * &other.denominator,
        }
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        (&self.numerator * &other.denominator).cmp(&(&other.numerator * &self.denominator))
    }

    fn distance(&self, other: &Self) -> Self {
        let (a, b) = (&self.numerator * &other.denominator, &other.numerator * &self.denominator);
        Self {
            numerator: if a > b { a - b } else { b - a },
            denominator: &self.denominator * &other.denominator,
        }
    }
}

/// Returns the value of a magnitude, by the definition in the documentation of [`Layout`]. The magnitude after the largest has
/// the value that it would have if it were finite.
pub(crate) fn value(layout: Layout, magnitude: u64) -> Exact {
    let width = layout.fraction_bits() as i32;
    let (field, fraction) = ((magnitude >> width) as i32, magnitude % (1 << width));
    let (significand, exponent) = if field > 0 || !layout.has_zero() {
        ((1 << width) + fraction, field - layout.bias())
    } else {
        (fraction, 1 - layout.bias())
    };
    Exact::new(significand, 2, exponent - width)
}

/// Returns whether the point half-way between a magnitude and the next is rounded down. Ties go to the even magnitude. If the
/// significand has one bit and there is no zero, they go up.
fn tie_goes_down(layout: Layout, magnitude: u64) -> bool {
    magnitude.is_multiple_of(2) && (layout.fraction_bits() > 0 || layout.has_zero())
}

/// Returns the magnitude to which a value is rounded. If the value overflows, returns the magnitude after the largest.
pub(crate) fn nearest(layout: Layout, exact: &Exact) -> u64 {
    let (mut below, mut above) = (0, layout.max_code() + 1);
    if value(layout, below).compare(exact).is_gt() {
        return 0;
    }
    while above - below > 1 {
        let middle = below + (above - below) / 2;
        if value(layout, middle).compare(exact).is_gt() {
            above = middle;
        } else {
            below = middle;
        }
    }
    let half_way = value(layout, below).mean(&value(layout, below + 1));
    match exact.compare(&half_way) {
        Ordering::Less => below,
        Ordering::Equal if tie_goes_down(layout, below) => below,
        _ => below + 1,
    }
}

/// Returns the code to which a positive value is rounded, with IEEE's overflow.
pub(crate) fn rounded(layout: Layout, exact: &Exact) -> u64 {
    let magnitude = nearest(layout, exact);
    if magnitude <= layout.max_code() {
        return magnitude;
    }
    layout.infinity_code().or(layout.nan_code()).unwrap_or(layout.max_code())
}

/// Returns the digits with which a number is printed, and the exponent of the last digit. A whole number below 2^24 has all its
/// digits. A number of a format of at most 8 bits has the digits of the `f32` of equal value, if `f32` has every number of the
/// format. Any other number has the shortest digits of the format.
pub(crate) fn printed(layout: Layout, magnitude: u64) -> (u64, i32) {
    let exact = value(layout, magnitude);
    if let Some(whole) = exact.whole_below(1 << 24) {
        return without_zeros(whole, 0);
    }
    if layout.bits() <= 8 && is_within_binary32(layout) {
        let single = nearest(Layout::BINARY32, &exact);
        return shortest(Layout::BINARY32, single, Tie::Up);
    }
    shortest(layout, magnitude, Tie::Even)
}

/// Returns whether `f32` has every finite number of a layout of few bits.
fn is_within_binary32(layout: Layout) -> bool {
    (0..=layout.max_code()).all(|magnitude| {
        let exact = value(layout, magnitude);
        let single = value(Layout::BINARY32, nearest(Layout::BINARY32, &exact));
        single.compare(&exact).is_eq()
    })
}

/// The decimal that is printed if two decimals are equally near. `f32` prints the upper one, and numpy the even one.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Tie {
    Up,
    Even,
}

/// Returns the digits and the exponent of the shortest decimal that is rounded to a magnitude. If several decimals are as short,
/// returns the nearest. The format is taken to go on beyond the largest and the smallest magnitude.
fn shortest(layout: Layout, magnitude: u64, tie: Tie) -> (u64, i32) {
    let exact = value(layout, magnitude);
    let high = exact.mean(&value(layout, magnitude + 1));
    // The step below the smallest number of a format without zero is half of that number.
    let low = if magnitude > 0 {
        exact.mean(&value(layout, magnitude - 1))
    } else {
        exact.times(&Exact::new(3u32, 2, -2))
    };
    let rounds_back = |decimal: &Exact| {
        let (from_low, to_high) = (decimal.compare(&low), decimal.compare(&high));
        // If no number follows, a tie is no reason to print more digits.
        let high_tie = tie_goes_down(layout, magnitude) && magnitude < layout.max_code();
        let low_tie = magnitude > 0 && !tie_goes_down(layout, magnitude - 1) || magnitude == 0;
        (from_low.is_gt() || from_low.is_eq() && low_tie) && (to_high.is_lt() || to_high.is_eq() && high_tie)
    };
    let leading = leading_exponent(&exact);
    for digits in 1.. {
        let exponent = leading + 1 - digits;
        let below = u64::try_from(exact.times(&Exact::new(1u32, 10, -exponent)).floor());
        let below = below.expect("no format needs so many digits");
        let [below, above] = [below, below + 1].map(|digits| (digits, Exact::new(digits, 10, exponent)));
        let chosen = match (rounds_back(&below.1), rounds_back(&above.1)) {
            (false, false) => continue,
            (true, false) => below,
            (false, true) => above,
            (true, true) => match below.1.distance(&exact).compare(&above.1.distance(&exact)) {
                Ordering::Less => below,
                Ordering::Equal if tie == Tie::Even && below.0 % 2 == 0 => below,
                _ => above,
            },
        };
        return without_zeros(chosen.0, exponent);
    }
    unreachable!("some number of digits is enough")
}

fn without_zeros(mut digits: u64, mut exponent: i32) -> (u64, i32) {
    while digits != 0 && digits.is_multiple_of(10) {
        digits /= 10;
        exponent += 1;
    }
    (digits, exponent)
}

/// Returns the exponent of the power of ten that is at most the value, and more than a tenth of it.
fn leading_exponent(exact: &Exact) -> i32 {
    // The exponent is guessed from the number of bits, and then corrected.
    let bits = exact.numerator.bits() as f64 - exact.denominator.bits() as f64;
    let mut exponent = (bits * std::f64::consts::LOG10_2) as i32;
    while Exact::new(1u32, 10, exponent).compare(exact).is_gt() {
        exponent -= 1;
    }
    while Exact::new(1u32, 10, exponent + 1).compare(exact).is_le() {
        exponent += 1;
    }
    exponent
}

/// Returns all digits of the point half-way between a magnitude and the next, and the exponent of the last digit.
pub(crate) fn half_way(layout: Layout, magnitude: u64) -> (String, i32) {
    let exact = value(layout, magnitude).mean(&value(layout, magnitude + 1));
    // The denominator is a power of two.
    let twos = exact.denominator.trailing_zeros().unwrap_or(0);
    let digits = exact.numerator * BigUint::from(5u32).pow(twos as u32);
    (digits.to_string(), -(twos as i32))
}
