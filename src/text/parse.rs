//! Numbers of a format from text: rounded once, from the exact value.

use core::cmp::Ordering;

use super::ParseFloatError;
use super::big::{self, Big, MOST_DIGITS};
use super::power::{Power, multiply};
use super::scan::{self, Decimal, Other};
use crate::number::Number;
use crate::{Cast, Flags, Layout};

/// The code of the number that a text says, rounded to nearest, ties to even, with IEEE's overflow.
///
/// # Errors
/// See [`FloatErrorKind`](super::FloatErrorKind).
// Inlined where the layout is a constant, which halves its time.
#[inline(always)]
pub fn parse(layout: Layout, text: &str) -> Result<u64, ParseFloatError> {
    let (negative, number) = scan::sign(text.as_bytes());
    let (code, flags) = match scan::decimal(number) {
        Some(decimal) => round_decimal(layout, negative, decimal),
        None => match scan::other(number) {
            Some(Other::Infinity) => layout.infinite(Cast::new(), negative),
            Some(Other::Nan) => match layout.nan_code() {
                Some(code) => (layout.with_sign_bit(negative, code), Flags::NONE),
                None => layout.invalid(),
            },
            Some(Other::Hexadecimal {
                significand,
                exponent,
            }) => {
                // Past all formats on either side.
                let exponent = exponent.clamp(-1 << 24, 1 << 24) as i32;
                round(layout, negative, significand as u128, exponent)
            }
            None if text.is_empty() => return Err(ParseFloatError::EMPTY),
            None => return Err(ParseFloatError::INVALID),
        },
    };
    if flags.contains(Flags::INVALID) {
        Err(ParseFloatError::UNREPRESENTABLE)
    } else {
        Ok(code)
    }
}

/// ±significand · 2<sup>exponent</sup>, rounded.
#[inline(always)]
pub(super) fn round(
    layout: Layout,
    negative: bool,
    significand: u128,
    exponent: i32,
) -> (u64, Flags) {
    match Number::new(negative, exponent + 127, significand) {
        Some(number) => layout.round(Cast::new(), number),
        None => layout.signed_zero(negative),
    }
}

#[inline(always)]
fn round_decimal(layout: Layout, negative: bool, decimal: Decimal) -> (u64, Flags) {
    /// All formats lie within 2^(±2^21), which is 10^±631306; and 19 digits.
    const FARTHEST: i64 = 650_000;
    let Decimal {
        leading,
        exponent,
        rest,
        digits,
    } = decimal;
    if leading == 0 {
        return layout.signed_zero(negative);
    }
    let exponent = exponent.clamp(-FARTHEST, FARTHEST) as i32;

    // The value lies in [low, high] · 2^unit; a bit is left free above.
    let up = leading.leading_zeros();
    let power = Power::of_five(exponent);
    let (product, whole) = multiply(power.significand, leading << up);
    let unit = power.exponent + exponent + 1 - up as i32 - 63;
    let low = product >> 1;
    if power.error == 0 && !rest {
        let sticky = !whole || product & 1 == 1;
        return round(layout, negative, low << 1 | sticky as u128, unit - 1);
    }
    let above = if rest {
        power.significand >> (64 - up) >> 1
    } else {
        0
    };
    let high = low + above + power.error as u128 + 2;
    if low >> 64 == high >> 64 && low as u64 != 0 {
        return round(layout, negative, low | 1, unit);
    }
    let rounded_low = round(layout, negative, low, unit);
    let rounded_high = round(layout, negative, high, unit);
    if rounded_low.0 == rounded_high.0 {
        return rounded_low;
    }

    // Neighbours: the point half-way between them decides.
    let (significand, unit) = layout.integer(rounded_low.0);
    let half_way = 2 * significand + 1;
    match compare(digits, leading, exponent, half_way, unit - 1) {
        Some(Ordering::Less) => rounded_low,
        Some(Ordering::Greater) => rounded_high,
        // Where no exact comparison has room, only a tie is so near to one.
        Some(Ordering::Equal) | None => round(layout, negative, half_way as u128, unit - 1),
    }
}

/// The order of a decimal, all of its digits, and binary · 2<sup>`binary_exponent`</sup>, if there is room to compare them.
///
/// The leading digits as an integer are a multiple of 10<sup>`exponent`</sup>.
#[cold]
fn compare(
    digits: &[u8],
    leading: u64,
    exponent: i32,
    binary: u64,
    binary_exponent: i32,
) -> Option<Ordering> {
    let digits = digits.iter().filter(|&&byte| byte != b'.');
    let mut digits = digits.skip_while(|&&byte| byte == b'0');
    let mut exponent = exponent + leading.ilog10() as i32 + 1;
    let mut integer = Big::new(0);
    let mut append = |digit: u8| {
        exponent -= 1;
        integer.multiply_add(10, digit as u64)
    };
    let mut fits = true;
    for &byte in digits.by_ref().take(MOST_DIGITS) {
        fits &= append(byte - b'0');
    }
    // One digit stands for all others.
    if digits.any(|&byte| byte != b'0') {
        fits &= append(1);
    }
    if !fits {
        return None;
    }
    big::compare(integer, exponent, binary, binary_exponent)
}
