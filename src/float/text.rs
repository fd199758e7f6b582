//! `FromStr` and the traits of `core::fmt`.

use core::fmt::{
    Binary, Display, Formatter, LowerExp, LowerHex, Octal, Result, UpperExp, UpperHex,
};
use core::str::FromStr;

use super::Float;
use super::spec::Spec;
use crate::round::{Bits, Cast, Flags};
use crate::text::{self, ParseFloatError, Style};

/// Parses the text that `f32` parses, in any case and with any number of digits (`-1.5`, `.5e-3`, `inf`, `infinity`, `nan`), and
/// C's hexadecimal form (`0x1.8p-3`).
///
/// The exact value of all digits is rounded once, ties to even, with IEEE's overflow. A text for which a cast would raise INVALID is
/// an error: a NaN where there is none, and a negative number where there is no sign.
///
/// A format that reaches beyond 2<sup>±1100</sup>, farther than `f64`, may take a neighbour instead for a number of more than 19
/// digits that is this large or small, and within a part in 10<sup>18</sup> of a tie.
impl<S: Spec> FromStr for Float<S> {
    type Err = ParseFloatError;

    #[inline]
    fn from_str(text: &str) -> core::result::Result<Self, Self::Err> {
        text::parse(text)
    }
}

/// # Text
impl<S: Spec> Float<S> {
    /// Parses what [`FromStr`] parses, and rounds the exact value once, as `cast` says. Returns the number and the exceptions that
    /// rounding raised.
    ///
    /// # Errors
    /// As [`FromStr`]: if the text is no number, or one for which a cast would raise INVALID.
    ///
    /// ```
    /// use ulp::{Cast, F8E4M3Fn, Flags, Rounding};
    ///
    /// let up = Cast::new().rounding(Rounding::TowardPositive);
    /// let (x, flags) = F8E4M3Fn::parse_with("0.1", up)?;
    /// assert_eq!((x.to_f32(), flags), (0.1015625, Flags::INEXACT));
    /// let (x, flags) = F8E4M3Fn::parse_with("1e3", up.saturating())?;
    /// assert_eq!((x, flags), (F8E4M3Fn::MAX, Flags::OVERFLOW | Flags::INEXACT));
    /// # Ok::<(), ulp::ParseFloatError>(())
    /// ```
    #[inline]
    pub fn parse_with(
        text: &str,
        cast: Cast,
    ) -> core::result::Result<(Self, Flags), ParseFloatError> {
        text::parse_with(text, cast)
    }
}

/// `Debug`: as `Display`, with `.0` after an integer, and an exponent below 1e-4 and from 1e16: `1.0`, `1e16`.
pub(super) fn debug<S: Spec>(number: Float<S>, f: &mut Formatter<'_>) -> Result {
    text::print(Style::Debug, Float::<S>::LAYOUT, number.code(), f)
}

macro_rules! digits {
    ($($(#[$meta:meta])* $style:ident;)*) => { $(
        $(#[$meta])*
        impl<S: Spec> $style for Float<S> {
            #[inline]
            fn fmt(&self, f: &mut Formatter<'_>) -> Result {
                text::print(Style::$style, Self::LAYOUT, self.code(), f)
            }
        }
    )* };
}
digits! {
    /// Prints digits that parse back to the number.
    /// - All digits of a whole number below 2<sup>24</sup>: 65504.
    /// - Other numbers of a format of at most 8 bits print as the `f32` of the value: 0.1015625. (Where `f32` doesn't have all
    ///   numbers of the format, as below.)
    /// - Other numbers print the fewest digits that parse back, and of those the nearest: 0.1 for the `F16` 0.0999755859375.
    ///
    /// A precision prints the digits of the value itself (of `to_f64` in a format wider than `f64`). Flags do what they do for
    /// `f32`.
    Display;
    /// Prints as `Display` does, with an exponent: `1.5e-3`.
    LowerExp;
    /// Prints as `Display` does, with an exponent: `1.5E-3`.
    UpperExp;
}

macro_rules! bits {
    ($($style:ident)*) => { $(
        /// Prints the bits.
        impl<S: Spec> $style for Float<S> {
            #[inline]
            fn fmt(&self, f: &mut Formatter<'_>) -> Result {
                $style::fmt(&self.to_bits().to_u64(), f)
            }
        }
    )* };
}
bits!(LowerHex UpperHex Octal Binary);
