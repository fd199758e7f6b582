//! Numbers of a format from text: rounded once, from the exact value.

use core::cmp::Ordering;

use super::ParseFloatError;
use super::big::{self, Big, MOST_DIGITS};
use super::power::{Power, multiply};
use super::scan::{self, Decimal, Other};
use crate::format::Layout;
use crate::round::{Cast, Flags, Format, from_code, unpacked::Number};

/// The number that a text says, rounded to nearest, ties to even, with IEEE's overflow.
///
/// # Errors
/// See [`FloatErrorKind`](super::FloatErrorKind).
// A page of code, compiled for each format that is parsed, since a layout that is a constant halves its time.
#[inline(never)]
pub(crate) fn parse<F: Format>(text: &str) -> Result<F, ParseFloatError> {
    parse_code(&F::LAYOUT, text).map(from_code)
}

#[inline(always)]
pub(super) fn parse_code(layout: &Layout, text: &str) -> Result<u64, ParseFloatError> {
    let (negative, number) = scan::sign(text.as_bytes());
    let (code, flags) = match scan::short_decimal(number)
        .and_then(|decimal| round_quickly(*layout, negative, decimal))
    {
        Some(rounded) => rounded,
        None => round_carefully(layout, text)?,
    };
    representable(code, flags)
}

/// The code, unless the format has nothing for the number.
#[inline(always)]
pub(super) const fn representable(code: u64, flags: Flags) -> Result<u64, ParseFloatError> {
    if flags.contains(Flags::INVALID) {
        Err(ParseFloatError::UNREPRESENTABLE)
    } else {
        Ok(code)
    }
}

#[cold]
pub(super) fn round_other(layout: Layout, negative: bool, number: Other) -> (u64, Flags) {
    match number {
        Other::Infinity => layout.infinite(Cast::new(), negative),
        Other::Nan => match layout.nan_code() {
            Some(code) => (layout.with_sign_bit(negative, code), Flags::NONE),
            None => layout.invalid(),
        },
        Other::Binary {
            significand,
            exponent,
        } => {
            // Past all formats on either side.
            let exponent = exponent.clamp(-1 << 24, 1 << 24) as i32;
            round(layout, negative, significand, exponent)
        }
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

/// integer · 10<sup>exponent</sup>, if a product of 64 bits by 64 decides.
#[inline(always)]
fn round_quickly(
    layout: Layout,
    negative: bool,
    (integer, exponent): (u64, i64),
) -> Option<(u64, Flags)> {
    if integer == 0 {
        return Some(layout.signed_zero(negative));
    }
    let (power, power_unit, exact) = Power::short(exponent)?;

    // The value is product · 2^(unit − 127), or more by less than 2^64 of that unit where the power is cut.
    let up = integer.leading_zeros();
    let product = power as u128 * (integer << up) as u128;
    let (high, low) = ((product >> 64) as u64, product as u64);
    let unit = power_unit + exponent as i32 + 64 - up as i32;
    let round = |high: u64, more: bool| {
        let up = (high >> 63 == 0) as u32;
        let number = Number {
            negative,
            exponent: unit - up as i32,
            significand: high << up | more as u64,
        };
        layout.round(Cast::new(), number)
    };
    let rounded = round(high, !exact || low != 0);
    // The bits below all that the format has and the one that decides between two: so long as they have room for one more, it
    // changes nothing above them.
    let below = (1 << (62 - layout.precision())) - 1;
    if exact || high & below != below {
        return Some(rounded);
    }
    // Perhaps a number in few digits, such as 12.5, and then what is cut leads to it too.
    let next = round(high.checked_add(1)?, true);
    (next.0 == rounded.0).then_some(rounded)
}

/// Any text.
#[inline(never)]
fn round_carefully(layout: &Layout, text: &str) -> Result<(u64, Flags), ParseFloatError> {
    let (negative, number) = scan::sign(text.as_bytes());
    match scan::decimal(number) {
        Some(decimal) => Ok(round_decimal(*layout, negative, decimal)),
        None => match scan::other(number) {
            Some(other) => Ok(round_other(*layout, negative, other)),
            None if text.is_empty() => Err(ParseFloatError::EMPTY),
            None => Err(ParseFloatError::INVALID),
        },
    }
}

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

    // The value is product · 2^(unit − 127), or more by less than `slack` where the power is not exact, and by less than a
    // `cut` where digits follow the leading ones.
    let up = leading.leading_zeros();
    let power = Power::of_five(exponent);
    let product = multiply(power.significand, leading << up);
    let unit = power.exponent + exponent + 64 - up as i32;
    let slack = power.error + 1;
    let cut = if rest {
        (power.significand >> (64 - up)) + 1
    } else {
        0
    };
    // A bit is left free above.
    let above = (product >> 1) + u128::midpoint(cut, slack as u128) + 1;
    let ends = [(product, unit - 127), (above, unit - 126)];
    round_between(layout, negative, ends, digits, leading, exponent)
}

/// Rounds a decimal that lies between two numbers.
fn round_between(
    layout: Layout,
    negative: bool,
    ends: [(u128, i32); 2],
    digits: &[u8],
    leading: u64,
    exponent: i32,
) -> (u64, Flags) {
    let [low, high] = ends.map(|(significand, unit)| round(layout, negative, significand, unit));
    if low.0 == high.0 {
        return low;
    }
    // Neighbours: the point half-way between them decides.
    let (significand, unit) = layout.integer(low.0);
    let half_way = 2 * significand + 1;
    match compare(digits, leading, exponent, half_way, unit - 1) {
        Some(Ordering::Less) => low,
        Some(Ordering::Greater) => high,
        // Where no exact comparison has room, only a tie is so near to one.
        Some(Ordering::Equal) | None => round(layout, negative, half_way as u128, unit - 1),
    }
}

/// The order of a decimal, all of its digits, and binary · 2<sup>`binary_exponent`</sup>, if there is room to compare them.
///
/// The leading digits as an integer are a multiple of 10<sup>`exponent`</sup>.
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
