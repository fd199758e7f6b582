//! Scales by every rule, worked out by hand.

use ulp::block::{ScaleRule, Scheme};
use ulp::{Bf16, Dtype, Flags, Layout};

const RULES: [ScaleRule; 5] = [
    ScaleRule::Up,
    ScaleRule::Nearest,
    ScaleRule::Floor,
    ScaleRule::Ceil,
    ScaleRule::Even,
];

/// Returns the exponents of E8M0 by the five rules.
fn exponents(amax: f32, element: Layout) -> [i32; 5] {
    RULES.map(|rule| {
        let (code, flags) = rule.scale(amax, 1.0, element, Layout::E8M0FNU);
        assert!(rule == ScaleRule::Nearest || flags == Flags::NONE);
        code as i32 - 127
    })
}

#[test]
fn rules_differ_about_their_boundaries() {
    // M = 6, E(M) = 2. The columns are up, nearest, floor, ceil, even.
    let e2m1 = [
        (4.0, [0, -1, 0, 0, 0]),
        (4.5, [0, 0, 0, 1, 0]), // 4.5 / 6 = 0.75 lies half-way, and goes up
        (6.0, [0, 0, 0, 1, 0]),
        (6.000_001, [1, 0, 0, 1, 0]),
        (6.999_999, [1, 0, 0, 1, 0]),
        (7.0, [1, 0, 0, 1, 1]), // 1.75 · 4 is rounded to 2 · 4
        (8.0, [1, 0, 1, 1, 1]),
        (9.0, [1, 1, 1, 2, 1]), // 1.5 goes up to 2
        (12.0, [1, 1, 1, 2, 1]),
        (12.000_001, [2, 1, 1, 2, 1]),
    ];
    for (amax, right) in e2m1 {
        assert_eq!(exponents(amax, Layout::E2M1FN), right, "{amax}");
        assert_eq!(exponents(-amax, Layout::E2M1FN), right, "-{amax}");
        let scaled = right.map(|exponent| exponent - 100);
        assert_eq!(exponents(amax * 2f32.powi(-100), Layout::E2M1FN), scaled, "{amax}");
    }
    // M = 448, E(M) = 8. The numbers that round down to three fraction bits lie below 1.9375 · 256 = 496.
    let e4m3 = [
        (256.0, [0, -1, 0, 0, 0]),
        (257.0, [0, -1, 0, 1, 0]),
        (448.0, [0, 0, 0, 1, 0]),
        (449.0, [1, 0, 0, 1, 0]),
        (495.9, [1, 0, 0, 1, 0]),
        (496.0, [1, 0, 0, 1, 1]),
    ];
    for (amax, right) in e4m3 {
        assert_eq!(exponents(amax, Layout::E4M3FN), right, "{amax}");
    }
}

#[test]
fn scales_stay_in_their_range() {
    let up = |amax: f32| ScaleRule::Up.scale(amax, 1.0, Layout::E2M1FN, Layout::E8M0FNU);
    let clamped = |limit| Flags::INEXACT | limit;
    assert_eq!(up(6.0 * 2f32.powi(-127)), (0, Flags::NONE));
    assert_eq!(
        up(6.0 * 2f32.powi(-128)),
        (0, clamped(Flags::UNDERFLOW)),
        "ggml wraps around here"
    );
    assert_eq!(up(f32::from_bits(1)), (0, clamped(Flags::UNDERFLOW)));
    assert_eq!(up(f32::MAX), (253, Flags::NONE)); // log2(2^128 / 6) is 125.4
    // A tensor scale of the smallest f32 lifts all numbers beyond the range.
    let lifted = ScaleRule::Up.scale(1e30, f32::from_bits(1), Layout::E2M1FN, Layout::E8M0FNU);
    assert_eq!(lifted, (254, clamped(Flags::OVERFLOW)));

    let f32_scale = |amax: f32| ScaleRule::Nearest.scale(amax, 1.0, Layout::E4M3FN, Layout::BINARY32);
    let least = f32::MIN_POSITIVE.to_bits() as u64;
    assert_eq!(f32_scale(448.0 * f32::MIN_POSITIVE), (least, Flags::NONE));
    assert_eq!(f32_scale(447.0 * f32::MIN_POSITIVE), (least, clamped(Flags::UNDERFLOW)));
    assert_eq!(f32_scale(1344.0).0, 3f32.to_bits() as u64);
    // 1 / 448, rounded once.
    assert_eq!(f32_scale(1.0).0, (1.0f32 / 448.0).to_bits() as u64);

    let e4m3_scale = |amax: f32| ScaleRule::Nearest.scale(amax, 1.0, Layout::E2M1FN, Layout::E4M3FN);
    assert_eq!(e4m3_scale(6.0 * 256.0), (0x78, Flags::NONE)); // ggml: 448
    assert_eq!(e4m3_scale(6.0 * 448.0), (0x7e, Flags::NONE));
    assert_eq!(e4m3_scale(6.0 * 480.0), (0x7e, clamped(Flags::OVERFLOW)));
    // Half of the smallest scale is a tie to even, which would be 0.
    assert_eq!(e4m3_scale(6.0 * 2f32.powi(-10)), (1, clamped(Flags::UNDERFLOW)));
}

#[test]
fn impossible_rules_are_invalid() {
    let invalid =
        |rule: ScaleRule, amax: f32, tensor_scale: f32, scale: Layout| rule.scale(amax, tensor_scale, Layout::E2M1FN, scale);
    let (nearest, up) = (ScaleRule::Nearest, ScaleRule::Up);
    let e4m3_nan = (0x7f, Flags::INVALID);
    assert_eq!(invalid(up, 1.0, 1.0, Layout::E4M3FN), e4m3_nan);
    assert_eq!(invalid(nearest, f32::NAN, 1.0, Layout::E4M3FN), e4m3_nan);
    for tensor_scale in [0.0, -0.0, -1.0, f32::NAN, f32::INFINITY] {
        assert_eq!(invalid(nearest, 1.0, tensor_scale, Layout::E4M3FN), e4m3_nan);
    }
    assert_eq!(invalid(up, f32::NAN, 1.0, Layout::E8M0FNU), (255, Flags::INVALID));
}

#[test]
fn tensor_scales_divide_by_the_largest_of_both() {
    let nvfp4 = Scheme::NVFP4;
    assert_eq!(nvfp4.tensor_scale_of(2688.0), 1.0);
    assert_eq!(nvfp4.tensor_scale_of(-1.0), 1.0 / 2688.0);
    assert_eq!(nvfp4.tensor_scale_of(0.0), 1.0);
    assert_eq!(nvfp4.tensor_scale_of(-0.0), 1.0);
    assert_eq!(nvfp4.tensor_scale_of(f32::from_bits(1)), f32::MIN_POSITIVE);
    assert_eq!(nvfp4.divides(true).tensor_scale_of(1.0), 2688.0);
    assert_eq!(nvfp4.divides(true).tensor_scale_of(f32::from_bits(1)), f32::MAX);
    assert!(nvfp4.tensor_scale_of(f32::NAN).is_nan());
    assert_eq!(Scheme::FP8_TENSOR.tensor_scale_of(7.0), 1.0);
    assert_eq!(nvfp4.element(Dtype::F8E5M2).tensor_scale_of(1.0), 1.0 / (57344.0 * 448.0));
}

#[test]
fn only_finite_numbers_make_the_scale_of_a_tensor() {
    let numbers = [f32::NAN, -1344.0, f32::INFINITY, 3.0];
    assert_eq!(Scheme::NVFP4.tensor_scale_for(&numbers), 0.5);
    assert_eq!(Scheme::NVFP4.divides(true).tensor_scale_for(&numbers), 2.0);
    assert_eq!(Scheme::NVFP4.tensor_scale_for(&numbers.map(Bf16::from_f32)), 0.5);
    assert_eq!(Scheme::NVFP4.tensor_scale_for(&[f32::NAN, f32::INFINITY]), 1.0);
    assert_eq!(Scheme::NVFP4.tensor_scale_for(&[0f32; 0]), 1.0);
    assert_eq!(Scheme::MXFP4.tensor_scale_for(&numbers), 1.0);
}
