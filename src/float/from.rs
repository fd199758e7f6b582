//! `From`: conversions that are exact for every number. −0, the infinities and NaN are kept too. The catalogue lists the
//! conversions.

#[allow(clippy::wildcard_imports, reason = "the formats of the catalogue")]
use super::catalogue::*;
use crate::arithmetic::ieee;
use crate::format::Layout;
use crate::round::{self, Cast, Format, Rounding};

/// Returns whether `to` has every number of `from`. If `from` has NaN, `to` must have NaN too.
const fn is_exact(from: Layout, to: Layout) -> bool {
    let (_, of_largest) = Cast::new().convert(from, to, from.max_code());
    round::guard_bits(from, to) == 0
        && of_largest.is_empty()
        && from.is_signed() <= to.is_signed()
        && from.has_zero() <= to.has_zero()
        && from.has_negative_zero() <= to.has_negative_zero()
        && from.has_infinities() <= to.has_infinities()
        && from.nan_code().is_some() <= to.nan_code().is_some()
}

macro_rules! exact {
    ([] $(
        $(#[$doc:meta])*
        $name:ident = $spec:ident($bits:ty): $layout:ident, $dtype:literal, $has:tt {
            exact_into: [$($to:ident)*],
            from: [$($from:ident)*],
            safetensors: $safetensors:expr,
            aliases: $aliases:tt,
            packed: $packed:tt,
        }
    )*) => { $(
        $(
            const _: () = assert!(is_exact(Layout::$layout, <$to as Format>::LAYOUT));

            /// The conversion is exact. A signaling NaN becomes a quiet NaN.
            impl From<$name> for $to {
                #[inline]
                fn from(x: $name) -> Self {
                    x.cast()
                }
            }
        )*
        $(integer_to_code!($from => $name);)*
    )* };
}

macro_rules! integer_to_code {
    (bool => $to:ident) => {
        const _: () = assert!(ieee::from_int::<$to, u8>(1, Rounding::TiesToEven).1.is_empty());

        /// `false` becomes 0, and `true` becomes 1.
        impl From<bool> for $to {
            #[inline]
            fn from(x: bool) -> Self {
                Self::from_int(u8::from(x))
            }
        }
    };
    ($from:ident => $to:ident) => {
        // If the conversions of MIN, MAX and 1 are exact, the conversions of all integers are.
        const _: () = assert!(
            ieee::from_int::<$to, _>($from::MIN, Rounding::TiesToEven).1.is_empty()
                && ieee::from_int::<$to, _>($from::MAX, Rounding::TiesToEven).1.is_empty()
                && ieee::from_int::<$to, $from>(1, Rounding::TiesToEven).1.is_empty()
        );

        /// The conversion is exact.
        impl From<$from> for $to {
            #[inline]
            fn from(x: $from) -> Self {
                Self::from_int(x)
            }
        }
    };
}
catalogue!(exact);
