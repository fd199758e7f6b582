//! The conversions of num-traits. Each conversion is rounded once. A conversion from or to an integer never goes through a float.

use num_traits::{AsPrimitive, FromPrimitive, NumCast, ToPrimitive};

use crate::arithmetic::{
    by_floats, ieee,
    integer::{self, for_each_integer},
};
use crate::float::{Float, interop::in_range, spec::Spec};
use crate::round::{Cast, Flags, Format, Rounding, to_code};

/// Methods of `ToPrimitive`.
macro_rules! to_integers {
    ($($to:ident: $integer:ident)*) => { $(
        #[inline]
        fn $to(&self) -> Option<$integer> {
            if const { Self::LAYOUT.is_within_f32() } {
                return integer::from_f32_checked(Self::to_f32(*self));
            }
            let (integer, flags) = ieee::to_int(*self, Rounding::TowardZero);
            (!flags.contains(Flags::INVALID)).then_some(integer)
        }
    )* };
}

/// Converts to an integer by dropping the fraction. The result is `None` if the integer doesn't fit, or for a NaN. A conversion
/// to a float is always `Some`.
impl<S: Spec> ToPrimitive for Float<S> {
    to_integers! {
        to_i8: i8 to_i16: i16 to_i32: i32 to_i64: i64 to_i128: i128 to_isize: isize
        to_u8: u8 to_u16: u16 to_u32: u32 to_u64: u64 to_u128: u128 to_usize: usize
    }

    #[inline]
    fn to_f32(&self) -> Option<f32> {
        Some(Self::to_f32(*self))
    }

    #[inline]
    fn to_f64(&self) -> Option<f64> {
        Some(Self::to_f64(*self))
    }
}

/// Methods of `FromPrimitive`.
macro_rules! from_integers {
    ($($from:ident: $integer:ident)*) => { $(
        #[inline]
        fn $from(n: $integer) -> Option<Self> {
            // No integer is out of the range of a format with a sign and infinities.
            if const { Self::LAYOUT.is_signed() && Self::LAYOUT.has_infinities() }
                && let Some(odd) = by_floats::odd_f32::<Self, _>(n)
            {
                return Some(Self::from_f32(odd));
            }
            in_range(false, ieee::from_int(n, Rounding::TiesToEven))
        }
    )* };
}

/// Rounds once, ties to even. The result is `None` for a value past the largest number, unless the format has infinities. The
/// result is also `None` for a NaN, a negative number, or a number below the smallest positive number, if the format has no NaN,
/// no sign, or no zero.
impl<S: Spec> FromPrimitive for Float<S> {
    from_integers! {
        from_i8: i8 from_i16: i16 from_i32: i32 from_i64: i64 from_i128: i128 from_isize: isize
        from_u8: u8 from_u16: u16 from_u32: u32 from_u64: u64 from_u128: u128 from_usize: usize
    }

    #[inline]
    fn from_f32(n: f32) -> Option<Self> {
        from_float(n)
    }

    #[inline]
    fn from_f64(n: f64) -> Option<Self> {
        from_float(n)
    }
}

#[inline]
fn from_float<F: Format, S: Format>(number: S) -> Option<F> {
    let of_nan = S::LAYOUT.is_nan(to_code(number));
    in_range(of_nan, number.cast_with(Cast::new()))
}

/// Converts as `FromPrimitive` does. An integer is converted as an integer. Any other number is converted through its `f64`.
impl<S: Spec> NumCast for Float<S> {
    /// The trait doesn't tell whether the argument is an integer. Below 2<sup>53</sup>, the `f64` of an integer is exact. From
    /// 2<sup>53</sup> on, every `f64` is an integer.
    #[inline]
    fn from<T: ToPrimitive>(n: T) -> Option<Self> {
        const INTEGERS: f64 = (1_u64 << f64::MANTISSA_DIGITS) as f64;
        let float = n.to_f64();
        if float.is_none_or(|x| x.abs() >= INTEGERS) {
            let unsigned = n.to_u128().map(Self::from_u128);
            let integer = unsigned.or_else(|| n.to_i128().map(Self::from_i128));
            if let Some(converted) = integer {
                return converted;
            }
        }
        <Self as FromPrimitive>::from_f64(float?)
    }
}

macro_rules! as_integers {
    ($($integer:ident)*) => { $(
        /// Converts as `as` does. A number that doesn't fit becomes the nearest integer, and a NaN becomes 0.
        impl<S: Spec> AsPrimitive<$integer> for Float<S> {
            #[inline]
            fn as_(self) -> $integer {
                self.to_int()
            }
        }

        /// Rounds once, ties to even.
        impl<S: Spec> AsPrimitive<Float<S>> for $integer {
            #[inline]
            fn as_(self) -> Float<S> {
                Float::from_int(self)
            }
        }
    )* };
}
for_each_integer!(as_integers);

/// Rounds once, ties to even.
impl<S: Spec, D: Spec> AsPrimitive<Float<D>> for Float<S> {
    #[inline]
    fn as_(self) -> Float<D> {
        self.cast()
    }
}

macro_rules! as_floats {
    ($($float:ident)*) => { $(
        /// Rounds once, ties to even.
        impl<S: Spec> AsPrimitive<$float> for Float<S> {
            #[inline]
            fn as_(self) -> $float {
                self.cast()
            }
        }

        /// Rounds once, ties to even.
        impl<S: Spec> AsPrimitive<Float<S>> for $float {
            #[inline]
            fn as_(self) -> Float<S> {
                self.cast()
            }
        }
    )* };
}
as_floats!(f32 f64);
