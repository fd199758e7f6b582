//! Short cuts by `f32` and `f64`, for formats whose numbers all are `f32`s. `f32` and `f64` compute without error here, or with an
//! error that is too small to matter.
#![allow(clippy::float_cmp, reason = "the numbers compared are exact")]
#![allow(
    unsafe_code,
    reason = "`as` checks a range that is known, and a loop over numbers then takes twice as long"
)]

use super::integer::{self, Integer};
use super::native;
use crate::format::Layout;
use crate::round::{Format, Rounding, short, to_code};

/// The number of bits that an odd rounding to `f32` or `f64` must keep below the last bit of the format (Boldo and Melquiond,
/// 2008).
const ODD_BITS: u32 = 2;

impl Layout {
    /// Returns whether every number is an `f32`.
    pub(crate) const fn is_within_f32(self) -> bool {
        self.is_within(Self::BINARY32)
    }

    /// Returns whether a number may be rounded to odd in `f32` before it is rounded to the format.
    const fn rounds_from_odd_f32(self) -> bool {
        self.is_within_f32()
            && self.precision() + ODD_BITS <= f32::MANTISSA_DIGITS
            && self.finest_exponent() - ODD_BITS as i32 >= Self::BINARY32.min_exponent()
    }

    /// Returns whether the format has every integer next to a number with a fraction, and `f32` has all its numbers with bits to
    /// spare.
    const fn has_all_integers(self) -> bool {
        self.is_within_f32()
            && self.precision() + ODD_BITS <= f32::MANTISSA_DIGITS
            && self.has_zero()
            && self.min_exponent() <= 0
            && self.max_exponent() >= self.fraction_bits() as i32
    }

    /// Returns whether a wider format has all numbers raised to this exponent.
    const fn has_powers_in(self, wide: Self, n: i32) -> bool {
        n as u32 * self.precision() <= wide.precision()
            && n * self.finest_exponent() >= wide.finest_exponent()
            && n * (self.max_exponent() + 1) <= wide.max_exponent() + 1
    }

    /// Returns whether a power of `f32`, rounded to the format, is the power rounded once.
    ///
    /// `f32` lacks some squares and cubes of bfloat16: very large ones, which overflow in both formats, and very small ones. The
    /// test `powers_of_small_numbers_are_rounded_once` tries all of them.
    const fn has_powers_in_f32(self, n: i32) -> bool {
        self.has_zero() && (self.has_powers_in(Self::BINARY32, n) || self.const_eq(Self::BFLOAT16) && n <= 3)
    }

    /// Returns whether a power of `f64`, rounded to odd in `f32` and then to the format, is the power rounded once.
    const fn has_odd_powers(self, n: i32) -> bool {
        self.has_zero() && self.rounds_from_odd_f32() && self.has_powers_in(Self::BINARY64, n)
    }
}

/// Rounds an `f64` to odd. The result must be zero, an infinity, or a normal number of `f32`.
#[inline(always)]
const fn odd_of_f64(y: f64) -> f32 {
    const CUT: u32 = f64::MANTISSA_DIGITS - f32::MANTISSA_DIGITS;
    const LOW: u64 = (1 << CUT) - 1;
    let odd = (y.to_bits() | (((y.to_bits() & LOW != 0) as u64) << CUT)) & !LOW;
    f64::from_bits(odd) as f32
}

/// Returns the number without its integer part, or `None` if the number may be no `f32`.
#[inline(always)]
pub(crate) fn fract<F: Format>(x: F) -> Option<F> {
    if !const { F::LAYOUT.is_within_f32() && F::LAYOUT.has_zero() } {
        return None;
    }
    // −0 + 0 is +0.
    Some(native::through_f32(x, |x| {
        if x.is_infinite() { f32::NAN } else { x - truncate(x) + 0.0 }
    }))
}

/// Returns a number without its fraction.
#[inline(always)]
fn truncate(x: f32) -> f32 {
    // A larger number has no fraction.
    if x.abs() < (1 << 24) as f32 {
        // SAFETY: the number lies within the integers of `i32`.
        let integer = (unsafe { x.to_int_unchecked::<i32>() }) as f32;
        integer.copysign(x)
    } else {
        x
    }
}

/// Rounds a number to an integer of the format. Returns `None` for a format whose numbers may be no `f32`s, or that lacks some of
/// the integers.
#[inline(always)]
pub(crate) fn round_to_integral<F: Format>(x: F, rounding: Rounding) -> Option<F> {
    if !const { F::LAYOUT.has_all_integers() } {
        return None;
    }
    // Each function is a closure without captures: a captured rounding would be tested for each number.
    Some(match rounding {
        Rounding::TowardZero => native::through_f32(x, truncate),
        Rounding::TowardNegative => native::through_f32(x, |x| next_integer(x, truncate(x) > x)),
        Rounding::TowardPositive => native::through_f32(x, |x| next_integer(x, truncate(x) < x)),
        // The sum is exact, or less than 1, or has no fraction.
        Rounding::TiesToAway => native::through_f32(x, |x| truncate(x.abs() + 0.5).copysign(x)),
        Rounding::TiesToEven => native::through_f32(x, |x| {
            let fraction = (x - truncate(x)).abs();
            next_integer(x, (fraction > 0.5) | (fraction == 0.5) & is_odd(truncate(x)))
        }),
        Rounding::ToOdd => native::through_f32(x, |x| next_integer(x, (truncate(x) != x) & !is_odd(truncate(x)))),
    })
}

/// Returns a number without its fraction, or the next integer away from zero.
#[inline(always)]
fn next_integer(x: f32, away: bool) -> f32 {
    // 1 or 0, without a branch.
    let up = f32::from_bits(away as u32 * 1_f32.to_bits());
    (truncate(x).abs() + up).copysign(x)
}

#[inline(always)]
fn is_odd(integer: f32) -> bool {
    let half = integer * 0.5;
    truncate(half) != half
}

/// Returns the power, or `None` if the power must be computed with more bits.
#[inline(always)]
pub(crate) fn power<F: Format>(x: F, n: i32) -> Option<F> {
    if const { F::LAYOUT.has_powers_in_f32(2) } && n == 2 {
        return Some(native::through_f32(x, |x| x * x));
    }
    if const { F::LAYOUT.has_powers_in_f32(3) } && n == 3 {
        return Some(native::through_f32(x, |x| x * x * x));
    }
    if const { F::LAYOUT.has_odd_powers(3) } && (n == 2 || n == 3) {
        return Some(native::through_f32(x, |x| {
            let x = f64::from(x);
            odd_of_f64(x * x * if n == 3 { x } else { 1.0 })
        }));
    }
    power_by_f64(x, n)
}

/// Returns the power, if an `f64` tells how the power is rounded.
#[inline]
fn power_by_f64<F: Format>(x: F, n: i32) -> Option<F> {
    /// Up to this exponent, an `f64` computed by multiplications has a relative error below `ERROR`.
    const MOST: u32 = 1024;
    const ERROR: f64 = 1.0 / (1_u64 << 40) as f64;
    if !const { F::LAYOUT.is_within_f32() && F::LAYOUT.has_zero() } || n == 0 || n.unsigned_abs() > MOST {
        return None;
    }
    let (mut power, mut base, mut left) = (1.0, f64::from(native::to_f32(x)), n.unsigned_abs());
    loop {
        if left & 1 == 1 {
            power *= base;
        }
        left >>= 1;
        if left == 0 {
            break;
        }
        base *= base;
    }
    if n < 0 {
        power = 1.0 / power;
    }
    // Both ends of the interval in which the power lies must round to one number.
    let round = |y: f64| {
        if const { F::LAYOUT.rounds_from_odd_f32() } {
            native::from_f32::<F>(odd_of_f64(y))
        } else {
            short::from_f64(y)
        }
    };
    let (least, most) = (round(power - power * ERROR), round(power + power * ERROR));
    (!power.is_nan() && to_code(least) == to_code(most)).then_some(least)
}

/// Returns the product with a constant, rounded once. Returns `None` for a format whose products may lie too near to a tie.
///
/// A product that is normal in `f32` has a relative error below 2<sup>−22</sup> there, and below 2<sup>−51</sup> in `f64`. The test
/// `angles_are_far_from_ties` shows that a product with a significand of up to 8 or 11 bits is farther from every tie. For the
/// subnormal products of bfloat16, `angles_are_rounded_once` tries all numbers.
#[inline(always)]
pub(crate) fn scale<F: Format>(x: F, constant: f64) -> Option<F> {
    if !const { F::LAYOUT.has_zero() && (F::LAYOUT.rounds_from_odd_f32() || F::LAYOUT.const_eq(Layout::BFLOAT16)) } {
        return None;
    }
    if const { F::LAYOUT.precision() <= 8 } {
        return Some(native::through_f32(x, |x| x * constant as f32));
    }
    if const { F::LAYOUT.precision() <= 11 } {
        return Some(native::through_f32(x, |x| odd_of_f64(f64::from(x) * constant)));
    }
    None
}

/// Returns an integer as an `f32`, rounded to odd, or `None` if a format or an integer needs more bits.
#[inline(always)]
pub(crate) const fn odd_f32<F: Format, I: Integer>(x: I) -> Option<f32> {
    if I::BITS > 32 || I::BITS == 32 && !I::SIGNED || F::LAYOUT.precision() + ODD_BITS > f32::MANTISSA_DIGITS {
        return None;
    }
    let x = integer::low_bits(x) as i32;
    // If the integer has more than 24 bits, its lowest 8 bits become one sticky bit. The integer is then exact in `f32`.
    let odd = (x | ((x & 0xff != 0) as i32) << 8) & !0xff;
    let is_exact = x.wrapping_add(1 << 24) as u32 <= 1 << 25;
    Some((if is_exact { x } else { odd }) as f32)
}

/// Returns an integer as an `f64`, rounded to odd, or `None` if a format or an integer needs more bits.
#[inline(always)]
pub(crate) const fn odd_f64<F: Format, I: Integer>(x: I) -> Option<f64> {
    if I::BITS > 64 || F::LAYOUT.precision() + ODD_BITS > f64::MANTISSA_DIGITS {
        return None;
    }
    let (negative, magnitude) = integer::sign_and_magnitude(x);
    let magnitude = magnitude as u64;
    let odd = if magnitude >> 53 == 0 {
        magnitude as i64 as f64
    } else {
        (magnitude >> 11 | (magnitude & 0x7ff != 0) as u64) as i64 as f64 * 2048.0
    };
    Some(if negative { -odd } else { odd })
}
