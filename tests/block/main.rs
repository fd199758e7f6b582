//! Block-scaled formats: values worked out by hand, names, errors, and the places of codes in memory.
#![allow(clippy::float_cmp, reason = "results are exact")]

mod elements;
mod errors;
mod layout;
mod names;
#[cfg(feature = "rayon")]
mod parallel;
mod scales;
mod specials;
mod stochastic;
mod tiled;
mod torchao;
mod typed;
mod vectors;

use ulp::Format;
use ulp::block::{Counts, Scheme};

/// Quantizes a matrix. Returns elements, scales and counts.
#[track_caller]
fn quantize<S: Format>(scheme: Scheme, src: &[S], cols: usize, tensor_scale: f32) -> (Vec<u8>, Vec<u8>, Counts) {
    let rows = src.len() / cols;
    // The bytes before the call are wrong in every place.
    let mut elements = vec![0xa5; scheme.element_bytes(rows, cols)];
    let mut scales = vec![0xa5; scheme.scale_bytes(rows, cols)];
    let counts = scheme
        .quantize(src, cols, tensor_scale, &mut elements, &mut scales)
        .expect("the scheme and the lengths fit");
    (elements, scales, counts)
}

#[track_caller]
fn dequantize<D: Format + Default>(
    scheme: Scheme,
    (elements, scales): (&[u8], &[u8]),
    (rows, cols): (usize, usize),
    tensor_scale: f32,
) -> Vec<D> {
    let mut dst = vec![D::default(); rows * cols];
    scheme
        .dequantize(elements, scales, cols, tensor_scale, &mut dst)
        .expect("the scheme and the lengths fit");
    dst
}
