//! The exhaustive runs: `ulp-verify RUN…`, or `ulp-verify all`. Exits with 1 if anything is wrong.

mod runs;

use std::env;
use std::process::ExitCode;

use ulp_verify::tally::Report;

type Run = fn(&mut Report);

/// The runs by name.
const RUNS: &[(&str, Run)] = &[
    ("f32-half", runs::f32_half::run),
    ("f32-apfloat", runs::f32_apfloat::run),
    ("narrow", runs::narrow::run),
    ("f64", runs::wide::run),
    ("p3109", runs::p3109::run),
    ("layout", runs::layout::run),
    ("simd", runs::simd::run),
    ("ieee", runs::ieee::run),
    ("operators", runs::operators::run),
    ("text", runs::text::run),
    ("block", runs::block::run),
    #[cfg(feature = "mpfr")]
    ("functions", runs::functions::run),
];

fn main() -> ExitCode {
    let asked: Vec<String> = env::args().skip(1).collect();
    let all = asked == ["all"];
    let known = |name: &String| RUNS.iter().any(|(run, _)| run == name);
    if asked.is_empty() || !all && !asked.iter().all(known) {
        let names: Vec<_> = RUNS.iter().map(|(name, _)| *name).collect();
        eprintln!("usage: ulp-verify RUN…, of: {}, or all", names.join(" "));
        return ExitCode::from(2);
    }
    let mut right = true;
    for &(name, run) in RUNS {
        if all || asked.iter().any(|one| one == name) {
            let mut report = Report::new(name);
            run(&mut report);
            right &= report.finish();
        }
    }
    if right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
