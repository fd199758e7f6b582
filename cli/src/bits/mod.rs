//! `ulp bits` prints a number in formats, bit by bit.

mod block;
pub(crate) mod decimal;
mod number;
mod render;
mod typed;

use clap::Args;
use serde_json::Value;
use ulp::block::Scheme;
use ulp::{Dtype, with_dtype};

use crate::{Error, formats};
use number::Number;
use typed::Typed;

/// The formats that show a number if no format is named.
const USUAL_FORMATS: [Dtype; 5] = [Dtype::F32, Dtype::F16, Dtype::Bf16, Dtype::F8E4M3Fn, Dtype::F8E5M2];

/// Print a number in formats: its bits and their meaning, all its digits, its neighbours, and the error of rounding
///
/// A value is a decimal (0.1, 1e-3), a hexadecimal number with a p (0x1.8p3), the code of a number (0x3c00), inf or nan. Numbers
/// are rounded once, from all their digits, ties to even.
#[derive(Args)]
#[command(after_help = "\
Examples:
  ulp bits 0.1                            in float32, float16, bfloat16, e4m3fn and e5m2
  ulp bits 0.1 --as bf16,e4m3fn           in these
  ulp bits 0x3c00                         the float16 and the bfloat16 of this code
  ulp bits 0x1.8p-3 --as f16 --json       for programs
  ulp bits --block mxfp4 0.1 -2.5 3       as a block: its scale, and its elements
  ulp bits --as f16 -- -1e-8 -inf         what begins with a minus stands after --")]
pub(crate) struct Bits {
    /// The numbers, or codes of numbers
    #[arg(required = true, value_name = "VALUE", allow_negative_numbers = true)]
    values: Vec<String>,
    /// The formats, by any of their names [default: f32,f16,bf16,e4m3fn,e5m2; for a code, the formats with as many digits]
    #[arg(long = "as", value_name = "FORMAT", value_delimiter = ',', value_parser = formats::parse)]
    formats: Vec<Dtype>,
    /// The numbers as blocks of this scheme: mxfp8, mxfp4, nvfp4, float8_e5m2/bfloat16/1x64. It prints scales and elements
    #[arg(long, value_name = "SCHEME", conflicts_with = "formats")]
    block: Option<Scheme>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn report(args: &Bits) -> Result<String, Error> {
    if let Some(scheme) = args.block {
        return block::report(scheme, &args.values, args.json).map_err(argument);
    }
    let mut numbers = Vec::new();
    for text in &args.values {
        let typed = Typed::parse(text).map_err(argument)?;
        let formats = chosen(&typed, &args.formats);
        if formats.is_empty() {
            return Err(argument(format!(
                "{text}: no usual format has codes of so many digits; name some with --as"
            )));
        }
        for format in formats {
            let number = with_dtype!(format, F => number::of::<F>(&typed, text));
            let unknown = || format!("{format} is a way to pack numbers, and has none of its own");
            numbers.push(number.ok_or_else(unknown).flatten().map_err(argument)?);
        }
    }
    if args.json {
        let all: Value = numbers.iter().map(Number::json).collect();
        return Ok(format!("{all:#}\n"));
    }
    let shown: Vec<String> = numbers.iter().map(render::show).collect();
    Ok(shown.join("\n"))
}

/// Returns the error for a value that can't be shown.
fn argument(why: String) -> Error {
    Error::Argument { why }
}

/// Returns the formats that were named, or the usual formats.
fn chosen(typed: &Typed, named: &[Dtype]) -> Vec<Dtype> {
    if !named.is_empty() {
        return named.to_vec();
    }
    match typed {
        Typed::Code { digits, .. } => {
            let as_long = |format: &Dtype| format.layout().bits() == 4 * digits;
            let usual = [Dtype::F64].into_iter().chain(USUAL_FORMATS);
            usual.filter(as_long).collect()
        }
        _ => USUAL_FORMATS.to_vec(),
    }
}
