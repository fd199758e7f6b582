//! Compares stochastic rounding with the documented layout of its random bits, and with the means that it must have.
//!
//! The loops of stochastic rounding take a minute to compile. They are apart from the other loops on slices, so that two programs
//! are compiled at once.

#![allow(clippy::float_cmp, reason = "the values compared are exact")]

mod bits;
mod bytes;
mod means;
mod oracle;
#[path = "../sampling/mod.rs"]
mod sampling;

use ulp::slice::{Stochastic, cast_stochastic};
use ulp::{Bf16, F8E4M3Fn, F16, Format};

fn cast<S: Format, D: Format>(from: &[S], how: Stochastic) -> Vec<D> {
    let mut to = vec![D::MAX; from.len()];
    cast_stochastic(from, &mut to, how);
    to
}

#[test]
fn values_past_the_largest_overflow() {
    // The numbers lie half-way to the number that would come next, so half of them overflow. All numbers beyond that number
    // overflow.
    let half: Vec<f32> = vec![464.0; 1000];
    let to: Vec<F8E4M3Fn> = cast(&half, Stochastic::new(1));
    let over = to.iter().filter(|x| x.is_nan()).count();
    assert!(to.iter().all(|x| x.is_nan() || x.to_f32() == 448.0));
    assert!((400..600).contains(&over), "{over}");
    let to: Vec<F8E4M3Fn> = cast(&half, Stochastic::new(1).saturating());
    assert!(to.iter().all(|x| x.to_f32() == 448.0));
    let to: Vec<F8E4M3Fn> = cast(&[480f32; 100], Stochastic::new(1));
    assert!(to.iter().all(|x| x.is_nan()));

    let to: Vec<Bf16> = cast(&[-f32::MAX; 1000], Stochastic::new(1));
    assert!(to.iter().all(|x| [0xff7f, 0xff80].contains(&x.to_bits())));
    assert!(to.iter().any(|x| x.is_infinite()));
    let to: Vec<Bf16> = cast(&[-f32::MAX; 1000], Stochastic::new(1).saturating());
    assert!(to.iter().all(|x| x.to_bits() == 0xff7f));
}

#[test]
fn exact_casts_ignore_the_draws() {
    let codes: Vec<F8E4M3Fn> = (0..=255).map(F8E4M3Fn::from_bits).collect();
    for (x, y) in codes.iter().zip(cast::<_, F16>(&codes, Stochastic::new(1))) {
        assert_eq!(y.to_bits(), F16::from_f32(x.to_f32()).to_bits());
    }
}

#[test]
fn settings_are_kept() {
    let how = Stochastic::new(1).offset(2);
    assert_ne!(how, Stochastic::new(1));
    assert_ne!(how, how.saturating());
    // The seeds differ in both halves.
    let from = vec![1.0001f32; 4096];
    let to = |seed| cast::<f32, F16>(&from, Stochastic::new(seed));
    assert_ne!(to(1), to(2));
    assert_ne!(to(1), to(1 | 1 << 40));
}

#[test]
#[should_panic(expected = "the source has 3 elements and the destination 2")]
fn different_lengths_panic() {
    cast_stochastic(&[1.0f32; 3], &mut [F16::default(); 2], Stochastic::new(1));
}
