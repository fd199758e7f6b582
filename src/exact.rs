//! `From`: conversions that are exact for every number, with −0, the infinities and NaN among them.

use crate::{
    Bf16, F4E2M1Fn, F6E2M3Fn, F6E3M2Fn, F8E3M4, F8E4M3, F8E4M3B11Fnuz, F8E4M3Fn, F8E4M3Fnuz,
    F8E5M2, F8E5M2Fnuz, F8E8M0Fnu, F16,
};
use crate::{Cast, Format, Layout, Rounding, ieee, ruler};

/// Whether `to` has every number of `from`, and a NaN if `from` has one.
const fn is_exact(from: Layout, to: Layout) -> bool {
    let (_, of_largest) = Cast::new().bits(from, to, from.max_code());
    ruler::drop_bits(from, to) == 0
        && of_largest.is_empty()
        && from.signed() <= to.signed()
        && from.zero() <= to.zero()
        && from.negative_zero() <= to.negative_zero()
        && from.infinities() <= to.infinities()
        && from.nan_code().is_some() <= to.nan_code().is_some()
}

macro_rules! formats {
    ($($from:ident => $($to:ident)*;)*) => { $($(
        const _: () = assert!(is_exact(<$from as Format>::LAYOUT, <$to as Format>::LAYOUT));

        /// Exact. A signaling NaN becomes a quiet one.
        impl From<$from> for $to {
            #[inline]
            fn from(x: $from) -> Self {
                x.cast()
            }
        }
    )*)* };
}
formats! {
    F16 => f32 f64;
    Bf16 => f32 f64;
    F8E4M3Fn => F16 Bf16 f32 f64;
    F8E5M2 => F16 Bf16 f32 f64;
    F8E4M3 => F16 Bf16 f32 f64;
    F8E3M4 => F16 Bf16 f32 f64;
    F8E4M3Fnuz => F16 Bf16 f32 f64;
    F8E5M2Fnuz => F16 Bf16 f32 f64;
    F8E4M3B11Fnuz => F16 Bf16 f32 f64;
    F8E8M0Fnu => Bf16 f32 f64;
    F6E2M3Fn => F8E4M3Fn F8E4M3 F8E3M4 F16 Bf16 f32 f64;
    F6E3M2Fn => F8E4M3Fn F8E5M2 F8E4M3 F16 Bf16 f32 f64;
    F4E2M1Fn => F6E2M3Fn F6E3M2Fn F8E4M3Fn F8E5M2 F8E4M3 F8E3M4 F16 Bf16 f32 f64;
}

macro_rules! integers {
    ($($to:ident: $($from:ident $convert:ident)*;)*) => { $($(
        // If the widest are exact, and the least, all between are.
        const _: () = assert!(
            ieee::$convert::<$to>($from::MIN, Rounding::TiesToEven).1.is_empty()
                && ieee::$convert::<$to>($from::MAX, Rounding::TiesToEven).1.is_empty()
                && ieee::$convert::<$to>(1, Rounding::TiesToEven).1.is_empty()
        );

        /// Exact.
        impl From<$from> for $to {
            #[inline]
            fn from(x: $from) -> Self {
                Self::$convert(x)
            }
        }
    )*)* };
}
integers! {
    F16: i8 from_i8 u8 from_u8;
    Bf16: i8 from_i8 u8 from_u8;
}

macro_rules! truth {
    ($($to:ident)*) => { $(
        const _: () = assert!(ieee::from_u8::<$to>(1, Rounding::TiesToEven).1.is_empty());

        /// 0 if false, 1 if true.
        impl From<bool> for $to {
            #[inline]
            fn from(x: bool) -> Self {
                Self::from_u8(u8::from(x))
            }
        }
    )* };
}
truth! {
    F16 Bf16 F8E4M3Fn F8E5M2 F8E4M3 F8E3M4 F8E4M3Fnuz F8E5M2Fnuz F8E4M3B11Fnuz F6E2M3Fn F6E3M2Fn F4E2M1Fn
}
