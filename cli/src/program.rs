//! The commands, and what is common to all: where reports and errors go.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::{bits, check, convert, finfo, memory, one_line, pages};

/// Floating-point formats of machine learning.
#[derive(Parser)]
#[command(name = "ulp", version)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Convert(convert::Convert),
    Check(check::Check),
    Bits(bits::Bits),
    Finfo(finfo::Finfo),
    Memory(memory::Memory),
    Completions(pages::Completions),
    Man(pages::Man),
}

/// Does what the command line says.
#[must_use]
pub fn run() -> ExitCode {
    let mut found = false;
    let report = match Program::parse().command {
        Command::Convert(asked) => convert::report(&asked),
        Command::Check(asked) => check::report(&asked).map(|(report, any)| {
            found = any;
            report
        }),
        Command::Bits(asked) => bits::report(&asked),
        Command::Finfo(asked) => finfo::report(&asked),
        Command::Memory(asked) => Ok(memory::report(&asked)),
        Command::Completions(asked) => Ok(pages::completions(&asked, Program::command())),
        Command::Man(asked) => pages::man(&asked, Program::command()),
    };
    match report.and_then(|report| print(&report)) {
        Ok(()) => ExitCode::from(u8::from(found)),
        Err(message) => {
            // Standard error is the last place to report to: if it is gone, the exit code has to do.
            let _ = writeln!(io::stderr(), "ulp: {}", one_line(&message));
            ExitCode::from(2)
        }
    }
}

/// Colours are left out where no terminal shows them. A reader that has seen enough, such as `head`, is not an error.
fn print(report: &str) -> Result<(), String> {
    match anstream::stdout().write_all(report.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("standard output: {error}"))
        }
        _ => Ok(()),
    }
}
