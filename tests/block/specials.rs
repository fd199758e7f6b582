//! Zeros, infinities and NaNs.

use ulp::block::{BlockError, Blocks, Counts, Scheme};
use ulp::{Cast, Dtype};

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
