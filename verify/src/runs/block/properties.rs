//! Properties of every matrix. Reading back and quantizing again gives the same numbers, and the error of an element is at most
//! half a step.
//!
//! The codes may differ the second time: 3.1 becomes 3 · 1 in E2M1, and 3 becomes 6 · 0.5.

use fastrand::Rng;
use ulp::Dtype;
use ulp::block::Scheme;
use ulp_verify::oracle::Rule;
use ulp_verify::tally::{Report, Tally, parallel};

use super::numbers::{Kind, numbers};
use super::{Both, elements};

const LEN: usize = 320;

pub(crate) fn run(report: &mut Report) {
    let elements: Vec<_> = elements().filter(|element| element.bits() <= 8).collect();
    let (mut again, mut errors) = (Tally::default(), Tally::default());
    let tallies = parallel(elements.len() as u64, |nth, tally| {
        each(elements[nth as usize], nth, |scheme, x| {
            quantized_again(scheme, x, tally);
        });
    });
    again.add(tallies);
    report.line("Up, back and there again, elements of 8 bits and fewer", again);
    let tallies = parallel(elements.len() as u64, |nth, tally| {
        each(elements[nth as usize], nth, |scheme, x| {
            half_a_step(scheme, x, tally);
        });
    });
    errors.add(tallies);
    report.line("Up, at most half a step off, elements of 8 bits and fewer", errors);
}

fn each(element: Dtype, seed: u64, mut check: impl FnMut(Scheme, &[f32])) {
    let both = Both::new(element, Dtype::F8E8M0Fnu, (1, 32), Rule::Up);
    let mut rng = Rng::with_seed(seed);
    for _ in 0..300 {
        for kind in [Kind::Normal, Kind::Ties, Kind::Subnormal, Kind::Random] {
            check(both.scheme.tensor_scale(false), &numbers(kind, &both.blocked, LEN, &mut rng));
        }
    }
}

fn there(scheme: Scheme, x: &[f32]) -> (Vec<u8>, Vec<u8>) {
    let mut elements = vec![0; scheme.element_bytes(1, LEN)];
    let mut scales = vec![0; scheme.scale_bytes(1, LEN)];
    scheme
        .quantize(x, LEN, 1.0, &mut elements, &mut scales)
        .expect("the matrix fits");
    (elements, scales)
}

fn and_back(scheme: Scheme, (elements, scales): &(Vec<u8>, Vec<u8>)) -> Vec<f32> {
    let mut back = vec![0f32; LEN];
    scheme
        .dequantize(elements, scales, LEN, 1.0, &mut back)
        .expect("the matrix fits");
    back
}

fn quantized_again(scheme: Scheme, x: &[f32], tally: &mut Tally) {
    tally.input();
    let once = there(scheme, x);
    let back = and_back(scheme, &once);
    if back.iter().all(|x| x.is_finite()) {
        let twice = there(scheme, &back);
        tally.check(and_back(scheme, &twice) == back, || {
            format!("{scheme}: {x:?} gives other numbers the second time")
        });
    }
}

/// Checks that no error exceeds half a step. Numbers and steps are exact in `f64`, because a step is a power of two, and so is a
/// scale.
fn half_a_step(scheme: Scheme, x: &[f32], tally: &mut Tally) {
    tally.input();
    let quantized = there(scheme, x);
    let back = and_back(scheme, &quantized);
    let layout = scheme.element.layout();
    for (nth, (&x, &y)) in x.iter().zip(&back).enumerate() {
        let scale = f64::from(quantized.1[nth / 32]) - 127.0;
        let scale = scale.exp2();
        let quotient = (f64::from(x) / scale).abs();
        // The step at the quotient is that of its binade, or that of the subnormals.
        let exponent = quotient.log2().floor().max(f64::from(layout.min_exponent()));
        let half = (exponent - f64::from(layout.fraction_bits()) - 1.0).exp2();
        let error = (f64::from(y) / scale).abs() - quotient;
        if y.is_finite() {
            tally.check(error.abs() <= half, || {
                format!("{scheme}: {x:e} becomes {y:e}, more than half a step off")
            });
        }
    }
}
