//! What can be wrong with what parts have written.

use std::path::Path;

use crate::Error;

/// Why what parts have written can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PartsProblem {
    /// Nothing is there.
    #[error("no part has been converted")]
    None,
    /// A shard isn't there.
    #[error("not converted yet")]
    Missing,
    /// The options are others than those of this call.
    #[error("other parts were converted with other options")]
    OtherOptions,
    /// The input is another than that of this call.
    #[error("other parts were converted from another input: {0}")]
    OtherInput(String),
    /// A shard is another than the options make.
    #[error("it isn't what these options make of its shard: run its part again")]
    NotWhole,
    /// What a part wrote about its shard can't be understood.
    #[error("not the record of a part that was finished: run it again")]
    NoCount,
    /// The record of all parts can't be understood.
    #[error("not a record of parts: {0}")]
    Record(String),
    /// It has no record, so others have made it.
    #[error("it was not made by --part, and nothing is done to it")]
    NotOurs,
    /// Something in it was not made by a part, and doesn't belong into the output.
    #[error("no part has made it: move it away, and run --finish again")]
    Stray,
    /// It is the input, holds it, or lies in it.
    #[error("parts are put together here, so the input can't be here")]
    IsInput,
    /// It can't be renamed to the output.
    #[error("it lies on another file system than the output")]
    OtherFileSystem,
}

/// What parts have written and can't be used.
pub(crate) fn parts(path: &Path, problem: PartsProblem) -> Error {
    Error::Parts {
        path: path.into(),
        problem,
    }
}
