//! [`ParseFloatError`]: the reason why a text is not a number of a format.

use core::error::Error;
use core::fmt;

/// The error of parsing a number, like `core::num::ParseFloatError` for `f32`. [`kind`](Self::kind) returns the reason.
///
/// ```
/// use ulp::{F4E2M1Fn, F16, FloatErrorKind};
///
/// let error = "1.5.2".parse::<F16>().unwrap_err();
/// assert_eq!(error.kind(), FloatErrorKind::Invalid);
/// assert_eq!(error.to_string(), "1.5.2".parse::<f32>().unwrap_err().to_string());
/// assert_eq!("nan".parse::<F4E2M1Fn>().unwrap_err().kind(), FloatErrorKind::Unrepresentable);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParseFloatError {
    kind: FloatErrorKind,
}

/// The reason why a text is not a number of a format.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum FloatErrorKind {
    /// The text is empty.
    Empty,
    /// The text is not a number.
    Invalid,
    /// The text is a number or a NaN that the format can't represent: a NaN in a format without NaN, or a negative number other
    /// than zero in a format without sign. A cast raises INVALID in these cases.
    Unrepresentable,
    /// `num_traits::Num` of the format does not read this radix, or there are too many digits in this radix.
    Unsupported,
}

impl ParseFloatError {
    pub(super) const EMPTY: Self = Self {
        kind: FloatErrorKind::Empty,
    };
    pub(super) const INVALID: Self = Self {
        kind: FloatErrorKind::Invalid,
    };
    pub(super) const UNREPRESENTABLE: Self = Self {
        kind: FloatErrorKind::Unrepresentable,
    };
    #[cfg(feature = "num-traits")]
    pub(super) const UNSUPPORTED: Self = Self {
        kind: FloatErrorKind::Unsupported,
    };

    /// Returns the reason of the error.
    pub const fn kind(&self) -> FloatErrorKind {
        self.kind
    }
}

/// Writes the error. The first two kinds have the texts of `core::num::ParseFloatError`.
impl fmt::Display for ParseFloatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self.kind {
            FloatErrorKind::Empty => "cannot parse float from empty string",
            FloatErrorKind::Invalid => "invalid float literal",
            FloatErrorKind::Unrepresentable => "the format has no such number",
            FloatErrorKind::Unsupported => "unsupported radix, or too many digits for it",
        })
    }
}

impl Error for ParseFloatError {}
