//! Many threads give the same bits as one.

use ulp::Dtype;
use ulp::block::{BlockError, Blocks, Scheme};

#[test]
fn every_scheme_gives_the_bits_of_one_thread() {
    let odd = Scheme::new(Dtype::F6E2M3FnX4, Dtype::Bf16, Blocks::new(3, 7));
    for scheme in Scheme::ALL.into_iter().chain([odd]) {
        for (rows, cols) in [(700, 331), (2, 70_001), (140_001, 1)] {
            let number = |i: usize| ((i * 7919 % 100_003) as f32 - 5e4) * 1e-3;
            let x: Vec<f32> = (0..rows * cols).map(number).collect();
            let tensor_scale = scheme.tensor_scale_for(&x);
            let (elements, scales, counts) = super::quantize(scheme, &x, cols, tensor_scale);
            let mut par_elements = vec![0xa5; elements.len()];
            let mut par_scales = vec![0xa5; scales.len()];
            let par_counts = scheme.par_quantize(&x, cols, tensor_scale, &mut par_elements, &mut par_scales);
            assert_eq!(par_counts, Ok(counts), "{scheme}");
            assert!(par_elements == elements, "{scheme}, {rows} × {cols}");
            assert!(par_scales == scales, "{scheme}, {rows} × {cols}");

            let source = (&elements[..], &scales[..]);
            let back: Vec<f32> = super::dequantize(scheme, source, (rows, cols), tensor_scale);
            let mut par_back = vec![f32::NAN; x.len()];
            scheme
                .par_dequantize(source.0, source.1, cols, tensor_scale, &mut par_back)
                .expect("the lengths fit");
            assert!(par_back == back, "{scheme}, {rows} × {cols}");
        }
    }
}

#[test]
fn a_nan_is_told_by_the_scale_of_the_whole_matrix() {
    let scheme = Scheme::new(Dtype::F4E2M1FnX2, Dtype::F6E3M2FnX4, Blocks::new(1, 16));
    let (rows, cols) = (1 << 12, 64);
    let mut x = vec![1f32; rows * cols];
    x[3000 * cols + 17] = f32::NAN;
    let mut elements = vec![0; scheme.element_bytes(rows, cols)];
    let mut scales = vec![0; scheme.scale_bytes(rows, cols)];
    let result = scheme.par_quantize(&x, cols, 1.0, &mut elements, &mut scales);
    assert_eq!(result, Err(BlockError::Nan { scale: 3000 * 4 + 1 }));
}
