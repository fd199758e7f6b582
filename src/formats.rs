//! The shipped formats, a declaration each, and [`float_type!`](crate::float_type) that declares them.
#![allow(
    unsafe_code,
    reason = "`Format` is an unsafe trait: `float_type!` keeps its promise"
)]

use crate::{Layout, float_type};

float_type! {
    /// IEEE 754 binary16: fp16, "half". 5 exponent bits, 10 fraction bits, up to 65504.
    pub struct F16(u16) = Layout::BINARY16, "float16", [sign, zero, infinities, nan];
}
float_type! {
    /// bfloat16, the upper half of an `f32`: 8 exponent bits, 7 fraction bits.
    pub struct Bf16(u16) = Layout::BFLOAT16, "bfloat16", [sign, zero, infinities, nan];
}
float_type! {
    /// OCP OFP8 E4M3: up to 448, no infinities, one NaN a sign. For weights and activations.
    pub struct F8E4M3Fn(u8) = Layout::E4M3FN, "float8_e4m3fn", [sign, zero, nan];
}
float_type! {
    /// OCP OFP8 E5M2: up to 57344, with IEEE's infinities and NaNs. For gradients.
    pub struct F8E5M2(u8) = Layout::E5M2, "float8_e5m2", [sign, zero, infinities, nan];
}
float_type! {
    /// E4M3 with IEEE's infinities and NaNs: up to 240.
    pub struct F8E4M3(u8) = Layout::E4M3, "float8_e4m3", [sign, zero, infinities, nan];
}
float_type! {
    /// E3M4 with IEEE's infinities and NaNs: up to 15.5.
    pub struct F8E3M4(u8) = Layout::E3M4, "float8_e3m4", [sign, zero, infinities, nan];
}
float_type! {
    /// E4M3 of AMD and Graphcore: up to 240, one NaN, no −0, no infinities.
    pub struct F8E4M3Fnuz(u8) = Layout::E4M3FNUZ, "float8_e4m3fnuz", [sign, zero, nan];
}
float_type! {
    /// E5M2 of AMD and Graphcore: up to 57344, one NaN, no −0, no infinities.
    pub struct F8E5M2Fnuz(u8) = Layout::E5M2FNUZ, "float8_e5m2fnuz", [sign, zero, nan];
}
float_type! {
    /// E4M3 with bias 11: up to 30, one NaN, no −0, no infinities.
    pub struct F8E4M3B11Fnuz(u8) = Layout::E4M3B11FNUZ, "float8_e4m3b11fnuz", [sign, zero, nan];
}
float_type! {
    /// The scale format of OCP Microscaling: the powers of two 2<sup>−127</sup> to 2<sup>127</sup>, and a NaN.
    pub struct F8E8M0Fnu(u8) = Layout::E8M0FNU, "float8_e8m0fnu", [nan];
}
float_type! {
    /// OCP Microscaling FP6 E2M3: up to 7.5, every code finite. One a byte, in its low 6 bits.
    pub struct F6E2M3Fn(u8) = Layout::E2M3FN, "float6_e2m3fn", [sign, zero];
}
float_type! {
    /// OCP Microscaling FP6 E3M2: up to 28, every code finite. One a byte, in its low 6 bits.
    pub struct F6E3M2Fn(u8) = Layout::E3M2FN, "float6_e3m2fn", [sign, zero];
}
float_type! {
    /// OCP Microscaling FP4 E2M1: ±0, 0.5, 1, 1.5, 2, 3, 4, 6. One a byte, in its low 4 bits.
    pub struct F4E2M1Fn(u8) = Layout::E2M1FN, "float4_e2m1fn", [sign, zero];
}
