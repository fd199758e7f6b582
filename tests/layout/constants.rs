//! Numbers and conversions in constants.

use super::*;
#[allow(clippy::wildcard_imports, reason = "all formats")]
use ulp::*;

const HALF: F16 = F16::from_f32_const(0.5);
const THIRD: f64 = 1.0 / 3.0;
const X: (F16, Flags) = F16::from_f64_with(THIRD, Cast::new().rounding(Rounding::TowardZero));
const SATURATED: (F8E4M3Fn, Flags) = F8E4M3Fn::from_f32_with(1e9, Cast::new().saturating());
const WIDE: f64 = F8E5M2::MAX.to_f64_const();
const CLASS: FpCategory = Bf16::NAN.classify();
const PARTS: Parts = Layout::BFLOAT16.decode(0xbfc0);
const CODE: u64 = Layout::BFLOAT16.encode(PARTS);
const BETWEEN: (u64, Flags) = Cast::new().convert(Layout::E4M3FN, Layout::BINARY16, 0x7e);
const BYTES: [u8; 2] = HALF.to_be_bytes();
const TABLE: [f32; 16] = {
    let mut table = [0.0; 16];
    let mut code = 0;
    while code < 16 {
        table[code] = F4E2M1Fn::from_bits(code as u8).to_f32_const();
        code += 1;
    }
    table
};

#[test]
fn constants_may_hold_conversions() {
    assert_eq!(HALF.to_bits(), 0x3800);
    // 1/3 = 1.0101 0101 01|01…b · 2^-2. Cut off, the fraction is 155, and the exponent field is 13.
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
fn constants_may_hold_limits() {
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
    // These are the constants of `f32`: 2^MAX_EXP is beyond MAX, and 2^(MIN_EXP - 1) is the smallest normal number.
    assert_eq!((F8E4M3Fn::MIN_EXP, F8E4M3Fn::MAX_EXP), (-5, 9));
    assert_eq!((F8E5M2::MIN_10_EXP, F8E5M2::MAX_10_EXP), (-4, 4));
    assert_eq!(F8E4M3Fn::MANTISSA_DIGITS, 4);
    assert_eq!(F8E4M3Fn::RADIX, 2);
}

/// Tries every code of a format to `f32` and `f64`, and back from every 4099th `f32` and its neighbourhood in `f64`. The
/// functions that use the target's instructions give the bits of the functions for constants.
#[test]
fn constants_and_instructions_give_the_same_bits() {
    macro_rules! check {
        ($($format:ident)*) => { $(
            for code in 0..1_u64 << $format::LAYOUT.bits() {
                let x = from_code::<$format>(code);
                assert_eq!(x.to_f32().to_bits(), x.to_f32_const().to_bits(), "{code:#x}");
                assert_eq!(x.to_f64().to_bits(), x.to_f64_const().to_bits(), "{code:#x}");
            }
            for bits in (0..=u32::MAX).step_by(4099) {
                let x = f32::from_bits(bits);
                assert_eq!($format::from_f32(x).to_bits(), $format::from_f32_const(x).to_bits(), "{bits:#x}");
                let x = f64::from_bits(f64::from(x).to_bits().wrapping_add(u64::from(bits % 3)).wrapping_sub(1));
                assert_eq!($format::from_f64(x).to_bits(), $format::from_f64_const(x).to_bits(), "{bits:#x}");
            }
        )* };
    }
    ulp::for_each_format!(check);
}
