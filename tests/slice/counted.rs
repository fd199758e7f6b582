//! `cast_counted` gives the numbers of the cast. Its counts are compared with the flags of the scalar cast and with the values
//! before and after.

use std::num::FpCategory;

use ulp::{Bf16, Cast, F6E2M3Fn, F8E4M3Fn, F8E4M3Fnuz, F8E5M3Fnu, F8E8M0Fnu, F16, Flags, Format, Isa, slice};

use crate::support::{assert_same, casts, code, inputs, sample, scalar};

/// The counts as plain numbers: overflowed, became zero, became subnormal, NaN, inexact.
type Five = [usize; 5];

fn class<F: Format>(number: F) -> FpCategory {
    F::LAYOUT.classify(code(number))
}

/// Returns the number, and its share of each count.
fn one<S: Format, D: Format>(source: S, cast: Cast) -> (D, Five) {
    let (number, flags) = scalar::<S, D>(source, cast);
    let (before, now) = (class(source), class(number));
    let became = |class| now == class && before != class;
    let adds = [
        flags.contains(Flags::OVERFLOW),
        became(FpCategory::Zero),
        became(FpCategory::Subnormal),
        before == FpCategory::Nan || now == FpCategory::Nan,
        flags.contains(Flags::INEXACT),
    ];
    (number, adds.map(usize::from))
}

fn five(counts: slice::Counts) -> Five {
    [
        counts.overflowed,
        counts.became_zero,
        counts.became_subnormal,
        counts.nan,
        counts.inexact,
    ]
}

/// Counts `src` as a whole, and prefixes of up to `prefixes` elements, one by one.
fn check<S: Format, D: Format>(src: &[S], prefixes: usize, cast: Cast) {
    let each: Vec<(D, Five)> = src.iter().map(|&source| one(source, cast)).collect();
    let numbers: Vec<D> = each.iter().map(|each| each.0).collect();
    let mut right = Five::default();
    for len in 0..=src.len() {
        if len <= prefixes || len == src.len() {
            for isa in Isa::available() {
                let mut is = vec![D::MAX; len];
                let counts = slice::cast_counted_on(isa, &src[..len], &mut is, cast);
                assert_same(isa, &cast, &src[..len], &is, &numbers[..len]);
                assert_eq!(five(counts), right, "{} -> {} on {isa}, {cast:?}, {len}", S::DTYPE, D::DTYPE);
            }
        }
        if let Some((_, adds)) = each.get(len) {
            right = std::array::from_fn(|nth| right[nth] + adds[nth]);
        }
    }
}

fn pair<S: Format, D: Format>() {
    let (short, long) = (sample::<S>(300), inputs::<S>());
    for cast in casts() {
        check::<S, D>(&long, 0, cast);
    }
    check::<S, D>(&short, 300, Cast::new());
    check::<S, D>(&short, 300, Cast::new().saturating());
}

#[test]
fn counts_of_f32_to_f16() {
    pair::<f32, F16>();
}

#[test]
fn counts_of_f32_to_e4m3fn() {
    pair::<f32, F8E4M3Fn>();
}

#[test]
fn counts_of_f32_to_a_format_without_negative_zero() {
    pair::<f32, F8E4M3Fnuz>();
}

#[test]
fn counts_of_f32_to_a_finite_format() {
    pair::<f32, F6E2M3Fn>();
}

#[test]
fn counts_of_f16_to_bf16() {
    pair::<F16, Bf16>();
}

/// The target has more places. A number that saturates there would be rounded up again on the way back.
#[test]
fn counts_of_bf16_to_finer_formats() {
    pair::<Bf16, F16>();
    pair::<Bf16, f32>();
}

#[test]
fn counts_of_f64_to_f16() {
    pair::<f64, F16>();
}

#[test]
fn counts_of_bf16_to_a_format_without_sign() {
    pair::<Bf16, F8E5M3Fnu>();
}

#[test]
fn counts_of_f16_to_a_format_without_zero() {
    pair::<F16, F8E8M0Fnu>();
}

/// More elements are of one kind than a byte counts.
#[test]
fn counts_of_long_runs() {
    for (x, right) in [
        (1e6f32, [1, 0, 0, 0, 1]),
        (-1e-9, [0, 1, 0, 0, 1]),
        (1e-6, [0, 0, 1, 0, 1]),
        (f32::NAN, [0, 0, 0, 1, 0]),
        (0.1, [0, 0, 0, 0, 1]),
        (1.0, [0; 5]),
    ] {
        for len in [255, 256, 257, 511, 512, 1023, 1025, 100_000] {
            for isa in Isa::available() {
                let mut dst = vec![F16::MAX; len];
                let counts = slice::cast_counted_on(isa, &vec![x; len], &mut dst, Cast::new());
                assert_eq!(five(counts), right.map(|one| one * len), "{x} on {isa}");
            }
        }
    }
    let mut dst = [F16::MAX; 20];
    let counts = slice::cast_counted(&[1e6f32; 20], &mut dst, Cast::new());
    assert_eq!(five(counts), [20, 0, 0, 0, 20]);
}

#[test]
fn counts_add_up() {
    let mut dst = [F16::MAX; 3];
    let mut one = slice::cast_counted(&[1e6f32, 1e-9, 1.0], &mut dst, Cast::new());
    let other = slice::cast_counted(&[0.1f32, 1e-6, f32::NAN], &mut dst, Cast::new());
    assert_eq!(five(one + other), [1, 1, 1, 1, 4]);
    one += other;
    assert_eq!(five(one), [1, 1, 1, 1, 4]);
    assert_eq!(five(slice::Counts::default()), [0; 5]);
}
