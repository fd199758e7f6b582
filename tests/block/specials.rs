//! Zeros, infinities and NaNs.

use ulp::block::{BlockError, Blocks, Counts, Scheme};
use ulp::{Bf16, Cast, Dtype, Isa, slice};

use super::{dequantize, quantize};

const INFINITY: f32 = f32::INFINITY;
const NAN: f32 = f32::NAN;

#[test]
fn a_block_of_zeros_stays_zero() {
    let (elements, scales, counts) = quantize(Scheme::MXFP8, &[0.0f32, -0.0], 2, 1.0);
    assert_eq!((elements, scales), (vec![0x00, 0x80], vec![0]));
    assert_eq!(counts, Counts::default());
    assert_eq!(quantize(Scheme::NVFP4, &[0.0f32; 2], 2, 3.0).1, [0x38]);
    assert_eq!(quantize(Scheme::FP8_ROW, &[0.0f32; 2], 2, 1.0).1, 1f32.to_le_bytes());
}

#[test]
fn infinities_saturate_and_are_counted() {
    let x = [INFINITY, -INFINITY, 6.0, 0.0];
    let (elements, scales, counts) = quantize(Scheme::MXFP4, &x, 4, 1.0);
    assert_eq!((elements, scales), (vec![0xf7, 0x07], vec![127]));
    assert_eq!((counts.infinities, counts.saturated), (2, 0));

    // All other numbers are zeros.
    let (elements, scales, counts) = quantize(Scheme::MXFP4, &[INFINITY, 0.0], 2, 1.0);
    assert_eq!((elements, scales), (vec![0x07], vec![254]));
    assert_eq!(counts.infinities, 1);
    assert_eq!(quantize(Scheme::NVFP4, &[-INFINITY], 1, 1.0).1, [0x7e]);
    assert_eq!(quantize(Scheme::FP8_ROW, &[INFINITY], 1, 1.0).1, f32::MAX.to_le_bytes());

    // A cast that doesn't saturate keeps them, if elements have them.
    let (mut elements, mut scales) = ([0; 2], [0; 1]);
    Scheme::MXFP8_E5M2
        .quantize_with(&[INFINITY, 1.0], 2, 1.0, &mut elements, &mut scales, Cast::new())
        .expect("it fits");
    assert_eq!(elements[0], 0x7c);
}

#[test]
fn a_nan_stays_where_elements_have_one() {
    let (elements, scales, counts) = quantize(Scheme::MXFP8, &[448.0, -NAN, NAN], 3, 1.0);
    assert_eq!((elements, scales), (vec![0x7e, 0xff, 0x7f], vec![127]));
    assert_eq!(counts.nans, 2);
}

/// An element that is a NaN or an infinity keeps its meaning, in short matrices and in matrices that are converted by a table.
#[test]
fn special_elements_come_back() {
    // The schemes, the codes of 1, the special codes, and their values.
    for (scheme, one, code, value) in [
        (Scheme::MXFP8, 0x38, 0x7f, NAN),
        (Scheme::MXFP8, 0x38, 0xff, NAN),
        (Scheme::MXFP8_E5M2, 0x3c, 0x7d, NAN),
        (Scheme::MXFP8_E5M2, 0x3c, 0x7c, INFINITY),
    ] {
        for rows in [1, 200] {
            let mut elements = vec![one; 32 * rows];
            elements[32 * rows - 3] = code;
            let scales = vec![127; rows];
            for isa in Isa::available() {
                let mut wide = vec![0f32; 32 * rows];
                let mut narrow = vec![Bf16::default(); 32 * rows];
                scheme
                    .dequantize_on(isa, &elements, &scales, 32, 1.0, &mut wide)
                    .expect("it fits");
                scheme
                    .dequantize_on(isa, &elements, &scales, 32, 1.0, &mut narrow)
                    .expect("it fits");
                for numbers in [wide, slice::cast_to_vec::<f32>(&narrow)] {
                    let special = numbers.iter().position(|&x| x != 1.0);
                    assert_eq!(special, Some(32 * rows - 3), "{scheme}, {code:#x} on {isa}");
                    let is = numbers[32 * rows - 3];
                    assert!(
                        is == value || is.is_nan() && value.is_nan(),
                        "{scheme}, {code:#x} on {isa}: {is}"
                    );
                    assert_eq!(numbers[32 * rows - 2..], [1.0; 2]);
                }
            }
        }
    }
}

#[test]
fn a_nan_takes_the_scale_where_elements_have_none() {
    let mut x = [1.0f32; 96];
    x[40] = NAN;
    let (elements, scales, counts) = quantize(Scheme::MXFP4, &x, 96, 1.0);
    assert_eq!(scales, [125, 255, 125]);
    assert_eq!(elements[16..32], [0; 16]);
    assert_eq!(elements[15], 0x66);
    assert_eq!(counts.nans, 32);
    let back: Vec<f32> = dequantize(Scheme::MXFP4, (&elements, &scales), (1, 96), 1.0);
    assert!(back[32..64].iter().all(|x| x.is_nan()));
    assert_eq!(back[64..], [1.0; 32]);
}

#[test]
fn a_nan_that_nothing_can_be_is_an_error() {
    let scheme = Scheme::new(Dtype::F4E2M1FnX2, Dtype::F6E3M2Fn, Blocks::new(1, 2));
    let mut scales = [0; 2];
    let error = scheme.quantize(&[1.0, 1.0, 1.0, NAN], 4, 1.0, &mut [0; 2], &mut scales);
    assert_eq!(error, Err(BlockError::Nan { scale: 1 }));
}

#[test]
fn code_0_of_e8m0_is_no_zero_and_255_is_nan() {
    let back: Vec<f32> = dequantize(Scheme::MXFP8, (&[0x38], &[0]), (1, 1), 1.0);
    assert_eq!(back, [2f32.powi(-127)]);
    let back: Vec<f32> = dequantize(Scheme::MXFP8, (&[0x38], &[255]), (1, 1), 1.0);
    assert!(back[0].is_nan());
}
