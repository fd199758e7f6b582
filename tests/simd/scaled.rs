//! `cast_scaled`: the product in `f32`, rounded to the target.

use std::num::FpCategory;

use ulp::{Bf16, Cast, F8E4M3Fn, F8E5M2, F16, Format, Isa, Rounding, slice};

use crate::world::{code, sample, scalar};

const SCALES: [f32; 10] = [
    1.0,
    -1.0,
    0.3,
    448.0 / 3.0,
    1e-30,
    3e38,
    0.0,
    1e-42,
    f32::INFINITY,
    f32::NAN,
];

/// About the end of a loop's step, and about that of the pieces that a long slice may be cut to.
fn lengths() -> impl Iterator<Item = usize> {
    (0..=300).chain([1023, 1024, 1025, 1040, 2047, 2048, 2049, 5000])
}

fn is_nan<F: Format>(number: F) -> bool {
    F::LAYOUT.classify(code(number)) == FpCategory::Nan
}

/// Which NaN a product is, Rust doesn't say. That it is one is checked.
fn check<S: Format, D: Format>(scales: &[f32], lengths: impl Iterator<Item = usize>, cast: Cast) {
    let src: Vec<S> = sample(5000);
    let product = |scale: f32| {
        let wide = src.iter().map(move |&x| scalar::<S, f32>(x, Cast::new()).0);
        let right = wide.map(move |x| scalar::<f32, D>(x * scale, cast).0);
        right.collect::<Vec<D>>()
    };
    let right: Vec<_> = scales
        .iter()
        .map(|&scale| (scale, product(scale)))
        .collect();
    for len in lengths {
        for (scale, right) in &right {
            for isa in Isa::available() {
                let mut is = vec![D::MAX; len + 1];
                slice::cast_scaled_on(isa, &src[..len], *scale, &mut is[..len], cast);
                assert_eq!(code(is[len]), code(D::MAX), "the element after the slice");
                for ((&is, &right), &x) in is.iter().zip(&right[..len]).zip(&src) {
                    assert!(
                        code(is) == code(right) || is_nan(is) && is_nan(right),
                        "{} {:#x} * {scale:?} on {isa}, {cast:?}: {:#x}, not {:#x}",
                        S::DTYPE,
                        code(x),
                        code(is),
                        code(right),
                    );
                }
            }
        }
    }
}

fn pair<S: Format, D: Format>() {
    check::<S, D>(&[0.3], lengths(), Cast::new());
    for rounding in Rounding::ALL {
        let cast = Cast::new().rounding(rounding);
        check::<S, D>(&SCALES, [5000].into_iter(), cast);
        check::<S, D>(&SCALES, [5000].into_iter(), cast.saturating());
    }
}

#[test]
fn f32_to_e4m3fn() {
    pair::<f32, F8E4M3Fn>();
}

#[test]
fn f32_to_f16() {
    pair::<f32, F16>();
}

#[test]
fn e5m2_to_f32() {
    pair::<F8E5M2, f32>();
}

#[test]
fn f16_to_bf16() {
    pair::<F16, Bf16>();
}

#[test]
fn the_best_isa_agrees() {
    let src: Vec<f32> = sample(300);
    let (mut is, mut right) = (vec![F16::MAX; 300], vec![F16::MAX; 300]);
    slice::cast_scaled(&src, 0.3, &mut is, Cast::new());
    slice::cast_scaled_on(Isa::detect(), &src, 0.3, &mut right, Cast::new());
    assert_eq!(slice::to_bits(&is), slice::to_bits(&right));
}
