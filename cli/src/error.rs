//! What can go wrong, and the exit code of each.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::checkpoint::{HEADER_LIMIT, HeaderError, IndexError};
pub use crate::convert::problem::{PartsProblem, TensorError};

/// What a command or a call ended with instead of a result. The text is one sentence that names the file; [`Error::line`] makes it one line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or directory can't be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The bytes of a tensor can't be read or written.
    #[error("{}: tensor {tensor}: {source}", path.display())]
    TensorIo {
        /// The file.
        path: PathBuf,
        /// The tensor's name.
        tensor: String,
        /// What the system says.
        source: io::Error,
    },
    /// A file is no safetensors file, or a damaged one.
    #[error("{}: {source}", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: HeaderError,
    },
    /// The index of a directory is none, or doesn't agree with the shards.
    #[error("{}: {source}", path.display())]
    Index {
        /// The index.
        path: PathBuf,
        /// What is wrong with it.
        source: IndexError,
    },
    /// A configuration file can't be understood.
    #[error("{}: {why}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A directory has no checkpoint in it.
    #[error("{}: it has no safetensors file", path.display())]
    NoCheckpoint {
        /// The directory.
        path: PathBuf,
    },
    /// A tensor can't become what was asked for.
    #[error("{}: tensor {tensor}: {why}", path.display())]
    Tensor {
        /// The file that has it.
        path: PathBuf,
        /// The tensor's name.
        tensor: String,
        /// Why not, and what to do.
        why: Box<TensorError>,
    },
    /// The header of a file to write would be longer than readers accept.
    #[error("{}: its header would have more than {HEADER_LIMIT} bytes", path.display())]
    HeaderTooLong {
        /// The file.
        path: PathBuf,
    },
    /// The output is there already.
    #[error("{}: exists already, and is not overwritten", path.display())]
    Exists {
        /// The output.
        path: PathBuf,
    },
    /// The output lies in the directory that is read.
    #[error("{}: it lies in the directory that is read", path.display())]
    InsideInput {
        /// The output.
        path: PathBuf,
    },
    /// Something in a directory is neither a file nor a directory.
    #[error("{}: neither a file nor a directory", path.display())]
    SpecialFile {
        /// Its path.
        path: PathBuf,
    },
    /// Links lead to a directory in very many ways, or in a circle.
    #[error("{}: links lead here again and again", path.display())]
    LinksMeet {
        /// A path to it.
        path: PathBuf,
    },
    /// A file isn't what it was when its header was read.
    #[error("{}: it was changed while it was read", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A file that must be small is large.
    #[error("{}: more than {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// How many bytes are read at most.
        limit: u64,
    },
    /// The output can't have its name.
    #[error("{}: {why}", path.display())]
    Name {
        /// The output.
        path: PathBuf,
        /// Why not.
        why: &'static str,
    },
    /// A single file was to be converted in parts.
    #[error("{}: it is no directory, and has no parts", path.display())]
    NoParts {
        /// The file.
        path: PathBuf,
    },
    /// What parts have written can't be used.
    #[error("{}: {problem}", path.display())]
    Parts {
        /// The file that shows it.
        path: PathBuf,
        /// What is wrong with it.
        problem: PartsProblem,
    },
    /// An option doesn't make sense for this input.
    #[error("{}: {option}: {why}", path.display())]
    Option {
        /// The input.
        path: PathBuf,
        /// The option, as it is typed.
        option: &'static str,
        /// Why not.
        why: String,
    },
    /// An argument that is no path can't be understood.
    #[error("{why}")]
    Argument {
        /// What it is, and why not.
        why: String,
    },
    /// The command line is wrong.
    #[error("{message}")]
    Usage {
        /// What the parser of the command line says.
        message: String,
    },
    /// The report can't be printed.
    #[error("standard output: {0}")]
    Stdout(#[source] io::Error),
    /// Signals can't be waited for.
    #[error("cannot wait for signals: {0}")]
    Signals(#[source] io::Error),
    /// A signal ended the program.
    #[error("signal {0}")]
    Signal(i32),
    /// The output is in its place and whole, but something after that failed.
    #[error("{} is whole, but then: {source}", path.display())]
    AfterPublish {
        /// The output.
        path: PathBuf,
        /// What failed.
        source: Box<Error>,
    },
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
}

/// What the process ends with, in one table; `docs/cli.md` has it for people. A signal ends it with 128 and the signal's number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Exit {
    /// All was done.
    Done = 0,
    /// `check --fail-on` found elements of a kind that it names.
    Found = 1,
    /// An error: nothing stands under the output's name.
    Failed = 2,
    /// The output is in its place and whole, and then something failed.
    AfterPublish = 3,
}

impl Error {
    /// The name of the variant, for programs.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Error::Io { .. } => "io",
            Error::TensorIo { .. } => "tensor_io",
            Error::Header { .. } => "header",
            Error::Index { .. } => "index",
            Error::Config { .. } => "config",
            Error::NoCheckpoint { .. } => "no_checkpoint",
            Error::Tensor { .. } => "tensor",
            Error::HeaderTooLong { .. } => "header_too_long",
            Error::Exists { .. } => "exists",
            Error::InsideInput { .. } => "inside_input",
            Error::SpecialFile { .. } => "special_file",
            Error::LinksMeet { .. } => "links_meet",
            Error::Changed { .. } => "changed",
            Error::TooLarge { .. } => "too_large",
            Error::Name { .. } => "name",
            Error::NoParts { .. } => "no_parts",
            Error::Parts { .. } => "parts",
            Error::Option { .. } => "option",
            Error::Argument { .. } => "argument",
            Error::Usage { .. } => "usage",
            Error::Stdout(_) => "stdout",
            Error::Signals(_) => "signals",
            Error::Signal(_) => "signal",
            Error::AfterPublish { .. } => "after_publish",
            Error::Cancelled => "cancelled",
        }
    }

    /// The exit code.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Error::AfterPublish { .. } => Exit::AfterPublish,
            _ => Exit::Failed,
        }
    }

    /// The file or directory that it is about.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Error::Io { path, .. }
            | Error::TensorIo { path, .. }
            | Error::Header { path, .. }
            | Error::Index { path, .. }
            | Error::Config { path, .. }
            | Error::NoCheckpoint { path }
            | Error::Tensor { path, .. }
            | Error::HeaderTooLong { path }
            | Error::Exists { path }
            | Error::InsideInput { path }
            | Error::SpecialFile { path }
            | Error::LinksMeet { path }
            | Error::Changed { path }
            | Error::TooLarge { path, .. }
            | Error::Name { path, .. }
            | Error::NoParts { path }
            | Error::Parts { path, .. }
            | Error::Option { path, .. }
            | Error::AfterPublish { path, .. } => Some(path),
            Error::Argument { .. }
            | Error::Usage { .. }
            | Error::Stdout(_)
            | Error::Signals(_)
            | Error::Signal(_)
            | Error::Cancelled => None,
        }
    }

    /// The tensor that it is about.
    #[must_use]
    pub fn tensor(&self) -> Option<&str> {
        match self {
            Error::TensorIo { tensor, .. } | Error::Tensor { tensor, .. } => Some(tensor),
            _ => None,
        }
    }

    /// One line for a person.
    #[must_use]
    pub fn line(&self) -> String {
        one_line(&self.to_string())
    }

    /// For a program.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({"error": {
            "kind": self.kind(),
            "message": self.line(),
            "path": self.path().map(Path::to_string_lossy),
            "tensor": self.tensor(),
            "exit_code": self.exit() as u8,
        }})
    }
}

/// The longest line, and how much of a longer one is left of its end: there the cause stands, and at the beginning the path.
const LINE: usize = 500;
const END: usize = 200;

/// Names of files and tensors come from outside, and causes quote them: a line break or a terminal's escape sequence in one stays text, and
/// one that goes on and on is cut in its middle.
pub(crate) fn one_line(message: &str) -> String {
    let mut line = String::new();
    for c in message.chars() {
        if c.is_control() {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    let length = line.chars().count();
    if length <= LINE {
        return line;
    }
    let beginning: String = line.chars().take(LINE - END - 3).collect();
    let end: String = line.chars().skip(length - END).collect();
    format!("{beginning}...{end}")
}

/// The error of the system about a path.
pub(crate) fn at(path: &Path) -> impl Fn(io::Error) -> Error + '_ {
    move |source| Error::Io {
        path: path.into(),
        source,
    }
}

/// What is wrong with a tensor of a file.
pub(crate) fn about_tensor<'a>(
    path: &'a Path,
    tensor: &'a str,
) -> impl Fn(TensorError) -> Error + 'a {
    move |why| Error::Tensor {
        path: path.into(),
        tensor: tensor.into(),
        why: why.into(),
    }
}
