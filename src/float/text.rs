//! `FromStr` and the traits of `core::fmt`.

use core::fmt::{
    Binary, Display, Formatter, LowerExp, LowerHex, Octal, Result, UpperExp, UpperHex,
};
use core::str::FromStr;

use super::Float;
use super::spec::Spec;
use crate::round::Bits;
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
    /// Prints the fewest digits that parse back to the number, and of those the nearest to it: 0.1, where an `f32` of the same
    /// value needs 0.099975586. A precision prints the digits of the value itself (of `to_f64` in a format wider than `f64`).
    /// Flags do what they do for `f32`.
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
