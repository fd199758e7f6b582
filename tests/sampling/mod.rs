//! Emulated CPUs are slow. `ULP_SAMPLE=n` cuts the longest tests to every nth of their cases. Each test that is cut says so.

use std::collections::BTreeSet;
use std::env;
use std::io::{Write, stderr};
use std::iter::StepBy;
use std::sync::Mutex;

const VARIABLE: &str = "ULP_SAMPLE";

/// Returns every nth of the cases, or all cases if the variable is not set.
///
/// n should be prime, so that it shares no factor with the cases' own steps.
pub(crate) fn sampled<I: IntoIterator>(what: &'static str, cases: I) -> StepBy<I::IntoIter> {
    static SAID: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());

    let stride = env::var(VARIABLE).map_or(1, |n| {
        let n = n.parse().ok().filter(|n| *n > 0);
        n.unwrap_or_else(|| panic!("{VARIABLE} is a number from 1 on"))
    });
    let mut said = SAID.lock().expect("nothing here panics");
    if stride > 1 && said.insert(what) {
        // The output of macros is shown only for failed tests.
        writeln!(stderr(), "sampled, every {stride}th: {what}").expect("there is a stderr");
    }
    cases.into_iter().step_by(stride)
}
