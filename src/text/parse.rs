//! The parser. It rounds the exact value of a text once.
//!
//! Most texts are short, and a product of two integers of 64 bits decides which number is nearest. For other texts, and for calls
//! that ask for a rounding or for exceptions, the parser finds the exact position of the value between two numbers, and rounds it
//! like any [`Unpacked`].

use core::cmp::Ordering;

use super::ParseFloatError;
use super::bignum::{self, Bignum, MOST_DIGITS};
use super::pow5::{Power, multiply};
use super::scan::{self, ScannedDecimal, Special};
use crate::format::{Layout, limits::max};
use crate::round::{Cast, Flags, Format, from_code, unpacked::Unpacked};

/// Parses a number, rounded to nearest, ties to even, with IEEE overflow.
///
/// # Errors
/// [`FloatErrorKind`](super::FloatErrorKind) lists the reasons.
// The function is compiled for each format that is parsed, because a constant layout halves its time.
#[inline(never)]
pub(crate) fn parse<F: Format>(text: &str) -> Result<F, ParseFloatError> {
    parse_code(&F::LAYOUT, text).map(from_code)
}

#[inline(always)]
pub(super) fn parse_code(layout: &Layout, text: &str) -> Result<u64, ParseFloatError> {
    let (negative, number) = scan::sign(text.as_bytes());
    let (code, flags) = match scan::short_decimal(number).and_then(|decimal| fast_path(*layout, negative, decimal)) {
        Some(rounded) => rounded,
        None => slow_path(layout, Cast::new(), text)?,
    };
    representable(code, flags)
}

/// Parses a number, rounded by `cast`. Returns the number and the exceptions that the rounding raised.
///
/// # Errors
/// [`FloatErrorKind`](super::FloatErrorKind) lists the reasons.
pub(crate) fn parse_with<F: Format>(text: &str, cast: Cast) -> Result<(F, Flags), ParseFloatError> {
    let (code, flags) = slow_path(&F::LAYOUT, cast, text)?;
    let code = representable(code, flags)?;
    Ok((from_code(code), flags))
}

/// Returns the code, or an error if the format can't represent the number.
#[inline(always)]
pub(super) const fn representable(code: u64, flags: Flags) -> Result<u64, ParseFloatError> {
    if flags.contains(Flags::INVALID) {
        Err(ParseFloatError::UNREPRESENTABLE)
    } else {
        Ok(code)
    }
}

#[cold]
pub(super) fn round_special(layout: Layout, cast: Cast, negative: bool, number: Special) -> (u64, Flags) {
    match number {
        Special::Infinity => layout.infinite(cast, negative),
        Special::Nan => match layout.nan_code() {
            Some(code) => (layout.with_sign_bit(negative, code), Flags::NONE),
            None => layout.invalid(),
        },
        Special::Binary { significand, exponent } => {
            // The bounds are past all formats on either side.
            let exponent = exponent.clamp(-1 << 24, 1 << 24) as i32;
            round(layout, cast, negative, significand, exponent)
        }
    }
}

/// Rounds ±significand · 2<sup>exponent</sup>.
#[inline(always)]
pub(super) fn round(layout: Layout, cast: Cast, negative: bool, significand: u128, exponent: i32) -> (u64, Flags) {
    match Unpacked::new(negative, exponent + 127, significand) {
        Some(number) => layout.round(cast, number),
        None => layout.signed_zero(negative),
    }
}

/// Rounds integer · 10<sup>exponent</sup>. Returns `None` if a product of two integers of 64 bits does not decide.
#[inline(always)]
fn fast_path(layout: Layout, negative: bool, (integer, exponent): (u64, i64)) -> Option<(u64, Flags)> {
    if integer == 0 {
        return Some(layout.signed_zero(negative));
    }
    let (power, power_unit, exact) = Power::short(exponent)?;

    // The value is product · 2^(unit − 127). If the power is cut, the value is greater by less than 2^64 of that unit.
    let up = integer.leading_zeros();
    let product = power as u128 * (integer << up) as u128;
    let (high, low) = ((product >> 64) as u64, product as u64);
    let unit = power_unit + exponent as i32 + 64 - up as i32;
    let round = |high: u64, more: bool| {
        let up = (high >> 63 == 0) as u32;
        let number = Unpacked {
            negative,
            exponent: unit - up as i32,
            significand: high << up | more as u64,
        };
        layout.round(Cast::new(), number)
    };
    let rounded = round(high, !exact || low != 0);
    // The mask of the bits below the bit that decides between two numbers. If these bits are not all 1, adding 1 changes no
    // higher bit.
    let below = (1 << (62 - layout.precision())) - 1;
    if exact || high & below != below {
        return Some(rounded);
    }
    // The text may be a number in few digits, such as 12.5. Then the cut value gives the nearest number too.
    let next = round(high.checked_add(1)?, true);
    (next.0 == rounded.0).then_some(rounded)
}

/// Parses any text.
#[inline(never)]
fn slow_path(layout: &Layout, cast: Cast, text: &str) -> Result<(u64, Flags), ParseFloatError> {
    let (negative, number) = scan::sign(text.as_bytes());
    match scan::decimal(number) {
        Some(decimal) => Ok(round_decimal(*layout, cast, negative, decimal)),
        None => match scan::special(number) {
            Some(special) => Ok(round_special(*layout, cast, negative, special)),
            None if text.is_empty() => Err(ParseFloatError::EMPTY),
            None => Err(ParseFloatError::INVALID),
        },
    }
}

fn round_decimal(layout: Layout, cast: Cast, negative: bool, decimal: ScannedDecimal) -> (u64, Flags) {
    /// All formats lie within 2^(±2^21), which is 10^±631306. The bound has room for 19 digits more.
    const FARTHEST: i64 = 650_000;
    if decimal.leading == 0 {
        return layout.signed_zero(negative);
    }
    let exponent = decimal.exponent.clamp(-FARTHEST, FARTHEST) as i32;

    // The value is product · 2^(unit − 127), or is greater by less than `slack` of that unit. It is greater if the power is not
    // exact, or if digits follow the leading digits.
    let up = decimal.leading.leading_zeros();
    let power = Power::of_five(exponent);
    let product = multiply(power.significand, decimal.leading << up);
    let unit = power.exponent + exponent + 64 - up as i32;
    let cut = if decimal.has_more {
        (power.significand >> (64 - up)) + 1
    } else {
        0
    };
    let slack = cut + power.error as u128 + 1;
    // The shift leaves bits free above.
    let (low, slack, unit) = (product >> 4, (slack >> 4) + 2, unit - 127 + 4);

    // `step` is half of the format's step at the value: tininess is judged in half steps.
    let leading = unit + low.ilog2() as i32;
    let step = max(leading - layout.fraction_bits() as i32, layout.finest_exponent()) - 1;
    let bits = (step - unit) as u32;
    let steps = low.unbounded_shr(bits) as u64;
    let rest = low & 1_u128.unbounded_shl(bits).wrapping_sub(1);

    // Two bits more give the position of the value between two steps: on the lower step, below the middle, on the middle, above
    // the middle, or on the upper step or past it. The slack may reach past the upper step.
    let half = 1_u128 << (bits - 1).min(126);
    let mut position = 0;
    for halves in 0..=2 {
        let midpoint = halves as u128 * half;
        let order = if midpoint < rest {
            Ordering::Greater
        } else if midpoint >= rest + slack {
            Ordering::Less
        } else {
            // If an exact comparison has no room, only equal values are this near.
            compare(decimal, exponent, 2 * steps + halves, step - 1).unwrap_or(Ordering::Equal)
        };
        match order {
            Ordering::Less => break,
            Ordering::Equal => position = 2 * halves,
            Ordering::Greater => position = 2 * halves + 1,
        }
    }
    round(layout, cast, negative, (4 * steps + position) as u128, step - 2)
}

/// Compares all digits of a decimal with binary · 2<sup>`binary_exponent`</sup>. Returns `None` if a [`Bignum`] has no room for
/// the comparison.
///
/// The leading digits as an integer are a multiple of 10<sup>`exponent`</sup>.
fn compare(decimal: ScannedDecimal, exponent: i32, binary: u64, binary_exponent: i32) -> Option<Ordering> {
    let digits = decimal.digits.iter().filter(|&&byte| byte != b'.');
    let mut digits = digits.skip_while(|&&byte| byte == b'0');
    let mut exponent = exponent + decimal.leading.ilog10() as i32 + 1;
    let mut integer = Bignum::new(0);
    let mut append = |digit: u8| {
        exponent -= 1;
        integer.multiply_add(10, digit as u64)
    };
    let mut fits = true;
    for &byte in digits.by_ref().take(MOST_DIGITS) {
        fits &= append(byte - b'0');
    }
    // One more digit stands for all other digits.
    if digits.any(|&byte| byte != b'0') {
        fits &= append(1);
    }
    if !fits {
        return None;
    }
    bignum::compare(integer, exponent, binary, binary_exponent)
}
