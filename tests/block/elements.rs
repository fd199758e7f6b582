//! Elements: exact quotients, rounded once.

use ulp::block::{Blocks, ScaleRule, Scheme};
use ulp::{Bf16, Cast, Dtype, F4E2M1Fn, F8E4M3Fn, F16, Format, Isa, Rounding};

use super::{dequantize, quantize};

#[test]
fn a_block_of_mxfp4_by_hand() {
    // The largest is 12 = 6 · 2, so the scale is 2, code 128. The elements are 6, 0.25 (a tie, to 0), 0.75 (a tie, to 1), 5 (to
    // 4), −0, −2.
    let x = [12.0f32, 0.5, 1.5, 10.0, -0.0, -4.0];
    let (elements, scales, counts) = quantize(Scheme::MXFP4, &x, 6, 1.0);
    assert_eq!(elements, [0x07, 0x62, 0xc8]);
    assert_eq!(scales, [128]);
    assert_eq!((counts.saturated, counts.became_zero), (0, 1));
    let back: Vec<f32> = dequantize(Scheme::MXFP4, (&elements, &scales), (1, 6), 1.0);
    assert_eq!(back, [12.0, 0.0, 2.0, 8.0, 0.0, -4.0]);
    assert!(back[4].is_sign_negative());

    // Under the rule `Floor`, the scale is 2 up to 16, and 15 saturates.
    let floor = Scheme::MXFP4.rule(ScaleRule::Floor);
    let (elements, scales, counts) = quantize(floor, &[15.0f32, -15.0], 2, 1.0);
    assert_eq!((elements, scales), (vec![0xf7], vec![128]));
    assert_eq!(counts.saturated, 2);
}

#[test]
fn a_block_of_nvfp4_by_hand() {
    // amax 2688 gives a tensor scale of 1. The block's largest is 3, so its scale is 0.5, code 0x30, and 0.6 / 0.5 = 1.2 rounds
    // to 1.
    let x = [3.0f32, 0.6, -1.0, 0.0];
    let (elements, scales, _) = quantize(Scheme::NVFP4, &x, 4, 1.0);
    assert_eq!((elements, scales), (vec![0x27, 0x0c], vec![0x30]));

    // With a tensor scale of 0.5, the block's scale becomes 1, and nothing else changes.
    let (elements, scales, _) = quantize(Scheme::NVFP4, &x, 4, 0.5);
    assert_eq!((&elements, &scales), (&vec![0x27, 0x0c], &vec![0x38]));
    let back: Vec<Bf16> = dequantize(Scheme::NVFP4, (&elements, &scales), (1, 4), 0.5);
    assert_eq!(back, [3.0f32, 0.5, -1.0, 0.0].map(Bf16::from_f32));

    // As a divisor, the tensor's scale is 2.
    let divides = Scheme::NVFP4.divides(true);
    let by_divisor = quantize(divides, &x, 4, 2.0);
    assert_eq!((&by_divisor.0, &by_divisor.1), (&elements, &scales));
    let back: Vec<f32> = dequantize(divides, (&elements, &scales), (1, 4), 2.0);
    assert_eq!(back, [3.0, 0.5, -1.0, 0.0]);
}

/// In bfloat16, a tie times a scale of E4M3 is a number. The number times the reciprocal of the scale is often off the tie in `f32`.
#[test]
fn ties_of_bfloat16_in_nvfp4_go_to_even() {
    // The ties of E2M1. The codes below and above a tie are neighbours, and the even one is right.
    const TIES: [(f64, u8); 7] = [(0.25, 0), (0.75, 2), (1.25, 2), (1.75, 4), (2.5, 4), (3.5, 6), (5.0, 6)];
    for code in 0x08..=0x7e {
        let scale = f64::from(F8E4M3Fn::from_bits(code).to_f32());
        // The largest number gives the block this scale.
        let (mut numbers, mut right) = (vec![6.0 * scale], vec![7]);
        for (tie, even) in TIES {
            numbers.extend([tie * scale, -tie * scale]);
            right.extend([even, even | 8]);
        }
        numbers.push(0.0);
        right.push(0);
        let numbers: Vec<Bf16> = numbers.into_iter().map(Bf16::from_f64).collect();
        let (elements, scales, _) = quantize(Scheme::NVFP4, &numbers, 16, 1.0);
        assert_eq!(scales, [code]);
        let codes: Vec<u8> = elements.iter().flat_map(|byte| [byte & 15, byte >> 4]).collect();
        assert_eq!(codes, right, "a scale of {scale}");
    }
}

/// A quotient of two `f32` is never so near to a tie of an 8-bit format that rounding to `f64` would make it the tie.
#[test]
fn an_element_is_the_cast_of_the_quotient() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f32 / (1 << 23) as f32 - 1.0) * 3.0
    };
    for scheme in [Scheme::FP8_BLOCK, Scheme::FP8_ROW, Scheme::FP8_TENSOR] {
        let (rows, cols) = (130, 70);
        let x: Vec<f32> = (0..rows * cols).map(|_| random()).collect();
        let (elements, scales, _) = quantize(scheme, &x, cols, 1.0);
        let scales: Vec<f32> = scales.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
        let (_, scale_cols) = scheme.blocks.grid(rows, cols);
        let row_height = scheme.blocks.rows();
        for (index, (&element, x)) in elements.iter().zip(x).enumerate() {
            let scale = scales[index / cols / row_height * scale_cols];
            let quotient = x as f64 / scale as f64;
            let (right, _) = quotient.cast_with::<F8E4M3Fn>(Cast::new().saturating());
            assert_eq!(element, right.to_bits(), "{scheme}: {x} / {scale}");
        }
    }
}

#[test]
fn another_rounding_changes_elements_but_not_scales() {
    let x = [6.0f32, 2.4, -2.4];
    let mut up = ([0; 2], [0; 1]);
    let cast = Cast::new().saturating().rounding(Rounding::TowardPositive);
    Scheme::MXFP4
        .quantize_with(&x, 3, 1.0, &mut up.0, &mut up.1, cast)
        .expect("it fits");
    assert_eq!(up, ([0x57, 0x0c], [127])); // 6, 3, −2
}

#[test]
fn sources_and_targets_are_of_any_format() {
    let x = [1.5f32, -0.25, 3.0, 0.0];
    let right = quantize(Scheme::MXFP4, &x, 4, 1.0);
    assert_eq!(quantize(Scheme::MXFP4, &x.map(F16::from_f32), 4, 1.0), right);
    assert_eq!(quantize(Scheme::MXFP4, &x.map(Bf16::from_f32), 4, 1.0), right);
    let fp4 = x.map(F4E2M1Fn::from_f32).map(F4E2M1Fn::to_f32);
    let right = quantize(Scheme::MXFP4, &fp4, 4, 1.0);
    assert_eq!(quantize(Scheme::MXFP4, &x.map(F4E2M1Fn::from_f32), 4, 1.0), right);

    let codes = (&right.0[..], &right.1[..]);
    let f64s: Vec<f64> = dequantize(Scheme::MXFP4, codes, (1, 4), 1.0);
    assert_eq!(f64s, fp4.map(f64::from));
    let f16s: Vec<F16> = dequantize(Scheme::MXFP4, codes, (1, 4), 1.0);
    assert_eq!(f16s, fp4.map(F16::from_f32));
}

#[test]
fn wide_elements_are_little_endian() {
    let scheme = Scheme::new(Dtype::F16, Dtype::F32, Blocks::TENSOR);
    for isa in Isa::available() {
        let (mut elements, mut scales) = ([0; 4], [0; 4]);
        let cast = Cast::new().saturating();
        scheme
            .quantize_on(isa, &[65504.0f32, 1.0], 2, 1.0, &mut elements, &mut scales, cast)
            .expect("it fits");
        assert_eq!(elements, [0xff, 0x7b, 0x00, 0x3c]);
        assert_eq!(scales, 1f32.to_le_bytes());
    }
}
