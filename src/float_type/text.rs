//! The traits of text of a type.

/// `FromStr` and the traits of `core::fmt`.
#[doc(hidden)]
#[macro_export]
macro_rules! __float_type_text {
    ($name:ident) => {
        /// Parses what `f32` parses, in any case and with any number of digits (`-1.5`, `.5e-3`, `inf`, `infinity`, `nan`), and C's
        /// hexadecimal form (`0x1.8p-3`).
        ///
        /// The exact value of all digits is rounded once, ties to even, with IEEE's overflow. What a cast would raise INVALID for
        /// is an error: NaN where there is none, and negative numbers where there is no sign.
        ///
        /// A format that reaches beyond 2<sup>±1100</sup>, farther than `f64`, may take a neighbour instead for a number of more than 19 digits which
        /// is that large or small, and within a part in 10<sup>18</sup> of a tie.
        impl ::core::str::FromStr for $name {
            type Err = $crate::ParseFloatError;

            #[inline]
            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                $crate::__private::parse(text)
            }
        }

        $crate::__float_type_text! {
            $name, print:
            /// The fewest digits that parse back to the number, and of those the nearest to it: 0.1, where an `f32` of the same value
            /// needs 0.099975586. With a precision, the digits of the value itself (of `to_f64` in a format wider than `f64`). Flags do
            /// what they do for `f32`.
            Display,
            /// As `Display`, with `.0` after an integer, and an exponent below 1e-4 and from 1e16: `1.0`, `1e16`.
            Debug,
            /// As `Display`, with an exponent: `1.5e-3`.
            LowerExp,
            /// As `Display`, with an exponent: `1.5E-3`.
            UpperExp,
        }
        $crate::__float_type_text!($name, bits: LowerHex, UpperHex, Octal, Binary,);
    };
    ($name:ident, print: $($(#[$meta:meta])* $style:ident,)*) => { $(
        $(#[$meta])*
        impl ::core::fmt::$style for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::__private::print($crate::__private::Style::$style, Self::LAYOUT, self.0 as u64, f)
            }
        }
    )* };
    ($name:ident, bits: $($style:ident,)*) => { $(
        /// The bits.
        impl ::core::fmt::$style for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::$style::fmt(&self.to_bits(), f)
            }
        }
    )* };
}
