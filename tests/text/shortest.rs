//! The digits of every number of every format are those that the oracle computes, and they parse back.

use super::*;
use crate::oracle::printed;

/// Returns the text without an exponent.
fn positional(digits: &str, exponent: i32) -> String {
    let point = digits.len() as i32 + exponent;
    if point <= 0 {
        format!("0.{}{digits}", "0".repeat(-point as usize))
    } else if exponent < 0 {
        let (whole, fraction) = digits.split_at(point as usize);
        format!("{whole}.{fraction}")
    } else {
        format!("{digits}{}", "0".repeat(exponent as usize))
    }
}

/// Returns the text with an exponent after a letter.
fn scientific(digits: &str, exponent: i32, letter: char) -> String {
    let exponent = exponent + digits.len() as i32 - 1;
    match digits.split_at(1) {
        (first, "") => format!("{first}{letter}{exponent}"),
        (first, others) => format!("{first}.{others}{letter}{exponent}"),
    }
}

fn check<F: Text>(magnitude: u64, sign: &str, code: u64) {
    let (digits, exponent) = printed(F::LAYOUT, magnitude);
    let number = number::<F>(code);
    let text = digits.to_string();
    let leading = exponent + text.len() as i32 - 1;
    let plain = positional(&text, exponent);
    let debug = if digits != 0 && !(-4..16).contains(&leading) {
        scientific(&text, exponent, 'e')
    } else if plain.contains('.') {
        plain.clone()
    } else {
        format!("{plain}.0")
    };
    let right = [
        plain,
        debug,
        scientific(&text, exponent, 'e'),
        scientific(&text, exponent, 'E'),
    ];
    let is = [
        format!("{number}"),
        format!("{number:?}"),
        format!("{number:e}"),
        format!("{number:E}"),
    ];
    for (is, right) in is.iter().zip(&right) {
        assert_eq!(*is, format!("{sign}{right}"), "{} {code:#x}", F::DTYPE);
        assert_eq!(parse::<F>(is), Ok(code), "{is} as {}", F::DTYPE);
    }
}

/// Checks every number of a format of few bits, and many numbers of a format of many bits.
fn check_all<F: Text>() {
    for magnitude in finite_codes::<F>(1 << 15) {
        check::<F>(magnitude, "", magnitude);
    }
}

/// Checks the sign of every number. Some formats with signs have no sign of zero.
fn check_signs<F: Text>() {
    if !F::LAYOUT.is_signed() {
        return;
    }
    for magnitude in finite_codes::<F>(100) {
        if magnitude > 0 || F::LAYOUT.has_negative_zero() {
            let code = magnitude | 1 << (F::LAYOUT.bits() - 1);
            check::<F>(magnitude, "-", code);
        }
    }
}

#[test]
fn the_shortest_of_every_narrow_number() {
    for_every_short_format!(check_all);
}

#[test]
fn the_shortest_of_every_narrow_negative_number() {
    for_every_short_format!(check_signs);
}

/// `f32` has none of the numbers except zero, so the digits are the shortest of the format.
#[test]
fn the_shortest_beyond_f32() {
    check_all::<Beyond>();
}

/// Checks some numbers. The digits of a format that reaches far take long to compute.
fn check_some<F: Text>() {
    for magnitude in finite_codes::<F>(2000) {
        check::<F>(magnitude, "", magnitude);
    }
}

#[test]
fn the_shortest_of_wide_numbers() {
    for_every_wide_format!(check_some);
}

/// 2^16383 has 4932 digits. The smallest number, 2^-16431, has its last digit 4947 places after the point.
#[test]
fn the_shortest_beyond_the_range_of_f64() {
    let max = Wide::LAYOUT.max_code();
    let one = 1 << 62 | 1 << 61;
    for magnitude in [1, 2, 3, 1 << 48, (1 << 48) + 1, one / 2, one / 3, one, max - 1, max] {
        check::<Wide>(magnitude.min(max), "", magnitude.min(max));
    }
}

/// The smallest number is 2^-524289, 10^-157826.71…. The largest is 2^524288 · 15/16, 10^157826.41….
#[test]
fn the_shortest_at_the_ends_of_a_layout() {
    for (code, leading) in [(1, -157_827), (Far::LAYOUT.max_code(), 157_826)] {
        let number = number::<Far>(code);
        let text = format!("{number:e}");
        let exponent = text.split_once('e').map(|(_, exponent)| exponent);
        assert_eq!(exponent, Some(leading.to_string().as_str()), "{text}");
        assert_eq!(parse::<Far>(&text), Ok(code));
        let text = format!("{number}");
        assert!(text.len() > 157_826);
        assert_eq!(parse::<Far>(&text), Ok(code));
    }
}

/// No number follows the largest one, so few digits would be enough: 8 parses as 7.9375 too. But 8 is another number.
#[test]
fn the_shortest_of_the_largest_where_all_codes_are_finite() {
    assert_eq!(E2M6Fn::MAX.to_string(), "7.94");
    assert_eq!(parse::<E2M6Fn>("8"), Ok(E2M6Fn::MAX.to_bits() as u64));
}
