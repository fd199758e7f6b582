//! Moments and gradients near the smallest normal number. The bits are those of the formulas in `f32`, one operation after the
//! other.

use super::noise;
use ulp::Isa;
use ulp::mixed::{AdamW, AdamWOptions, AdamWTensor, Sgd, SgdOptions, SgdTensor};

/// Returns zeros, and numbers of both signs from 2<sup>least</sup> on.
fn numbers(len: usize, seed: u32, least: i32, binades: i32) -> Vec<f32> {
    let number = |i: u32| {
        let exponent = least + (i as i32 * 7 + seed as i32) % binades;
        // The power has two factors, because powi gives 0 below the normal numbers.
        let magnitude = f64::from(noise(&[i, seed])) * 2f64.powi(exponent);
        if i % 11 == seed % 11 { 0.0 } else { magnitude as f32 }
    };
    (0..len as u32).map(number).collect()
}

const LEN: usize = 5000;
/// The magnitudes of a tensor's numbers: all tiny, gradients gone, some of them tiny, and weights so small that a tiny update
/// matters.
const CASES: [[(i32, i32); 3]; 5] = [
    [(-149, 40), (-149, 40), (-10, 10)],
    [(-500, 1), (-149, 24), (-10, 10)],
    [(-80, 70), (-149, 140), (-20, 20)],
    [(-149, 100), (-149, 60), (-149, 60)],
    [(-70, 20), (-149, 3), (-130, 3)],
];

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn adamw_keeps_subnormal_moments() {
    for (case, [of_gradients, of_moments, of_weights]) in CASES.into_iter().enumerate() {
        for (epsilon, steps) in [(1e-8, 1), (1e-8, 500), (1e-30, 3), (0.0, 2)] {
            let options = AdamWOptions {
                epsilon,
                ..AdamWOptions::default()
            };
            let mut adam = AdamW::new(options).expect("they make sense");
            let mut step = adam.next_step();
            for _ in 1..steps {
                step = adam.next_step();
            }
            let gradients = numbers(LEN, 1, of_gradients.0, of_gradients.1);
            let first = numbers(LEN, 2, of_moments.0, of_moments.1);
            let second = numbers(LEN, 3, of_moments.0, of_moments.1);
            let second: Vec<f32> = second.into_iter().map(f32::abs).collect();
            let master = numbers(LEN, 4, of_weights.0, of_weights.1);

            // torch's formulas.
            let (beta1, beta2) = options.betas;
            let rest = |beta: f64| 1.0 - beta.powi(steps);
            let (root, rate) = (rest(beta2).sqrt() as f32, -(options.learning_rate / rest(beta1)) as f32);
            let decay = (1.0 - options.learning_rate * options.weight_decay) as f32;
            let [mut weights, mut firsts, mut seconds] = [&master, &first, &second].map(Vec::clone);
            for i in 0..LEN {
                let (w, g) = (&mut weights[i], gradients[i]);
                *w *= decay;
                firsts[i] += (g - firsts[i]) * (1.0 - beta1) as f32;
                seconds[i] = seconds[i] * beta2 as f32 + (1.0 - beta2) as f32 * g * g;
                *w += rate * firsts[i] / (seconds[i].sqrt() / root + epsilon as f32);
            }
            for isa in Isa::available() {
                let [mut m, mut f, mut s] = [&master, &first, &second].map(Vec::clone);
                let tensor = AdamWTensor {
                    weights: &mut m,
                    master: None,
                    first_moment: &mut f,
                    second_moment: &mut s,
                };
                step.update_on(isa, &gradients, tensor);
                let name = format!("{isa}, case {case}, epsilon {epsilon}, step {steps}");
                let first_differing = |is: &[f32], right: &[f32]| {
                    let differs = |&i: &usize| is[i].to_bits() != right[i].to_bits();
                    (0..LEN).find(differs).map(|i| (i, gradients[i], is[i], right[i]))
                };
                assert_eq!(first_differing(&f, &firsts), None, "first moments: {name}");
                assert_eq!(first_differing(&s, &seconds), None, "second moments: {name}");
                let differ = (0..LEN).find(|&i| !same(m[i], weights[i]));
                assert_eq!(differ, None, "weights: {name}");
            }
        }
    }
}

/// Returns whether two results agree. 0 / 0 is a NaN whose sign depends on the CPU.
fn same(a: f32, b: f32) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

#[test]
fn sgd_keeps_subnormal_momentum() {
    for [of_gradients, of_moments, of_weights] in CASES {
        let options = SgdOptions {
            momentum: 0.9,
            dampening: 0.25,
            weight_decay: 0.01,
            ..SgdOptions::default()
        };
        let mut sgd = Sgd::new(options).expect("they make sense");
        let _ = sgd.next_step();
        let step = sgd.next_step();
        let gradients = numbers(LEN, 1, of_gradients.0, of_gradients.1);
        let moment = numbers(LEN, 2, of_moments.0, of_moments.1);
        let master = numbers(LEN, 4, of_weights.0, of_weights.1);

        let (mut weights, mut moments) = (master.clone(), moment.clone());
        for i in 0..LEN {
            let gradient = gradients[i] + 0.01 * weights[i];
            moments[i] = moments[i] * 0.9 + 0.75 * gradient;
            weights[i] += -1e-3 * moments[i];
        }
        for isa in Isa::available() {
            let (mut m, mut b) = (master.clone(), moment.clone());
            let tensor = SgdTensor {
                weights: &mut m,
                master: None,
                momentum: &mut b,
            };
            step.update_on(isa, &gradients, tensor);
            assert!(bits(&b) == bits(&moments), "{isa}: moments");
            assert!(bits(&m) == bits(&weights), "{isa}: weights");
        }
    }
}
