//! The means, and the independence of decisions.

use ulp::slice::Stochastic;
use ulp::{Bf16, F4E2M1Fn, F6E3M2Fn, F8E4M3Fn, F8E5M2, F16, Format};

use crate::cast;
use crate::sampling::sampled;

/// Returns the number of draws for each mean. It is a multiple of 64, because `decisions_are_independent` takes blocks of 64.
fn draws() -> usize {
    64 * sampled("blocks of draws for a mean", 0..1 << 14).len()
}

/// Casts a number [`draws`] times, and counts how often the upper of two neighbours came out. No third number may come out.
fn ups<S: Format, D: Format>(x: S, neighbours: [f64; 2], seed: u64) -> usize {
    let from = vec![x; draws()];
    let to: Vec<D> = cast(&from, Stochastic::new(seed));
    let up = |y: f64| {
        assert!(neighbours.contains(&y), "{x:?} gave {y}");
        usize::from(y == neighbours[1])
    };
    to.iter().map(|y| up(y.cast())).sum()
}

/// Returns whether a count of ups agrees with a probability, within four standard errors.
fn fits(ups: usize, probability: f64) -> bool {
    let draws = draws() as f64;
    let error = (draws * probability * (1.0 - probability)).sqrt();
    (ups as f64 - draws * probability).abs() <= 4.0 * error
}

fn is_unbiased<S: Format, D: Format>(lower: f64, step: f64, fractions: &[f64]) {
    for (seed, &fraction) in fractions.iter().enumerate() {
        for sign in [1.0, -1.0] {
            let x: S = (sign * (lower + step * fraction)).cast();
            let fraction = (sign * x.cast::<f64>() - lower) / step;
            let neighbours = [sign * lower, sign * (lower + step)];
            let ups = ups::<S, D>(x, neighbours, seed as u64);
            let name = (S::DTYPE, D::DTYPE);
            assert!(fits(ups, fraction), "{name:?} {lower} + {fraction} · {step}: {ups}");
        }
    }
}

#[test]
fn means_are_unbiased() {
    let many: Vec<f64> = (0..16).map(|i| f64::from(i) / 16.0 + 0.0123).collect();
    let few = [2f64.powi(-18), 1e-4, 1.0 / 3.0, 0.5, 0.9, 1.0 - 1e-4];
    is_unbiased::<f32, Bf16>(1.0, 2f64.powi(-7), &many);
    is_unbiased::<f32, Bf16>(2f64.powi(-130), 2f64.powi(-133), &few);
    is_unbiased::<f32, Bf16>(0.0, 2f64.powi(-133), &few);
    is_unbiased::<f32, F16>(-1.5, -(2f64.powi(-10)), &many);
    // The results are subnormal, so not all bits of a draw belong to one element alone.
    is_unbiased::<f32, F16>(2f64.powi(-20), 2f64.powi(-24), &few);
    is_unbiased::<f32, F16>(0.0, 2f64.powi(-24), &few);
    is_unbiased::<f32, F8E4M3Fn>(448.0 - 32.0, 32.0, &many);
    is_unbiased::<f32, F8E4M3Fn>(0.0, 2f64.powi(-9), &few);
    is_unbiased::<F16, F8E5M2>(1.0, 0.25, &many);
    is_unbiased::<F16, Bf16>(1.0, 2f64.powi(-7), &few[3..4]);
    is_unbiased::<f64, F16>(1.0, 2f64.powi(-10), &few);
    is_unbiased::<f64, F6E3M2Fn>(0.0, 0.0625, &few);
    is_unbiased::<f64, F4E2M1Fn>(4.0, 2.0, &few);
    is_unbiased::<f64, f32>(1.0, 2f64.powi(-23), &few);
}

/// The two decisions with one word are independent, and so are those of neighbours.
#[test]
fn decisions_are_independent() {
    for (lower, step) in [(1.0, 2f64.powi(-10)), (0.0, 2f64.powi(-24)), (2f64.powi(-16), 2f64.powi(-24))] {
        for fraction in [0.1, 0.5, 0.618] {
            let x = (lower + step * fraction) as f32;
            let p = (f64::from(x) - lower) / step;
            let to: Vec<F16> = cast(&vec![x; 2 * draws()], Stochastic::new(5));
            let up = |j: usize| to[j].to_f64() > lower;
            for other in [1, 8, 16, 32, 64] {
                let firsts = (0..).filter(|j| j / other % 2 == 0).take(draws());
                let both = firsts.filter(|j| up(*j) && up(j + other)).count();
                assert!(fits(both, p * p), "{x} {other}: {both}");
            }
        }
    }
}
