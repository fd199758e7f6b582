//! Compares methods whose results are rounded with the oracle.

use std::fmt::Debug;

use ulp_verify::numbers::{Numbers, Signed};
use ulp_verify::operands;
use ulp_verify::operations::{code, number};
use ulp_verify::oracle::{self, Answer, FormatSpec, Powers, Rounding};

use super::formats::{codes, for_every_signed_format, for_some_odd_formats, shape};
use super::*;

#[track_caller]
fn same<F: Format>(what: &str, operands: &[u64], is: F, right: Answer) {
    same_code::<F>(what, &operands, is, right.rounded(Rounding::TiesToEven).0);
}

#[track_caller]
fn same_code<F: Format>(what: &str, operands: &dyn Debug, is: F, right: u64) {
    let is = code(is);
    assert_eq!(
        is,
        right,
        "{}: {what} {operands:#x?}: {is:#x}, right: {right:#x}",
        F::DTYPE
    );
}

/// 180 / π and π / 180, cut to 28 digits after the point.
const DENOMINATOR: u128 = 10_u128.pow(28);
const DEGREES: u128 = 572_957_795_130_823_208_767_981_548_141;
const RADIANS: u128 = 174_532_925_199_432_957_692_369_076;

fn unary<F: Numbers>(codes: impl Iterator<Item = u64>) {
    let shape = shape::<F>();
    for a in codes {
        let x = number::<F>(a);
        same("recip", &[a], x.recip(), oracle::recip(&shape, a));
        same("ulp", &[a], x.ulp(), oracle::ulp(&shape, a));
        let right = oracle::scaled(&shape, a, DEGREES, DENOMINATOR);
        same("to_degrees", &[a], x.to_degrees(), right);
        let right = oracle::scaled(&shape, a, RADIANS, DENOMINATOR);
        same("to_radians", &[a], x.to_radians(), right);
        for (what, is, rounding) in [
            ("floor", x.floor(), Rounding::TowardNegative),
            ("ceil", x.ceil(), Rounding::TowardPositive),
            ("round", x.round(), Rounding::TiesToAway),
            ("round_ties_even", x.round_ties_even(), Rounding::TiesToEven),
            ("trunc", x.trunc(), Rounding::TowardZero),
        ] {
            let (right, _) = oracle::round_to_integral(&shape, a, rounding, false);
            same_code(what, &a, is, right);
        }
        same("fract", &[a], x.fract(), oracle::fract(&shape, a));
    }
}

fn every_code<F: Numbers>() {
    unary::<F>(codes::<F>());
}

fn random_codes<F: Numbers>() -> impl Iterator<Item = u64> {
    let mut rng = fastrand::Rng::with_seed(6);
    (0..30_000).map(move |_| rng.u64(..) & shape::<F>().mask())
}

fn binary<F: Numbers>(shape: &FormatSpec, a: u64, b: u64) {
    let (x, y) = (number::<F>(a), number::<F>(b));
    let right = oracle::midpoint(shape, a, b);
    same("midpoint", &[a, b], x.midpoint(y), right);
    let right = oracle::rem_euclid(shape, a, b);
    same("rem_euclid", &[a, b], x.rem_euclid(y), right);
    let right = oracle::div_euclid(shape, a, b);
    same("div_euclid", &[a, b], x.div_euclid(y), right);
}

fn every_pair<F: Numbers>() {
    for a in codes::<F>() {
        for b in codes::<F>() {
            binary::<F>(&shape::<F>(), a, b);
        }
    }
}

fn random_pairs<F: Numbers>() {
    let (shape, mut rng) = (shape::<F>(), fastrand::Rng::with_seed(5));
    for _ in 0..200_000 {
        let [a, b] = operands::pair(&shape, &mut rng);
        binary::<F>(&shape, a, b);
    }
}

/// Compares the powers of these codes from minus `last` to `last`.
fn powers<F: Numbers>(codes: impl Iterator<Item = u64>, last: i32) {
    let shape = shape::<F>();
    for a in codes {
        let mut powers = Powers::new(&shape, a);
        for n in 0..=last {
            let [up, down] = powers.answers();
            same(&format!("powi {n} of"), &[a], number::<F>(a).powi(n), up);
            same(
                &format!("powi -{n} of"),
                &[a],
                number::<F>(a).powi(-n),
                down,
            );
            powers.step();
        }
    }
}

#[test]
fn methods_of_one_operand() {
    every_code::<F16>();
    every_code::<Bf16>();
    for_every_byte_format!(every_code);
    for_some_odd_formats!(every_code);
    unary::<formats::E8M23>(random_codes::<formats::E8M23>());
}

#[test]
fn methods_of_two_operands() {
    random_pairs::<F16>();
    random_pairs::<Bf16>();
    random_pairs::<formats::E8M23>();
    for_every_byte_format!(every_pair);
    for_some_odd_formats!(every_pair);
}

#[test]
fn powers_of_every_code() {
    fn every_code<F: Numbers>() {
        powers::<F>(codes::<F>(), 40);
    }
    powers::<formats::E8M23>(random_codes::<formats::E8M23>(), 6);
    powers::<F16>(codes::<F16>(), 6);
    powers::<Bf16>(codes::<Bf16>(), 6);
    for_every_byte_format!(every_code);
    for_some_odd_formats!(every_code);
}

/// Near 1, the first 500 powers are neither 0 nor infinite.
#[test]
fn long_powers_are_rounded_once() {
    let one = u64::from(F16::from_f32(1.0).to_bits());
    powers::<F16>(one - 20..one + 20, 500);
    let one = u64::from(Bf16::from_f32(1.0).to_bits());
    powers::<Bf16>(one - 20..one + 20, 500);
}

/// At such exponents, only the powers of ±1 are neither 0 nor infinite.
#[test]
fn the_longest_powers_are_rounded_once() {
    let one = F16::from_f32(1.0);
    for bits in codes::<F16>() {
        let x = number::<F16>(bits);
        let magnitude = x.abs();
        if x.is_nan() || magnitude == one {
            continue;
        }
        let grows = magnitude > one;
        for (n, up) in [(i32::MAX, true), (i32::MIN, false), (i32::MIN + 1, false)] {
            let power = if grows == up {
                F16::INFINITY
            } else {
                number(0)
            };
            let sign = if n % 2 == 0 { one } else { x };
            same_code("powi", &(bits, n), x.powi(n), code(power.copysign(sign)));
        }
    }
    for n in [i32::MAX, i32::MIN, i32::MIN + 1] {
        assert_eq!(one.powi(n), one);
        assert_eq!((-one).powi(n), if n % 2 == 0 { one } else { -one });
    }
}

/// The results are those of `f64`, which has every number of these formats.
#[test]
fn signs_of_zeros_and_nans() {
    fn check<F: Signed>() {
        let shape = shape::<F>();
        for a in codes::<F>() {
            let x = number::<F>(a);
            let wide: f64 = x.cast();
            if wide.is_nan() {
                let (negated, fnuz) = (-x, shape.nan_at_negative_zero);
                let sign = shape.sign_bit();
                same_code("-", &a, negated, if fnuz { a } else { a ^ sign });
                same_code("abs", &a, x.abs(), if fnuz { a } else { a & !sign });
                // The NaN is that of any operation.
                same("signum", &[a], x.signum(), oracle::sqrt(&shape, a));
                continue;
            }
            same_code("-", &a, -x, code::<F>((-wide).cast()));
            same_code("abs", &a, x.abs(), code::<F>(wide.abs().cast()));
            let one: F = 1.0.cast();
            if one.cast::<f64>().to_bits() == 1f64.to_bits() {
                same_code("signum", &a, x.signum(), code::<F>(wide.signum().cast()));
            }
            for b in codes::<F>().step_by(7) {
                let sign: f64 = number::<F>(b).cast();
                if !sign.is_nan() {
                    let right = code::<F>(wide.copysign(sign).cast());
                    same_code("copysign", &(a, b), x.copysign(number(b)), right);
                }
            }
        }
    }
    for_every_signed_format!(check);
}
