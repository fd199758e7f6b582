//! The commands about checkpoints, as calls for other programs. A call has the options of the command line. It has no signals, no
//! progress and no standard output.

use std::ffi::OsString;
use std::iter::once;

use clap::Parser;

use crate::error::Error;
use crate::observer::Observer;
use crate::program::{Command, Program, usage};
use crate::{check, convert, inspect};

/// Runs a command line of `convert`, `check` or `inspect`, and returns its output. `arguments` does not begin with the name of
/// the program.
///
/// # Errors
/// Returns the error of the command, or [`Error::Usage`] if the command line is wrong or is of another command.
pub fn call(arguments: impl IntoIterator<Item = OsString>, observer: &dyn Observer) -> Result<String, Error> {
    let line = once("ulp".into()).chain(arguments);
    let program = Program::try_parse_from(line).map_err(|error| usage(&error))?;
    let mut out = Vec::new();
    match program.command {
        Command::Convert(args) => convert::report(&args, observer, &mut out),
        Command::Check(args) => check::report(&args, observer, &mut out),
        Command::Inspect(args) => inspect::report(&args, &mut out),
        _ => Err(Error::Usage {
            message: "only convert, check and inspect are calls".into(),
        }),
    }?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}
