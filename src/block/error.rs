//! [`BlockError`]: a scheme and a matrix that don't fit together.

use core::error::Error;
use core::fmt;

use super::ScaleRule;

/// The reason why a matrix can't be quantized or dequantized. The text says what is wrong, and what would be right.
///
/// ```
/// use ulp::block::{BlockError, Scheme};
///
/// // Two elements of MXFP4 take a byte.
/// let error = Scheme::MXFP4.quantize(&[1f32; 32], 32, 1.0, &mut [0; 32], &mut [0; 1]).unwrap_err();
/// assert_eq!(error, BlockError::ElementLength { expected: 16, found: 32 });
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub enum BlockError {
    /// The rule gives powers of two, but the format of the scales has other numbers too.
    Rule {
        /// The rule.
        rule: ScaleRule,
        /// The name of the format of the scales.
        scale: &'static str,
    },
    /// The format of the elements has no sign or no zero, or has values that `f32` lacks.
    Element(&'static str),
    /// The format of the scales has values that `f32` lacks.
    Scale(&'static str),
    /// The tensor scale is not positive and finite.
    TensorScale(f32),
    /// The tensor scale is not 1, but the scheme has no tensor scale.
    NoTensorScale(f32),
    /// The number of elements is not a multiple of the number of columns.
    Columns {
        /// The number of elements.
        len: usize,
        /// The number of columns.
        cols: usize,
    },
    /// The slice of the elements has the wrong length for the matrix.
    ElementLength {
        /// The right length, in bytes, or in numbers for a [`Typed`](super::Typed) scheme.
        expected: usize,
        /// The length of the slice, in the unit of `expected`.
        found: usize,
    },
    /// The slice of the scales has the wrong length for the matrix.
    ScaleLength {
        /// The right length, in bytes, or in numbers for a [`Typed`](super::Typed) scheme.
        expected: usize,
        /// The length of the slice, in the unit of `expected`.
        found: usize,
    },
    /// The matrix has a NaN, and neither elements nor scales have NaN. Elements and scales before the NaN have been written.
    Nan {
        /// The index of the scale of the block with the NaN.
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
            Self::NoTensorScale(scale) => write!(f, "the tensor scale is {scale}, but the scheme has none, so it must be 1"),
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
