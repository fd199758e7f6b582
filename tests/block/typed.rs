//! Schemes of formats that are types give the results of schemes of the same formats as values.

use ulp::block::{BlockError, Blocks, Counts, ScaleRule, Scheme, Typed};
use ulp::{Bf16, Dtype, F4E2M1Fn, F8E4M3Fn, F8E5M2, F8E8M0Fnu, Layout};

ulp::float_type!(type E3M3 = E3M3Spec(u8): Layout::ieee(3, 3), "float7_e3m3", [sign, zero, infinities, nan]);

ulp::float_type!(type WideBf16 = WideBf16Spec(u32): Layout::BFLOAT16, "wide_bfloat16", [sign, zero, infinities, nan]);

fn numbers(len: usize) -> Vec<f32> {
    (0..len).map(|i| ((i * 7919 % 1009) as f32 - 500.0) * 0.37).collect()
}

#[test]
fn types_give_what_values_give() {
    let x = numbers(3 * 100);
    let (elements, scales, counts) = super::quantize(Scheme::MXFP8, &x, 100, 1.0);
    let typed = Typed::<F8E4M3Fn, F8E8M0Fnu>::new(Blocks::MX);
    let mut typed_elements = vec![F8E4M3Fn::MAX; 300];
    let mut typed_scales = vec![F8E8M0Fnu::MAX; 12];
    let typed_counts = typed.quantize(&x, 100, 1.0, &mut typed_elements, &mut typed_scales);
    assert_eq!(typed_counts, Ok(counts));
    assert_eq!(ulp::slice::to_bits(&typed_elements), elements);
    assert_eq!(ulp::slice::to_bits(&typed_scales), scales);
}

#[test]
fn scales_of_two_bytes_are_numbers_of_this_machine() {
    let x = numbers(2 * 128);
    let scheme = Scheme::new(Dtype::F8E5M2, Dtype::Bf16, Blocks::new(1, 64));
    let (_, bytes, _) = super::quantize(scheme, &x, 128, 1.0);
    let expected: Vec<Bf16> = bytes.as_chunks().0.iter().map(|&bytes| Bf16::from_le_bytes(bytes)).collect();
    let typed = Typed::<F8E5M2, Bf16>::new(Blocks::new(1, 64));
    let (mut elements, mut scales) = (vec![F8E5M2::MAX; 256], vec![Bf16::MAX; 4]);
    typed
        .quantize(&x, 128, 1.0, &mut elements, &mut scales)
        .expect("the lengths fit");
    assert_eq!(scales, expected);

    let (mut back, mut expected) = (vec![0f32; 256], vec![0f32; 256]);
    typed
        .dequantize(&elements, &scales, 128, 1.0, &mut back)
        .expect("the lengths fit");
    let elements = ulp::slice::to_bits(&elements);
    scheme
        .dequantize(elements, &bytes, 128, 1.0, &mut expected)
        .expect("the lengths fit");
    assert_eq!(back, expected);
}

/// The elements have 7 bits. The largest is 1.875 · 2^3 = 15.
#[test]
fn declared_formats_are_elements() {
    let scheme = Typed::<E3M3, F8E8M0Fnu>::new(Blocks::new(1, 4)).rule(ScaleRule::Floor);
    let (mut elements, mut scales) = ([E3M3::MAX; 4], [F8E8M0Fnu::MAX; 1]);
    let counts = scheme.quantize(&[31.0f32, -2.0, 0.0, 0.25], 4, 1.0, &mut elements, &mut scales);
    // E(31) - E(15) = 1. 15.5 lies between the odd 15 and 16, and 16 is no element.
    let mut expected = Counts::default();
    expected.saturated = 1;
    assert_eq!(counts, Ok(expected));
    assert_eq!(scales[0].to_f32(), 2.0);
    assert_eq!(elements.map(E3M3::to_f32), [15.0, -1.0, 0.0, 0.125]);
}

#[test]
fn bits_above_those_of_a_format_mean_nothing() {
    let elements = [0xf2u8, 0x12, 0x0a, 0x5f];
    let elements: &[F4E2M1Fn] = ulp::slice::from_bits(&elements);
    let scheme = Typed::<F4E2M1Fn, Bf16>::new(Blocks::new(1, 4));
    let mut back = [0f32; 4];
    scheme
        .dequantize(elements, &[Bf16::from_f32(2.0)], 4, 1.0, &mut back)
        .expect("the lengths fit");
    assert_eq!(back, [2.0, 2.0, -2.0, -12.0]);
}

#[test]
fn lengths_are_counted_in_numbers() {
    let scheme = Typed::<F8E5M2, Bf16>::new(Blocks::new(1, 64));
    let result = scheme.quantize(&[1f32; 128], 128, 1.0, &mut [F8E5M2::MAX; 128], &mut [Bf16::MAX; 3]);
    let (expected, found) = (2, 3);
    assert_eq!(result, Err(BlockError::ScaleLength { expected, found }));
}

/// The results take four bytes each, and have the codes of bfloat16.
#[test]
fn declared_formats_of_any_storage_are_results() {
    let x = numbers(64 * 128);
    for scheme in [Scheme::MXFP8, Scheme::NVFP4, Scheme::FP8_ROW] {
        let (elements, scales, _) = super::quantize(scheme, &x, 128, 1.0);
        let mut expected = vec![Bf16::MAX; x.len()];
        let mut wide = vec![WideBf16::MAX; x.len()];
        scheme
            .dequantize(&elements, &scales, 128, 1.0, &mut expected)
            .expect("the lengths fit");
        scheme
            .dequantize(&elements, &scales, 128, 1.0, &mut wide)
            .expect("the lengths fit");
        for (x, y) in expected.iter().zip(&wide) {
            assert_eq!(u32::from(x.to_bits()), y.to_bits(), "{scheme}");
        }
    }
}
