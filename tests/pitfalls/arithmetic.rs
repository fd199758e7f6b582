//! Arithmetic that libraries in use today get wrong, with their wrong results.

use super::*;

/// −12.671875 · −1536 = 19464 is the tie of 19456 (74c0) and 19472 (74c1), and the sum lies 1.47 · 2^-12 above it. `f32` has
/// steps of 2^-9 there and rounds the sum to the tie.
#[test]
fn f16_fused_multiply_add_through_f32() {
    let [a, b, c] = [0xca56, 0xe600, 0x0de6].map(F16::from_bits);
    let sum = a.to_f32() * b.to_f32() + c.to_f32();
    assert_eq!(f16::from_f32(sum).to_bits(), 0x74c0, "the trap");
    assert_eq!(a.mul_add(b, c).to_bits(), 0x74c1);
    let right = (F16::from_bits(0x74c1), INEXACT);
    assert_eq!(ulp::ieee::mul_add(a, b, c, TiesToEven), right);
}

/// 37 · −1.625 · 2^111 = −240.5 · 2^109 is the tie of −240 · 2^109 (f9f0) and −241 · 2^109 (f9f1). The third number is negative.
#[test]
fn bf16_fused_multiply_add_through_f32() {
    let [a, b, c] = [0x4214, 0xf750, 0x90c1].map(Bf16::from_bits);
    let sum = a.to_f32() * b.to_f32() + c.to_f32();
    assert_eq!(bf16::from_f32(sum).to_bits(), 0xf9f0, "the trap");
    assert_eq!(a.mul_add(b, c).to_bits(), 0xf9f1);
    let right = (Bf16::from_bits(0xf9f1), INEXACT);
    assert_eq!(ulp::ieee::mul_add(a, b, c, TiesToEven), right);
}

#[test]
fn product_starting_from_0() {
    let numbers = [2.0, 3.0, 4.0];
    assert_eq!(numbers.map(F16::from_f32).iter().product::<F16>().to_f32(), 24.0);
    assert_eq!(numbers.map(Bf16::from_f32).iter().product::<Bf16>().to_f32(), 24.0);
    assert_eq!(
        numbers.map(F8E4M3Fn::from_f32).into_iter().product::<F8E4M3Fn>().to_f32(),
        24.0
    );
}

/// The square of 2^64 overflows, and its reciprocal is 0. But 2^-128 is a number of bfloat16: 32 times its smallest, 2^-133.
#[test]
fn bf16_powi_by_squaring_reciprocals() {
    let x = Bf16::from_f64(exp2(64));
    assert_eq!((x * x).recip().to_bits(), 0, "the trap");
    assert_eq!(x.powi(-2).to_bits(), 0x0020);
    assert_eq!((-x).powi(-2).to_bits(), 0x0020);
    // 2^-192 is less than half of the smallest number. The sign stays.
    assert_eq!((-x).powi(-3).to_bits(), 0x8000);
}
