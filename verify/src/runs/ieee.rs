//! `ulp::ieee` on the formats of 16 bits and more, with random and special operands, in every rounding.
//!
//! The exact oracle judges values and flags. `rustc_apfloat` judges values under IEEE's five roundings. The CPU also judges
//! values of `f32` and `f64` under ties to even. The products of `f64`'s `mul_add` are too long for the oracle, so
//! `rustc_apfloat` also says whether they are exact.
//!
//! `rustc_apfloat`'s other flags are not compared (`f32_apfloat.rs` says why). The codes of its NaNs and of the CPU's NaNs are
//! not compared either. The run checks that the result is a NaN.

use fastrand::Rng;
use rustc_apfloat::ieee::{BFloat, Double, Half, Single};
use rustc_apfloat::{Float, Round, Status, StatusAnd};
use ulp::{Bf16, F16, Format};
use ulp_verify::adapter;
use ulp_verify::operands::{few_fields, pair, special, triple};
use ulp_verify::operations::{Operation, binary, code, mul_add, number, sqrt};
use ulp_verify::oracle::{FormatSpec, INEXACT, Rounding, Value, decode, shipped};
use ulp_verify::tally::{Report, Tally, parallel};

const PIECES: u64 = 256;
/// Random operands for the formats of 16 bits. Wider formats take longer and get fewer.
const MANY: u64 = 10_000_000;
const FEW: u64 = 1_000_000;

const ROUNDS: [(Round, Rounding); 5] = [
    (Round::NearestTiesToEven, Rounding::TiesToEven),
    (Round::NearestTiesToAway, Rounding::TiesToAway),
    (Round::TowardZero, Rounding::TowardZero),
    (Round::TowardPositive, Rounding::TowardPositive),
    (Round::TowardNegative, Rounding::TowardNegative),
];

type Peer<T, const N: usize> = fn([T; N], Round) -> StatusAnd<T>;

pub(crate) fn run(report: &mut Report) {
    let all = |shape: &FormatSpec| (0..1 << shape.exponent_bits).collect::<Vec<_>>();
    format::<F16, Half>(MANY, &all(&shipped("float16")), report);
    format::<Bf16, BFloat>(MANY, &all(&shipped("bfloat16")), report);
    format::<f32, Single>(FEW, &few_fields(&shipped("float32")), report);
    format::<f64, Double>(FEW, &few_fields(&shipped("float64")), report);
    on_cpu::<f32>(report);
    on_cpu::<f64>(report);
}

fn format<F: Format, T: Float>(random: u64, fields: &[u64], report: &mut Report) {
    let shape = shipped(F::DTYPE);
    let specials = special(&shape, fields.iter().copied());
    let few = special(&shape, [u64::from(shape.bias.unsigned_abs())].into_iter());
    let name = F::DTYPE;

    let root = sqrt::<F>();
    let tally = parallel(1 << 8, |high, tally| {
        // A format of 16 bits gets every code. A wider format gets every code with these bits at the top.
        let down = shape.bits() - 16;
        let mut rng = Rng::with_seed(high);
        for top in high << 8..(high + 1) << 8 {
            let below = rng.u64(..) & ((1 << down) - 1);
            with_oracle(&shape, &root, [top << down | below], tally);
        }
    });
    report.line(&format!("{name}: sqrt, values and flags"), tally);

    let peers: [Peer<T, 2>; 6] = [
        |[a, b], round| a.add_r(b, round),
        |[a, b], round| a.sub_r(b, round),
        |[a, b], round| a.mul_r(b, round),
        |[a, b], round| a.div_r(b, round),
        |[a, b], _| a.c_fmod(b),
        |[a, b], _| a.ieee_rem(b),
    ];
    for (operation, peer) in binary::<F>().into_iter().zip(peers) {
        // A remainder is exact, so no rounding changes it. `rustc_apfloat` takes long if exponents are far apart.
        let (rounds, one_in) = match operation.name {
            "rem" | "remainder" => (&ROUNDS[..1], 16),
            _ => (&ROUNDS[..], 1),
        };
        let both = |operands: [u64; 2], tally: &mut Tally| {
            with_oracle(&shape, &operation, operands, tally);
            if (operands[0] ^ operands[1]).is_multiple_of(one_in) {
                with_peer(&shape, &operation, peer, rounds, operands, tally);
            }
        };
        let mut tally = parallel(specials.len() as u64, |i, tally| {
            for &b in &specials {
                both([specials[i as usize], b], tally);
            }
        });
        tally.add(randomly(random, |rng, tally| {
            both(pair(&shape, rng), tally);
        }));
        let what = operation.name;
        report.line(&format!("{name}: {what}, values and flags"), tally);
    }

    let operation = mul_add::<F>();
    let both = |operands, tally: &mut Tally| {
        // A product must fit the oracle.
        if shape.fraction_bits < 32 {
            with_oracle(&shape, &operation, operands, tally);
        }
        with_peer(
            &shape,
            &operation,
            |[a, b, c]: [T; 3], round| a.mul_add_r(b, c, round),
            &ROUNDS,
            operands,
            tally,
        );
    };
    let mut tally = parallel(few.len() as u64, |i, tally| {
        for &b in &few {
            for &c in &few {
                both([few[i as usize], b, c], tally);
            }
        }
    });
    tally.add(randomly(random, |rng, tally| {
        both(triple::<F>(&shape, rng), tally);
    }));
    report.line(&format!("{name}: mul_add, values and flags"), tally);
}

fn randomly(times: u64, check: impl Fn(&mut Rng, &mut Tally) + Sync) -> Tally {
    parallel(PIECES, |piece, tally| {
        let mut rng = Rng::with_seed(piece);
        for _ in 0..times.div_ceil(PIECES) {
            check(&mut rng, tally);
        }
    })
}

fn with_oracle<const N: usize>(shape: &FormatSpec, operation: &Operation<N>, operands: [u64; N], tally: &mut Tally) {
    tally.input();
    let checked = operation.check(shape, operands);
    tally.check(checked.is_ok(), || checked.unwrap_err());
}

fn with_peer<T: Float, const N: usize>(
    shape: &FormatSpec,
    operation: &Operation<N>,
    peer: Peer<T, N>,
    rounds: &[(Round, Rounding)],
    operands: [u64; N],
    tally: &mut Tally,
) {
    let numbers = operands.map(|code| T::from_bits(code.into()));
    let mut check = |rounding: Rounding, right: u64, exact: bool| {
        let (is, flags) = (operation.given)(operands, adapter::rounding(rounding));
        let same = if is_nan(shape, is) {
            is_nan(shape, right)
        } else {
            is == right && (flags & INEXACT == 0) == exact
        };
        tally.check(same, || {
            format!(
                "{} {operands:#x?}, {rounding:?}: {is:#x}, rustc_apfloat's: {right:#x}, exact: {exact}",
                operation.name
            )
        });
    };
    for &(round, rounding) in rounds {
        let StatusAnd { value, status } = peer(numbers, round);
        let (right, exact) = (value.to_bits() as u64, !status.contains(Status::INEXACT));
        check(rounding, right, exact);
        // Rounding to odd takes the odd one of two neighbours: the one toward 0, or the next. The largest number is odd.
        if rounding == Rounding::TowardZero {
            let exact_zero = right & shape.top() == 0 && exact;
            if !exact_zero {
                check(Rounding::ToOdd, right | u64::from(!exact), exact);
            }
        }
    }
}

fn is_nan(shape: &FormatSpec, code: u64) -> bool {
    matches!(decode(shape, code), Value::Nan { .. })
}

/// A float of the CPU.
trait Native: Format {
    fn root(self) -> Self;
    fn fused(self, b: Self, c: Self) -> Self;
    fn pairs(self, b: Self) -> [Self; 5];
}

macro_rules! native {
    ($($float:ty),*) => { $(
        impl Native for $float {
            fn root(self) -> Self {
                self.sqrt()
            }

            fn fused(self, b: Self, c: Self) -> Self {
                self.mul_add(b, c)
            }

            fn pairs(self, b: Self) -> [Self; 5] {
                [self + b, self - b, self * b, self / b, self % b]
            }
        }
    )* };
}
native!(f32, f64);

fn on_cpu<F: Native>(report: &mut Report) {
    let shape = shipped(F::DTYPE);
    let specials = special(&shape, few_fields(&shape).into_iter());
    let operations = binary::<F>();
    let check = |what: &str, operands: &[u64], is: u64, right: F, tally: &mut Tally| {
        let right = code(right);
        let same = is == right || is_nan(&shape, is) && is_nan(&shape, right);
        tally.check(same, || format!("{what} {operands:#x?}: {is:#x}, the CPU's: {right:#x}"));
    };
    let to_nearest = ulp::Rounding::TiesToEven;
    let pairs = |operands: [u64; 2], tally: &mut Tally| {
        tally.input();
        let [a, b] = operands.map(number::<F>);
        for (operation, right) in operations.iter().zip(a.pairs(b)) {
            let (is, _) = (operation.given)(operands, to_nearest);
            check(operation.name, &operands, is, right, tally);
        }
    };
    let mut tally = parallel(specials.len() as u64, |i, tally| {
        for &b in &specials {
            pairs([specials[i as usize], b], tally);
        }
    });
    tally.add(randomly(MANY, |rng, tally| {
        let [a, b] = pair(&shape, rng);
        pairs([a, b], tally);
        let (is, _) = (sqrt::<F>().given)([a], to_nearest);
        check("sqrt", &[a], is, number::<F>(a).root(), tally);
        let operands = triple::<F>(&shape, rng);
        let (is, _) = (mul_add::<F>().given)(operands, to_nearest);
        let [a, b, c] = operands.map(number::<F>);
        check("mul_add", &operands, is, a.fused(b, c), tally);
    }));
    report.line(&format!("{}: + - * / % sqrt mul_add, the CPU's", F::DTYPE), tally);
}
