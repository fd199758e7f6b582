//! Rounding to integers, and conversions between integers and numbers.

use crate::format::Layout;
use crate::round::{
    Cast, Flags, Rounding,
    unpacked::{Unpacked, shift_right_sticky},
    word128,
};

/// The number of bits after the point that decide how a number is rounded to an integer. One bit is the half, and one bit stands
/// for all lower bits.
const GUARD_BITS: u32 = 2;

impl Unpacked {
    /// Returns the magnitude rounded to an integer, and whether the integer is exact. Returns `None` if the integer has more than
    /// 128 bits.
    const fn to_integer(self, rounding: Rounding) -> Option<(u128, bool)> {
        if self.exponent >= 128 {
            return None;
        }
        if self.exponent >= 63 {
            return Some(((self.significand as u128) << (self.exponent - 63), true));
        }
        let place = shift_right_sticky((self.significand as u128) << GUARD_BITS, self.exponent.abs_diff(63));
        let cast = Cast::new().rounding(rounding);
        let integer = word128::round(cast, self.negative, place, GUARD_BITS);
        Some((integer, integer << GUARD_BITS == place))
    }
}

impl Layout {
    /// Rounds to an integer of the format (IEEE 754-2019, 5.3.1, 5.9). Raises INEXACT if the value changes.
    pub(crate) const fn round_to_integral(self, rounding: Rounding, a: u64) -> (u64, Flags) {
        if let Some(nan) = self.nan_of(&[a]) {
            return nan;
        }
        let a = a & self.code_mask();
        let Some(x) = self.unpack(a) else {
            return (a, Flags::NONE);
        };
        if self.is_infinite(a) || x.exponent >= self.fraction_bits() as i32 {
            return (a, Flags::NONE);
        }
        match x.to_integer(rounding) {
            None | Some((_, true)) => (a, Flags::NONE),
            Some((integer, false)) => {
                let (code, flags) = match Unpacked::new(x.negative, 127, integer) {
                    Some(integer) => self.round_unpacked(rounding, integer),
                    None => self.signed_zero(x.negative),
                };
                (code, flags.union(Flags::INEXACT))
            }
        }
    }

    /// Rounds an integer, given by its sign and magnitude, to the format.
    pub(crate) const fn integer_to_code(self, rounding: Rounding, negative: bool, magnitude: u128) -> (u64, Flags) {
        match Unpacked::new(negative, 127, magnitude) {
            Some(number) => self.round_unpacked(rounding, number),
            None => self.signed_zero(false),
        }
    }

    /// Rounds a code to an integer of `bits` bits, in two's complement with the sign extended. A value out of range gives the
    /// nearest bound, and raises INVALID. A NaN gives 0, and raises INVALID.
    pub(crate) const fn to_integer(self, rounding: Rounding, a: u64, bits: u32, signed: bool) -> (u128, Flags) {
        if self.is_nan(a) {
            return (0, Flags::INVALID);
        }
        let negative = self.is_negative(a);
        let max = u128::MAX >> (u128::BITS - bits) >> signed as u32;
        let limit = match (negative, signed) {
            (false, _) => max,
            (true, true) => max + 1,
            (true, false) => 0,
        };
        let (magnitude, flags) = match self.unpack(a) {
            None => (0, Flags::NONE),
            Some(_) if self.is_infinite(a) => (limit, Flags::INVALID),
            Some(x) => match x.to_integer(rounding) {
                Some((integer, exact)) if integer <= limit => (integer, Flags::INEXACT.when(!exact)),
                _ => (limit, Flags::INVALID),
            },
        };
        let integer = if negative { magnitude.wrapping_neg() } else { magnitude };
        (integer, flags)
    }
}
