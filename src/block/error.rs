//! [`BlockError`]: what a scheme and a matrix can have that don't go together.

use core::error::Error;
use core::fmt;

use super::ScaleRule;

/// Why a matrix can't be quantized or dequantized. The text names what is wrong, and what would be right.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub enum BlockError {
    /// A rule that gives powers of two, with scales of a format that has other numbers.
    Rule {
        /// The rule.
        rule: ScaleRule,
        /// The name of the scale's format.
        scale: &'static str,
    },
    /// Elements that have no sign or no zero, or that `f32` has not all values of.
    Element(&'static str),
    /// A scale that `f32` has not all values of.
    Scale(&'static str),
    /// A tensor scale that is not positive and finite.
    TensorScale(f32),
    /// A tensor scale other than 1, where the scheme has none.
    NoTensorScale(f32),
    /// A matrix that isn't made of whole rows.
    Columns {
        /// How many elements there are.
        len: usize,
        /// How many columns.
        cols: usize,
    },
    /// Elements of another length than the matrix has.
    ElementLength {
        /// How long they should be.
        expected: usize,
        /// How long they are.
        found: usize,
    },
    /// Scales of another length than the matrix has.
    ScaleLength {
        /// How long they should be.
        expected: usize,
        /// How long they are.
        found: usize,
    },
    /// A NaN, and neither elements nor scales have one. Elements and scales up to here have been written.
    Nan {
        /// The index of its block's scale.
        scale: usize,
    },
}

impl fmt::Display for BlockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Rule { rule, scale } => write!(
                f,
                "the scale rule {rule} gives powers of two, for scales in float8_e8m0fnu; of {scale} the rule is nearest"
            ),
            Self::Element(name) => write!(
                f,
                "{name} can't be the elements of a block: they need a sign, a zero, and no value that float32 lacks"
            ),
            Self::Scale(name) => write!(
                f,
                "{name} can't be the scale of a block, for float32 lacks some of its values"
            ),
            Self::TensorScale(scale) => {
                write!(f, "the tensor scale {scale} is not positive and finite")
            }
            Self::NoTensorScale(scale) => write!(
                f,
                "the tensor scale is {scale}, but the scheme has none, so it must be 1"
            ),
            Self::Columns { len, cols } => {
                write!(f, "{len} elements are not whole rows of {cols} columns")
            }
            Self::ElementLength { expected, found } => {
                write!(f, "the elements take {expected} places, and have {found}")
            }
            Self::ScaleLength { expected, found } => {
                write!(f, "the scales take {expected} places, and have {found}")
            }
            Self::Nan { scale } => write!(
                f,
                "the block of scale {scale} has a NaN, and neither its elements nor its scale can be one"
            ),
        }
    }
}

impl Error for BlockError {}
