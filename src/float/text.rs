//! `FromStr` and the traits of `core::fmt`.

use core::fmt::{Binary, Display, Formatter, LowerExp, LowerHex, Octal, Result, UpperExp, UpperHex};
use core::str::FromStr;

use super::Float;
use super::spec::Spec;
use crate::round::{Bits, Cast, Flags};
use crate::text::{self, ParseFloatError, Style};

/// Parses the text that `f32` parses, in any case and with any number of digits (`-1.5`, `.5e-3`, `inf`, `infinity`, `nan`).
/// Parses C's hexadecimal form (`0x1.8p-3`) too.
///
/// The exact value of all digits is rounded once, ties to even, with IEEE's overflow. A text is an error if a cast of its value
/// would raise INVALID. The text of a NaN is an error in a format without NaN, and a negative number is an error in a format
/// without sign.
///
/// A format that reaches beyond 2<sup>±1100</sup>, farther than `f64`, may give a neighbour of the right number. This happens
/// only if the text has more than 19 digits, its number is that large or small, and the number lies within a part in
/// 10<sup>18</sup> of a tie.
impl<S: Spec> FromStr for Float<S> {
    type Err = ParseFloatError;

    #[inline]
    fn from_str(text: &str) -> core::result::Result<Self, Self::Err> {
        text::parse(text)
    }
}

/// # Text
impl<S: Spec> Float<S> {
    /// Parses the texts that [`FromStr`] parses, and rounds the exact value once, as `cast` says. Returns the number and the
    /// exceptions that rounding raised.
    ///
    /// # Errors
    /// The errors are those of [`FromStr`]: the text is no number, or a cast of its value would raise INVALID.
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
    pub fn parse_with(text: &str, cast: Cast) -> core::result::Result<(Self, Flags), ParseFloatError> {
        text::parse_with(text, cast)
    }
}

/// Prints as `Display` does for `Debug`. An integer ends with `.0`. Numbers below 1e-4 or from 1e16 on have an exponent: `1.0`,
/// `1e16`.
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
    /// - A whole number below 2<sup>24</sup> prints all its digits: 65504.
    /// - Another number of a format of at most 8 bits prints as the `f32` of its value: 0.1015625. If `f32` lacks numbers of the
    ///   format, the next rule holds instead.
    /// - Another number prints the fewest digits that parse back, and of such digits the nearest: 0.1 for the `F16`
    ///   0.0999755859375.
    ///
    /// A precision prints the digits of the value itself. For a format wider than `f64`, these are the digits of `to_f64`. Flags
    /// work as for `f32`.
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
