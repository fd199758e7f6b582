//! The commands, and the printing of their reports and errors.

use std::env;
use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::error::{Error, Exit};
use crate::line::json_line;
use crate::output::after_publish;
use crate::progress::Progress;
use crate::{bits, check, completions, convert, finfo, inspect, memory, signals};

/// Floating-point formats of machine learning.
#[derive(Parser)]
#[command(name = "ulp", version)]
pub(crate) struct Program {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Convert(convert::Convert),
    Check(check::Check),
    Inspect(inspect::Inspect),
    Bits(bits::Bits),
    Finfo(finfo::Finfo),
    Memory(memory::Memory),
    Completions(completions::Completions),
    Man(completions::Man),
}

/// Runs the command line of the process.
#[must_use]
pub fn run() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().collect();
    ExitCode::from(run_with(&arguments) as u8)
}

/// Runs a command line. The first argument is the name of the program.
#[must_use]
pub fn run_with(arguments: &[OsString]) -> Exit {
    // Programs that ask for JSON read errors as JSON too, and so do errors of the command line.
    let json = arguments.iter().any(|argument| argument == "--json");
    let report = match Program::try_parse_from(arguments) {
        Ok(program) => report(program.command, json),
        Err(error) if is_help(&error) => error.exit(),
        Err(error) => Err(usage(&error)),
    };
    let done = report.and_then(|(report, exit)| print(&report).map(|()| exit));
    let exit = done.unwrap_or_else(|error| tell(&error, json));
    signals::end();
    exit
}

/// Returns whether the parser of the command line only has to print the help or the version.
fn is_help(error: &clap::Error) -> bool {
    use clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    !error.use_stderr() || error.kind() == DisplayHelpOnMissingArgumentOrSubcommand
}

/// Returns the error of the parser of the command line in one line, without the usage that follows it.
pub(crate) fn usage(error: &clap::Error) -> Error {
    let text = error.render().to_string();
    let lines = text.lines().map(str::trim);
    let ends = ["Usage:", "For more information"];
    let lines = lines.take_while(|line| !ends.iter().any(|end| line.starts_with(end)));
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    let message = lines.join(" ");
    let message = message.strip_prefix("error: ").unwrap_or(&message);
    Error::Usage {
        message: format!("{message}; --help shows the usage"),
    }
}

/// Writes an error to standard error, and returns the exit code.
fn tell(error: &Error, json: bool) -> Exit {
    let line = if json {
        json_line(&error.json())
    } else {
        format!("ulp: {}", error.line())
    };
    // Standard error is the last place for a report. If it is gone, only the exit code remains.
    let _ = writeln!(io::stderr(), "{line}");
    error.exit()
}

/// Returns the output of a command that isn't printed yet, and the exit code.
fn report(command: Command, json: bool) -> Result<(String, Exit), Error> {
    let report = match command {
        Command::Convert(args) => {
            let tell = move |output: &Path, signal| tell(&after_publish(output)(Error::Signal(signal)), json) as u8;
            signals::handle(tell).map_err(Error::Signals)?;
            return print_with(json, |out| convert::report(&args, &Progress::new(args.quiet), out));
        }
        Command::Check(args) => return print_with(json, |out| check::report(&args, &Progress::new(args.quiet), out)),
        Command::Inspect(args) => return print_with(json, |out| inspect::report(&args, out)),
        Command::Bits(args) => bits::report(&args),
        Command::Finfo(args) => finfo::report(&args),
        Command::Memory(args) => Ok(memory::report(&args)),
        Command::Completions(args) => Ok(completions::completions(&args, Program::command())),
        Command::Man(args) => completions::man(&args, Program::command()),
    };
    report.map(|report| (report, Exit::Done))
}

/// Runs a command that prints its report piece by piece, because the report may be large.
fn print_with(json: bool, report: impl FnOnce(&mut dyn Write) -> Result<Exit, Error>) -> Result<(String, Exit), Error> {
    // JSON has no colours to remove.
    let out: Box<dyn Write> = if json {
        Box::new(io::stdout())
    } else {
        Box::new(anstream::stdout())
    };
    let mut out = io::BufWriter::new(out);
    let done = report(&mut out).and_then(|exit| out.flush().map(|()| exit).map_err(Error::Stdout));
    // The unwritten rest belongs to a report that failed.
    let _ = out.into_parts();
    let exit = match done {
        Err(Error::Stdout(error)) => not_printed(error).map(|()| Exit::Done),
        done => done,
    };
    exit.map(|exit| (String::new(), exit))
}

/// Returns whether an error of writing is none, because a reader such as `head` has seen enough.
fn is_no_error(error: &io::Error) -> bool {
    error.kind() == ErrorKind::BrokenPipe
}

/// Prints a report. Colours are left out if no terminal shows them.
fn print(report: &str) -> Result<(), Error> {
    anstream::stdout().write_all(report.as_bytes()).or_else(not_printed)
}

/// Returns the error of a report that could not be printed, unless the error is none.
fn not_printed(error: io::Error) -> Result<(), Error> {
    if is_no_error(&error) {
        return Ok(());
    }
    let error = Error::Stdout(error);
    Err(match signals::uninterrupted().published() {
        Some(output) => after_publish(output)(error),
        None => error,
    })
}
