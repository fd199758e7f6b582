//! Numbers in any radix, for `num_traits::Num`.

use super::ParseFloatError;
use super::parse::{parse_code, representable, round, round_special};
use super::scan::{self, Special};
use crate::format::Layout;
use crate::round::Cast;

/// Parses a number in a radix and returns its code. The number is rounded to nearest, ties to even, with IEEE overflow.
///
/// # Errors
/// [`FloatErrorKind`](super::FloatErrorKind) lists the reasons.
pub(crate) fn parse_radix(layout: Layout, text: &str, radix: u32) -> Result<u64, ParseFloatError> {
    match radix {
        10 => return parse_code(&layout, text),
        2..=36 => (),
        _ => return Err(ParseFloatError::UNSUPPORTED),
    }
    if text.is_empty() {
        return Err(ParseFloatError::EMPTY);
    }
    let (negative, number) = scan::sign(text.as_bytes());
    let (code, flags) = match scan::special(number) {
        Some(name @ (Special::Infinity | Special::Nan)) => round_special(layout, Cast::new(), negative, name),
        _ if radix.is_power_of_two() => {
            let number = scan::binary(number, radix).ok_or(ParseFloatError::INVALID)?;
            round_special(layout, Cast::new(), negative, number)
        }
        _ => {
            let (quotient, exponent) = ratio(number, radix)?;
            round(layout, Cast::new(), negative, quotient, exponent)
        }
    };
    representable(code, flags)
}

/// Returns quotient · 2<sup>exponent</sup>. If the quotient is not exact, it has at least 65 bits, and the last bit is sticky.
fn ratio(text: &[u8], radix: u32) -> Result<(u128, i32), ParseFloatError> {
    let (mut numerator, mut denominator) = (Some(0_u128), Some(1_u128));
    let append = |number: Option<u128>, digit| number?.checked_mul(radix as u128)?.checked_add(digit);
    let end = scan::digits(text, radix, |digit, fractional| {
        numerator = append(numerator, digit as u128);
        if fractional {
            denominator = append(denominator, 0);
        }
    });
    if end != Some(text.len()) {
        return Err(ParseFloatError::INVALID);
    }
    let (Some(numerator), Some(denominator)) = (numerator, denominator) else {
        return Err(ParseFloatError::UNSUPPORTED);
    };
    let (mut quotient, mut remainder) = (numerator / denominator, numerator % denominator);
    let mut exponent = 0;
    while remainder != 0 && quotient >> 64 == 0 {
        // The remainder is less than the denominator. Twice the remainder may not fit.
        let is_next_bit_set = remainder >= denominator - remainder;
        remainder = if is_next_bit_set {
            remainder - (denominator - remainder)
        } else {
            2 * remainder
        };
        quotient = quotient << 1 | is_next_bit_set as u128;
        exponent -= 1;
    }
    if remainder == 0 {
        Ok((quotient, exponent))
    } else {
        Ok((quotient << 1 | 1, exponent - 1))
    }
}
