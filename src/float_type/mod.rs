//! [`float_type!`](crate::float_type): declares a format.

mod numbers;
mod operators;
mod text;

use crate::Layout;

/// Declares a type of a floating-point format of your own: its storage, its [`Layout`], the name of its dtype, and which of
/// `sign`, `zero`, `infinities` (`infinity`, without a sign) and `nan` the layout has.
///
/// The type gets everything that the formats of this crate have; they are declared with it too. What the layout lacks, the
/// type lacks: `NAN` comes with `nan`, `INFINITY` and `NEG_INFINITY` with `infinities`, `Default` (0) with `zero`, and
/// negation with `sign`.
///
/// ```
/// ulp::float_type!(pub struct E5M6(u16) = ulp::Layout::ieee(5, 6), "float12_e5m6", [sign, zero, infinities, nan]);
///
/// const TENTH: E5M6 = E5M6::from_f32(0.1);
/// assert_eq!(TENTH.to_f32(), 0.099609375);
/// assert_eq!(-E5M6::MAX, E5M6::MIN);
/// assert_eq!(ulp::finfo::<E5M6>().eps.to_f32(), 0.015625);
/// ```
///
/// A list that doesn't match the layout, or a layout wider than its storage, doesn't compile:
///
/// ```compile_fail
/// ulp::float_type!(struct Wide(u8) = ulp::Layout::ieee(5, 6), "wide", [sign, zero, infinities, nan]);
/// ```
#[macro_export]
macro_rules! float_type {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident($bits:ty) = $layout:expr, $dtype:expr, [$($has:ident),* $(,)?] $(;)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy)]
        #[repr(transparent)]
        $vis struct $name($bits);

        const _: () = $crate::__private::check(
            $layout,
            <$bits>::BITS,
            &[$($crate::__float_type_notion!($has)),*],
        );

        // SAFETY: the struct is repr(transparent) over `$bits`, and `check` compares the widths.
        unsafe impl $crate::Format for $name {
            type Bits = $bits;
            const LAYOUT: $crate::Layout = $layout;
            const DTYPE: &'static str = $dtype;
        }

        #[allow(dead_code, reason = "a private type need not use all that it gets")]
        impl $name {
            /// How the bits are read.
            pub const LAYOUT: $crate::Layout = $layout;
            /// The radix of the format: 2.
            pub const RADIX: u32 = 2;
            /// Bits of the significand, the implicit one included.
            pub const MANTISSA_DIGITS: u32 = Self::LAYOUT.precision();
            /// Decimal digits that survive a trip through the format.
            pub const DIGITS: u32 = Self::LAYOUT.digits();
            /// The step from 1 to the next larger number.
            pub const EPSILON: Self = Self(Self::LAYOUT.epsilon_code() as $bits);
            /// The smallest finite number.
            pub const MIN: Self = Self(Self::LAYOUT.min_code() as $bits);
            /// The smallest positive normal number.
            pub const MIN_POSITIVE: Self = Self(Self::LAYOUT.min_normal_code() as $bits);
            /// The largest finite number.
            pub const MAX: Self = Self(Self::LAYOUT.max_code() as $bits);
            /// One more than the exponent of the smallest normal number (C's `FLT_MIN_EXP`).
            pub const MIN_EXP: i32 = Self::LAYOUT.min_exponent() + 1;
            /// One more than the exponent of the largest finite number (C's `FLT_MAX_EXP`).
            pub const MAX_EXP: i32 = Self::LAYOUT.max_exponent() + 1;
            /// The smallest power of ten that is a normal number, as its exponent.
            pub const MIN_10_EXP: i32 = Self::LAYOUT.min_10_exp();
            /// The largest power of ten not past the largest finite number, as its exponent.
            pub const MAX_10_EXP: i32 = Self::LAYOUT.max_10_exp();

            /// The number with these bits. Those above the width of the format are ignored.
            #[inline]
            pub const fn from_bits(bits: $bits) -> Self {
                Self(bits)
            }

            /// The bits of the number; 0 above the width of the format.
            #[inline]
            pub const fn to_bits(self) -> $bits {
                self.0 & Self::LAYOUT.code_mask() as $bits
            }

            /// The sign, biased exponent and fraction fields.
            #[inline]
            pub const fn parts(self) -> $crate::Parts {
                Self::LAYOUT.decode(self.0 as u64)
            }

            /// Rounds an `f32` to the format: once, ties to even, with IEEE's overflow. See `Cast::bits` for the rules.
            #[inline]
            pub const fn from_f32(x: f32) -> Self {
                Self::from_f32_with(x, $crate::Cast::new()).0
            }

            /// Rounds an `f32` to the format once, as `cast` says; with the exceptions that this raised.
            #[inline]
            pub const fn from_f32_with(x: f32, cast: $crate::Cast) -> (Self, $crate::Flags) {
                let (code, flags) = cast.bits($crate::Layout::BINARY32, Self::LAYOUT, x.to_bits() as u64);
                (Self(code as $bits), flags)
            }

            /// Rounds an `f64` to the format: once, ties to even, with IEEE's overflow. See `Cast::bits` for the rules.
            #[inline]
            pub const fn from_f64(x: f64) -> Self {
                Self::from_f64_with(x, $crate::Cast::new()).0
            }

            /// Rounds an `f64` to the format once, as `cast` says; with the exceptions that this raised.
            #[inline]
            pub const fn from_f64_with(x: f64, cast: $crate::Cast) -> (Self, $crate::Flags) {
                let (code, flags) = cast.bits($crate::Layout::BINARY64, Self::LAYOUT, x.to_bits());
                (Self(code as $bits), flags)
            }

            /// The number as an `f32`: exact from all formats of 16 bits and fewer that this crate ships, else rounded,
            /// ties to even.
            #[inline]
            pub const fn to_f32(self) -> f32 {
                let (code, _) = $crate::Cast::new().bits(Self::LAYOUT, $crate::Layout::BINARY32, self.0 as u64);
                f32::from_bits(code as u32)
            }

            /// The number as an `f64`: exact from all formats that this crate ships, else rounded, ties to even.
            #[inline]
            pub const fn to_f64(self) -> f64 {
                let (code, _) = $crate::Cast::new().bits(Self::LAYOUT, $crate::Layout::BINARY64, self.0 as u64);
                f64::from_bits(code)
            }

            /// The bits as bytes, the least significant first.
            #[inline]
            pub const fn to_le_bytes(self) -> [u8; size_of::<$bits>()] {
                self.to_bits().to_le_bytes()
            }

            /// The bits as bytes, the most significant first.
            #[inline]
            pub const fn to_be_bytes(self) -> [u8; size_of::<$bits>()] {
                self.to_bits().to_be_bytes()
            }

            /// The bits as bytes, in the order of this machine.
            #[inline]
            pub const fn to_ne_bytes(self) -> [u8; size_of::<$bits>()] {
                self.to_bits().to_ne_bytes()
            }

            /// The number with these bits, the least significant byte first.
            #[inline]
            pub const fn from_le_bytes(bytes: [u8; size_of::<$bits>()]) -> Self {
                Self(<$bits>::from_le_bytes(bytes))
            }

            /// The number with these bits, the most significant byte first.
            #[inline]
            pub const fn from_be_bytes(bytes: [u8; size_of::<$bits>()]) -> Self {
                Self(<$bits>::from_be_bytes(bytes))
            }

            /// The number with these bits, in the order of this machine.
            #[inline]
            pub const fn from_ne_bytes(bytes: [u8; size_of::<$bits>()]) -> Self {
                Self(<$bits>::from_ne_bytes(bytes))
            }

            /// The class of the number (IEEE 754-2019, 5.7.2).
            #[inline]
            pub const fn classify(self) -> core::num::FpCategory {
                Self::LAYOUT.classify(self.0 as u64)
            }

            /// Whether it is not a number.
            #[inline]
            pub const fn is_nan(self) -> bool {
                matches!(self.classify(), core::num::FpCategory::Nan)
            }

            /// Whether it is an infinity.
            #[inline]
            pub const fn is_infinite(self) -> bool {
                matches!(self.classify(), core::num::FpCategory::Infinite)
            }

            /// Whether it is neither infinite nor NaN.
            #[inline]
            pub const fn is_finite(self) -> bool {
                !self.is_nan() && !self.is_infinite()
            }

            /// Whether it is finite, and neither zero nor subnormal.
            #[inline]
            pub const fn is_normal(self) -> bool {
                matches!(self.classify(), core::num::FpCategory::Normal)
            }

            /// Whether it is not zero, and smaller than every normal number.
            #[inline]
            pub const fn is_subnormal(self) -> bool {
                matches!(self.classify(), core::num::FpCategory::Subnormal)
            }

            /// Whether the sign bit is set, of zeros and NaNs too.
            #[inline]
            pub const fn is_sign_negative(self) -> bool {
                self.parts().sign
            }

            /// Whether the sign bit is not set, of zeros and NaNs too.
            #[inline]
            pub const fn is_sign_positive(self) -> bool {
                !self.is_sign_negative()
            }
        }

        $($crate::__float_type_notion!($has, $name, $bits);)*
        $crate::__float_type_numbers!($name);
        $crate::__float_type_operators!($name);
        $crate::__float_type_bytemuck!($name, $bits);
        $crate::__float_type_num_traits!($name, $bits, [$($has)*]);
        $crate::__float_type_rand!($name);
        $($crate::__float_type_rand!($has, $name);)*
        $crate::__float_type_serde!($name, $bits);

        /// IEEE 754's equality, as of `f32`: −0 equals +0, and a NaN nothing.
        impl ::core::cmp::PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                matches!(self.partial_cmp(other), Some(::core::cmp::Ordering::Equal))
            }
        }

        impl ::core::cmp::PartialOrd for $name {
            #[inline]
            fn partial_cmp(&self, other: &Self) -> Option<::core::cmp::Ordering> {
                Self::LAYOUT.compare(self.0 as u64, other.0 as u64)
            }
        }

        $crate::__float_type_text!($name);
    };
}

/// One notion of a declaration: its [`Notion`], or what a type that has it gets.
#[doc(hidden)]
#[macro_export]
macro_rules! __float_type_notion {
    (sign) => { $crate::__private::Notion::Sign };
    (zero) => { $crate::__private::Notion::Zero };
    (infinity) => { $crate::__private::Notion::Infinity };
    (infinities) => { $crate::__private::Notion::Infinities };
    (nan) => { $crate::__private::Notion::Nan };
    ($other:ident) => {
        compile_error!(concat!(
            "a format lists which of sign, zero, infinities (infinity, without a sign) and nan it has, not ",
            stringify!($other),
        ))
    };
    (sign, $name:ident, $bits:ty) => {
        /// The number with the other sign; NaNs too, where they have one. Zero stays what it is where there is no −0.
        impl ::core::ops::Neg for $name {
            type Output = Self;

            #[inline]
            fn neg(self) -> Self {
                Self(Self::LAYOUT.negate(self.0 as u64) as $bits)
            }
        }

        impl ::core::ops::Neg for &$name {
            type Output = $name;

            #[inline]
            fn neg(self) -> $name {
                -*self
            }
        }

        #[allow(dead_code, reason = "a private type need not use all that it gets")]
        impl $name {
            /// The magnitude.
            #[inline]
            #[must_use]
            pub const fn abs(self) -> Self {
                $crate::__private::abs(self)
            }

            /// 1 with the sign of the number, of zeros and infinities too; NaN of a NaN.
            #[inline]
            #[must_use]
            pub const fn signum(self) -> Self {
                $crate::__private::signum(self)
            }

            /// The magnitude of this number with the sign of another.
            #[inline]
            #[must_use]
            pub const fn copysign(self, sign: Self) -> Self {
                $crate::__private::copysign(self, sign)
            }
        }
    };
    (zero, $name:ident, $bits:ty) => {
        /// Zero.
        impl ::core::default::Default for $name {
            #[inline]
            fn default() -> Self {
                Self(0)
            }
        }
    };
    (infinity, $name:ident, $bits:ty) => {
        #[allow(dead_code, reason = "a private type need not use all that it gets")]
        impl $name {
            /// Infinity, ∞.
            pub const INFINITY: Self = Self($crate::__private::infinity(Self::LAYOUT) as $bits);
        }
    };
    (infinities, $name:ident, $bits:ty) => {
        $crate::__float_type_notion!(infinity, $name, $bits);
        #[allow(dead_code, reason = "a private type need not use all that it gets")]
        impl $name {
            /// Negative infinity, −∞.
            pub const NEG_INFINITY: Self = Self(Self::LAYOUT.negate(Self::INFINITY.0 as u64) as $bits);
        }
    };
    (nan, $name:ident, $bits:ty) => {
        #[allow(dead_code, reason = "a private type need not use all that it gets")]
        impl $name {
            /// Not a number: the canonical quiet one.
            pub const NAN: Self = Self($crate::__private::nan(Self::LAYOUT) as $bits);
        }
    };
    ($other:ident, $name:ident, $bits:ty) => {};
}

/// What the expansion of [`float_type!`] calls.
#[doc(hidden)]
#[allow(missing_docs, reason = "not for people")]
#[allow(missing_debug_implementations, reason = "not for people")]
pub mod private {
    use super::Layout;
    #[cfg(feature = "num-traits")]
    pub use crate::interop::num_traits::*;
    #[cfg(feature = "rand")]
    pub use crate::interop::rand::{UniformRange, random};
    #[cfg(feature = "serde")]
    pub use crate::interop::serde::{deserialize, serialize};
    #[cfg(any(feature = "num-traits", feature = "serde"))]
    pub use crate::interop::within;
    pub use crate::ops::fold::{product, sum};
    pub use crate::ops::hardware::{add, div, mul, mul_add, rem, sqrt, sub};
    pub use crate::ops::methods::{
        abs, clamp, copysign, div_euclid, fract, max, maximum, midpoint, min, minimum, next_down,
        next_up, one, powi, rem_euclid, round, signum, to_degrees, to_radians, total_cmp, ulp,
    };
    pub use crate::text::{Style, parse, print};

    #[cfg(feature = "bytemuck")]
    pub use ::bytemuck;
    #[cfg(feature = "num-traits")]
    pub use ::num_traits;
    #[cfg(feature = "rand")]
    pub use ::rand;
    #[cfg(feature = "serde")]
    pub use ::serde;

    pub enum Notion {
        Sign,
        Zero,
        Infinity,
        Infinities,
        Nan,
    }

    /// Panics, at compile time, unless the layout fits its storage and has exactly what the declaration lists.
    pub const fn check(layout: Layout, storage_bits: u32, listed: &[Notion]) {
        assert!(
            layout.bits() <= storage_bits,
            "the layout has more bits than the type that stores it"
        );
        let (mut sign, mut zero, mut infinity, mut infinities, mut nan) =
            (false, false, false, false, false);
        let mut i = 0;
        while i < listed.len() {
            match listed[i] {
                Notion::Sign => sign = true,
                Notion::Zero => zero = true,
                Notion::Infinity => infinity = true,
                Notion::Infinities => infinities = true,
                Notion::Nan => nan = true,
            }
            i += 1;
        }
        let (signed, unbounded) = (layout.signed(), layout.infinities());
        assert!(
            sign || !signed,
            "the layout has a sign, which the list of the type lacks"
        );
        assert!(
            !sign || signed,
            "the list of the type has a sign, which the layout lacks"
        );
        assert!(
            zero || !layout.zero(),
            "the layout has a zero, which the list of the type lacks"
        );
        assert!(
            !zero || layout.zero(),
            "the list of the type has a zero, which the layout lacks"
        );
        assert!(
            infinities == (unbounded && signed),
            "a type lists infinities if, and only if, its layout has them and a sign"
        );
        assert!(
            infinity == (unbounded && !signed),
            "a type lists infinity if, and only if, its layout has one and no sign"
        );
        let has_nan = layout.nan_code().is_some();
        assert!(
            nan || !has_nan,
            "the layout has a NaN, which the list of the type lacks"
        );
        assert!(
            !nan || has_nan,
            "the list of the type has a nan, which the layout lacks"
        );
    }

    /// The code of the infinity of a layout that lists one.
    pub const fn infinity(layout: Layout) -> u64 {
        layout.infinity_code().expect("the layout has no infinity")
    }

    /// The code of the NaN of a layout that lists one.
    pub const fn nan(layout: Layout) -> u64 {
        layout.nan_code().expect("the layout has no NaN")
    }
}
