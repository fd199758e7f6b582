//! `ulp finfo`: the limits of formats, as `torch.finfo` prints them, or side by side.

use std::iter::once;

use clap::Args;
use serde_json::{Value, json};
use ulp::{Format, Layout};

use crate::Error;
use crate::formats::{self, dispatch, with_format};
use crate::table::{Cell, align};

const HEADINGS: [&str; 11] = [
    "format",
    "bits",
    "exponent",
    "fraction",
    "bias",
    "max",
    "min normal",
    "min subnormal",
    "eps",
    "inf",
    "NaN",
];

type Row = [String; HEADINGS.len()];

/// Print the limits of formats: a line for each that is named, or a table of all
#[derive(Args)]
#[command(after_help = "\
Examples:
  ulp finfo                    a table of all formats
  ulp finfo bf16 e4m3fn        torch's lines of these
  ulp finfo e4m3fn --json      all that is known of one")]
pub(crate) struct Finfo {
    /// Formats by any of their names: bf16, bfloat16, BF16, torch.bfloat16
    #[arg(value_name = "FORMAT")]
    formats: Vec<String>,
    /// Print JSON: all limits, and the layout
    #[arg(long)]
    json: bool,
}

pub(crate) fn report(asked: &Finfo) -> Result<String, Error> {
    if asked.json {
        objects(&asked.formats)
    } else if asked.formats.is_empty() {
        Ok(table())
    } else {
        lines(&asked.formats)
    }
}

/// A line for each of the formats named.
fn lines(names: &[String]) -> Result<String, Error> {
    let mut lines = String::new();
    for name in names {
        let format = formats::parse(name)?;
        let line = with_format!(format, F => ulp::finfo::<F>().to_string());
        lines += &line.ok_or_else(|| unknown(format))?;
        lines.push('\n');
    }
    Ok(lines)
}

/// An object for each of the formats named, or for all.
fn objects(names: &[String]) -> Result<String, Error> {
    let named: Result<Vec<_>, _> = names.iter().map(|name| formats::parse(name)).collect();
    let all = ulp::Dtype::ALL.iter().filter(|format| !format.is_packed());
    let formats = if names.is_empty() {
        all.copied().collect()
    } else {
        named?
    };
    let mut objects = Vec::new();
    for format in formats {
        let object = with_format!(format, F => object::<F>());
        objects.push(object.ok_or_else(|| unknown(format))?);
    }
    Ok(format!("{:#}\n", Value::from(objects)))
}

fn unknown(format: ulp::Dtype) -> Error {
    Error::Argument {
        why: format!("cannot describe {format} yet"),
    }
}

/// All of [`ulp::Finfo`], and of [`Layout`]. Every number is exact: JSON's are those of `f64`.
fn object<F: Format>() -> Value {
    let info = ulp::finfo::<F>();
    let layout = F::LAYOUT;
    let number = |value: F| value.cast::<f64>();
    let code = |code: u64| format!("{code:#x}");
    json!({
        "dtype": info.dtype,
        "bits": info.bits,
        "eps": number(info.eps),
        "epsneg": number(info.epsneg),
        "max": number(info.max),
        "min": number(info.min),
        "smallest_normal": number(info.smallest_normal),
        "smallest_subnormal": number(info.smallest_subnormal),
        "tiny": number(info.tiny()),
        "resolution": info.resolution,
        "precision": info.precision,
        "machep": info.machep,
        "negep": info.negep,
        "nexp": info.nexp,
        "iexp": info.iexp,
        "nmant": info.nmant,
        "minexp": info.minexp,
        "maxexp": info.maxexp,
        "layout": {
            "signed": layout.is_signed(),
            "exponent_bits": layout.exponent_bits(),
            "fraction_bits": layout.fraction_bits(),
            "bias": layout.bias(),
            "zero": layout.has_zero(),
            "negative_zero": layout.has_negative_zero(),
            "infinities": layout.has_infinities(),
            "high_nans": layout.high_nans(),
            "infinity_code": layout.infinity_code().map(code),
            "nan_code": layout.nan_code().map(code),
            "max_code": code(layout.max_code()),
            "min_normal_code": code(layout.min_normal_code()),
            "min_positive_code": code(layout.min_positive_code()),
        },
    })
}

/// All formats, one a row.
fn table() -> String {
    let formats = ulp::Dtype::ALL.iter();
    let rows = formats.filter_map(|&format| with_format!(format, F => row::<F>()));
    let rows = once(HEADINGS.map(String::from)).chain(rows);
    let rows: Vec<_> = rows.map(|row| row.map(Cell::plain).into()).collect();
    align(&rows)
}

fn row<F: Format>() -> Row {
    let info = ulp::finfo::<F>();
    let layout: Layout = F::LAYOUT;
    let number = |value: F| general(value.cast::<f64>());
    let mark = |has: bool| if has { "yes" } else { "-" }.to_string();
    [
        info.dtype.to_string(),
        layout.bits().to_string(),
        layout.exponent_bits().to_string(),
        layout.fraction_bits().to_string(),
        layout.bias().to_string(),
        number(info.max),
        number(info.smallest_normal),
        // Without a zero there is nothing below the normal numbers.
        if layout.has_zero() {
            number(info.smallest_subnormal)
        } else {
            mark(false)
        },
        number(info.eps),
        mark(layout.has_infinities()),
        mark(layout.nan_code().is_some()),
    ]
}

/// A finite number as C's `%g` prints it: six significant digits, no trailing zeros.
fn general(value: f64) -> String {
    let scientific = format!("{value:.5e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trim = |digits: &str| {
        let significant = if digits.contains('.') {
            digits.trim_end_matches('0').trim_end_matches('.')
        } else {
            digits
        };
        significant.to_string()
    };
    match usize::try_from(5 - exponent) {
        Ok(places) if exponent >= -4 => trim(&format!("{value:.places$}")),
        _ => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{}e{sign}{:02}", trim(digits), exponent.abs())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::general;

    #[test]
    fn numbers_print_as_c_prints_them() {
        for (value, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (-448.0, "-448"),
            (65504.0, "65504"),
            (999_999.0, "999999"),
            (999_999.5, "1e+06"),
            (57344.0, "57344"),
            (f64::from(f32::MAX), "3.40282e+38"),
            (f64::MAX, "1.79769e+308"),
            (5e-324, "4.94066e-324"),
            (0.000_976_562_5, "0.000976562"),
            (6.103_515_625e-5, "6.10352e-05"),
            (0.0001, "0.0001"),
            (0.125, "0.125"),
        ] {
            assert_eq!(general(value), text);
        }
    }
}
