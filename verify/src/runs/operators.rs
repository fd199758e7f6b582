//! Compares the operators of `F16` and `Bf16`, which compute in `f32` or `f64`, with `ulp::ieee`, bit for bit, NaNs included. The
//! run `ieee` judges `ulp::ieee`.
//!
//! Two codes have 2^32 pairs, which would take many minutes. The run therefore tries 10^8 random pairs for each operator, and
//! 10^8 random triples for `mul_add`. It also tries all pairs of `Bf16` whose product or quotient lies among the subnormals of
//! `f32` or `Bf16`, or near them, where rounding twice needs a proof of its own. And it tries every power with an exponent up to
//! 40.

use ulp::{Bf16, F16, Rounding};
use ulp_verify::numbers::Numbers;
use ulp_verify::operands::triple;
use ulp_verify::operations::{Operation, binary, code, mul_add, number, sqrt};
use ulp_verify::oracle::{self, FormatSpec, Powers, shipped};
use ulp_verify::tally::{Report, Tally, parallel};

const PIECES: u64 = 512;
const RANDOM: u64 = 100_000_000;
/// The last exponent of the powers.
const LAST: i32 = 40;

pub(crate) fn run(report: &mut Report) {
    format::<F16>(report);
    format::<Bf16>(report);
    let [_, _, mul, div, ..] = binary::<Bf16>();
    let products = |[a, b]: [u64; 2], tally: &mut Tally| {
        let (x, y) = (number::<Bf16>(a), number::<Bf16>(b));
        check(&mul, [a, b], x * y, tally);
    };
    let quotients = |[a, b]: [u64; 2], tally: &mut Tally| {
        let (x, y) = (number::<Bf16>(a), number::<Bf16>(b));
        check(&div, [b, a], y / x, tally);
    };
    report.line("bfloat16: every subnormal product", every_subnormal(products, |a| 1.0 / a));
    report.line("bfloat16: every subnormal quotient", every_subnormal(quotients, |a| a));
}

fn format<F: Numbers>(report: &mut Report) {
    let shape = shipped(F::DTYPE);
    let name = F::DTYPE;
    let tally = parallel(1 << 8, |high, tally| {
        for a in high << 8..(high + 1) << 8 {
            tally.input();
            check(&sqrt::<F>(), [a], number::<F>(a).sqrt(), tally);
        }
    });
    report.line(&format!("{name}: sqrt"), tally);
    let [add, sub, mul, div, rem, _] = binary::<F>();
    let tally = randomly::<F>(&shape, |[a, b, c], tally| {
        let (x, y, z) = (number::<F>(a), number::<F>(b), number::<F>(c));
        check(&add, [a, b], x + y, tally);
        check(&sub, [a, b], x - y, tally);
        check(&mul, [a, b], x * y, tally);
        check(&div, [a, b], x / y, tally);
        check(&rem, [a, b], x % y, tally);
        check(&mul_add::<F>(), [a, b, c], x.mul_add(y, z), tally);
    });
    report.line(&format!("{name}: + - * / % mul_add"), tally);
    let tally = parallel(1 << 8, |high, tally| {
        for a in high << 8..(high + 1) << 8 {
            powers::<F>(&shape, a, tally);
        }
    });
    report.line(&format!("{name}: powi"), tally);
}

fn randomly<F: Numbers>(shape: &FormatSpec, check: impl Fn([u64; 3], &mut Tally) + Sync) -> Tally {
    parallel(PIECES, |piece, tally| {
        let mut rng = fastrand::Rng::with_seed(piece);
        for _ in 0..RANDOM.div_ceil(PIECES) {
            tally.input();
            check(triple::<F>(shape, &mut rng), tally);
        }
    })
}

#[inline]
fn check<F: Numbers, const N: usize>(operation: &Operation<N>, operands: [u64; N], is: F, tally: &mut Tally) {
    let is = code(is);
    let (right, _) = (operation.given)(operands, Rounding::TiesToEven);
    tally.check(is == right, || {
        format!("{}: {} {operands:#x?}: {is:#x}, right: {right:#x}", F::DTYPE, operation.name)
    });
}

/// Tries every positive number with all numbers for which `other` says that the result lies between 2^-137 and 2^-125.
fn every_subnormal(check: impl Fn([u64; 2], &mut Tally) + Sync, other: impl Fn(f64) -> f64 + Sync) -> Tally {
    let past_max = u64::from(Bf16::INFINITY.to_bits());
    parallel(past_max, |a, tally| {
        let scale = other(number::<Bf16>(a).to_f64());
        let bound = |exponent: i32| u64::from(Bf16::from_f64(2_f64.powi(exponent) * scale).to_bits());
        if a == 0 {
            return;
        }
        for b in bound(-137)..bound(-125).min(past_max) {
            tally.input();
            check([a, b], tally);
        }
    })
}

fn powers<F: Numbers>(shape: &FormatSpec, a: u64, tally: &mut Tally) {
    let mut powers = Powers::new(shape, a);
    let x = number::<F>(a);
    for n in 0..=LAST {
        for (n, right) in [n, -n].into_iter().zip(powers.answers()) {
            let (right, _) = right.rounded(oracle::Rounding::TiesToEven);
            let is = code(x.powi(n));
            tally.input();
            tally.check(is == right, || format!("{a:#x} to the {n}: {is:#x}, right: {right:#x}"));
        }
        powers.step();
    }
}
