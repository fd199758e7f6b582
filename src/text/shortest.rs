//! The fewest decimal digits that tell a number from all others of its format, and of those the nearest to it.
//!
//! Every number has the stretch of the number line that rounds to it, from half-way to the next smaller to half-way to the next
//! larger, and any decimal on it will do. With the largest power of ten that is no longer than the stretch as a unit, there is a
//! whole number of units on it, and at most one multiple of ten units, which has fewer digits (Raffaello Giulietti, "The
//! Schubfach way to render doubles", 2020). So few decimals need be looked at, and they are exactly compared with the ends of the
//! stretch and with the number.

use core::cmp::Ordering;

use super::big::{self, Big};
use super::parse;
use super::power::{Power, multiply};
use crate::Layout;

/// digits · 10<sup>exponent</sup>; the last digit is not 0, but that of zero.
#[derive(Clone, Copy)]
pub(super) struct Decimal {
    pub(super) digits: u64,
    pub(super) exponent: i32,
}

/// The shortest decimal of the magnitude of a finite code.
///
/// The largest and the smallest number get stretches no longer than they would have between others, also where everything beyond
/// is rounded to them: 8 is not the F6E2M3Fn number 7.5.
pub(super) fn shortest(layout: Layout, code: u64) -> Decimal {
    let code = code & layout.magnitude_mask();
    let (significand, unit) = layout.integer(code);
    if significand == 0 {
        return Decimal {
            digits: 0,
            exponent: 0,
        };
    }
    let first_normal = if layout.zero() {
        layout.hidden_bit()
    } else {
        0
    };
    // Below a power of two the next number is half as far as above; a quarter of the unit is the unit from here on.
    let near_below = code & layout.fraction_mask() == 0 && (code > first_normal || !layout.zero());
    let number = 4 * significand;
    let (low, high) = (number - 2 + near_below as u64, number + 2);
    let unit = unit - 2;
    let exponent = floor_log10_of_stretch(unit, near_below);

    let scale = Scale::new(unit, exponent);
    let [low, number, high] = [low, number, high].map(|mark| scale.place(mark));
    let returns = |mark: &Place| parse::round(layout, false, mark.mark as u128, unit).0 == code;
    let is_on_stretch = |decimal: u64| {
        let from_low = scale.compare(2 * decimal, &low);
        let to_high = scale.compare(2 * decimal, &high);
        (from_low.is_gt() || from_low.is_eq() && returns(&low))
            && (to_high.is_lt() || to_high.is_eq() && returns(&high))
    };

    let floor = (number.place >> 64) as u64;
    let floor = floor + scale.compare(2 * floor + 2, &number).is_le() as u64;
    let tens = floor / 10 * 10;
    let digits = if floor >= 10 && is_on_stretch(tens) {
        tens
    } else if floor >= 10 && is_on_stretch(tens + 10) {
        tens + 10
    } else {
        let nearest = match scale.compare(2 * floor + 1, &number) {
            Ordering::Less => floor + 1,
            Ordering::Equal => floor + floor % 2,
            Ordering::Greater => floor,
        };
        // The other of the two, where the stretch is shorter on this side.
        if is_on_stretch(nearest) {
            nearest
        } else {
            2 * floor + 1 - nearest
        }
    };
    Decimal { digits, exponent }.without_zeros()
}

impl Decimal {
    fn without_zeros(mut self) -> Self {
        while self.digits % 10 == 0 {
            self.digits /= 10;
            self.exponent += 1;
        }
        self
    }
}

/// ⌊log<sub>10</sub>⌋ of 4 · 2<sup>unit</sup>, or of 3 · 2<sup>unit</sup>.
fn floor_log10_of_stretch(unit: i32, shorter: bool) -> i32 {
    /// Rounded down to multiples of 2^-42, these give the right integer for all units within ±2^21.
    const LOG10_2: i64 = 1_323_943_922_167;
    const LOG10_OF_THREE_QUARTERS: i64 = -549_486_374_642;
    let log = (unit as i64 + 2) * LOG10_2 + shorter as i64 * LOG10_OF_THREE_QUARTERS;
    (log >> 42) as i32
}

/// Measures multiples of 2<sup>unit</sup> in 10<sup>exponent</sup>.
struct Scale {
    unit: i32,
    exponent: i32,
    power: Power,
    up: u32,
}

/// mark · 2<sup>unit</sup>, measured.
struct Place {
    mark: u64,
    /// In units of 2<sup>−64</sup>, from below.
    place: u128,
    /// The true place lies above this one by no more than that.
    error: u64,
}

impl Scale {
    /// 10<sup>exponent</sup> must lie between 2/5 and 4 units.
    fn new(unit: i32, exponent: i32) -> Self {
        let power = Power::of_five(-exponent);
        // 2^unit / 10^exponent lies between 1/4 and 10/3.
        let up = unit - exponent + power.exponent + 2;
        Self {
            unit,
            exponent,
            power,
            up: up as u32,
        }
    }

    /// Of a mark below 2<sup>61</sup>.
    fn place(&self, mark: u64) -> Place {
        let (product, whole) = multiply(self.power.significand, mark << self.up);
        let exact = self.power.error == 0 && whole && product % 2 == 0;
        Place {
            mark,
            place: product >> 1,
            error: if exact { 0 } else { self.power.error + 1 },
        }
    }

    /// The order of half so many powers of ten, and a place.
    fn compare(&self, halves: u64, to: &Place) -> Ordering {
        let decimal = (halves as u128) << 63;
        if decimal < to.place || to.error == 0 || decimal - to.place > to.error as u128 {
            return decimal.cmp(&to.place);
        }
        big::compare(Big::new(halves), self.exponent, to.mark, self.unit + 1)
            .unwrap_or(Ordering::Equal)
    }
}
