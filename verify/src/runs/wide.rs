//! Compares casts from `f64` and `f32` to every shipped format with the oracle: every sign, exponent, leading fraction bits and
//! sticky pattern.
//!
//! For a target of `p` bits of precision nothing else can matter: see [`leading`]. The run thus covers all of `f64`. The targets
//! `f32` and `f64` have too many leading bits, so their fractions are those near every place where a rounding could cut. The cast
//! from `f32` to `f64` is exact, and is compared with the hardware on every input.

use ulp_verify::adapter::Casts;
use ulp_verify::inputs::{boundaries, code, leading};
use ulp_verify::oracle::{FormatSpec, Rounding, RoundingQuery, decode, shipped};
use ulp_verify::tally::{Report, Tally, parallel};

use super::typed::{Inherent, inherent, pairs};

/// The largest precision for which leading bits are exhausted.
const MOST_PRECISION: u32 = 11;

/// The largest width of targets that are also tried with layouts known at run time, which is slower.
const MOST_BITS_AT_RUN_TIME: u32 = 8;

pub(crate) fn run(report: &mut Report) {
    let casts = Casts::all();
    for pair in pairs().iter().filter(|pair| pair.from.shape.bits() > 16) {
        let (from, to) = (pair.from.shape, pair.to.shape);
        let fractions = fractions(&from, &to);
        let tally = every_exponent(&from, &fractions, |bits, tally| {
            pair.check(bits, &casts, tally);
            if to.bits() <= MOST_BITS_AT_RUN_TIME {
                pair.check_layouts(bits, &casts, tally);
            }
        });
        let (from, to) = (pair.from.name, pair.to.name);
        report.line(&format!("{from} -> {to}, values and flags"), tally);
    }
    for one in inherent() {
        for (from, what) in [("float64", "from_f64"), ("float32", "from_f32")] {
            let shape = shipped(from);
            let fractions = fractions(&shape, &one.of.shape);
            let tally = every_exponent(&shape, &fractions, |bits, tally| {
                check_inherent(&one, &shape, bits, tally);
            });
            report.line(&format!("{}'s {what}", one.of.name), tally);
        }
    }
    report.line("every f32 that is not a NaN -> f64, the hardware's", every_f32_widens());
}

fn fractions(from: &FormatSpec, to: &FormatSpec) -> Vec<u64> {
    let precision = to.fraction_bits + 1;
    if precision > MOST_PRECISION {
        boundaries(from.fraction_bits)
    } else {
        leading(from.fraction_bits, precision + 1)
    }
}

fn every_exponent(from: &FormatSpec, fractions: &[u64], check: impl Fn(u64, &mut Tally) + Sync) -> Tally {
    parallel(2 << from.exponent_bits, |sign_and_exponent, tally| {
        for &fraction in fractions {
            check(code(sign_and_exponent, fraction, from.fraction_bits), tally);
        }
    })
}

fn check_inherent(of: &Inherent, from: &FormatSpec, bits: u64, tally: &mut Tally) {
    let right = RoundingQuery::new(&of.of.shape, decode(from, bits))
        .resolve(Rounding::TiesToEven, false)
        .0;
    let is = match from.bits() {
        32 => (of.from_f32)(f32::from_bits(bits as u32)),
        _ => (of.from_f64)(f64::from_bits(bits)),
    };
    tally.input();
    tally.check(is == right, || format!("{bits:#x}: {is:#x}, right: {right:#x}"));
}

/// Checks every `f32` except NaNs, because Rust doesn't say which NaN a conversion gives. The oracle judges NaNs.
fn every_f32_widens() -> Tally {
    let pair = pairs()
        .into_iter()
        .find(|pair| pair.from.name == "float32" && pair.to.name == "float64");
    let pair = pair.expect("both formats are shipped");
    parallel(1 << 10, |piece, tally| {
        for low in 0..1 << 22 {
            let bits = piece << 22 | low;
            let x = f32::from_bits(bits as u32);
            if !x.is_nan() {
                let (is, right) = (pair.plain(bits), f64::from(x).to_bits());
                tally.input();
                tally.check(is == right, || format!("{bits:#x}: {is:#x}, right: {right:#x}"));
            }
        }
    })
}
