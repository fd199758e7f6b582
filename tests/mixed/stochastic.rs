//! Updates without master weights round like `cast_stochastic`. They take the same draws for the `f32` of a plain update.

use super::numbers;
use ulp::mixed::{AdamW, AdamWOptions, AdamWTensor, Sgd, SgdOptions, SgdTensor};
use ulp::slice::{self, Stochastic};
use ulp::{Bf16, F8E5M2, F16, Format};

/// The length ends within a tile of 1,024 elements and within a vector.
const LEN: usize = 2500;
const STOCHASTIC: Stochastic = Stochastic::new(9).offset(3);

fn weights_and_gradients<P: Format>() -> (Vec<P>, Vec<Bf16>) {
    (slice::cast_to_vec(&numbers(LEN, 2)), slice::cast_to_vec(&numbers(LEN, 1)))
}

/// Returns the updated weights in `f32`, rounded by the public function.
fn rounded<P: Format>(wide: &[f32]) -> Vec<u64> {
    let mut narrow = vec![P::MAX; LEN];
    slice::cast_stochastic(wide, &mut narrow, STOCHASTIC);
    codes(&narrow)
}

fn codes<P: Format>(numbers: &[P]) -> Vec<u64> {
    numbers.iter().map(|x| x.cast::<f64>().to_bits()).collect()
}

fn assert_same<P: Format>(found: &[u64], expected: &[u64]) {
    let differs = found.iter().zip(expected).position(|(a, b)| a != b);
    assert_eq!(differs, None, "the first element that differs, {}", P::DTYPE);
}

fn adamw<P: Format>() {
    let (mut weights, gradients) = weights_and_gradients::<P>();
    let step = AdamW::new(AdamWOptions::default())
        .expect("the defaults make sense")
        .next_step();

    let mut wide: Vec<f32> = slice::cast_to_vec(&weights);
    let mut master = wide.clone();
    step.update(
        &gradients,
        AdamWTensor {
            weights: &mut wide,
            master: None,
            first_moment: &mut [0.0; LEN],
            second_moment: &mut [0.0; LEN],
        },
    );

    let mut rounded_master = weights.clone();
    for (weights, master) in [(&mut weights, None), (&mut rounded_master, Some(&mut master))] {
        let tensor = AdamWTensor {
            weights,
            master: master.map(|x| &mut x[..]),
            first_moment: &mut [0.0; LEN],
            second_moment: &mut [0.0; LEN],
        };
        step.update_stochastic(&gradients, tensor, STOCHASTIC);
    }
    assert_eq!(master, wide);
    assert_same::<P>(&codes(&weights), &rounded::<P>(&wide));
    assert_same::<P>(&codes(&rounded_master), &rounded::<P>(&wide));
}

fn sgd<P: Format>() {
    let (mut weights, gradients) = weights_and_gradients::<P>();
    let step = Sgd::new(SgdOptions::default()).expect("the defaults make sense").next_step();

    let mut wide: Vec<f32> = slice::cast_to_vec(&weights);
    let tensor = SgdTensor {
        weights: &mut wide,
        master: None,
        momentum: &mut [],
    };
    step.update(&gradients, tensor);

    let tensor = SgdTensor {
        weights: &mut weights,
        master: None,
        momentum: &mut [],
    };
    step.update_stochastic(&gradients, tensor, STOCHASTIC);
    assert_same::<P>(&codes(&weights), &rounded::<P>(&wide));
}

#[test]
fn adamw_draws_as_cast_stochastic_does() {
    adamw::<Bf16>();
    adamw::<F16>();
    adamw::<F8E5M2>();
}

#[test]
fn sgd_draws_as_cast_stochastic_does() {
    sgd::<Bf16>();
    sgd::<F16>();
    sgd::<F8E5M2>();
}
