//! Texts that libraries in use today get wrong, with their wrong results.

use std::fmt::Write;

use half::{bf16, f16};

use super::*;

/// The decimal is 1593.49997… · 2^-24, a hair below the tie of 0639 and 063a. The tie is the nearest `f32` and goes to 063a.
#[test]
fn decimal_to_f16_through_f32() {
    assert_eq!("9498e-8".parse::<f16>().unwrap().to_bits(), 0x063a, "the trap");
    assert_eq!(parse::<F16>("9498e-8"), Ok(0x0639));
    assert_eq!(parse::<F16>("-9498e-8"), Ok(0x8639));
}

/// The decimal lies below 65520, the tie of 65504 and the next place, 65536. 65520 is the nearest `f32`.
#[test]
fn decimal_to_f16_near_its_largest_through_f32() {
    assert_eq!("65519.999".parse::<f16>().unwrap().to_bits(), 0x7c00, "the trap");
    assert_eq!(parse::<F16>("65519.999"), Ok(0x7bff));
    assert_eq!(parse::<F16>("65519.99999999999999999999999999999"), Ok(0x7bff));
    assert_eq!(parse::<F16>("65520"), Ok(0x7c00));
}

/// The decimal lies a hair above the tie of 1f88 and 1f89. The tie is the nearest `f32`.
#[test]
fn decimal_to_bf16_through_f32() {
    assert_eq!("5781e-23".parse::<bf16>().unwrap().to_bits(), 0x1f88, "the trap");
    assert_eq!(parse::<Bf16>("5781e-23"), Ok(0x1f89));
}

/// The digits are the shortest for the format, not for the `f32` of equal value.
#[test]
fn display_through_f32_has_too_many_digits() {
    assert_eq!(f16::from_f32(0.1).to_string(), "0.099975586", "the trap");
    assert_eq!(F16::from_f32(0.1).to_string(), "0.1");
    assert_eq!(Bf16::from_f32(0.1).to_string(), "0.1");
    assert_eq!(format!("{:?}", Bf16::from_f32(3e38)), "3e38");
    // A whole number is not shortened. A number of a format of few bits is not shortened either, or it would print as 0.1.
    assert_eq!(F16::from_f32(-32768.0).to_string(), "-32768");
    assert_eq!(F8E4M3Fn::from_f32(0.1).to_string(), "0.1015625");
}

#[test]
fn formatting_flags_are_obeyed() {
    let (x, y) = (F16::from_f32(1234.0), f16::from_f32(1234.0));
    let mut text = String::new();
    write!(text, "{y:.2e}").unwrap();
    assert_ne!(text, "1.23e3", "the trap");
    assert_eq!(format!("{x:.2e}"), "1.23e3");
    assert_eq!(format!("{x:+}"), "+1234");
    assert_eq!(format!("{:08.3}", -F16::from_f32(1.5)), "-001.500");
    assert_eq!(format!("{:*^9}", Bf16::from_f32(0.25)), "**0.25***");
}
