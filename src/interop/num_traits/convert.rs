//! num-traits' conversions: rounded once, and from and to integers never by way of a float.

use num_traits::{FromPrimitive, ToPrimitive};

use crate::format::{from_code, to_code};
use crate::interop::within;
use crate::{
    Bf16, F4E2M1Fn, F6E2M3Fn, F6E3M2Fn, F8E3M4, F8E4M3, F8E4M3B11Fnuz, F8E4M3Fn, F8E4M3Fnuz,
    F8E5M2, F8E5M2Fnuz, F8E8M0Fnu, F16,
};
use crate::{Cast, Flags, Format, ParseFloatError, text};

#[doc(hidden)]
#[macro_export]
macro_rules! __float_type_convert {
    ($name:ident) => {
        $crate::__float_type_convert! {
            $name:
            i8 from_i8 to_i8, i16 from_i16 to_i16, i32 from_i32 to_i32, i64 from_i64 to_i64,
            i128 from_i128 to_i128, isize from_isize to_isize,
            u8 from_u8 to_u8, u16 from_u16 to_u16, u32 from_u32 to_u32, u64 from_u64 to_u64,
            u128 from_u128 to_u128, usize from_usize to_usize,
        }
    };
    ($name:ident: $($integer:ident $from:ident $to:ident,)*) => {
        /// To an integer, the number without its fraction, or `None` if it doesn't fit, or is a NaN; to a float, always some.
        impl $crate::__private::num_traits::ToPrimitive for $name {
            $(
                #[inline]
                fn $to(&self) -> ::core::option::Option<$integer> {
                    $crate::__private::to_integer($crate::ieee::$to(*self, $crate::Rounding::TowardZero))
                }
            )*

            #[inline]
            fn to_f32(&self) -> ::core::option::Option<f32> {
                ::core::option::Option::Some(Self::to_f32(*self))
            }

            #[inline]
            fn to_f64(&self) -> ::core::option::Option<f64> {
                ::core::option::Option::Some(Self::to_f64(*self))
            }
        }

        /// Rounded once, ties to even. `None` is past the largest number, unless the format has infinities, and also a NaN, a negative
        /// number, or less than the smallest positive one, where the format has no NaN, no sign, or no zero.
        impl $crate::__private::num_traits::FromPrimitive for $name {
            $(
                #[inline]
                fn $from(n: $integer) -> ::core::option::Option<Self> {
                    $crate::__private::within(false, $crate::ieee::$from(n, $crate::Rounding::TiesToEven))
                }
            )*

            #[inline]
            fn from_f32(n: f32) -> ::core::option::Option<Self> {
                $crate::__private::from_float(n)
            }

            #[inline]
            fn from_f64(n: f64) -> ::core::option::Option<Self> {
                $crate::__private::from_float(n)
            }
        }

        /// As `FromPrimitive`. An integer is converted as one, and anything that is none by way of its `f64`.
        impl $crate::__private::num_traits::NumCast for $name {
            #[inline]
            fn from<T: $crate::__private::num_traits::ToPrimitive>(
                n: T,
            ) -> ::core::option::Option<Self> {
                $crate::__private::num_cast(&n)
            }
        }

        $(
            /// As `as` does: what doesn't fit becomes the nearest integer there is, a NaN 0.
            impl $crate::__private::num_traits::AsPrimitive<$integer> for $name {
                #[inline]
                fn as_(self) -> $integer {
                    self.$to()
                }
            }

            /// Rounded once, ties to even.
            impl $crate::__private::num_traits::AsPrimitive<$name> for $integer {
                #[inline]
                fn as_(self) -> $name {
                    $name::$from(self)
                }
            }
        )*

        $crate::__float_type_as! { $name f32, $name f64, f32 $name, f64 $name, $name $name, }
    };
}

/// Casts, from one format to another.
#[doc(hidden)]
#[macro_export]
macro_rules! __float_type_as {
    ($($from:ident $to:ident,)*) => { $(
        /// Rounded once, ties to even.
        impl $crate::__private::num_traits::AsPrimitive<$to> for $from {
            #[inline]
            fn as_(self) -> $to {
                $crate::Format::cast(self)
            }
        }
    )* };
}

/// Casts between any two of these.
macro_rules! all_ways {
    ($first:ident $($other:ident)*) => {
        __float_type_as! { $($first $other, $other $first,)* }
        all_ways! { $($other)* }
    };
    () => {};
}
all_ways! {
    F16 Bf16 F8E4M3Fn F8E5M2 F8E4M3 F8E3M4 F8E4M3Fnuz F8E5M2Fnuz F8E4M3B11Fnuz F8E8M0Fnu F6E2M3Fn F6E3M2Fn F4E2M1Fn
}

/// An integer, unless the conversion was out of range.
#[inline]
pub fn to_integer<I>((integer, flags): (I, Flags)) -> Option<I> {
    (!flags.contains(Flags::INVALID)).then_some(integer)
}

#[inline]
pub fn from_float<F: Format, S: Format>(number: S) -> Option<F> {
    let of_nan = S::LAYOUT.is_nan(to_code(number));
    within(of_nan, number.cast_with(Cast::new()))
}

/// Nothing tells whether what comes is an integer. But below 2<sup>53</sup> its `f64` is exact if it is, and from there on
/// all `f64`s are integers.
pub fn num_cast<F: Format + FromPrimitive, T: ToPrimitive>(n: &T) -> Option<F> {
    const INTEGERS: f64 = (1_u64 << f64::MANTISSA_DIGITS) as f64;
    let float = n.to_f64();
    if float.is_none_or(|x| x.abs() >= INTEGERS) {
        let unsigned = n.to_u128().map(F::from_u128);
        let integer = unsigned.or_else(|| n.to_i128().map(F::from_i128));
        if let Some(converted) = integer {
            return converted;
        }
    }
    F::from_f64(float?)
}

/// # Errors
/// See `Num` of a type.
pub fn from_str_radix<F: Format>(text: &str, radix: u32) -> Result<F, ParseFloatError> {
    text::parse_radix(F::LAYOUT, text, radix).map(from_code)
}
