//! `ulp finfo` prints the limits of formats, like `torch.finfo` or side by side.

use std::iter::once;

use clap::Args;
use serde_json::{Value, json};
use ulp::{Format, Layout, with_dtype};

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
        let line = with_dtype!(format, F => ulp::finfo::<F>().to_string());
        lines += &line.ok_or_else(|| unknown(format))?;
        lines.push('\n');
    }
    Ok(lines)
}

/// Returns an object for each format that was named, or for all formats.
fn objects(names: &[String]) -> Result<String, Error> {
    let all = ulp::Dtype::ALL.iter().filter(|format| !format.is_packed());
    let all: Vec<_> = all.map(ToString::to_string).collect();
    let mut objects = Vec::new();
    for name in if names.is_empty() { &all } else { names } {
        if let Some(object) = scheme::object(name) {
            objects.push(object);
            continue;
        }
        let format = formats::parse(name)?;
        let object = with_dtype!(format, F => object::<F>());
        objects.push(object.ok_or_else(|| unknown(format))?);
    }
    Ok(format!("{:#}\n", Value::from(objects)))
}

fn unknown(format: ulp::Dtype) -> Error {
    Error::Argument {
        why: format!("cannot describe {format} yet"),
    }
}

/// Returns all of [`ulp::Finfo`] and of [`Layout`]. Every number is exact, because the numbers of JSON are `f64`.
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

/// Returns a table with a row for each format.
fn table() -> String {
    let formats = ulp::Dtype::ALL.iter();
    let rows = formats.filter_map(|&format| with_dtype!(format, F => row::<F>()));
    let rows = once(HEADINGS.map(String::from)).chain(rows);
    let rows: Vec<_> = rows.map(|row| row.map(Cell::plain).into()).collect();
    align(&rows)
}

fn row<F: Format>() -> Row {
    let info = ulp::finfo::<F>();
    let layout: Layout = F::LAYOUT;
    let number = |value: F| exact(value.cast::<f64>());
    let mark = |has: bool| if has { "yes" } else { "-" }.to_string();
    [
        info.dtype.to_string(),
        layout.bits().to_string(),
        layout.exponent_bits().to_string(),
        layout.fraction_bits().to_string(),
        layout.bias().to_string(),
        number(info.max),
        number(info.smallest_normal),
        // A format without zero has nothing below its normal numbers.
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
