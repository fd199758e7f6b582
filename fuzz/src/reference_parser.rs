//! Reads a text with another grammar than the crate's. Digits are big integers.

use num_bigint::BigUint;

use crate::real::Big;

/// The meaning of a text.
#[derive(Clone, Debug)]
pub enum Written {
    Empty,
    Invalid,
    Number { negative: bool, number: Number },
}

/// The number without its sign.
#[derive(Clone, Debug)]
pub enum Number {
    Nan,
    Infinity,
    Zero,
    Other(Big),
}

/// Reads a text. `f32` decides which texts are well-formed decimals, infinities and NaNs.
pub fn read(text: &str) -> Written {
    if text.is_empty() {
        return Written::Empty;
    }
    let negative = text.starts_with('-');
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let lower = unsigned.to_ascii_lowercase();
    let number = if let Some(digits) = lower.strip_prefix("0x") {
        parts(digits, 16, 'p')
    } else if text.parse::<f32>().is_err() {
        None
    } else {
        match &*lower {
            "nan" => Some(Number::Nan),
            "inf" | "infinity" => Some(Number::Infinity),
            _ => parts(&lower, 10, 'e'),
        }
    };
    number.map_or(Written::Invalid, |number| Written::Number { negative, number })
}

fn parts(text: &str, radix: u32, mark: char) -> Option<Number> {
    let (mantissa, exponent) = match text.split_once(mark) {
        Some((mantissa, exponent)) => (mantissa, integer(exponent)?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let digits = BigUint::parse_bytes(digits.as_bytes(), radix)?;
    if digits == BigUint::ZERO {
        return Some(Number::Zero);
    }
    let (base, unit) = if radix == 16 { (2, 4) } else { (10, 1) };
    let exponent = exponent.saturating_sub(unit * fraction.len() as i64);
    Some(Number::Other(Big::new(digits, base, exponent)))
}

/// Returns an integer. If no `i64` holds the integer, returns the nearest `i64`.
fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let far = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    Some(text.parse().unwrap_or(far))
}
