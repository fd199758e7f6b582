//! Errors, and their exit codes.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::checkpoint::{HEADER_LIMIT, HeaderError, IndexError};
pub use crate::convert::problem::{PartsProblem, TensorError};
use crate::line::{clip, one_line};

/// The error of a command or a call. The text is one sentence that names the file. [`Error::line`] returns it as one line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or directory can't be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The bytes of a tensor can't be read or written.
    #[error("{}: tensor {tensor}: {source}", path.display())]
    TensorIo {
        /// The file.
        path: PathBuf,
        /// The tensor's name.
        tensor: String,
        /// The error of the system.
        source: io::Error,
    },
    /// A file is not a safetensors file, or is damaged.
    #[error("{}: {source}", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// The fault of the header.
        source: HeaderError,
    },
    /// The index of a directory is not valid, or doesn't agree with the shards.
    #[error("{}: {source}", path.display())]
    Index {
        /// The index.
        path: PathBuf,
        /// The fault of the index.
        source: IndexError,
    },
    /// A configuration file can't be parsed.
    #[error("{}: {why}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// The fault of the configuration.
        why: String,
    },
    /// A directory has no checkpoint in it.
    #[error("{}: it has no safetensors file", path.display())]
    NoCheckpoint {
        /// The directory.
        path: PathBuf,
    },
    /// A tensor can't be converted.
    #[error("{}: tensor {tensor}: {why}", path.display())]
    Tensor {
        /// The file that has it.
        path: PathBuf,
        /// The tensor's name.
        tensor: String,
        /// The reason why not, and a remedy.
        why: Box<TensorError>,
    },
    /// The header of a file to write would be longer than readers accept.
    #[error("{}: its header would have more than {HEADER_LIMIT} bytes", path.display())]
    HeaderTooLong {
        /// The file.
        path: PathBuf,
    },
    /// The output exists already.
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
    /// An entry of a directory is neither a file nor a directory.
    #[error("{}: neither a file nor a directory", path.display())]
    SpecialFile {
        /// Its path.
        path: PathBuf,
    },
    /// Links lead to a directory in very many ways, or in a circle.
    #[error("{}: links lead here again and again", path.display())]
    LinksMeet {
        /// A path to the directory.
        path: PathBuf,
    },
    /// A file has changed since its header was read.
    #[error("{}: it was changed while it was read", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A file is larger than its kind may be.
    #[error("{}: more than {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The largest number of bytes that is read.
        limit: u64,
    },
    /// A configuration or an index is a file of another kind.
    #[error("{}: it is {kind}", path.display())]
    OtherKind {
        /// The file.
        path: PathBuf,
        /// The kind of the file, and a remedy.
        kind: String,
    },
    /// The output can't have its name.
    #[error("{}: {why}", path.display())]
    Name {
        /// The output.
        path: PathBuf,
        /// The reason why not.
        why: &'static str,
    },
    /// A single file was to be converted in parts.
    #[error("{}: it is no directory, and has no parts", path.display())]
    NoParts {
        /// The file.
        path: PathBuf,
    },
    /// `OUTPUT.parts` can't be used.
    #[error("{}: {problem}", path.display())]
    Parts {
        /// The file that shows it.
        path: PathBuf,
        /// The fault of the parts.
        problem: PartsProblem,
    },
    /// An option doesn't make sense for this input.
    #[error("{}: {option}: {why}", path.display())]
    Option {
        /// The input.
        path: PathBuf,
        /// The option, as it is typed.
        option: &'static str,
        /// The reason why not.
        why: String,
    },
    /// An argument that is not a path can't be parsed.
    #[error("{why}")]
    Argument {
        /// The argument, and the reason why it can't be parsed.
        why: String,
    },
    /// The command line is wrong.
    #[error("{message}")]
    Usage {
        /// The message of the parser of the command line.
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
    /// The output is complete and in its place, but something after that failed.
    #[error("{} is whole, but then: {source}", path.display())]
    AfterPublish {
        /// The output.
        path: PathBuf,
        /// The error.
        source: Box<Error>,
    },
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
}

/// The exit codes of the process. `docs/cli.md` explains them for people. A signal ends the process with 128 and the signal's
/// number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Exit {
    /// The command succeeded.
    Done = 0,
    /// `check --fail-on` found elements of a kind that it names.
    Found = 1,
    /// An error: nothing stands under the output's name.
    Failed = 2,
    /// The output is complete and in its place, and then something failed.
    AfterPublish = 3,
}

impl Error {
    /// Returns the name of the variant, for programs.
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
            Error::OtherKind { .. } => "other_kind",
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

    /// Returns the exit code.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Error::AfterPublish { .. } => Exit::AfterPublish,
            _ => Exit::Failed,
        }
    }

    /// Returns the path of the file or directory, if the error is about one.
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
            | Error::OtherKind { path, .. }
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

    /// Returns the name of the tensor, if the error is about one.
    #[must_use]
    pub fn tensor(&self) -> Option<&str> {
        match self {
            Error::TensorIo { tensor, .. } | Error::Tensor { tensor, .. } => Some(tensor),
            _ => None,
        }
    }

    /// Returns the error as one line, for people.
    #[must_use]
    pub fn line(&self) -> String {
        one_line(&clip(self))
    }

    /// Returns the error as JSON, for programs.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({"error": {
            "kind": self.kind(),
            "message": self.line(),
            "path": self.path().map(Path::to_string_lossy),
            "tensor": self.tensor().map(one_line),
            "exit_code": self.exit() as u8,
        }})
    }
}

/// Returns the error of the system about a path.
pub(crate) fn at(path: &Path) -> impl Fn(io::Error) -> Error + '_ {
    move |source| Error::Io {
        path: path.into(),
        source,
    }
}

/// Returns the error of a tensor of a file.
pub(crate) fn about_tensor<'a>(path: &'a Path, tensor: &'a str) -> impl Fn(TensorError) -> Error + 'a {
    move |why| Error::Tensor {
        path: path.into(),
        tensor: tensor.into(),
        why: why.into(),
    }
}
