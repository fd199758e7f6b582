//! Every code of every narrow format: to every shipped format, to `f32` and `f64`, and back from these two.

use ulp_verify::adapter::Casts;
use ulp_verify::oracle::{self, FormatSpec, Rounding, RoundingQuery, Value, decode};
use ulp_verify::tally::{Report, Tally, parallel};

use super::typed::{Inherent, inherent, pairs};

pub(crate) fn run(report: &mut Report) {
    let casts = Casts::all();
    let pairs = pairs();
    for one in inherent() {
        let name = one.of.name;
        let bits = one.of.shape.bits();
        report.line(
            &format!("{name} -> f32, f64 and back"),
            every_code(bits, |code, tally| round_trip(&one, code, tally)),
        );
        let from: Vec<_> = pairs.iter().filter(|pair| pair.from.name == name).collect();
        let tally = every_code(bits, |code, tally| {
            for pair in &from {
                pair.check(code, &casts, tally);
                pair.check_layouts(code, &casts, tally);
            }
        });
        report.line(&format!("{name} -> each of {} formats, values and flags", from.len()), tally);
    }
}

fn every_code(bits: u32, check: impl Fn(u64, &mut Tally) + Sync) -> Tally {
    let low = bits / 2;
    parallel(1 << (bits - low), |high, tally| {
        for code in high << low..(high + 1) << low {
            check(code, tally);
        }
    })
}

/// Checks that `f32` and `f64` hold every value of a narrow format. A number comes back as the same code. A NaN comes back quiet,
/// and otherwise unchanged.
fn round_trip(of: &Inherent, code: u64, tally: &mut Tally) {
    let shape = &of.of.shape;
    let value = decode(shape, code);
    let (f32_shape, f64_shape) = (oracle::shipped("float32"), oracle::shipped("float64"));
    let ties_to_even = |to: &FormatSpec| RoundingQuery::new(to, value).resolve(Rounding::TiesToEven, false).0;
    let quieted = ties_to_even(shape);
    if !matches!(value, Value::Nan { .. }) {
        tally.check(quieted == code, || format!("the oracle doesn't keep {code:#x}"));
    }

    let (single, double) = ((of.to_f32)(code), (of.to_f64)(code));
    let (single_code, double_code) = (u64::from(single.to_bits()), double.to_bits());
    tally.input();
    let right = ties_to_even(&f32_shape);
    tally.check(single_code == right, || {
        format!("{code:#x}.to_f32(): {single_code:#x}, right: {right:#x}")
    });
    let right = ties_to_even(&f64_shape);
    tally.check(double_code == right, || {
        format!("{code:#x}.to_f64(): {double_code:#x}, right: {right:#x}")
    });
    for (back, what) in [((of.from_f32)(single), "f32"), ((of.from_f64)(double), "f64")] {
        tally.check(back == quieted, || {
            format!("{code:#x} through {what}: {back:#x}, right: {quieted:#x}")
        });
    }
}
