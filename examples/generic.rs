//! Numerics that are written once for all formats: a square root by Newton's method, and a sum that stops growing.
//!
//! `cargo run --example generic`

use ulp::spec::Spec;
use ulp::{Bf16, Dtype, F8E4M3Fn, F8E5M2, F16, Float, Format, finfo, ulps_between, with_dtype};

/// Returns the square root by Heron's method, in the arithmetic of the format.
fn heron<S: Spec>(x: Float<S>) -> Float<S> {
    let half = Float::from_f32(0.5);
    let (_, exponent) = x.frexp();
    let mut root = Float::from_f32(1.0).ldexp(exponent / 2);
    for _ in 0..6 {
        root = half * (root + x / root);
    }
    root
}

fn compare<S: Spec>(x: f32) {
    let x = Float::<S>::from_f32(x);
    let (root, right) = (heron(x), x.sqrt());
    let steps = ulps_between(root, right);
    println!("{}: heron({x}) = {root}, sqrt {right}, {steps} ulp", Float::<S>::DTYPE);
    assert!(steps <= 1);
}

/// Adds 1 + 1/2 + 1/3 + …. Returns the first n whose term 1/n leaves the sum unchanged, or 1,000,000 if no smaller n does.
fn harmonic_stops<F: Format>() -> u32 {
    let mut sum = 0.0f64;
    for n in 1..1_000_000 {
        let next: f64 = (sum + 1.0 / f64::from(n)).cast::<F>().cast();
        if next <= sum {
            return n;
        }
        sum = next;
    }
    1_000_000
}

fn main() {
    compare::<ulp::Binary16>(2.0);
    compare::<ulp::BFloat16>(2.0);
    compare::<ulp::E4M3Fn>(2.0);

    for dtype in [Dtype::F32, Dtype::F16, Dtype::Bf16, Dtype::F8E4M3Fn] {
        if let Some(n) = with_dtype!(dtype, F => harmonic_stops::<F>()) {
            println!("{dtype}: the harmonic series stops at n = {n}");
        }
    }

    println!("{}\n{}\n{}", finfo::<F16>(), finfo::<Bf16>(), finfo::<F8E5M2>());
    assert_eq!(F8E4M3Fn::MAX.nextafter(F8E4M3Fn::MIN), F8E4M3Fn::from_f32(416.0));
}
