//! `ulp`: converts checkpoints between floating-point formats, and tells the limits of those formats.

mod cast;
mod convert;
mod finfo;
mod formats;
mod header;
mod memory;
mod output;

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Floating-point formats of machine learning.
#[derive(Parser)]
#[command(version)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Convert the float tensors of a safetensors file, rounding once, ties to even.
    ///
    /// What is past the largest finite value becomes an infinity, or NaN in a format without infinities. Tensors of other types, those
    /// that have the format already, and packed 4- and 6-bit ones are copied. Names, shapes and metadata are kept.
    Convert {
        /// The safetensors file to read
        input: PathBuf,
        /// The file to write, which must not exist
        output: PathBuf,
        #[arg(
            long,
            value_name = "FORMAT",
            help = "The format to convert to: f64, f32, f16, bf16, or one of 8 bits by its name in safetensors, such as f8_e4m3"
        )]
        to: String,
    },
    /// Print the limits of formats: a line for each that is named, or a table of all
    Finfo {
        /// Formats by any of their names: bf16, bfloat16, BF16, torch.bfloat16
        #[arg(value_name = "FORMAT")]
        formats: Vec<String>,
    },
    /// Print the bytes of a model's states, to train it and to infer with it: weights, gradients, master weights and moments
    Memory(memory::Memory),
}

fn main() -> ExitCode {
    let report = match Args::parse().command {
        Command::Convert { input, output, to } => {
            convert::convert(&input, &output, &to).map(|summary| summary.to_string())
        }
        Command::Finfo { formats } if formats.is_empty() => Ok(finfo::table()),
        Command::Finfo { formats } => finfo::lines(&formats),
        Command::Memory(asked) => Ok(memory::report(&asked)),
    };
    match report.and_then(|report| print(&report)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // Standard error is the last place to report to: if it is gone, the exit code has to do.
            let _ = writeln!(io::stderr(), "ulp: {}", one_line(&message));
            ExitCode::from(2)
        }
    }
}

/// A reader that has seen enough, such as `head`, is not an error.
fn print(report: &str) -> Result<(), String> {
    match io::stdout().write_all(report.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("standard output: {error}"))
        }
        _ => Ok(()),
    }
}

/// Names of files and tensors come from outside: a line break or a terminal's escape sequence in one stays text.
fn one_line(message: &str) -> String {
    let mut line = String::with_capacity(message.len());
    for c in message.chars() {
        if c.is_control() {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}

/// Turns a cause into a message that names the file.
fn about<E: ToString>(path: &Path) -> impl Fn(E) -> String + '_ {
    move |cause| format!("{}: {}", path.display(), cause.to_string())
}
