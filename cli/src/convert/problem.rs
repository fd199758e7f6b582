//! Errors of tensors and of parts.

use std::path::Path;

use crate::Error;

/// The reason why a tensor can't be converted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TensorError {
    /// A tensor that has to be added has the name of another tensor.
    #[error("there is a tensor {name} already")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// No known way to scale the tensor fits the shape of its scales.
    #[error("its shape {shape:?} doesn't fit the shape {scales_shape:?} of {scales} in any way that is known; --keep copies both")]
    ScaleShape {
        /// The shape of the tensor.
        shape: Vec<u64>,
        /// The name of the scales.
        scales: String,
        /// The shape of the scales.
        scales_shape: Vec<u64>,
    },
    /// The tensor has 8 bits or fewer, and no scale that is known.
    #[error("it has no scale that is known, though {because}; --keep copies it")]
    NoScale {
        /// The reason why the tensor should have a scale.
        because: String,
    },
    /// A tensor that the scheme needs is missing.
    #[error("{name} is missing; --keep copies what is there")]
    Missing {
        /// The name.
        name: String,
    },
    /// The tensor is a scale whose weight is missing, or has a weight that isn't used with such scales.
    #[error("it is a scale, and no weight that is known goes with it; --keep copies it")]
    ScaleOfNothing,
    /// The tensor belongs to a way of quantizing that isn't read.
    #[error("it belongs to a quantization that is not read; --keep copies it")]
    Foreign,
    /// The configuration describes a way of quantizing that isn't read.
    #[error("{why}; --keep copies tensors as they are")]
    ForeignConfig {
        /// The name of that way, or the reason.
        why: String,
    },
    /// The tensor stays in its scheme, and other tensors are written in another. No configuration describes both.
    #[error("it stays as it is stored, with its scales, beside weights in another scheme: no configuration describes both")]
    StaysScaled,
    /// The elements don't fill whole bytes.
    #[error("{shape:?} elements of {dtype} don't end with a byte")]
    PartOfByte {
        /// The shape of the tensor.
        shape: Vec<u64>,
        /// The dtype of the elements in the output.
        dtype: safetensors::Dtype,
    },
    /// The length of the tensor or of the file overflows.
    #[error("its length overflows")]
    TooLong,
}

/// The reason why `OUTPUT.parts` can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PartsProblem {
    /// No part has been made.
    #[error("no part has been converted")]
    None,
    /// A shard is missing.
    #[error("not converted yet")]
    Missing,
    /// The options differ from those of this call.
    #[error("other parts were converted with other options")]
    OtherOptions,
    /// The input differs from that of this call.
    #[error("other parts were converted from another input: {0}")]
    OtherInput(String),
    /// A shard differs from the one that the options make.
    #[error("it isn't what these options make of its shard: run its part again")]
    NotWhole,
    /// A part's count for its shard can't be parsed.
    #[error("not the record of a part that was finished: run it again")]
    NoCount,
    /// The record of all parts can't be parsed.
    #[error("not a record of parts: {0}")]
    Record(String),
    /// The directory has no record, so `ulp` has not made it.
    #[error("it was not made by --part, and nothing is done to it")]
    NotOurs,
    /// A file in the directory was not made by a part, and doesn't belong to the output.
    #[error("no part has made it: move it away, and run --finish again")]
    Stray,
    /// The directory is the input, holds it, or lies in it.
    #[error("parts are put together here, so the input can't be here")]
    IsInput,
    /// The directory can't be renamed to the output.
    #[error("it lies on another file system than the output")]
    OtherFileSystem,
}

/// Returns the error for `OUTPUT.parts`.
pub(crate) fn parts(path: &Path, problem: PartsProblem) -> Error {
    Error::Parts {
        path: path.into(),
        problem,
    }
}
