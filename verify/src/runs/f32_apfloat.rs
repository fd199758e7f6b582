//! `F16`, `Bf16`, `F8E4M3Fn` and `F8E5M2` from `f32`. `rustc_apfloat` judges values under IEEE's five roundings. The exact oracle
//! judges values and flags under all six roundings and both policies.
//!
//! The inputs have every sign and exponent. Each fraction lies within eight of a point where a rounding to at most 11 bits could
//! cut, or of a point half-way between two such points. Between these points no result changes.
//!
//! `rustc_apfloat`'s flags are not compared. Its UNDERFLOW says that the result is subnormal, and a directed overflow to the
//! largest value lacks OVERFLOW. The codes of its NaNs are not compared either, because it makes them like LLVM. The run checks
//! that the result is a NaN.

use rustc_apfloat::ieee::{BFloat, Float8E4M3FN, Float8E5M2, Half, Single};
use rustc_apfloat::{Float, FloatConvert, Round};
use ulp_verify::adapter::Casts;
use ulp_verify::inputs::{code, near_boundaries};
use ulp_verify::oracle::{FormatSpec, Rounding, Value, decode};
use ulp_verify::tally::{Report, Tally, parallel};

use super::typed::{Pair, pairs};

const FRACTION_BITS: u32 = 23;
/// `F16`, the most precise of the four, drops this many bits of a fraction, and more in its subnormals.
const FEWEST_DROPPED: u32 = 13;

pub(crate) fn run(report: &mut Report) {
    let fractions = near_boundaries(FRACTION_BITS, FEWEST_DROPPED);
    compare::<Half>("float16", &fractions, report);
    compare::<BFloat>("bfloat16", &fractions, report);
    compare::<Float8E4M3FN>("float8_e4m3fn", &fractions, report);
    compare::<Float8E5M2>("float8_e5m2", &fractions, report);
}

fn compare<T: Float>(name: &str, fractions: &[u64], report: &mut Report)
where
    Single: FloatConvert<T>,
{
    let pair = pairs()
        .into_iter()
        .find(|pair| pair.from.name == "float32" && pair.to.name == name);
    let pair = pair.expect("both formats are shipped");
    let casts = Casts::all();
    let each = |check: &(dyn Fn(u64, &mut Tally) + Sync)| {
        parallel(512, |sign_and_exponent, tally| {
            for &fraction in fractions {
                check(code(sign_and_exponent, fraction, FRACTION_BITS), tally);
            }
        })
    };
    report.line(
        &format!("f32 -> {name}, rustc_apfloat's values"),
        each(&|bits, tally| against_apfloat::<T>(&pair, bits, tally)),
    );
    report.line(
        &format!("f32 -> {name}, the oracle's values and flags"),
        each(&|bits, tally| pair.check(bits, &casts, tally)),
    );
}

fn against_apfloat<T: Float>(pair: &Pair, bits: u64, tally: &mut Tally)
where
    Single: FloatConvert<T>,
{
    const ROUNDS: [(Round, Rounding); 5] = [
        (Round::NearestTiesToEven, Rounding::TiesToEven),
        (Round::NearestTiesToAway, Rounding::TiesToAway),
        (Round::TowardZero, Rounding::TowardZero),
        (Round::TowardPositive, Rounding::TowardPositive),
        (Round::TowardNegative, Rounding::TowardNegative),
    ];
    tally.input();
    for (round, rounding) in ROUNDS {
        let mut loses_info = false;
        // `rustc_apfloat` 0.2.3 forgets the sign if a directed rounding overflows into E4M3FN's NaN: -449 toward negative gives
        // -448, and -500 toward positive gives NaN. Its `overflow_result` expects the rounding to be negated. So a negative input
        // is mirrored, with its rounding. The sign has no influence except on directions.
        let negative = bits >> 31 == 1;
        let mirrored: T = Single::from_bits(u128::from(bits & 0x7fff_ffff))
            .convert_r(if negative { -round } else { round }, &mut loses_info)
            .value;
        let right = if negative { -mirrored } else { mirrored };
        let right = right.to_bits() as u64;
        let is = pair.with(bits, ulp_verify::adapter::cast(rounding, false)).0;
        let same = is == right || is_nan(&pair.to.shape, is) && is_nan(&pair.to.shape, right);
        tally.check(same, || {
            format!("{bits:#x}, {rounding:?}: {is:#x}, rustc_apfloat's: {right:#x}")
        });
    }
}

fn is_nan(shape: &FormatSpec, code: u64) -> bool {
    matches!(decode(shape, code), Value::Nan { .. })
}
