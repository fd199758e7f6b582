//! Conversions that libraries in use today get wrong, with their wrong results.

use super::*;

/// The largest number is 65504. Its tie with 65536 is 65520, above this value. Rounded to `f32` first, the value becomes 65520,
/// and the tie goes to infinity. `half` on a CPU with F16C and old versions of numpy give this result.
#[test]
fn f64_to_f16_through_f32() {
    const X: f64 = 65_519.999_999;
    const IN_CONST: F16 = F16::from_f64_const(X);
    assert_eq!(f16::from_f32(X as f32).to_bits(), 0x7c00, "the trap");
    assert_eq!(F16::from_f64(X).to_bits(), 0x7bff);
    assert_eq!(nearest::<F16>(X), (0x7bff, INEXACT));
    assert_eq!(nearest::<F16>(-X), (0xfbff, INEXACT));
    assert_eq!(IN_CONST.to_bits(), 0x7bff);
}

/// 1 + 2^-11 is a tie of 1 and 1 + 2^-10. The value lies 2^-40 above it, in the low 32 bits of the `f64`. `half` drops these bits
/// on a CPU without F16C and gives 3c00.
#[test]
fn f64_to_f16_with_the_low_32_bits_dropped() {
    let x = 1.0 + exp2(-11) + exp2(-40);
    assert_eq!(f16::from_f64_const(x).to_bits(), 0x3c00, "the trap");
    assert_eq!(F16::from_f64(x).to_bits(), 0x3c01);
    assert_eq!(nearest::<F16>(x), (0x3c01, INEXACT));
    assert_eq!(nearest::<F16>(-x), (0xbc01, INEXACT));
}

/// 1 + 2^-8 is a tie of 1 and 1 + 2^-7, and the value lies 2^-40 above it. `half` gives 3f80.
#[test]
fn f64_to_bf16() {
    let x = 1.0 + exp2(-8) + exp2(-40);
    assert_eq!(bf16::from_f64(x).to_bits(), 0x3f80, "the trap");
    assert_eq!(Bf16::from_f64(x).to_bits(), 0x3f81);
    assert_eq!(nearest::<Bf16>(x), (0x3f81, INEXACT));
}

/// 16842753 = 2^24 · (1 + 2^-8) + 1, just above a tie. `f32` has steps of 2 there and rounds the integer to the tie, which gives
/// 4b80. An `f64` holds every such integer.
#[test]
fn integer_to_bf16_through_f32() {
    let integer = 16_842_753_i32;
    assert_eq!(bf16::from_f32(integer as f32).to_bits(), 0x4b80, "the trap");
    assert_eq!(Bf16::from_int(integer).to_bits(), 0x4b81);
    assert_eq!(Bf16::from_int(-i64::from(integer)).to_bits(), 0xcb81);
    assert_eq!(Bf16::from_f64(f64::from(integer)).to_bits(), 0x4b81);
}

/// Adding 7fff and the last kept bit, then shifting, carries the fraction of this NaN into the sign: 8000, -0. The right result
/// is the NaN of its top payload bits: 7f80 | 7f.
#[test]
fn f32_to_bf16_of_a_nan_by_adding_and_shifting() {
    let bits = 0x7fff_ffff_u32;
    let added = bits.wrapping_add(0x7fff + (bits >> 16 & 1)) >> 16;
    assert_eq!(added, 0x8000, "the trap");
    let x = Bf16::from_f32(f32::from_bits(bits));
    assert!(x.is_nan());
    assert_eq!(x.to_bits(), 0x7fff);
    let x = Bf16::from_f32(f32::from_bits(0xffff_ffff));
    assert_eq!(x.to_bits(), 0xffff);
}

/// Beyond 57344 and its tie with 65536, 61440, the result is infinity, 7c. SIMD code that adds without a clamp gives a NaN, 7d to
/// 7f.
#[test]
fn f32_to_e5m2_overflow() {
    assert_eq!(F8E5M2::from_f32(1e5).to_bits(), 0x7c);
    assert_eq!(nearest::<F8E5M2>(1e5), (0x7c, OVERFLOW));
    assert_eq!(nearest::<F8E5M2>(-1e5), (0xfc, OVERFLOW));
}

/// S.1111.110 is 2^8 · 1.75 = 448 (OCP OFP8 1.0). A library had it typed by hand as 416, one code lower.
#[test]
fn fp8_limits_typed_by_hand() {
    assert_eq!(F8E4M3Fn::MAX.to_bits(), 0x7e);
    assert_eq!(F8E4M3Fn::MAX.to_f32(), 448.0);
    assert_eq!(F8E4M3Fn::MIN.to_f32(), -448.0);
}

/// 1 + 2^-3 is a tie of E5M2's 1 and 1.25, and the value lies 2^-12 above it. binary16 rounds the 2^-12 away, which gives 3c.
#[test]
fn f64_to_fp8_through_f16() {
    let x = 1.0 + exp2(-3) + exp2(-12);
    let twice = F8E5M2::from_f32(F16::from_f64(x).to_f32());
    assert_eq!(twice.to_bits(), 0x3c, "the trap");
    assert_eq!(nearest::<F8E5M2>(x), (0x3d, INEXACT));
    assert_eq!(F8E5M2::from_f32(x as f32).to_bits(), 0x3d);
}

/// The value is the tie of 0 and 2^-24, with a bit above it that only an `f64` holds. `f32` loses the bit, which gives 0.
#[test]
fn f64_to_f16_subnormal_through_f32() {
    let x = exp2(-25) * (1.0 + exp2(-52));
    assert_eq!(f16::from_f32(x as f32).to_bits(), 0x0000, "the trap");
    assert_eq!(nearest::<F16>(x), (0x0001, UNDERFLOW));
    assert_eq!(nearest::<F16>(exp2(-25)), (0x0000, UNDERFLOW));
}
