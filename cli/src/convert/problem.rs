//! What can be wrong with tensors, and with what parts have written.

use std::path::Path;

use crate::Error;

/// Why a tensor can't become what was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TensorError {
    /// A tensor that has to be added has a name that another one has.
    #[error("there is a tensor {name} already")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// Its scales have a shape that fits no way to scale it.
    #[error(
        "its shape {shape:?} doesn't fit the shape {scales_shape:?} of {scales} in any way that is known; --keep copies both"
    )]
    ScaleShape {
        /// Its own shape.
        shape: Vec<u64>,
        /// The name of the scales.
        scales: String,
        /// The shape of the scales.
        scales_shape: Vec<u64>,
    },
    /// It has 8 bits or fewer, and no scale that is known.
    #[error("it has no scale that is known, though {because}; --keep copies it")]
    NoScale {
        /// Why it should have one.
        because: String,
    },
    /// A tensor that its scheme needs is not there.
    #[error("{name} is missing; --keep copies what is there")]
    Missing {
        /// The name.
        name: String,
    },
    /// A scale whose weight isn't there, or isn't what scales of this name are used with.
    #[error("it is a scale, and no weight that is known goes with it; --keep copies it")]
    ScaleOfNothing,
    /// It belongs to a way of quantizing that isn't read.
    #[error("it belongs to a quantization that is not read; --keep copies it")]
    Foreign,
    /// The configuration describes a way of quantizing that isn't read.
    #[error("{why}; --keep copies tensors as they are")]
    ForeignConfig {
        /// What isn't read.
        why: String,
    },
    /// It stays in a scheme, and others are written in another: no configuration describes both.
    #[error(
        "it stays as it is stored, with its scales, beside weights in another scheme: no configuration describes both"
    )]
    StaysScaled,
    /// It is stored with its last two dimensions changed.
    #[error(
        "it is stored with its last two dimensions changed, as gpt-oss has it, and no other scheme is: convert to bf16 first"
    )]
    Transposed,
    /// Its elements don't fill whole bytes.
    #[error("{shape:?} elements of {dtype} don't end with a byte")]
    PartOfByte {
        /// Its shape.
        shape: Vec<u64>,
        /// The dtype that it would have.
        dtype: safetensors::Dtype,
    },
    /// Its length, or with it that of the file, overflows.
    #[error("its length overflows")]
    TooLong,
}

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
