//! Compares methods whose results are rounded with the oracle.

use fastrand::Rng;

use super::formats::{Tested, for_every_signed_format, for_some_odd_formats, from_f64, to_f64};
use super::*;
use crate::numbers::{Numbers, Signed};
use crate::operands;
use crate::operations::{code, number};
use crate::oracle::{self, FormatSpec, Powers, Rounding};

#[track_caller]
fn same(format: &Tested, method: &str, operands: &[u64], is: u64, right: u64) {
    assert_eq!(
        is, right,
        "{}: {method} {operands:#x?}: {is:#x}, right: {right:#x}",
        format.name
    );
}

/// A method on codes, by its name.
type Method<const N: usize> = (&'static str, fn([u64; N]) -> u64);

/// 180 / π and π / 180, cut to 28 digits after the point.
const DENOMINATOR: u128 = 10_u128.pow(28);
const DEGREES: u128 = 572_957_795_130_823_208_767_981_548_141;
const RADIANS: u128 = 174_532_925_199_432_957_692_369_076;

fn unary<F: Numbers>() -> [Method<1>; 10] {
    macro_rules! methods {
        ($($name:ident)*) => { [$((stringify!($name), |[a]| code(number::<F>(a).$name()))),*] };
    }
    methods!(recip ulp to_degrees to_radians floor ceil round round_ties_even trunc fract)
}

fn right_unary(method: &str, shape: &FormatSpec, a: u64) -> u64 {
    let integral = |rounding| oracle::round_to_integral(shape, a, rounding, false).0;
    let answer = match method {
        "recip" => oracle::recip(shape, a),
        "ulp" => oracle::ulp(shape, a),
        "to_degrees" => oracle::scaled(shape, a, DEGREES, DENOMINATOR),
        "to_radians" => oracle::scaled(shape, a, RADIANS, DENOMINATOR),
        "floor" => return integral(Rounding::TowardNegative),
        "ceil" => return integral(Rounding::TowardPositive),
        "round" => return integral(Rounding::TiesToAway),
        "round_ties_even" => return integral(Rounding::TiesToEven),
        "trunc" => return integral(Rounding::TowardZero),
        "fract" => oracle::fract(shape, a),
        _ => unreachable!("{method}"),
    };
    answer.rounded(Rounding::TiesToEven).0
}

fn check_unary(format: &Tested, methods: &[Method<1>], codes: &mut dyn Iterator<Item = u64>) {
    for a in codes {
        for (name, method) in methods {
            let right = right_unary(name, &format.shape, a);
            same(format, name, &[a], method([a]), right);
        }
    }
}

fn every_code<F: Numbers>() {
    let format = Tested::of::<F>();
    check_unary(&format, &unary::<F>(), &mut format.codes());
}

fn random(format: &Tested) -> impl Iterator<Item = u64> {
    let (mut rng, mask) = (Rng::with_seed(6), format.shape.mask());
    (0..30_000).map(move |_| rng.u64(..) & mask)
}

fn random_codes<F: Numbers>() {
    let format = Tested::of::<F>();
    check_unary(&format, &unary::<F>(), &mut random(&format));
}

fn binary<F: Numbers>() -> [Method<2>; 3] {
    [
        ("midpoint", |[a, b]| code(number::<F>(a).midpoint(number(b)))),
        ("rem_euclid", |[a, b]| code(number::<F>(a).rem_euclid(number(b)))),
        ("div_euclid", |[a, b]| code(number::<F>(a).div_euclid(number(b)))),
    ]
}

fn check_binary(format: &Tested, methods: &[Method<2>], [a, b]: [u64; 2]) {
    for (name, method) in methods {
        let answer = match *name {
            "midpoint" => oracle::midpoint(&format.shape, a, b),
            "rem_euclid" => oracle::rem_euclid(&format.shape, a, b),
            "div_euclid" => oracle::div_euclid(&format.shape, a, b),
            _ => unreachable!("{name}"),
        };
        let (right, _) = answer.rounded(Rounding::TiesToEven);
        same(format, name, &[a, b], method([a, b]), right);
    }
}

fn every_pair<F: Numbers>() {
    fn check(format: &Tested, methods: &[Method<2>]) {
        for a in format.codes() {
            for b in format.codes() {
                check_binary(format, methods, [a, b]);
            }
        }
    }
    check(&Tested::of::<F>(), &binary::<F>());
}

fn random_pairs<F: Numbers>() {
    fn check(format: &Tested, methods: &[Method<2>]) {
        let mut rng = Rng::with_seed(5);
        for _ in 0..200_000 {
            check_binary(format, methods, operands::pair(&format.shape, &mut rng));
        }
    }
    check(&Tested::of::<F>(), &binary::<F>());
}

/// Compares the powers of these codes from minus `last` to `last`.
fn powers<F: Numbers>(codes: &mut dyn Iterator<Item = u64>, last: i32) {
    let powi = |a, n| code(number::<F>(a).powi(n));
    check_powers(&Tested::of::<F>(), powi, codes, last);
}

fn check_powers(format: &Tested, powi: fn(u64, i32) -> u64, codes: &mut dyn Iterator<Item = u64>, last: i32) {
    for a in codes {
        let mut powers = Powers::new(&format.shape, a);
        for n in 0..=last {
            for (n, answer) in [n, -n].into_iter().zip(powers.answers()) {
                let (is, (right, _)) = (powi(a, n), answer.rounded(Rounding::TiesToEven));
                assert_eq!(is, right, "{}: {a:#x} to the {n}", format.name);
            }
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
    random_codes::<formats::E8M23>();
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
        powers::<F>(&mut Tested::of::<F>().codes(), 40);
    }
    powers::<formats::E8M23>(&mut random(&Tested::of::<formats::E8M23>()), 6);
    powers::<F16>(&mut (0..=0xffff), 6);
    powers::<Bf16>(&mut (0..=0xffff), 6);
    for_every_byte_format!(every_code);
    for_some_odd_formats!(every_code);
}

/// Near 1, the first 500 powers are neither 0 nor infinite.
#[test]
fn long_powers_are_rounded_once() {
    let one = u64::from(F16::from_f32(1.0).to_bits());
    powers::<F16>(&mut (one - 20..one + 20), 500);
    let one = u64::from(Bf16::from_f32(1.0).to_bits());
    powers::<Bf16>(&mut (one - 20..one + 20), 500);
}

/// At such exponents, only the powers of ±1 are neither 0 nor infinite.
#[test]
fn the_longest_powers_are_rounded_once() {
    let one = F16::from_f32(1.0);
    for bits in 0..=0xffff {
        let x = number::<F16>(bits);
        let magnitude = x.abs();
        if x.is_nan() || magnitude == one {
            continue;
        }
        let grows = magnitude > one;
        for (n, up) in [(i32::MAX, true), (i32::MIN, false), (i32::MIN + 1, false)] {
            let power = if grows == up { F16::INFINITY } else { number(0) };
            let sign = if n % 2 == 0 { one } else { x };
            let (is, right) = (x.powi(n), power.copysign(sign));
            assert_eq!(code(is), code(right), "{bits:#x} to the {n}");
        }
    }
    for n in [i32::MAX, i32::MIN, i32::MIN + 1] {
        assert_eq!(one.powi(n), one);
        assert_eq!((-one).powi(n), if n % 2 == 0 { one } else { -one });
    }
}

/// The methods of the sign, and conversions, on codes.
struct Signs {
    neg: fn(u64) -> u64,
    abs: fn(u64) -> u64,
    signum: fn(u64) -> u64,
    copysign: fn(u64, u64) -> u64,
    to_f64: fn(u64) -> f64,
    from_f64: fn(f64) -> u64,
}

fn signs<F: Signed>() {
    let signs = Signs {
        neg: |a| code(-number::<F>(a)),
        abs: |a| code(number::<F>(a).abs()),
        signum: |a| code(number::<F>(a).signum()),
        copysign: |a, sign| code(number::<F>(a).copysign(number(sign))),
        to_f64: to_f64::<F>,
        from_f64: from_f64::<F>,
    };
    check_signs(&Tested::of::<F>(), &signs);
}

fn check_signs(format: &Tested, signs: &Signs) {
    let (shape, from_f64) = (&format.shape, signs.from_f64);
    let has_one = (signs.to_f64)(from_f64(1.0)).to_bits() == 1f64.to_bits();
    for a in format.codes() {
        let same = |method, is, right| same(format, method, &[a], is, right);
        let (neg, abs, signum) = ((signs.neg)(a), (signs.abs)(a), (signs.signum)(a));
        let wide = (signs.to_f64)(a);
        if wide.is_nan() {
            let (fnuz, sign) = (shape.nan_at_negative_zero, shape.sign_bit());
            same("neg", neg, if fnuz { a } else { a ^ sign });
            same("abs", abs, if fnuz { a } else { a & !sign });
            // The NaN is that of any operation.
            let (right, _) = oracle::sqrt(shape, a).rounded(Rounding::TiesToEven);
            same("signum", signum, right);
            continue;
        }
        same("neg", neg, from_f64(-wide));
        same("abs", abs, from_f64(wide.abs()));
        if has_one {
            same("signum", signum, from_f64(wide.signum()));
        }
        for b in format.codes().step_by(7) {
            let sign = (signs.to_f64)(b);
            if !sign.is_nan() {
                let right = from_f64(wide.copysign(sign));
                same("copysign", (signs.copysign)(a, b), right);
            }
        }
    }
}

/// The results are those of `f64`, which has every number of these formats.
#[test]
fn signs_of_zeros_and_nans() {
    for_every_signed_format!(signs);
}
