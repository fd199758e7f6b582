//! `ulp completions` and `ulp man` print scripts for shells and manual pages. Both come from the descriptions that the help uses.

use clap::{Args, Command};
use clap_complete::Shell;

use crate::Error;

/// Print a script that completes `ulp` in a shell
#[derive(Args)]
#[command(after_help = "\
Examples:
  ulp completions bash > ~/.local/share/bash-completion/completions/ulp
  ulp completions zsh > ~/.zfunc/_ulp
  ulp completions fish > ~/.config/fish/completions/ulp.fish")]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

/// Print the manual page of `ulp`, or of one of its commands
#[derive(Args)]
#[command(after_help = "\
Examples:
  ulp man > ulp.1
  ulp man bits | man -l -")]
pub(crate) struct Man {
    /// The command [default: the page of them all]
    command: Option<String>,
}

pub(crate) fn completions(args: &Completions, mut program: Command) -> String {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, "ulp", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

pub(crate) fn man(args: &Man, mut program: Command) -> Result<String, Error> {
    program.build();
    let page = match &args.command {
        None => program,
        Some(name) => {
            let found = program.find_subcommand(name);
            let found = found.ok_or_else(|| Error::Argument {
                why: format!("{name:?}: no command"),
            })?;
            found.clone()
        }
    };
    let mut text = Vec::new();
    let rendered = clap_mangen::Man::new(page).render(&mut text);
    rendered.map_err(Error::Stdout)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
