//! Text has the same meaning in every mode, and numbers have the same text.

use std::fmt::{Display, LowerExp, Write};
use std::str::FromStr;

use ulp::{Format, ParseFloatError};

use super::modes::in_each_mode;
use crate::support::{code, number};

trait Text: Format + FromStr<Err = ParseFloatError> + Display + LowerExp {}

impl<F: Format + FromStr<Err = ParseFloatError> + Display + LowerExp> Text for F {}

/// Prints a number in all ways, and parses the texts.
fn print_and_parse<F: Text>(codes: &[u64], texts: &mut String, parsed: &mut Vec<Result<F, ParseFloatError>>) {
    texts.clear();
    parsed.clear();
    for &code in codes {
        let number = number::<F>(code);
        let start = texts.len();
        // Writing to a `String` never fails.
        let _ = write!(texts, "{number}");
        parsed.push(texts[start..].parse());
        let _ = writeln!(texts, " {number:?} {number:+09e} {number:.3} {number:.2e}");
    }
    parsed.push("1.00048828125000000000000000000000000000001".parse());
    parsed.push("0.00000000000000000000000000000000000000006".parse());
}

fn check<F: Text>() {
    let codes: Vec<u64> = (0..1 << F::LAYOUT.bits()).step_by(11).collect();
    let mut right = (String::new(), Vec::new());
    print_and_parse::<F>(&codes, &mut right.0, &mut right.1);
    let codes_of = |numbers: &[Result<F, _>]| -> Vec<_> { numbers.iter().map(|number| number.map(code)).collect() };
    in_each_mode(
        &mut right.clone(),
        |(texts, parsed)| print_and_parse::<F>(&codes, texts, parsed),
        |(texts, parsed), mode| {
            assert!(*texts == right.0, "{}, {mode}", F::DTYPE);
            assert_eq!(codes_of(parsed), codes_of(&right.1), "{}, {mode}", F::DTYPE);
        },
    );
}

#[test]
fn text_ignores_the_mode() {
    for_every_narrow_format!(check);
}
