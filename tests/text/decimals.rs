//! Decimals of any length are rounded once, from their exact value.

use num_bigint::BigUint;

use super::*;
use crate::oracle::{Exact, half_way, rounded};

/// Returns the digits with a point before the last `fraction` of them, and an exponent that makes up for the point.
fn written(digits: &str, exponent: i32, fraction: usize) -> String {
    let fraction = fraction.min(digits.len());
    let (whole, rest) = digits.split_at(digits.len() - fraction);
    let exponent = exponent + fraction as i32;
    let point = if fraction > 0 { "." } else { "" };
    format!("{whole}{point}{rest}e{exponent}")
}

/// Compares the result with the exact value, for three texts of the number.
fn check<F: Text>(digits: &str, exponent: i32) {
    let integer: BigUint = digits.parse().unwrap();
    let right = if integer == BigUint::ZERO {
        0
    } else {
        rounded(F::LAYOUT, &Exact::new(integer, 10, exponent))
    };
    let zeros = "0".repeat(30);
    for text in [
        written(digits, exponent, 0),
        written(digits, exponent, digits.len() / 2),
        written(&format!("{digits}{zeros}"), exponent - 30, 30 + digits.len()),
    ] {
        assert_eq!(parse::<F>(&text), Ok(right), "{text} as {}", F::DTYPE);
    }
}

/// Tries random decimals near the range of the format, with 1 to 40 digits.
fn random<F: Text>() {
    let mut random = Random(F::LAYOUT.bits() as u64);
    let log = |exponent: i32| exponent * 3 / 10;
    let (least, most) = (
        log(F::LAYOUT.min_exponent() - F::LAYOUT.fraction_bits() as i32) - 3,
        log(F::LAYOUT.max_exponent()) + 3,
    );
    for _ in 0..1500 {
        let length = 1 + random.below(40) as usize;
        let digits: String = (0..length).map(|_| char::from(b'0' + random.below(10) as u8)).collect();
        let leading = least + random.below((most - least + 1) as u64) as i32;
        check::<F>(&digits, leading - length as i32 + 1);
    }
}

#[test]
fn random_decimals_are_rounded_once() {
    for_every_short_format!(random);
    for_every_wide_format!(random);
}

/// Tries the point half-way between two numbers, and the decimals that differ from it in the last of many digits.
fn about_ties<F: Text>() {
    let codes = finite_codes::<F>(60);
    let step = codes.len() / 60 + 1;
    for code in codes.into_iter().step_by(step) {
        about_tie::<F>(code);
    }
    about_tie::<F>(F::LAYOUT.max_code());
}

fn about_tie<F: Text>(code: u64) {
    let (digits, exponent) = half_way(F::LAYOUT, code);
    check::<F>(&digits, exponent);
    let integer: BigUint = digits.parse().unwrap();
    for zeros in [0, 1, 20, 900] {
        let shifted = &integer * BigUint::from(10u32).pow(zeros);
        for near in [&shifted - 1u32, shifted + 1u32] {
            check::<F>(&near.to_string(), exponent - zeros as i32);
        }
    }
}

#[test]
fn ties_and_their_neighbours_are_rounded_once() {
    for_every_short_format!(about_ties);
    for_every_wide_format!(about_ties);
}

/// Some of these comparisons are done in 128 bits, and some with integers of any length.
#[test]
fn ties_beyond_the_range_of_f64_are_rounded_once() {
    let one = Wide::from_f32(1.0).to_bits();
    for code in [
        one,
        one + 1,
        one + (100 << 48),
        one - (100 << 48),
        one + (900 << 48) + 5,
        one - (900 << 48) - 7,
    ] {
        about_tie::<Wide>(code);
    }
}

/// Tries every tie of `F16`, with digits added and in the place of the last digit.
#[test]
fn every_tie_of_float16() {
    for code in 0..F16::LAYOUT.max_code() {
        let (digits, exponent) = half_way(F16::LAYOUT, code);
        let even = code + code % 2;
        assert_eq!(parse::<F16>(&format!("{digits}e{exponent}")), Ok(even), "{code:#x}");
        assert_eq!(parse::<F16>(&format!("{digits}00000001e{}", exponent - 8)), Ok(code + 1));
        let integer: BigUint = digits.parse().unwrap();
        assert_eq!(parse::<F16>(&format!("{}9e{}", integer - 1u32, exponent - 1)), Ok(code));
    }
}

#[test]
fn thousands_of_digits_are_rounded_once() {
    let zeros = "0".repeat(5000);
    assert_eq!(parse::<F16>(&format!("0.{zeros}1e5001")), parse::<F16>("1"));
    assert_eq!(parse::<F16>(&format!("1{zeros}e-5000")), parse::<F16>("1"));
    assert_eq!(parse::<F16>(&format!("1.{zeros}")), parse::<F16>("1"));
    assert_eq!(parse::<F16>(&format!("1.00048828125{zeros}")), Ok(0x3c00));
    assert_eq!(parse::<F16>(&format!("1.00048828125{zeros}1")), Ok(0x3c01));
    assert_eq!(parse::<F16>(&format!("{zeros}1.00048828125{zeros}1{zeros}")), Ok(0x3c01));
    assert_eq!(parse::<F16>(&format!("1.00048828124{}", "9".repeat(5000))), Ok(0x3c00));
    assert_eq!(parse::<F16>(&format!("0.{zeros}1")), Ok(0));
    assert_eq!(parse::<F16>(&format!("-1{zeros}")), Ok(0xfc00));
}

#[test]
fn exponents_of_any_size_are_read() {
    for exponent in [
        "999999999999",
        "99999999999999999999999999",
        "9223372036854775807",
        "2147483648",
    ] {
        for digits in ["1", "12345678901234567890123", "0.0000000000000000000000001"] {
            assert_eq!(parse::<F16>(&format!("{digits}e{exponent}")), Ok(0x7c00));
            assert_eq!(parse::<F16>(&format!("{digits}e-{exponent}")), Ok(0));
            assert_eq!(parse::<F16>(&format!("-{digits}e-{exponent}")), Ok(0x8000));
            assert_eq!(
                parse::<Far>(&format!("{digits}e{exponent}")),
                Ok(Far::INFINITY.to_bits() as u64)
            );
            assert_eq!(parse::<Far>(&format!("{digits}e-{exponent}")), Ok(0));
        }
        assert_eq!(parse::<F16>(&format!("0e{exponent}")), Ok(0));
        assert_eq!(parse::<F16>(&format!("-0.00e{exponent}")), Ok(0x8000));
        assert_eq!(parse::<F16>(&format!("0x1p{exponent}")), Ok(0x7c00));
        assert_eq!(parse::<F16>(&format!("0x1p-{exponent}")), Ok(0));
    }
    // The zeros and the exponent cancel.
    let zeros = "0".repeat(100_000);
    assert_eq!(parse::<Far>(&format!("0.{zeros}1e100001")), parse::<Far>("1"));
    assert_eq!(parse::<F16>(&format!("0x0.{zeros}1p400004")), parse::<F16>("1"));
}
