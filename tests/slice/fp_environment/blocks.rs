//! Block-scaled formats, quantized and read back.

use ulp::block::Scheme;
use ulp::{Bf16, Cast, Format, Isa};

use super::modes::assert_unchanged;
use crate::support::{code, sample};

const COLS: usize = 100;

/// Returns finite numbers. A block with a number that isn't finite is computed by the scalar code in any mode.
fn matrix<S: Format>() -> Vec<S> {
    let finite = |x: &S| x.cast::<f32>().is_finite();
    let mut numbers: Vec<S> = sample(1000).into_iter().filter(finite).collect();
    numbers.truncate(numbers.len() / COLS * COLS);
    assert!(!numbers.is_empty());
    numbers
}

/// Returns numbers near one another, so that most elements are no extremes.
fn weights() -> Vec<f32> {
    (0..10 * COLS).map(|nth| (nth * 37 % 1000) as f32 / 300.0 - 1.5).collect()
}

fn there_and_back<S: Format>(src: &[S]) {
    let tensor_scales = [1.0, 0.013, f32::from_bits(1)];
    for scheme in Scheme::ALL {
        for isa in Isa::available() {
            for tensor_scale in tensor_scales {
                if tensor_scale.to_bits() == 1f32.to_bits() || scheme.tensor_scale {
                    let what = format!("{} by {scheme} on {isa}, tensor scale {tensor_scale:e}", S::DTYPE);
                    assert_unchanged(&what, |made| {
                        both_ways(scheme, isa, src, tensor_scale, made);
                    });
                }
            }
        }
    }
}

fn both_ways<S: Format>(scheme: Scheme, isa: Isa, src: &[S], tensor_scale: f32, made: &mut Vec<u64>) {
    let rows = src.len() / COLS;
    let mut elements = vec![0; scheme.element_bytes(rows, COLS)];
    let mut scales = vec![0; scheme.scale_bytes(rows, COLS)];
    let cast = Cast::new().saturating();
    let done = scheme.quantize_on(isa, src, COLS, tensor_scale, &mut elements, &mut scales, cast);
    // Nothing may panic here, so a failure is a result of its own.
    made.push(done.is_ok().into());
    if let Ok(counts) = done {
        made.extend([counts.saturated, counts.became_zero].map(|count| count as u64));
    }
    made.extend(elements.iter().chain(&scales).map(|&byte| u64::from(byte)));
    let mut back = vec![f32::MAX; src.len()];
    let done = scheme.dequantize_on(isa, &elements, &scales, COLS, tensor_scale, &mut back);
    made.push(done.is_ok().into());
    made.extend(back.iter().map(|&x| code(x)));
    let mut back = vec![Bf16::MAX; src.len()];
    let done = scheme.dequantize_on(isa, &elements, &scales, COLS, tensor_scale, &mut back);
    made.push(done.is_ok().into());
    made.extend(back.iter().map(|&x| code(x)));
}

#[test]
fn every_scheme_from_extremes_ignores_the_mode() {
    there_and_back(&matrix::<f32>());
    there_and_back(&matrix::<Bf16>());
}

#[test]
fn every_scheme_from_weights_ignores_the_mode() {
    there_and_back(&weights());
}
