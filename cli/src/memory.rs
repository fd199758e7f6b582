//! `ulp memory` prints the bytes of model states for training and inference, on each device.

use std::fmt::Write;

use clap::Args;
use serde::Serialize;
use ulp::Dtype;
use ulp::memory::{Bytes, Optimizer, States, ZeroStage};

use crate::formats;

/// Print the bytes of a model's states, to train it and to infer with it: weights, gradients, master weights and moments
#[derive(Args)]
pub(crate) struct Memory {
    /// Parameters of the model: 7e9, 7.5B, 350M, or all digits
    #[arg(value_parser = parameters)]
    parameters: u64,
    /// The numbers that the optimizer keeps: sgd none, momentum one for each parameter, adam and adamw two
    #[arg(long, default_value = "adamw", value_parser = optimizer)]
    optimizer: Optimizer,
    /// The format of the weights
    #[arg(long, value_name = "FORMAT", default_value = "bf16", value_parser = formats::parse)]
    weights: Dtype,
    /// The format of the gradients [default: that of the weights]
    #[arg(long, value_name = "FORMAT", value_parser = formats::parse)]
    gradients: Option<Dtype>,
    /// The format of the master weights, or none [default: f32 if the weights have fewer bits, else none]
    #[arg(long, value_name = "FORMAT", value_parser = master)]
    master: Option<Master>,
    /// The format of the moments
    #[arg(long, value_name = "FORMAT", default_value = "f32", value_parser = formats::parse)]
    moments: Dtype,
    /// The stage of ZeRO: 0 divides nothing, 1 master weights and moments, 2 gradients too, 3 weights too
    #[arg(long, value_name = "STAGE", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=3))]
    zero: u8,
    /// Devices to divide among
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    devices: u64,
    /// Print JSON, in bytes
    #[arg(long)]
    json: bool,
}

/// The format of master weights. `None` means no master weights.
#[derive(Clone, Copy)]
struct Master(Option<Dtype>);

fn master(name: &str) -> Result<Master, String> {
    if name.eq_ignore_ascii_case("none") {
        Ok(Master(None))
    } else {
        let format = formats::parse(name).map_err(|error| error.to_string())?;
        Ok(Master(Some(format)))
    }
}

fn optimizer(name: &str) -> Result<Optimizer, String> {
    match name.to_ascii_lowercase().as_str() {
        "sgd" => Ok(Optimizer::Sgd),
        "momentum" => Ok(Optimizer::Momentum),
        "adam" | "adamw" => Ok(Optimizer::Adam),
        _ => Err("known are sgd, momentum, adam and adamw".into()),
    }
}

/// Parses an integer: digits, with an exponent, or with a suffix. K means thousands, M millions, B or G billions, T trillions.
fn parameters(text: &str) -> Result<u64, String> {
    let (number, exponent) = match text.char_indices().next_back() {
        Some((last, 'k' | 'K')) => (&text[..last], 3),
        Some((last, 'm' | 'M')) => (&text[..last], 6),
        Some((last, 'b' | 'B' | 'g' | 'G')) => (&text[..last], 9),
        Some((last, 't' | 'T')) => (&text[..last], 12),
        _ => match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse().map_err(|_| "the exponent is no integer")?),
            None => (text, 0),
        },
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = fraction.trim_end_matches('0');
    let zeros = i64::checked_sub(exponent, fraction.len() as i64);
    let zeros = zeros
        .and_then(|zeros| usize::try_from(zeros).ok())
        .ok_or("a model has a whole number of parameters")?;
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err("not a number such as 7000000000, 7e9 or 7B".into());
    }
    let too_many = "more than 2^64 - 1 parameters";
    let scale = u32::try_from(zeros).ok().and_then(|zeros| 10u64.checked_pow(zeros));
    let digits: u64 = digits.parse().map_err(|_| too_many)?;
    scale
        .and_then(|scale| digits.checked_mul(scale))
        .ok_or_else(|| too_many.into())
}

/// Returns the states by name, in the order of the report.
fn rows(states: States) -> [(&'static str, Bytes); 6] {
    [
        ("weights", states.weights),
        ("gradients", states.gradients),
        ("master weights", states.master_weights),
        ("moments", states.moments),
        ("training", states.training()),
        ("inference", states.inference()),
    ]
}

/// The report for programs. Bytes may exceed the numbers of a [`serde_json::Value`].
#[derive(Serialize)]
struct Report {
    parameters: u64,
    zero: u8,
    devices: u64,
    whole_bytes: ByState,
    device_bytes: ByState,
}

#[derive(Serialize)]
struct ByState {
    weights: u128,
    gradients: u128,
    master_weights: u128,
    moments: u128,
    training: u128,
    inference: u128,
}

impl From<States> for ByState {
    fn from(states: States) -> ByState {
        ByState {
            weights: states.weights.bytes(),
            gradients: states.gradients.bytes(),
            master_weights: states.master_weights.bytes(),
            moments: states.moments.bytes(),
            training: states.training().bytes(),
            inference: states.inference().bytes(),
        }
    }
}

pub(crate) fn report(args: &Memory) -> String {
    let gradients = args.gradients.unwrap_or(args.weights);
    let narrow = args.weights.bits() < 32;
    let Master(master) = args.master.unwrap_or(Master(narrow.then_some(Dtype::F32)));
    let whole = States::with(args.parameters, args.weights, gradients, master, args.moments, args.optimizer);
    let device = whole.on_device(ZeroStage::ALL[usize::from(args.zero)], args.devices, 0);
    if args.json {
        let report = Report {
            parameters: args.parameters,
            zero: args.zero,
            devices: args.devices,
            whole_bytes: whole.into(),
            device_bytes: device.into(),
        };
        let text = serde_json::to_string_pretty(&report).expect("numbers are written");
        return text + "\n";
    }

    let mut table = format!(
        "{} parameters, weights {}, gradients {}, master weights {}, moments {}, ZeRO stage {} on {} device{}\n\n",
        args.parameters,
        args.weights,
        gradients,
        master.map_or("none".into(), |format| format.to_string()),
        args.moments,
        args.zero,
        args.devices,
        if args.devices == 1 { "" } else { "s" },
    );
    let cells = rows(whole)
        .into_iter()
        .zip(rows(device))
        .map(|((name, whole), (_, device))| (name, whole.to_string(), device.to_string()));
    let headings = ("", String::from("whole model"), String::from("each device"));
    let cells: Vec<_> = std::iter::once(headings).chain(cells).collect();
    let width = |cell: fn(&(&str, String, String)) -> usize| cells.iter().map(cell).max().unwrap_or(0);
    let (first, second) = (width(|row| row.1.len()), width(|row| row.2.len()));
    for (name, whole, device) in &cells {
        // Writing to a string cannot fail.
        let _ = if args.devices == 1 {
            writeln!(table, "{name:<14}  {whole:>first$}")
        } else {
            writeln!(table, "{name:<14}  {whole:>first$}  {device:>second$}")
        };
    }
    table
}

#[cfg(test)]
mod tests {
    use super::parameters;

    #[test]
    fn counts_of_parameters_are_whole() {
        let right = [
            ("7e9", 7_000_000_000),
            ("7.5B", 7_500_000_000),
            ("350M", 350_000_000),
            ("12", 12),
            ("1.0", 1),
            ("1.28E2", 128),
            ("1T", 1_000_000_000_000),
        ];
        for (text, number) in right {
            assert_eq!(parameters(text), Ok(number), "{text}");
        }
        for text in [
            "",
            "B",
            "e9",
            "7.5",
            "1.25e1",
            "-7e9",
            "7e-1",
            "seven",
            "1e20",
            "99999999999999999999",
            "7e",
            "0x7",
            "7e9999999999",
            "1.5e-9223372036854775808",
            "1e9223372036854775807",
        ] {
            assert!(parameters(text).is_err(), "{text}");
        }
    }
}
