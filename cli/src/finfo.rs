//! `ulp finfo` prints the limits of formats, like `torch.finfo` or side by side.

use std::iter::once;

use clap::Args;
use serde_json::{Value, json};
use ulp::Dtype;

use crate::bits::decimal::Decimal;
use crate::table::{Cell, align};
use crate::{Error, formats, scheme};

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
  ulp finfo mxfp4 nvfp4        the limits of block-scaled formats
  ulp finfo e4m3fn --json      all that is known of one")]
pub(crate) struct Finfo {
    /// Formats by any of their names: bf16, bfloat16, BF16, torch.bfloat16; or schemes: mxfp4, nvfp4, float8_e5m2/bfloat16/1x64
    #[arg(value_name = "FORMAT")]
    formats: Vec<String>,
    /// Print JSON: all limits, and the layout
    #[arg(long)]
    json: bool,
}

pub(crate) fn report(args: &Finfo) -> Result<String, Error> {
    if args.json {
        objects(&args.formats)
    } else if args.formats.is_empty() {
        Ok(table())
    } else {
        lines(&args.formats)
    }
}

/// Returns a line for each format that was named.
fn lines(names: &[String]) -> Result<String, Error> {
    let mut lines = String::new();
    for name in names {
        if let Some(line) = scheme::line(name) {
            lines += &line;
            lines.push('\n');
            continue;
        }
        let format = formats::parse(name)?;
        lines += &format.finfo().to_string();
        lines.push('\n');
    }
    Ok(lines)
}

/// Returns an object for each format that was named, or for all formats.
fn objects(names: &[String]) -> Result<String, Error> {
    let all: Vec<_> = unpacked().map(|format| format.to_string()).collect();
    let mut objects = Vec::new();
    for name in if names.is_empty() { &all } else { names } {
        if let Some(object) = scheme::object(name) {
            objects.push(object);
            continue;
        }
        let format = formats::parse(name)?;
        objects.push(object(format));
    }
    Ok(format!("{:#}\n", Value::from(objects)))
}

/// Returns the formats that have a type. A packed format has the limits of its unpacked format.
fn unpacked() -> impl Iterator<Item = Dtype> {
    Dtype::ALL.iter().copied().filter(|format| !format.is_packed())
}

/// Returns all of [`ulp::Finfo`] and of [`ulp::Layout`]. Every number is exact, because the numbers of JSON are `f64`.
fn object(format: Dtype) -> Value {
    let info = format.finfo();
    let layout = format.layout();
    let code = |code: u64| format!("{code:#x}");
    json!({
        "dtype": info.dtype,
        "bits": info.bits,
        "eps": info.eps,
        "epsneg": info.epsneg,
        "max": info.max,
        "min": info.min,
        "smallest_normal": info.smallest_normal,
        "smallest_subnormal": info.smallest_subnormal,
        "tiny": info.tiny(),
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

/// Returns a table with a row for each format.
fn table() -> String {
    let rows = once(HEADINGS.map(String::from)).chain(unpacked().map(row));
    let rows: Vec<_> = rows.map(|row| row.map(Cell::plain).into()).collect();
    align(&rows)
}

fn row(format: Dtype) -> Row {
    let info = format.finfo();
    let layout = format.layout();
    let mark = |has: bool| if has { "yes" } else { "-" }.to_string();
    [
        info.dtype.to_string(),
        layout.bits().to_string(),
        layout.exponent_bits().to_string(),
        layout.fraction_bits().to_string(),
        layout.bias().to_string(),
        exact(info.max),
        exact(info.smallest_normal),
        // A format without zero has nothing below its normal numbers.
        if layout.has_zero() {
            exact(info.smallest_subnormal)
        } else {
            mark(false)
        },
        exact(info.eps),
        mark(layout.has_infinities()),
        mark(layout.nan_code().is_some()),
    ]
}

/// Returns a positive number exactly: all its digits if they are few, and otherwise an integer times a power of two.
fn exact(value: f64) -> String {
    const MAX_EXACT_DIGITS: usize = "0.0009765625".len();
    let decimal = Decimal::of(value).to_string();
    if decimal.len() <= MAX_EXACT_DIGITS {
        return decimal;
    }
    let (mut integer, mut exponent) = (value, 0);
    while integer.fract() != 0.0 {
        integer *= 2.0;
        exponent -= 1;
    }
    while integer % 2.0 == 0.0 {
        integer /= 2.0;
        exponent += 1;
    }
    let product = if integer <= 1.0 {
        String::new()
    } else {
        format!("{integer}·")
    };
    format!("{product}2^{exponent}")
}
