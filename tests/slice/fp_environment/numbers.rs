//! One number at a time: casts between all shipped formats, codes, integers, and `ieee`.

use ulp::{Bf16, Dtype, F4E2M1Fn, F8E4M3Fn, F16, Format, Layout, Rounding, ieee};

use super::modes::assert_unchanged;
use crate::support::{casts, code, sample};

/// How many numbers of each kind are tried. They are few enough to be taken in pairs.
const FEW: usize = 40;

/// Layouts are no constants here, because a function for each pair would take minutes to compile. casts.rs has some of these
/// pairs as constants.
fn to_all<S: Format>() {
    let src: Vec<S> = sample(FEW);
    codes_to_all(S::LAYOUT, &src.into_iter().map(code).collect::<Vec<_>>());
}

fn codes_to_all(from: Layout, src: &[u64]) {
    for to in Dtype::ALL {
        assert_unchanged(&format!("{from:?} to {to}"), |made| {
            for cast in casts() {
                for &x in src {
                    let (y, flags) = cast.convert(from, to.layout(), x);
                    made.extend([y, u64::from(flags.bits())]);
                }
            }
        });
    }
}

#[test]
fn single_casts_ignore_the_mode() {
    to_all::<f32>();
    to_all::<f64>();
    for_every_narrow_format!(to_all);
}

fn coded<F: Format>() {
    let numbers: Vec<F> = sample(FEW);
    decoded_and_encoded(F::LAYOUT, &numbers.into_iter().map(code).collect::<Vec<_>>());
}

fn decoded_and_encoded(layout: Layout, codes: &[u64]) {
    assert_unchanged(&format!("{layout:?}"), |made| {
        for &code in codes {
            let parts = layout.decode(code);
            made.extend([layout.encode(parts), layout.classify(code) as u64]);
        }
    });
}

#[test]
fn codes_ignore_the_mode() {
    coded::<f32>();
    coded::<f64>();
    for_every_narrow_format!(coded);
}

fn integers<F: Format>() {
    let numbers: Vec<F> = sample(FEW);
    assert_unchanged(F::DTYPE, |made| {
        for rounding in Rounding::ALL {
            for shift in 0..64 {
                let (signed, unsigned) = (i64::MIN >> shift | 1, u64::MAX >> shift);
                made.extend([
                    code(ieee::from_int::<F, _>(signed, rounding).0),
                    code(ieee::from_int::<F, _>(unsigned, rounding).0),
                    code(ieee::from_int::<F, _>(signed as i32, rounding).0),
                    code(ieee::from_int::<F, _>(u128::from(unsigned) << shift, rounding).0),
                ]);
            }
            for &x in &numbers {
                made.extend([
                    ieee::to_int::<i8, _>(x, rounding).0 as u64,
                    ieee::to_int::<i32, _>(x, rounding).0 as u64,
                    ieee::to_int::<u64, _>(x, rounding).0,
                    ieee::to_int::<i128, _>(x, rounding).0 as u64,
                ]);
            }
        }
    });
}

#[test]
fn integers_ignore_the_mode() {
    integers::<f32>();
    integers::<f64>();
    for_every_narrow_format!(integers);
}

fn computed<F: Format>() {
    let numbers: Vec<F> = sample(FEW);
    assert_unchanged(F::DTYPE, |made| {
        for rounding in Rounding::ALL {
            for (&a, &c) in numbers.iter().zip(numbers.iter().rev()) {
                for &b in &numbers {
                    made.extend([
                        code(ieee::add(a, b, rounding).0),
                        code(ieee::sub(a, b, rounding).0),
                        code(ieee::mul(a, b, rounding).0),
                        code(ieee::div(a, b, rounding).0),
                        code(ieee::rem(a, b).0),
                        code(ieee::mul_add(a, b, c, rounding).0),
                    ]);
                }
                made.extend([code(ieee::sqrt(a, rounding).0), code(ieee::round_to_integral(a, rounding).0)]);
            }
        }
    });
}

#[test]
fn ieee_operations_ignore_the_mode() {
    computed::<f32>();
    computed::<f64>();
    computed::<F16>();
    computed::<Bf16>();
    computed::<F8E4M3Fn>();
    computed::<F4E2M1Fn>();
}
