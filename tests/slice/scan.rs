//! Compares `amax` and `all_finite` with a comparison of `f64`, which holds every value.

use ulp::{Bf16, Cast, F4E2M1Fn, F8E4M3B11Fnuz, F8E4M3Fn, F8E5M2, F8E5M2Fnuz, F8E5M3Fnu, F8E8M0Fnu, F16, Format, Isa, slice};

use crate::support::{code, inputs, sample, scalar};

/// Returns the largest magnitude, and whether all numbers are finite.
fn reference<S: Format>(src: &[S]) -> (f64, bool) {
    let values = src.iter().map(|&x| scalar::<S, f64>(x, Cast::new()).0);
    values.fold((0.0, true), |(max, finite), value| {
        let larger = value.is_nan() || value.abs() > max;
        let max = if larger && !f64::is_nan(max) { value.abs() } else { max };
        (max, finite && value.is_finite())
    })
}

#[track_caller]
fn compare<S: Format>(src: &[S]) {
    let (max, finite) = reference(src);
    let right = max as f32;
    for isa in Isa::available() {
        let is = slice::amax_on(isa, src);
        assert!(
            is.to_bits() == right.to_bits() || is.is_nan() && right.is_nan(),
            "amax of {} {} on {isa}: {is:?}, not {right:?}",
            src.len(),
            S::DTYPE,
        );
        assert_eq!(slice::all_finite_on(isa, src), finite, "{} {} on {isa}", src.len(), S::DTYPE);
    }
}

fn finite<S: Format>(x: &S) -> bool {
    scalar::<S, f64>(*x, Cast::new()).0.is_finite()
}

fn check<S: Format>() {
    let inputs = inputs::<S>();
    // Every number by itself, and as the last of a few.
    let few = inputs.len().min(70_000);
    for &x in &sample::<S>(few) {
        compare(&[x]);
    }
    compare(&inputs);
    // Every length. Each slice has an infinity, a NaN, the largest or the smallest number in any place.
    let tame: Vec<S> = sample::<S>(3000).into_iter().filter(finite).take(300).collect();
    let wild: Vec<S> = sample::<S>(3000).into_iter().filter(|x| !finite(x)).take(4).collect();
    for len in 0..=tame.len() {
        compare(&tame[..len]);
    }
    for len in [1, 15, 16, 17, 63, 64, 65, 130, 300] {
        let mut src = tame[..len.min(tame.len())].to_vec();
        for at in 0..src.len() {
            for &x in wild.iter().chain(&[S::MAX, S::MIN]) {
                let tame = std::mem::replace(&mut src[at], x);
                compare(&src);
                src[at] = tame;
            }
        }
    }
    // A long slice may be scanned piece by piece.
    let mut src = vec![S::MIN_POSITIVE; (1 << 17) + 3];
    compare(&src);
    for at in [0, 1 << 13, (1 << 16) - 1, 1 << 16, (1 << 17) + 2] {
        for &x in wild.iter().take(1).chain(&[S::MAX]) {
            let tame = std::mem::replace(&mut src[at], x);
            compare(&src);
            src[at] = tame;
        }
    }
}

macro_rules! scans {
    ($($test:ident: $format:ty;)*) => { $(
        #[test]
        fn $test() {
            check::<$format>();
        }
    )* };
}

scans! {
    of_f32: f32;
    of_f64: f64;
    of_f16: F16;
    of_bf16: Bf16;
    of_f8e4m3fn: F8E4M3Fn;
    of_f8e5m2: F8E5M2;
    of_f8e5m2fnuz: F8E5M2Fnuz;
    of_f8e4m3b11fnuz: F8E4M3B11Fnuz;
    of_f8e8m0fnu: F8E8M0Fnu;
    of_f4e2m1fn: F4E2M1Fn;
    of_an_unsigned_format: F8E5M3Fnu;
}

#[test]
fn scans_of_empty_slices() {
    for isa in Isa::available() {
        assert_eq!(slice::amax_on::<f32>(isa, &[]).to_bits(), 0);
        assert_eq!(slice::amax_on::<F8E8M0Fnu>(isa, &[]).to_bits(), 0);
        assert!(slice::all_finite_on::<f32>(isa, &[]));
    }
}

/// A magnitude has no sign. The magnitude of an `f64` is rounded once.
#[test]
fn scans_match_values_worked_out_by_hand() {
    assert_eq!(slice::amax(&[-0.0f32]).to_bits(), 0);
    assert_eq!(slice::amax(&[1.0f32, -3.5]).to_bits(), 3.5f32.to_bits());
    assert_eq!(slice::amax(&[1e300]).to_bits(), f32::INFINITY.to_bits());
    assert_eq!(slice::amax(&[1e-300]).to_bits(), 0);
    assert!(slice::all_finite(&[1e300, -1e300]));
    assert!(!slice::all_finite(&[1.0f32, f32::NEG_INFINITY]));
    assert!(slice::amax(&[f32::INFINITY, f32::NAN, 1.0]).is_nan());
    assert_eq!(code(F8E5M2Fnuz::NAN), 0x80);
    assert!(slice::amax(&[F8E5M2Fnuz::MAX, F8E5M2Fnuz::NAN]).is_nan());
}
