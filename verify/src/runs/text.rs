//! Compares text with the standard library's: `f32` and `f64` as formats of this crate, and the exact digits of a number.

use core::fmt::{Display, LowerExp};
use core::str::FromStr;

use fastrand::Rng;
use ulp::{Bf16, Bits, F16, Format, Layout, float_type};
use ulp_verify::tally::{Report, Tally, parallel};

float_type! {
    type Single = SingleSpec(u32): Layout::BINARY32, "binary32", [sign, zero, infinities, nan];
}
float_type! {
    type Double = DoubleSpec(u64): Layout::BINARY64, "binary64", [sign, zero, infinities, nan];
}
float_type! {
    type E8M10 = E8M10Spec(u32): Layout::ieee(8, 10), "e8m10", [sign, zero, infinities, nan];
}
float_type! {
    type E8M15 = E8M15Spec(u32): Layout::ieee(8, 15), "e8m15", [sign, zero, infinities, nan];
}

/// The number of pieces of work. Each has a seed.
const PIECES: u64 = 256;
/// The number of random texts or codes of a piece.
const RANDOM: u64 = 40_000;

pub(crate) fn run(report: &mut Report) {
    report.line("float16: digits of every number", every::<F16>());
    report.line("bfloat16: digits of every number", every::<Bf16>());
    report.line("8 exponent and 10 fraction bits: likewise", every::<E8M10>());
    report.line("8 exponent and 15 fraction bits: likewise", every::<E8M15>());
    report.line("binary32: digits of random numbers", random(digits_of_binary32));
    report.line("binary32 and binary64: random decimals", random(decimal));
    report.line("binary64: random numbers there and back", random(binary64));
}

fn random(check: impl Fn(&mut Rng, &mut Tally) + Sync) -> Tally {
    parallel(PIECES, |piece, tally| {
        let mut rng = Rng::with_seed(piece);
        for _ in 0..RANDOM {
            tally.input();
            check(&mut rng, tally);
        }
    })
}

fn every<F: Format + Display + LowerExp + FromStr>() -> Tally {
    let finite = F::LAYOUT.max_code() + 1;
    let piece = finite.div_ceil(PIECES);
    parallel(PIECES, |nth, tally| {
        let codes = (nth * piece).max(1)..((nth + 1) * piece).min(finite);
        for code in codes {
            tally.input();
            check_digits(F::from_bits(F::Bits::from_u64(code)), tally);
        }
    })
}

fn digits_of_binary32(rng: &mut Rng, tally: &mut Tally) {
    let code = rng.u32(1..=Single::MAX.to_bits());
    check_digits(Single::from_bits(code), tally);
}

/// Checks the printed digits. They parse back. For a whole number below 2<sup>24</sup>, they are the value. For other numbers, no
/// number of fewer digits parses back, and the digits are those of the exact value, rounded, if the rounded digits parse back.
///
/// An `f64` holds the number, and the standard library prints any number of exact digits of the `f64`. The standard library also
/// judges which digits parse back. A decimal of so few digits is a tie of two numbers, or farther from a tie than the error of an
/// `f64`.
fn check_digits<F: Format + Display + LowerExp + FromStr>(number: F, tally: &mut Tally) {
    let (value, code) = (number.cast::<f64>(), number.to_bits());
    let is_back = |text: &str| text.parse::<f64>().is_ok_and(|value| value.cast::<F>().to_bits() == code);
    let (plain, text) = (number.to_string(), format!("{number:e}"));
    for text in [&plain, &text] {
        let back = text.parse::<F>().map(F::to_bits).ok();
        tally.check(back == Some(code) && is_back(text), || format!("{text} is not {code:x?}"));
    }

    if value < 16_777_216.0 && value.fract() == 0.0 {
        tally.check(plain == format!("{}", value as u32), || format!("{plain}, right: {value}"));
        return;
    }
    let digits = text
        .bytes()
        .take_while(|&byte| byte != b'e')
        .filter(u8::is_ascii_digit)
        .count();
    let nearest = format!("{value:.*e}", digits - 1);
    tally.check(text == without_zeros(&nearest) || !is_back(&nearest), || {
        format!("{text}, but {nearest} is nearer to {code:x?}")
    });
    if digits > 1 {
        let shorter = neighbours(&format!("{value:.*e}", digits - 2));
        tally.check(!shorter.iter().any(|shorter| is_back(shorter)), || {
            format!("{text}, but of {shorter:?} one is {code:x?}")
        });
    }
}

/// Returns the digits of a decimal `d.ddde-5` as an integer, and the exponent of the last digit.
fn parts(text: &str) -> (u64, i32) {
    let (digits, exponent) = text.split_once('e').expect("an exponent");
    let fraction = digits.len().saturating_sub(2) as i32;
    let digits = digits.replace('.', "").parse().expect("digits");
    (digits, exponent.parse::<i32>().expect("an exponent") - fraction)
}

/// Returns a decimal and its two neighbours with as many digits.
fn neighbours(text: &str) -> [String; 3] {
    let (digits, exponent) = parts(text);
    [digits - 1, digits, digits + 1].map(|digits| format!("{digits}e{exponent}"))
}

/// Returns a decimal without zeros at the end of its digits.
fn without_zeros(text: &str) -> String {
    match text.split_once('e') {
        Some((digits, exponent)) if digits.contains('.') => {
            let digits = digits.trim_end_matches('0').trim_end_matches('.');
            format!("{digits}e{exponent}")
        }
        _ => text.to_owned(),
    }
}

/// Tries 1 to 30 digits, with a point among them. The standard library parses them too.
fn decimal(rng: &mut Rng, tally: &mut Tally) {
    let length = rng.usize(1..=30);
    let mut text: String = (0..length).map(|_| rng.digit(10)).collect();
    text.insert(rng.usize(0..=length), '.');
    // Half of them lie within the range of binary32.
    let exponents = if rng.bool() { -60..=45 } else { -360..=320 };
    let text = format!("{text}e{}", rng.i32(exponents));
    let (is, right) = (text.parse().map(Single::to_bits), text.parse().map(f32::to_bits));
    tally.check(is.is_ok() && is.ok() == right.ok(), || format!("{text} as binary32"));
    let (is, right) = (text.parse().map(Double::to_bits), text.parse().map(f64::to_bits));
    tally.check(is.is_ok() && is.ok() == right.ok(), || format!("{text} as binary64"));
}

/// The standard library prints as many digits. The digits differ only at a tie of two decimals, and each parses the other's text.
fn binary64(rng: &mut Rng, tally: &mut Tally) {
    let code = rng.u64(1..=Double::MAX.to_bits());
    let (is, right) = (
        format!("{:e}", Double::from_bits(code)),
        format!("{:e}", f64::from_bits(code)),
    );
    tally.check(is.len() == right.len(), || format!("{is}, right: {right}"));
    for text in [is, right] {
        let back = (text.parse().map(Double::to_bits).ok(), text.parse().map(f64::to_bits).ok());
        tally.check(back == (Some(code), Some(code)), || format!("{text} is not {code:#x}"));
    }
}
