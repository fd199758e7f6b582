//! Infinities, NaNs, signs and numbers that are too large, in formats that have them and in formats that don't.

use super::*;

use FloatErrorKind::Unrepresentable;

/// A cast from `f64` decides the meaning of a text. A cast that raises INVALID stands for an error.
fn as_a_cast_from_f64<F: Text>() {
    let texts = [
        "inf",
        "-inf",
        "1e999",
        "-1e999",
        "0",
        "-0",
        "-1",
        "-1e-999",
        "1e-999",
        "1e6",
        "0x1p3000",
        "-0x1p-3000",
    ];
    for text in texts {
        let value: f64 = match text {
            "-0x1p-3000" | "-1e-999" => -f64::from_bits(1),
            "1e-999" => f64::from_bits(1),
            "1e999" | "0x1p3000" => f64::MAX,
            "-1e999" => f64::MIN,
            _ => text.parse().unwrap(),
        };
        let (number, flags) = value.cast_with::<F>(ulp::Cast::new());
        let right = if flags.contains(ulp::Flags::INVALID) {
            Err(Unrepresentable)
        } else {
            Ok(code(number))
        };
        assert_eq!(parse::<F>(text), right, "{text} as {}", F::DTYPE);
    }
}

#[test]
fn parsed_specials_are_those_of_casts() {
    for_every_short_format!(as_a_cast_from_f64);
}

#[test]
fn infinities_parse_in_every_spelling() {
    assert_eq!(parse::<F16>("inf"), Ok(0x7c00));
    assert_eq!(parse::<F16>("-infinity"), Ok(0xfc00));
    assert_eq!(parse::<F16>("1e5"), Ok(0x7c00));
    // NaN stands for an infinity. In a format without NaN, the largest number stands for it.
    assert_eq!(parse::<F8E4M3Fn>("inf"), Ok(0x7f));
    assert_eq!(parse::<F8E4M3Fn>("-1e9"), Ok(0xff));
    assert_eq!(parse::<F8E4M3Fnuz>("-inf"), Ok(0x80));
    assert_eq!(parse::<F4E2M1Fn>("inf"), Ok(0x7));
    assert_eq!(parse::<F4E2M1Fn>("-inf"), Ok(0xf));
    assert_eq!(parse::<F8E8M0Fnu>("inf"), Ok(0xff));
}

#[test]
fn nans_parse_in_every_spelling() {
    assert_eq!(parse::<F16>("nan"), Ok(0x7e00));
    assert_eq!(parse::<F16>("-nan"), Ok(0xfe00));
    assert_eq!(parse::<F8E4M3Fn>("-NaN"), Ok(0xff));
    assert_eq!(parse::<F8E4M3Fnuz>("nan"), Ok(0x80));
    assert_eq!(parse::<F8E4M3Fnuz>("-nan"), Ok(0x80));
    assert_eq!(parse::<F8E8M0Fnu>("-nan"), Ok(0xff));
    assert_eq!(parse::<F6E3M2Fn>("nan"), Err(Unrepresentable));
    assert_eq!(parse::<F4E2M1Fn>("-nan"), Err(Unrepresentable));
    assert_eq!(parse::<Long>("nan"), Err(Unrepresentable));
}

#[test]
fn formats_without_sign_or_zero_parse() {
    assert_eq!(parse::<F8E8M0Fnu>("-1"), Err(Unrepresentable));
    assert_eq!(parse::<F8E8M0Fnu>("-1e-99"), Err(Unrepresentable));
    assert_eq!(parse::<F8E8M0Fnu>("-inf"), Err(Unrepresentable));
    assert_eq!(parse::<Ue5M3>("-0x1p-999"), Err(Unrepresentable));
    // All smaller numbers give the smallest number, zeros included.
    assert_eq!(parse::<F8E8M0Fnu>("0"), Ok(0));
    assert_eq!(parse::<F8E8M0Fnu>("-0.0"), Ok(0));
    assert_eq!(parse::<F8E8M0Fnu>("1e-99"), Ok(0));
    // 1.5 and 3 are ties, which go up.
    assert_eq!(parse::<F8E8M0Fnu>("1.5"), Ok(0x80));
    assert_eq!(parse::<F8E8M0Fnu>("3"), Ok(0x81));
    assert_eq!(parse::<F8E8M0Fnu>("2.9999999999999999999999999"), Ok(0x80));
    assert_eq!(parse::<F8E4M3Fnuz>("-0"), Ok(0));
    assert_eq!(parse::<F8E4M3Fnuz>("-1e-9"), Ok(0));
}

/// Special numbers print like those of `f32`, whatever their bits.
fn print<F: Text>() {
    for bits in 0..1 << F::LAYOUT.bits() {
        let number = number::<F>(bits);
        let value: f32 = number.cast();
        if value.is_nan() || F::LAYOUT.infinity_code() == Some(bits % (1 << (F::LAYOUT.bits() - 1))) {
            assert_eq!(format!("{number}"), format!("{value}"));
            assert_eq!(format!("{number:+?}"), format!("{value:+?}"));
            assert_eq!(format!("{number:08.3e}"), format!("{value:08.3e}"));
            assert_eq!(format!("{number:*<+7.1E}"), format!("{value:*<+7.1E}"));
        }
    }
}

#[test]
fn specials_print_as_those_of_f32() {
    for_every_short_format!(print);
}
