//! Refused calls, and the words of their errors.

use ulp::block::{BlockError, Counts, ScaleRule, Scheme};
use ulp::{Bf16, Dtype};

#[track_caller]
fn refused(scheme: Scheme, len: usize, cols: usize, tensor_scale: f32, text: &str) -> BlockError {
    let (mut elements, mut scales) = ([0xa5; 8], [0xa5; 1]);
    let src = vec![1f32; len];
    let error = scheme
        .quantize(&src, cols, tensor_scale, &mut elements, &mut scales)
        .expect_err("it doesn't fit");
    assert_eq!(error.to_string(), text);
    assert_eq!((elements, scales), ([0xa5; 8], [0xa5; 1]), "nothing is written");
    error
}

#[test]
fn rules_of_powers_of_two_need_such_scales() {
    for rule in [ScaleRule::Up, ScaleRule::Floor, ScaleRule::Ceil, ScaleRule::Even] {
        let error = refused(
            Scheme::NVFP4.rule(rule),
            16,
            16,
            1.0,
            &format!(
                "the scale rule {rule} gives powers of two, for scales in float8_e8m0fnu; of float8_e4m3fn the rule is nearest"
            ),
        );
        let scale = "float8_e4m3fn";
        assert_eq!(error, BlockError::Rule { rule, scale });
    }
}

#[test]
fn tensor_scales_are_positive_and_finite() {
    for scale in [0.0, -0.0, -2.0, f32::NAN, f32::INFINITY] {
        let text = format!("the tensor scale {scale} is not positive and finite");
        refused(Scheme::NVFP4, 16, 16, scale, &text);
        refused(Scheme::MXFP4, 16, 16, scale, &text);
    }
    let text = "the tensor scale is 2, but the scheme has none, so it must be 1";
    refused(Scheme::MXFP4, 16, 16, 2.0, text);
}

#[test]
fn lengths_must_fit() {
    refused(Scheme::NVFP4, 16, 5, 1.0, "16 elements are not whole rows of 5 columns");
    refused(Scheme::NVFP4, 16, 0, 1.0, "16 elements are not whole rows of 0 columns");
    refused(Scheme::NVFP4, 32, 16, 1.0, "the elements take 16 places, and have 8");
    refused(Scheme::NVFP4, 16, 8, 1.0, "the scales take 2 places, and have 1");

    let mut dst = [7f32; 16];
    let error = Scheme::MXFP4.dequantize(&[0; 8], &[0; 2], 16, 1.0, &mut dst);
    let (expected, found) = (1, 2);
    assert_eq!(error, Err(BlockError::ScaleLength { expected, found }));
    let error = Scheme::MXFP4.dequantize(&[0; 8], &[0; 1], 16, f32::NAN, &mut dst);
    assert!(matches!(error, Err(BlockError::TensorScale(_))));
    assert_eq!(dst, [7.0; 16]);
}

#[test]
fn an_empty_matrix_is_valid() {
    for cols in [0, 1, 5] {
        let counts = Scheme::NVFP4.quantize::<f32>(&[], cols, 1.0, &mut [], &mut []);
        assert_eq!(counts, Ok(Counts::default()));
        let back = Scheme::NVFP4.dequantize::<Bf16>(&[], &[], cols, 1.0, &mut []);
        assert_eq!(back, Ok(()));
    }
}

#[test]
fn formats_wider_than_f32_are_refused() {
    let element = Scheme::MXFP8.element(Dtype::F64);
    let text = "float64 can't be the elements of a block: they need a sign, a zero, and no value that float32 lacks";
    refused(element, 1, 1, 1.0, text);
    let element = Scheme::MXFP8.element(Dtype::F8E8M0Fnu);
    let text = "float8_e8m0fnu can't be the elements of a block: they need a sign, a zero, and no value that float32 lacks";
    refused(element, 1, 1, 1.0, text);
    let scale = Scheme::FP8_TENSOR.scale(Dtype::F64);
    let text = "float64 can't be the scale of a block, for float32 lacks some of its values";
    refused(scale, 1, 1, 1.0, text);
}
