//! The report on a number, for people.

use std::fmt::Write;
use std::num::FpCategory;

use anstyle::Style;

use super::number::{Near, Number, RoundingError, hexadecimal, power};
use crate::style::{BAD, EXPONENT, FRACTION, GOOD, QUIET, SIGN, TITLE, WARNING, paint};

/// A field: its bits, its name, its colour and its meaning.
struct Field {
    bits: String,
    name: &'static str,
    style: Style,
    meaning: String,
}

pub(super) fn show(number: &Number) -> String {
    let fields = fields(number);
    let mut text = format!(
        "{} {} {}  {}\n\n",
        paint(TITLE, &number.typed),
        paint(QUIET, "in"),
        paint(TITLE, number.format),
        paint(QUIET, number.hex_code(number.code)),
    );
    // Writing to a string cannot fail.
    let _ = bits(&mut text, &fields);
    for (name, what) in lines(number) {
        let _ = writeln!(text, "  {} {what}", paint(QUIET, format!("{name:<9}")));
    }
    text
}

/// Writes the bits, and below each field a line that leads to the meaning of the field.
fn bits(text: &mut String, fields: &[Field]) -> std::fmt::Result {
    let painted = fields.iter().map(|field| paint(field.style, &field.bits));
    writeln!(text, "  {}", painted.collect::<Vec<_>>().join(" "))?;
    let width: usize = fields.iter().map(|field| field.bits.len() + 1).sum();
    // The meanings begin at the column of the last field, so that lines stay short even if the fields are wide.
    let last = fields.last().map_or(0, |field| field.bits.len() + 1);
    let meanings = width - last + 3;
    for (nth, field) in fields.iter().enumerate().rev() {
        write!(text, "  ")?;
        let mut column = 0;
        for before in &fields[..nth] {
            let space = " ".repeat(before.bits.len());
            write!(text, "{}{space}", paint(before.style, "│"))?;
            column += before.bits.len() + 1;
        }
        let line = format!("╰{}", "─".repeat(meanings - column - 1));
        let name = format!("{:<8}", field.name);
        writeln!(
            text,
            "{} {} {}",
            paint(field.style, line),
            paint(field.style, name),
            field.meaning
        )?;
    }
    writeln!(text)
}

/// Returns the fields that the format has.
fn fields(number: &Number) -> Vec<Field> {
    let (layout, parts) = (number.layout, number.parts);
    let [sign, exponent, fraction] = number.fields();
    let special = matches!(number.class, FpCategory::Nan | FpCategory::Infinite);
    let power = power(layout, parts);
    let exponent_means = if special {
        format!("{}, of what is no number", parts.exponent)
    } else if layout.has_zero() && parts.exponent == 0 {
        format!("0 is read as 1 - bias {} = {power}", layout.bias())
    } else {
        format!("{} - bias {} = {power}", parts.exponent, layout.bias())
    };
    let hidden = u8::from(!(layout.has_zero() && parts.exponent == 0));
    let width = layout.fraction_bits();
    let all = [
        Field {
            bits: sign,
            name: "sign",
            style: SIGN,
            meaning: if parts.sign { "-" } else { "+" }.into(),
        },
        Field {
            bits: exponent,
            name: "exponent",
            style: EXPONENT,
            meaning: exponent_means,
        },
        Field {
            bits: fraction,
            name: "fraction",
            style: FRACTION,
            meaning: if special {
                parts.fraction.to_string()
            } else {
                format!("{hidden} + {}/2^{width}", parts.fraction)
            },
        },
    ];
    all.into_iter().filter(|field| !field.bits.is_empty()).collect()
}

/// Returns the lines below the fields, each with its heading.
fn lines(number: &Number) -> Vec<(&'static str, String)> {
    let near = |near: &Near| {
        let code = number.hex_code(near.code);
        format!("{}  {}", near.exact, paint(QUIET, code))
    };
    let mut lines = vec![("class", number.class().to_string())];
    if let Some(exact) = number.exact() {
        lines.push(("value", product(number)));
        lines.push(("exact", paint(TITLE, exact)));
        lines.push(("shortest", number.shortest.clone()));
        lines.push(("hex", hexadecimal(number.value)));
    }
    if number.class != FpCategory::Nan {
        lines.push(("below", near(&number.below)));
        lines.push(("above", near(&number.above)));
    }
    match &number.error {
        RoundingError::None => {}
        RoundingError::Finite(error, _) if error.is_zero() => {
            lines.push(("error", paint(GOOD, "none: it is exact")));
        }
        RoundingError::Finite(error, ulps) => {
            let style = if number.value == 0.0 || is_far(ulps) { BAD } else { WARNING };
            let ulps = paint(QUIET, format!("({} ulp)", ulps.brief()));
            lines.push(("error", format!("{} {ulps}", paint(style, error))));
        }
        RoundingError::Overflow => {
            let why = format!("no finite number: the largest is {}", number.largest);
            lines.push(("error", paint(BAD, why)));
        }
    }
    lines
}

/// Returns whether an error is larger than any rounding error. Only saturation makes such errors.
fn is_far(ulps: &super::decimal::Decimal) -> bool {
    let ulps: f64 = ulps.to_string().parse().unwrap_or(f64::INFINITY);
    ulps.abs() > 0.5
}

/// Returns the value as a product of its fields.
fn product(number: &Number) -> String {
    let (layout, parts) = (number.layout, number.parts);
    let power = power(layout, parts);
    let one = 2f64.powi(layout.fraction_bits() as i32);
    let hidden = if layout.has_zero() && parts.exponent == 0 { 0.0 } else { one };
    // This sum is exact, because a significand has at most 53 bits.
    let significand = (hidden + parts.fraction as f64) / one;
    let sign = if parts.sign { "-" } else { "" };
    format!("{sign}{} × 2^{power}", super::decimal::Decimal::of(significand))
}
