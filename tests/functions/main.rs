//! The elementary functions: their special values, exact results, symmetries, and hardest arguments.
//!
//! `ulp-verify functions` compares every argument with MPFR.

use core::num::FpCategory;

use ulp::{Bf16, F16, Format};

type One<F> = fn(F) -> F;
type Two<F> = fn(F, F) -> F;

/// Arguments and results are `f64`s. They are compared by their codes in the format, so `-0.0` is not `0.0`.
#[inline(never)]
fn assert_one<F: Format>(f: One<F>, cases: &[(f64, f64)]) {
    for &(x, right) in cases {
        let result = f(x.cast());
        assert_eq!(
            result.to_bits(),
            right.cast::<F>().to_bits(),
            "{}: {x} gives {result:?}, not {right}",
            F::DTYPE
        );
    }
}

#[inline(never)]
fn assert_two<F: Format>(f: Two<F>, cases: &[(f64, f64, f64)]) {
    for &(x, y, right) in cases {
        let result = f(x.cast(), y.cast());
        assert_eq!(
            result.to_bits(),
            right.cast::<F>().to_bits(),
            "{}: {x}, {y} gives {result:?}, not {right}",
            F::DTYPE
        );
    }
}

/// Checks a function of one argument in both formats.
macro_rules! one {
    ($function:ident: $($x:expr => $result:expr),+ $(,)?) => {
        let cases = [$(($x, $result)),+];
        assert_one(F16::$function, &cases);
        assert_one(Bf16::$function, &cases);
    };
}

macro_rules! two {
    ($function:ident: $($x:expr, $y:expr => $result:expr),+ $(,)?) => {
        let cases = [$(($x, $y, $result)),+];
        assert_two(F16::$function, &cases);
        assert_two(Bf16::$function, &cases);
    };
}

mod exact;
mod nan;
mod special;
mod symmetry;

/// The functions of one argument, by name.
macro_rules! of_one {
    ($($function:ident),+) => {
        [$((stringify!($function), F16::$function, Bf16::$function)),+]
    };
}

const OF_ONE: [(&str, One<F16>, One<Bf16>); 20] = of_one!(
    exp, exp2, exp_m1, ln, log2, log10, ln_1p, sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, cbrt
);

fn is_nan<F: Format<Bits = u16>>(x: F) -> bool {
    F::LAYOUT.classify(x.to_bits().into()) == FpCategory::Nan
}

const INFINITY: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// The arguments whose results lie nearest to a tie, according to MPFR: see `data/functions.py`.
#[test]
fn hardest_cases_of_each_function_are_rounded_once() {
    let mut cases = 0;
    let lines = include_str!("../data/functions.csv").lines();
    for line in lines.filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split(',').collect();
        let (name, f16, bf16) = OF_ONE.iter().find(|(name, ..)| *name == cells[0]).unwrap();
        for case in &cells[2..] {
            let (x, right) = case.split_once(':').unwrap();
            let [x, right] = [x, right].map(|code| u16::from_str_radix(code, 16).unwrap());
            let result = match cells[1] {
                "float16" => f16(F16::from_bits(x)).to_bits(),
                _ => bf16(Bf16::from_bits(x)).to_bits(),
            };
            assert_eq!(result, right, "{name} of {} {x:#06x}", cells[1]);
            cases += 1;
        }
    }
    assert_eq!(cases, 2 * 8 * OF_ONE.len());
}
