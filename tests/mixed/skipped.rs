//! Properties on which a training loop may rely.

use proptest::prelude::*;
use ulp::mixed::{self, AdamW, AdamWOptions, AdamWTensor, LossScaler, LossScalerOptions, Sgd, SgdOptions, SgdTensor};
use ulp::slice::{self, Stochastic};
use ulp::{Bf16, F16};

proptest! {
    /// A step that the scaler skips changes nothing. The next steps are those without it.
    #[test]
    fn a_skipped_step_changes_nothing(
        gradients in prop::collection::vec(prop::collection::vec(-1f32..1.0, 5), 1..8),
        bad_step in 0..8_usize,
        bad_element in 0..5_usize,
    ) {
        let train = |with_bad: bool| {
            let mut adam = AdamW::new(AdamWOptions::default()).expect("the defaults make sense");
            let options = LossScalerOptions { init_scale: 1024.0, growth_interval: 1_000_000, ..LossScalerOptions::default() };
            let mut scaler = LossScaler::with(options).expect("they make sense");
            let (mut master, mut first, mut second) = ([0.5f32; 5], [0f32; 5], [0f32; 5]);
            let mut weights = [F16::default(); 5];
            for (nth, gradients) in gradients.iter().enumerate() {
                let mut step = |bad: bool| {
                    let scaled = gradients.iter().map(|x| F16::from_f32(x * scaler.scale()));
                    let mut scaled: Vec<F16> = scaled.collect();
                    if bad {
                        scaled[bad_element] = F16::INFINITY;
                    }
                    let mut out = [0f32; 5];
                    let finite = mixed::unscale(&scaled, scaler.inverse(), &mut out);
                    assert_eq!(finite, !bad);
                    if finite {
                        adam.next_step().update(&out, AdamWTensor {
                            weights: &mut weights,
                            master: Some(&mut master),
                            first_moment: &mut first,
                            second_moment: &mut second,
                        });
                    }
                    scaler.update(finite);
                };
                if with_bad && nth == bad_step {
                    step(true);
                }
                step(false);
            }
            (master, first, second, weights, adam)
        };
        // Scales are powers of two, so gradients differ only if they are subnormal in F16.
        let (with, without) = (train(true), train(false));
        prop_assert_eq!(with.4, without.4);
        for (a, b) in with.0.iter().zip(without.0) {
            prop_assert!((a - b).abs() <= 1e-4);
        }
    }

    /// `unscale` multiplies by the factor of `inverse_scale`.
    #[test]
    fn inverse_scale_has_the_effect_of_unscale(gradients in prop::collection::vec(-1000f32..1000.0, 0..200), inverse in 1e-6f32..1.0) {
        let gradients: Vec<F16> = slice::cast_to_vec(&gradients);
        let len = gradients.len();
        let mut out = vec![0f32; len];
        prop_assert!(mixed::unscale(&gradients, inverse, &mut out));
        let mut adam = AdamW::new(AdamWOptions::default()).expect("the defaults make sense");
        let step = adam.next_step();
        let mut results = [vec![0.5f32; len], vec![0.5f32; len]];
        let [folded, unfolded] = &mut results;
        step.inverse_scale(inverse).update(&gradients, AdamWTensor {
            weights: folded,
            master: None,
            first_moment: &mut vec![0.0; len],
            second_moment: &mut vec![0.0; len],
        });
        step.update(&out, AdamWTensor {
            weights: unfolded,
            master: None,
            first_moment: &mut vec![0.0; len],
            second_moment: &mut vec![0.0; len],
        });
        prop_assert_eq!(&results[0], &results[1]);
    }

    /// After clipping, the norm is at most the requested one, apart from rounding.
    #[test]
    fn clipped_gradients_have_the_norm(gradients in prop::collection::vec(-100f32..100.0, 1..300), max_norm in 0.1f64..50.0) {
        let mut clipped = gradients.clone();
        let (left, right) = clipped.split_at_mut(gradients.len() / 2);
        let norm = mixed::clip_grad_norm(&mut [left, right], max_norm);
        prop_assert_eq!(norm.to_bits(), mixed::grad_norm([&gradients[..gradients.len() / 2], &gradients[gradients.len() / 2..]]).to_bits());
        if norm <= max_norm {
            prop_assert_eq!(&clipped, &gradients);
        }
        prop_assert!(mixed::grad_norm([&clipped[..]]) <= max_norm * (1.0 + 1e-6) + 1e-6);
    }
}

/// Updates of less than half a step of bf16 get lost under rounding to nearest. Under stochastic rounding they are kept on
/// average.
#[test]
fn small_updates_survive_stochastic_rounding() {
    const LEN: usize = 4096;
    const STEPS: u64 = 100;
    let mut sgd = Sgd::new(SgdOptions {
        learning_rate: 1.0,
        ..SgdOptions::default()
    })
    .expect("they make sense");
    let gradients = [2f32.powi(-12); LEN];
    let mut weights = [Bf16::from_f32(1.0); LEN];
    for step in 0..STEPS {
        let stochastic = Stochastic::new(3).offset(step * LEN as u64);
        let tensor = SgdTensor {
            weights: &mut weights,
            master: None,
            momentum: &mut [],
        };
        sgd.next_step().update_stochastic(&gradients, tensor, stochastic);
    }
    let mean = weights.iter().map(|x| x.to_f64()).sum::<f64>() / LEN as f64;
    let exact = 1.0 - STEPS as f64 * 2f64.powi(-12);
    assert!((mean - exact).abs() < 1e-3, "{mean}, not {exact}");
    let to_nearest = Bf16::from_f32(1.0 - gradients[0]);
    assert_eq!(to_nearest, Bf16::from_f32(1.0), "half a step is 2^-9 below 1");
}

#[test]
fn infinite_and_nan_norms_change_nothing() {
    for bad in [f32::INFINITY, f32::NAN] {
        let mut gradients = [1.0, bad, 2.0];
        assert!(!mixed::clip_grad_norm(&mut [&mut gradients], 1.0).is_finite());
        assert_eq!((gradients[0], gradients[2]), (1.0, 2.0));
    }
}
