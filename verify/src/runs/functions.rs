//! Compares the elementary functions of `F16` and `Bf16` with MPFR. Functions of one argument are tried on every code. Functions
//! of two arguments are tried on random pairs, and on pairs near exact results and ties.
//!
//! MPFR rounds its result toward zero to 53 bits and says whether the result is exact. The exact value is therefore one of these
//! numbers, or lies between two neighbours among them. Rounding to a format of 11 bits needs no more, and the oracle does the
//! rounding. MPFR also has the infinities, zeros and signs of C's Annex F, which are those of IEEE 754-2019, 9.2.1.

use core::cmp::Ordering;

use rug::Float;
use rug::float::Round;
use rug::ops::PowAssignRound;
use ulp::{Bf16, F16};
use ulp_verify::oracle::{Dyadic, FormatSpec, Rounding, RoundingQuery, Value, decode, shipped};
use ulp_verify::tally::{Report, Tally, parallel};

/// The bits of a result of MPFR.
const PRECISION: u32 = f64::MANTISSA_DIGITS;

/// A function of one argument: its name, the crate's functions for both formats, and MPFR's function, which rounds toward zero.
struct One {
    name: &'static str,
    f16: fn(F16) -> F16,
    bf16: fn(Bf16) -> Bf16,
    mpfr: fn(&mut Float) -> Ordering,
}

macro_rules! of_one {
    ($($name:ident $mpfr:ident),* $(,)?) => {
        [$(One {
            name: stringify!($name),
            f16: F16::$name,
            bf16: Bf16::$name,
            mpfr: |x| x.$mpfr(Round::Zero),
        }),*]
    };
}

const OF_ONE: [One; 20] = of_one![
    exp exp_round,
    exp2 exp2_round,
    exp_m1 exp_m1_round,
    ln ln_round,
    log2 log2_round,
    log10 log10_round,
    ln_1p ln_1p_round,
    sin sin_round,
    cos cos_round,
    tan tan_round,
    asin asin_round,
    acos acos_round,
    atan atan_round,
    sinh sinh_round,
    cosh cosh_round,
    tanh tanh_round,
    asinh asinh_round,
    acosh acosh_round,
    atanh atanh_round,
    cbrt cbrt_round,
];

/// A function of two arguments. MPFR's function replaces the first argument by the result. `near` returns second arguments that
/// make exact results and ties.
struct Two {
    name: &'static str,
    f16: fn(F16, F16) -> F16,
    bf16: fn(Bf16, Bf16) -> Bf16,
    mpfr: fn(&mut Float, &Float) -> Ordering,
    near: fn(&mut fastrand::Rng, &FormatSpec, u64) -> u64,
}

const OF_TWO: [Two; 4] = [
    Two {
        name: "powf",
        f16: F16::powf,
        bf16: Bf16::powf,
        mpfr: |x, y| x.pow_assign_round(y, Round::Zero),
        near: |random, shape, _| small(random, shape),
    },
    Two {
        name: "hypot",
        f16: F16::hypot,
        bf16: Bf16::hypot,
        mpfr: |x, y| x.hypot_round(y, Round::Zero),
        near: alike,
    },
    Two {
        name: "atan2",
        f16: F16::atan2,
        bf16: Bf16::atan2,
        mpfr: |y, x| y.atan2_round(x, Round::Zero),
        near: alike,
    },
    Two {
        name: "log",
        f16: F16::log,
        bf16: Bf16::log,
        mpfr: logarithm,
        near: |random, shape, _| small(random, shape),
    },
];

/// Returns a number of at most 3 bits, from 2^-3 to 2^4 in magnitude: 2, 1/2, -3, 1.5.
fn small(random: &mut fastrand::Rng, shape: &FormatSpec) -> u64 {
    let exponent = (shape.bias + random.i32(-3..4)) as u64;
    let sign = shape.sign_bit() * random.u64(0..2);
    sign | exponent << shape.fraction_bits | random.u64(0..4) << (shape.fraction_bits - 2)
}

/// Returns a code of any sign whose magnitude is within 8 binades of the other's.
fn alike(random: &mut fastrand::Rng, shape: &FormatSpec, other: u64) -> u64 {
    let binades = 8 << shape.fraction_bits;
    let magnitude = (other & shape.top()) + random.u64(0..=2 * binades);
    let sign = shape.sign_bit() * random.u64(0..2);
    sign | magnitude.saturating_sub(binades).min(shape.top())
}

/// Computes the quotient of the natural logarithms, which is no function of MPFR. A quotient within 2^-100 of a number of 53 bits
/// is taken to be this number.
fn logarithm(x: &mut Float, base: &Float) -> Ordering {
    let quotient = Float::with_val(128, x.ln_ref()) / Float::with_val(128, base.ln_ref());
    let nearest = Float::with_val(PRECISION, &quotient);
    let error = Float::with_val(PRECISION, &quotient - &nearest);
    let ordering;
    // For an infinity or a NaN, the error is a NaN, which has no order.
    (*x, ordering) = if error.cmp_abs(&Float::with_val(PRECISION, &nearest >> 100)) == Some(Ordering::Greater) {
        Float::with_val_round(PRECISION, &quotient, Round::Zero)
    } else {
        (nearest, Ordering::Equal)
    };
    ordering
}

pub(crate) fn run(report: &mut Report) {
    let (f16, bf16) = (shipped("float16"), shipped("bfloat16"));
    for one in &OF_ONE {
        let tally = every_code(&f16, one.mpfr, |x| (one.f16)(F16::from_bits(x)).to_bits());
        report.line(&format!("float16's {}", one.name), tally);
        let tally = every_code(&bf16, one.mpfr, |x| (one.bf16)(Bf16::from_bits(x)).to_bits());
        report.line(&format!("bfloat16's {}", one.name), tally);
    }
    for two in &OF_TWO {
        let tally = pairs(&f16, two, |x, y| (two.f16)(F16::from_bits(x), F16::from_bits(y)).to_bits());
        report.line(&format!("float16's {}", two.name), tally);
        let tally = pairs(&bf16, two, |x, y| {
            (two.bf16)(Bf16::from_bits(x), Bf16::from_bits(y)).to_bits()
        });
        report.line(&format!("bfloat16's {}", two.name), tally);
    }
}

fn every_code(shape: &FormatSpec, mpfr: fn(&mut Float) -> Ordering, is: impl Fn(u16) -> u16 + Sync) -> Tally {
    parallel(256, |piece, tally| {
        for low in 0..256 {
            let code = piece << 8 | low;
            let x = decode(shape, code);
            let right = match x {
                Value::Nan { .. } => x,
                _ => computed(float(&x), mpfr),
            };
            let right = rounded(shape, right);
            let is = is(code as u16);
            tally.input();
            tally.check(is == right, || format!("{code:#06x}: {is:#06x}, right: {right:#06x}"));
        }
    })
}

/// Tries 10,000,000 random pairs, and a tenth as many pairs whose second number is near the first.
fn pairs(shape: &FormatSpec, two: &Two, is: impl Fn(u16, u16) -> u16 + Sync) -> Tally {
    parallel(1000, |piece, tally| {
        let mut random = fastrand::Rng::with_seed(piece);
        for i in 0..11_000 {
            let x = random.u64(..=shape.mask());
            let y = if i < 10_000 {
                random.u64(..=shape.mask())
            } else {
                (two.near)(&mut random, shape, x)
            };
            let right = rounded(shape, result(&decode(shape, x), &decode(shape, y), two.mpfr));
            let is = is(x as u16, y as u16);
            tally.input();
            tally.check(is == right, || format!("{x:#06x}, {y:#06x}: {is:#06x}, right: {right:#06x}"));
        }
    })
}

/// Returns the value of a function. The first NaN is the result if it signals, or if the function has no number for a quiet NaN,
/// as `pow` of 1 has.
fn result(x: &Value, y: &Value, mpfr: fn(&mut Float, &Float) -> Ordering) -> Value {
    let nan = [x, y].into_iter().find(|x| matches!(x, Value::Nan { .. }));
    let number = computed(float(x), |x| mpfr(x, &float(y)));
    match (nan, number) {
        (Some(nan), _) if x.is_signaling() || y.is_signaling() => *nan,
        (Some(nan), Value::Nan { .. }) => *nan,
        _ => number,
    }
}

fn rounded(shape: &FormatSpec, value: Value) -> u16 {
    let (code, _) = RoundingQuery::new(shape, value).resolve(Rounding::TiesToEven, false);
    code as u16
}

/// Returns a value in MPFR, exactly.
fn float(value: &Value) -> Float {
    let (negative, magnitude) = match *value {
        Value::Nan { .. } => return Float::with_val(PRECISION, f64::NAN),
        Value::Infinite { negative } => (negative, Float::with_val(PRECISION, f64::INFINITY)),
        Value::Finite { negative, magnitude } => {
            let significand = Float::with_val(PRECISION, magnitude.significand);
            (negative, significand << magnitude.exponent)
        }
    };
    if negative { -magnitude } else { magnitude }
}

/// Returns the value of a function. A last bit says whether the value lies beyond the result of MPFR, which is rounded toward
/// zero.
fn computed(mut x: Float, mpfr: impl FnOnce(&mut Float) -> Ordering) -> Value {
    let exact = mpfr(&mut x) == Ordering::Equal;
    let negative = x.is_sign_negative();
    if x.is_nan() {
        // The canonical NaN.
        return Value::Nan {
            negative: false,
            payload: Some((0, 1)),
        };
    }
    if x.is_infinite() {
        return Value::Infinite { negative };
    }
    let (fraction, exponent) = x.to_f64_exp();
    let magnitude = match (x.is_zero(), exact) {
        (true, true) => Dyadic {
            significand: 0,
            exponent: 0,
        },
        // The value is below all numbers of MPFR.
        (true, false) => Dyadic {
            significand: 1,
            exponent: -1 << 30,
        },
        (false, _) => {
            // MPFR's fraction lies between 1/2 and 1.
            let significand = (fraction.abs() * 2_f64.powi(PRECISION as i32)) as u128;
            Dyadic {
                significand: significand << 1 | u128::from(!exact),
                exponent: exponent - PRECISION as i32 - 1,
            }
        }
    };
    Value::Finite { negative, magnitude }
}
