//! What a constant can hold.

use super::*;

const HALF: F16 = F16::from_f32(0.5);
const THIRD: f64 = 1.0 / 3.0;
const X: (F16, Flags) = F16::from_f64_with(THIRD, Cast::new().rounding(Rounding::TowardZero));
const SATURATED: (F8E4M3Fn, Flags) = F8E4M3Fn::from_f32_with(1e9, Cast::new().saturating());
const WIDE: f64 = F8E5M2::MAX.to_f64();
const CLASS: FpCategory = Bf16::NAN.classify();
const PARTS: Parts = Layout::BFLOAT16.decode(0xbfc0);
const CODE: u64 = Layout::BFLOAT16.encode(PARTS);
const BETWEEN: (u64, Flags) = Cast::new().bits(Layout::E4M3FN, Layout::BINARY16, 0x7e);
const BYTES: [u8; 2] = HALF.to_be_bytes();
const TABLE: [f32; 16] = {
    let mut table = [0.0; 16];
    let mut code = 0;
    while code < 16 {
        table[code] = F4E2M1Fn::from_bits(code as u8).to_f32();
        code += 1;
    }
    table
};

#[test]
fn hold_conversions() {
    assert_eq!(HALF.to_bits(), 0x3800);
    // 1/3 = 1.0101 0101 01|01…b · 2^-2: cut off, 155, and exponent field 13.
    assert_eq!((X.0.to_bits(), X.1), (0x3555, Flags::INEXACT));
    assert_eq!(SATURATED.0.to_bits(), 0x7e);
    assert_eq!(SATURATED.1, Flags::OVERFLOW | Flags::INEXACT);
    assert_eq!(WIDE, 57344.0);
    assert_eq!(CLASS, FpCategory::Nan);
    assert_eq!(CODE, 0xbfc0);
    // 448 = 1.75 · 2^8: field 23, fraction 300.
    assert_eq!(BETWEEN, (0x5f00, Flags::NONE));
    assert_eq!(BYTES, [0x38, 0x00]);
    assert_eq!(TABLE[7], 6.0);
    assert_eq!(TABLE[15], -6.0);
}

#[test]
fn hold_limits() {
    const LARGEST: F8E4M3Fn = F8E4M3Fn::MAX;
    assert_eq!(LARGEST.to_f32(), 448.0);
    assert_eq!(F8E5M2::INFINITY.to_bits(), 0x7c);
    assert_eq!(F8E5M2::NEG_INFINITY.to_bits(), 0xfc);
    assert_eq!(F8E4M3Fnuz::NAN.to_bits(), 0x80);
    assert_eq!(F8E8M0Fnu::MIN.to_f64(), exp2(-127));
    assert_eq!(F8E8M0Fnu::MIN_POSITIVE.to_f64(), exp2(-127));
    assert_eq!(F8E8M0Fnu::NAN.to_bits(), 0xff);
    assert_eq!(F6E2M3Fn::EPSILON.to_f32(), 0.125);
    assert_eq!(F4E2M1Fn::MIN.to_f32(), -6.0);
    // `f32` under its own names: 2^MAX_EXP is past MAX, 2^(MIN_EXP - 1) the smallest normal.
    assert_eq!((F8E4M3Fn::MIN_EXP, F8E4M3Fn::MAX_EXP), (-5, 9));
    assert_eq!((F8E5M2::MIN_10_EXP, F8E5M2::MAX_10_EXP), (-4, 4));
    assert_eq!(F8E4M3Fn::MANTISSA_DIGITS, 4);
    assert_eq!(F8E4M3Fn::RADIX, 2);
}
