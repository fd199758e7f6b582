//! `cast_scaled`: the product in `f32`, rounded to the target. `scale_for`: the factor.
#![allow(clippy::float_cmp, reason = "the values compared are exact")]

use std::num::FpCategory;

use ulp::{Bf16, Cast, F8E4M3Fn, F8E4M3Fnuz, F8E5M2, F8E8M0Fnu, F16, Format, Isa, Rounding, slice};

use crate::support::{code, sample, scalar};

const SCALES: [f32; 10] = [1.0, -1.0, 0.3, 448.0 / 3.0, 1e-30, 3e38, 0.0, 1e-42, f32::INFINITY, f32::NAN];

/// Returns lengths near the end of a loop's step, and near the end of the pieces into which a long slice may be cut.
fn lengths() -> impl Iterator<Item = usize> {
    (0..=300).chain([1023, 1024, 1025, 1040, 2047, 2048, 2049, 5000])
}

fn is_nan<F: Format>(number: F) -> bool {
    F::LAYOUT.classify(code(number)) == FpCategory::Nan
}

/// Rust doesn't say which NaN a product is. The test checks that it is one.
fn check<S: Format, D: Format>(scales: &[f32], lengths: impl Iterator<Item = usize>, cast: Cast) {
    let src: Vec<S> = sample(5000);
    let product = |scale: f32| {
        let wide = src.iter().map(move |&x| scalar::<S, f32>(x, Cast::new()).0);
        let right = wide.map(move |x| scalar::<f32, D>(x * scale, cast).0);
        right.collect::<Vec<D>>()
    };
    let right: Vec<_> = scales.iter().map(|&scale| (scale, product(scale))).collect();
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
fn scaled_f32_to_e4m3fn() {
    pair::<f32, F8E4M3Fn>();
}

#[test]
fn scaled_f32_to_f16() {
    pair::<f32, F16>();
}

#[test]
fn scaled_e5m2_to_f32() {
    pair::<F8E5M2, f32>();
}

#[test]
fn scaled_f16_to_bf16() {
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

/// The rule in words: the largest finite magnitude divided by the largest number. The scale is 1 if all numbers are 0, and never
/// subnormal.
#[test]
fn scales_fill_the_range() {
    fn of<S: Format, D: Format>() {
        let largest = scalar::<D, f32>(D::MAX, Cast::new()).0;
        let src: Vec<S> = sample(3000);
        for len in [0, 1, 2, 15, 64, 100, 1000, 3000] {
            for start in [0, 7, 150] {
                let src = &src[start.min(len)..len];
                let finite = src.iter().map(|&x| scalar::<S, f32>(x, Cast::new()).0.abs());
                let amax = finite.filter(|x| x.is_finite()).fold(0f32, f32::max);
                let right = if amax == 0.0 {
                    1.0
                } else {
                    (amax / largest).max(2f32.powi(-126))
                };
                let scale = slice::scale_for::<D>(src);
                assert_eq!(scale, right, "{} to {}, {start}..{len}", S::DTYPE, D::DTYPE);
                assert!(scale.is_normal());
            }
        }
    }
    of::<f32, F8E4M3Fn>();
    of::<f32, F8E5M2>();
    of::<Bf16, F8E4M3Fn>();
    of::<F16, F8E5M2>();
    of::<F8E4M3Fnuz, F8E4M3Fn>();
    of::<F8E8M0Fnu, F8E4M3Fn>();
    let scale = slice::scale_for::<F8E4M3Fn>;
    assert_eq!(scale(&[0f32, -0.0]), 1.0);
    assert_eq!(scale(&[f32::NAN, f32::INFINITY]), 1.0);
    assert_eq!(scale(&[1e-44, f32::NAN]), f32::MIN_POSITIVE);
    assert_eq!(scale(&[-896.0, 1.0, f32::NEG_INFINITY]), 2.0);
    assert_eq!(slice::scale_for::<F8E4M3Fn>(&[f64::MAX]), f32::MAX);
    assert_eq!(slice::scale_for::<F8E4M3Fn>(&[F8E8M0Fnu::NAN]), 1.0);
}
