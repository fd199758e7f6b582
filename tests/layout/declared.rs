//! Formats that a user declares.

use super::*;

float_type! {
    /// The format has 12 bits in 16: five of exponent, six of fraction.
    type F12 = F12Spec(u16): Layout::ieee(5, 6), "float12", [sign, zero, infinities, nan];
}
float_type! {
    /// The format is an FP8 of four exponent bits, without a sign, with one NaN.
    type UE4M4 = UE4M4Spec(u8): Layout::finite(4, 4).with_sign(false).with_high_nans(1), "ue4m4", [zero, nan];
}
float_type! {
    /// IEEE P3109's binary8p3se: bias 16, NaN in the place of -0, infinities.
    type Binary8P3 = Binary8P3Spec(u8): Layout::p3109(8, 3, true, true), "binary8p3se", [sign, zero, infinities, nan];
}
float_type! {
    /// IEEE P3109's binary8p3ue, unsigned: 6 exponent bits, bias 32; fe is the infinity, ff the NaN.
    type Binary8P3U = Binary8P3USpec(u8): Layout::p3109(8, 3, false, true), "binary8p3ue", [zero, infinity, nan];
}
float_type! {
    /// The format has numbers beyond `f64`: 80387's exponent range with 48 fraction bits.
    type Wide = WideSpec(u64): Layout::ieee(15, 48), "wide", [sign, zero, infinities, nan];
}

#[test]
fn a_declared_format_of_12_bits() {
    assert_eq!(F12::LAYOUT.bits(), 12);
    // 2^15 · (2 - 2^-6); bias 15.
    assert_eq!(F12::MAX.to_bits(), 0x7bf);
    assert_eq!(F12::MAX.to_f64(), 65024.0);
    assert_eq!(F12::MIN.to_bits(), 0xfbf);
    assert_eq!(F12::MIN_POSITIVE.to_bits(), 0x040);
    assert_eq!(F12::MIN_POSITIVE.to_f64(), exp2(-14));
    assert_eq!(F12::EPSILON.to_f64(), exp2(-6));
    assert_eq!(F12::INFINITY.to_bits(), 0x7c0);
    assert_eq!(F12::NEG_INFINITY.to_bits(), 0xfc0);
    assert_eq!(F12::NAN.to_bits(), 0x7e0);
    assert_eq!(F12::MANTISSA_DIGITS, 7);
    assert_eq!(<F12 as Format>::DTYPE, "float12");

    // 0.1 = 1.1001 10|01 1001…b · 2^-4: field 11, fraction 26 hexadecimal.
    assert_eq!(F12::from_f32(0.1).to_bits(), 0b0_01011_100110);
    assert_eq!(F12::from_f64(-0.1).to_bits(), 0b1_01011_100110);
    // The neighbours would be 65024 and 66048. The tie, 65536 - 256 = 65280, goes to 65536.
    assert_eq!(F12::from_f32(65279.0).to_bits(), 0x7bf);
    assert!(F12::from_f32(65280.0).is_infinite());
    assert_eq!(F12::from_f32(1.5).cast::<F8E4M3Fn>().to_bits(), 0x3c);
    assert_eq!(F8E4M3Fn::MAX.cast::<F12>().to_f32(), 448.0);
    // The 4 bits above the code are ignored.
    assert_eq!(F12::from_bits(0xf3c0).to_f32(), 1.0);
}

#[test]
fn a_declared_format_without_sign() {
    assert_eq!(UE4M4::LAYOUT.bits(), 8);
    assert_eq!(UE4M4::MAX.to_bits(), 0xfe);
    // The bias is 7 and the field 15: 2^8 · (1 + 14/16).
    assert_eq!(UE4M4::MAX.to_f64(), 480.0);
    assert_eq!(UE4M4::MIN.to_f64(), 0.0);
    assert_eq!(UE4M4::NAN.to_bits(), 0xff);
    assert_eq!(UE4M4::from_f32(1.0).to_bits(), 0x70);
    assert!(!UE4M4::from_f32(1.0).is_sign_negative());
    assert!(UE4M4::from_f32(-1.0).is_nan());
}

/// The values are those of IEEE P3109's table of binary8p3se: 1 is 40, the largest is 7e = 49152, the infinity 7f, NaN 80.
#[test]
fn a_declared_signed_p3109_format() {
    assert_eq!(Binary8P3::from_f32(1.0).to_bits(), 0x40);
    assert_eq!(Binary8P3::MAX.to_bits(), 0x7e);
    assert_eq!(Binary8P3::MAX.to_f64(), 49152.0);
    assert_eq!(Binary8P3::INFINITY.to_bits(), 0x7f);
    assert_eq!(Binary8P3::NEG_INFINITY.to_bits(), 0xff);
    assert_eq!(Binary8P3::NAN.to_bits(), 0x80);
    // The bias is 16 and there are two fraction bits. 2^-15 is the smallest normal number, and 2^-17 the smallest number.
    assert_eq!(Binary8P3::MIN_POSITIVE.to_f64(), exp2(-15));
    assert_eq!(value::<Binary8P3>(1), exp2(-17));
    assert_eq!(Binary8P3::from_f32(-0.0).to_bits(), 0x00);
    assert_eq!(Binary8P3::from_f32(1e9).to_bits(), 0x7f);
    assert_eq!(Binary8P3::from_f32(f32::NEG_INFINITY).to_bits(), 0xff);
}

#[test]
fn a_declared_unsigned_p3109_format() {
    assert_eq!(Binary8P3U::from_f32(1.0).to_bits(), 0x80);
    assert_eq!(Binary8P3U::INFINITY.to_bits(), 0xfe);
    assert_eq!(Binary8P3U::NAN.to_bits(), 0xff);
    assert_eq!(Binary8P3U::MAX.to_bits(), 0xfd);
    // Field 63, bias 32, fraction 1 of 4.
    assert_eq!(Binary8P3U::MAX.to_f64(), 1.25 * exp2(31));
    assert_eq!(Binary8P3U::from_f32(-1.0).to_bits(), 0xff);
    assert_eq!(Binary8P3U::from_f32(f32::INFINITY).to_bits(), 0xfe);
}

/// Exponents go beyond those of `f64`. `f64` holds every significand.
#[test]
fn a_declared_format_wider_than_f64() {
    assert_eq!(Wide::from_f64(1.5).to_f64(), 1.5);
    assert_eq!(Wide::from_f64(f64::MIN_POSITIVE).to_f64(), f64::MIN_POSITIVE);
    assert_eq!(Wide::MAX.to_f64(), f64::INFINITY);
    assert_eq!(Wide::MIN_POSITIVE.to_f64(), 0.0);
    let cast = Cast::new().rounding(Rounding::TowardPositive);
    let (least, flags) = Wide::MIN_POSITIVE.cast_with::<f64>(cast);
    assert_eq!((least.to_bits(), flags), (1, Flags::INEXACT | Flags::UNDERFLOW));
    // The smallest f64, 2^-1074, is a normal number here: field 16383 - 1074 = 15309.
    let least = Wide::from_f64(f64::from_bits(1));
    assert_eq!(least.to_bits(), 15309 << 48);
    assert_eq!(least.to_f64().to_bits(), 1);
    // 52 fraction bits become 48. 1 + 2^-49 is a tie, and 2^-52 above the tie goes up.
    assert_eq!(Wide::from_f64(1.0 + exp2(-49)).to_bits(), 16383 << 48);
    assert_eq!(Wide::from_f64(1.0 + exp2(-49) + exp2(-52)).to_bits(), (16383 << 48) + 1);
}

float_type! {
    /// The format has 16 bits, and a range beyond that of `f64`: bias 2047.
    type E12M3 = E12M3Spec(u16): Layout::ieee(12, 3), "e12m3", [sign, zero, infinities, nan];
}

/// A subnormal `f64` is a normal number there: 2^-1074 has exponent field 2047 - 1074 = 973.
#[test]
fn f64_subnormals_into_a_wider_range() {
    assert_eq!(E12M3::from_f64(f64::from_bits(1)).to_bits(), 973 << 3);
    assert_eq!(E12M3::from_f64(-f64::from_bits(1)).to_bits(), 1 << 15 | 973 << 3);
    // 2^-1022 · (1 - 2^-52) rounds to 2^-1022; 2^-1042 · 1.5 is exact; 2^-1074 · (2^33 + 2^29 + 1) lies above the tie of
    // 2^-1041 and 2^-1041 · 1.125.
    assert_eq!(E12M3::from_f64(f64::from_bits((1 << 52) - 1)).to_bits(), (2047 - 1022) << 3);
    assert_eq!(E12M3::from_f64(1.5 * exp2(-1042)).to_bits(), (2047 - 1042) << 3 | 4);
    let above_tie = f64::from_bits((1 << 33) + (1 << 29) + 1);
    assert_eq!(E12M3::from_f64(above_tie).to_bits(), (2047 - 1041) << 3 | 1);
    assert_eq!(E12M3::from_f64(above_tie).to_f64(), exp2(-1041) * 1.125);
}

#[test]
fn encode_and_decode_of_declared_formats_are_inverse() {
    for code in 0..1_u64 << 12 {
        assert_eq!(F12::LAYOUT.encode(F12::LAYOUT.decode(code)), code);
        if F12::LAYOUT.classify(code) != FpCategory::Nan {
            let back = F12::from_f64(value::<F12>(code));
            assert_eq!(u64::from(back.to_bits()), code);
        }
    }
}
