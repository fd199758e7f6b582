//! The commands about checkpoints as calls, for other programs: with the options of the command line, and without its signals, progress
//! and standard output.

use std::ffi::OsString;
use std::iter::once;

use clap::Parser;

use crate::error::Error;
use crate::observer::Observer;
use crate::program::{Command, Program};
use crate::{check, convert, inspect};

/// Does what a command line of `convert`, `check` or `inspect` says, and returns what it prints. The name of the program is left out.
///
/// # Errors
/// Those of the command; and [`Error::Usage`] if the command line is wrong, or of another command.
pub fn call(
    arguments: impl IntoIterator<Item = OsString>,
    observer: &dyn Observer,
) -> Result<String, Error> {
    let usage = |message: &str| Error::Usage {
        message: message.trim_end().into(),
    };
    let line = once("ulp".into()).chain(arguments);
    let program = Program::try_parse_from(line).map_err(|error| usage(&error.to_string()))?;
    match program.command {
        Command::Convert(asked) => convert::report(&asked, observer),
        Command::Check(asked) => {
            let mut out = Vec::new();
            check::report(&asked, observer, &mut out)?;
            Ok(String::from_utf8_lossy(&out).into_owned())
        }
        Command::Inspect(asked) => inspect::report(&asked),
        _ => Err(usage("only convert, check and inspect are calls")),
    }
}
