//! Casts of slices of formats known at compile time, compared with the scalar cast, and the scalar cast compared with itself.

use ulp::{Bf16, Cast, F8E4M3Fn, F8E5M2, F16, Format, Isa, slice};

use super::modes::in_each_mode;
use crate::sampling::sampled;
use crate::support::{E4M3B20, assert_same, bulk, casts, code, expected, inputs, number, sample, scalar};

fn few<F: Format>() -> Vec<F> {
    let some = if size_of::<F>() > 2 { sample(10_000) } else { inputs() };
    sampled("numbers in each mode", some).collect()
}

fn check<S: Format, D: Format>() {
    let src: Vec<S> = few();
    for cast in casts() {
        let right: Vec<D> = expected(&src, cast);
        for isa in Isa::available() {
            in_each_mode(
                &mut right.clone(),
                |is| {
                    is.fill(D::MAX);
                    bulk(isa, &src, is, cast);
                },
                |is, mode| assert_same(isa, &(cast, mode), &src, is, &right),
            );
        }
    }
    one_by_one::<S, D>(&src);
}

/// Converts one number at a time.
fn one_by_one<S: Format, D: Format>(src: &[S]) {
    for cast in casts() {
        let right: Vec<_> = src.iter().map(|&x| scalar::<S, D>(x, cast)).collect();
        in_each_mode(
            &mut right.clone(),
            |is| {
                for (is, &x) in is.iter_mut().zip(src) {
                    *is = scalar(x, cast);
                }
            },
            |is, mode| {
                for ((is, right), &x) in is.iter().zip(&right).zip(src) {
                    let (is, right) = ((code(is.0), is.1), (code(right.0), right.1));
                    assert_eq!(is, right, "{:#x}, {cast:?}, {mode}", code(x));
                }
            },
        );
    }
}

/// Runs the other functions that read numbers and don't compute with them.
fn counts_and_scans<S: Format>() {
    let finite = |x: &S| scalar::<S, f64>(*x, Cast::new()).0.is_finite();
    let tame: Vec<S> = few::<S>().into_iter().filter(finite).collect();
    // The largest of these is subnormal.
    let small: Vec<S> = (0..100).map(number).collect();
    for isa in Isa::available() {
        let all = |dst: &mut [F16]| {
            let counts = slice::cast_counted_on(isa, &tame, dst, Cast::new());
            let largest = slice::amax_on(isa, &small).to_bits();
            (counts, largest, slice::all_finite_on(isa, &tame))
        };
        let mut dst = vec![F16::MAX; tame.len()];
        let right = all(&mut dst);
        in_each_mode(
            &mut (dst, right),
            |(dst, is)| *is = all(dst),
            |(_, is), mode| assert_eq!(*is, right, "{} on {isa}, {mode}", S::DTYPE),
        );
    }
}

#[test]
fn casts_of_float16_ignore_the_mode() {
    check::<f32, F16>();
    check::<F16, f32>();
    check::<f64, F16>();
}

#[test]
fn casts_of_bfloat16_ignore_the_mode() {
    check::<f32, Bf16>();
    check::<Bf16, f32>();
    check::<F16, Bf16>();
    check::<Bf16, F16>();
}

#[test]
fn casts_of_8_bits_ignore_the_mode() {
    check::<f32, F8E4M3Fn>();
    check::<f32, F8E5M2>();
    check::<f32, E4M3B20>();
    check::<F8E4M3Fn, f32>();
    check::<F8E4M3Fn, F16>();
    check::<F8E5M2, f32>();
}

#[test]
fn counts_and_scans_ignore_the_mode() {
    counts_and_scans::<f32>();
    counts_and_scans::<F16>();
}
