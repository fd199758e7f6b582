//! Quantizers: fp8 with one scale for the tensor or one scale for each row, and fp4 with two numbers in a byte.
//!
//! `cargo run --example quantize`

use ulp::{Cast, F4E2M1Fn, F8E4M3Fn, Format, slice};

/// A quantized matrix: each row is divided by its scale and rounded.
struct Quantized<D> {
    scales: Vec<f32>,
    numbers: Vec<D>,
}

impl<D: Format> Quantized<D> {
    fn new(matrix: &[f32], columns: usize) -> Self {
        let mut numbers = vec![D::MAX; matrix.len()];
        let rows = matrix.chunks(columns).zip(numbers.chunks_mut(columns));
        let quantize = |(row, narrow): (&[f32], &mut [D])| {
            // The scale is finite and not 0, even for a row of zeros, infinities or NaNs.
            let scale = slice::scale_for::<D>(row);
            slice::cast_scaled(row, 1.0 / scale, narrow, Cast::new().saturating());
            scale
        };
        let scales = rows.map(quantize).collect();
        Self { scales, numbers }
    }

    fn dequantize(&self) -> Vec<f32> {
        let mut matrix = vec![0.0; self.numbers.len()];
        let columns = matrix.len() / self.scales.len();
        let rows = self.numbers.chunks(columns).zip(matrix.chunks_mut(columns));
        for ((row, wide), &scale) in rows.zip(&self.scales) {
            slice::cast_scaled(row, scale, wide, Cast::new());
        }
        matrix
    }
}

/// Returns the largest error, as a share of the largest magnitude in `right`.
fn error(found: &[f32], right: &[f32]) -> f32 {
    let pairs = found.iter().zip(right);
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) / slice::amax(right)
}

fn main() {
    let row = |size: f32| (0..64).map(move |i| size * (i as f32 * 0.7).sin());
    let matrix: Vec<f32> = [1e-3, 1.0, 0.0, 1e4].into_iter().flat_map(row).collect();

    let tensor = Quantized::<F8E4M3Fn>::new(&matrix, matrix.len());
    let rows = Quantized::<F8E4M3Fn>::new(&matrix, 64);
    for (name, quantized) in [("a tensor", &tensor), ("a row", &rows)] {
        let back = quantized.dequantize();
        let [first, last] = [0..64, 192..256].map(|range| error(&back[range.clone()], &matrix[range]));
        println!("fp8, a scale for {name}: the small row is off by {first:.3}, the large one by {last:.3}");
    }
    assert!(rows.dequantize()[128..192].iter().all(|&x| x == 0.0));

    let fp4 = Quantized::<F4E2M1Fn>::new(&matrix, 64);
    let mut packed = vec![0; fp4.numbers.len() / 2];
    slice::pack(&fp4.numbers, &mut packed);
    println!("fp4: {} numbers in {} bytes", fp4.numbers.len(), packed.len());
}
