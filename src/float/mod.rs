//! [`Float`]: a number of any format. All methods of the formats are written here, once.

pub(crate) mod catalogue;
mod constants;
mod convert;
mod declare;
mod dispatch;
mod dtype;
mod dtype_name;
#[cfg(feature = "libm")]
mod elementary;
mod exponent;
mod finfo;
mod from;
mod interop;
mod numbers;
mod operators;
#[cfg(feature = "serde")]
pub mod serde_bits;
pub mod spec;
mod text;

pub use catalogue::*;
pub use dtype::Dtype;
pub(crate) use dtype::Visitor;
pub use dtype_name::UnknownDtype;
pub use finfo::{Finfo, finfo};

use core::cmp::Ordering;
use core::fmt;
use core::marker::PhantomData;
use core::num::FpCategory;

use crate::arithmetic::order;
use crate::format::{Layout, Parts};
use crate::round::{self, Bits, Format, from_code, to_code};
use spec::{HasInfinities, HasInfinity, HasNan, HasZero, Spec};

/// A number of the format `S`. The names [`F16`](crate::F16), [`Bf16`](crate::Bf16), [`F8E4M3Fn`](crate::F8E4M3Fn), … are aliases
/// of this type. The formats that you declare with [`float_type!`](crate::float_type) are aliases too.
///
/// A number prints digits that parse back to the number. A whole number below 2<sup>24</sup> prints all its digits. In a format
/// of at most 8 bits, a fraction prints the digits of the `f32` of equal value. In a wider format, a fraction prints the fewest
/// digits that tell it from its neighbours.
///
/// A number has the size and the alignment of the integer that stores it. Every pattern of bits is valid. Bits above the width of
/// the format are ignored.
///
/// ```
/// use ulp::{Bf16, F16, Float, spec::Spec};
///
/// fn twice<S: Spec>(x: Float<S>) -> Float<S> {
///     x + x
/// }
/// assert_eq!(twice(F16::from_f32(0.1)).to_f32(), 0.19995117);
/// assert_eq!(twice(Bf16::from_f32(0.1)).to_f32(), 0.20019531);
/// ```
#[derive(Clone, Copy)]
#[cfg_attr(
    feature = "zerocopy",
    derive(zerocopy::FromBytes, zerocopy::IntoBytes, zerocopy::Immutable, zerocopy::KnownLayout)
)]
#[cfg_attr(feature = "rkyv", derive(rkyv::Archive, rkyv::Serialize, rkyv::Deserialize))]
#[repr(transparent)]
pub struct Float<S: Spec>(S::Bits, PhantomData<S>);

// SAFETY: the struct is repr(transparent) over `S::Bits`, and `LAYOUT` is checked to be no wider than it.
#[allow(unsafe_code, reason = "`Format` is an unsafe trait")]
unsafe impl<S: Spec> Format for Float<S> {
    type Bits = S::Bits;
    const LAYOUT: Layout = Self::LAYOUT;
    const DTYPE: &'static str = S::NAME;
}

/// # Limits
/// The limits have the names of the limits of `f32`.
impl<S: Spec> Float<S> {
    /// The layout, which says how the bits are read.
    pub const LAYOUT: Layout = {
        assert!(
            S::LAYOUT.bits() <= S::Bits::BITS,
            "the layout has more bits than the type that stores it"
        );
        S::LAYOUT
    };
    /// The radix of the format: 2.
    pub const RADIX: u32 = 2;
    /// The number of bits of the significand, the implicit bit included.
    #[doc(alias = "FLT_MANT_DIG")]
    pub const MANTISSA_DIGITS: u32 = Self::LAYOUT.precision();
    /// The number of decimal digits that survive a conversion to the format and back.
    #[doc(alias = "FLT_DIG")]
    pub const DIGITS: u32 = Self::LAYOUT.digits();
    /// The step from 1 to the next larger number.
    #[doc(alias("eps", "FLT_EPSILON"))]
    pub const EPSILON: Self = Self::from_code(Self::LAYOUT.epsilon_code());
    /// The smallest finite number.
    #[doc(alias = "lowest")]
    pub const MIN: Self = Self::from_code(Self::LAYOUT.min_code());
    /// The smallest positive normal number.
    #[doc(alias("tiny", "smallest_normal", "FLT_MIN"))]
    pub const MIN_POSITIVE: Self = Self::from_code(Self::LAYOUT.min_normal_code());
    /// The largest finite number.
    #[doc(alias = "FLT_MAX")]
    pub const MAX: Self = Self::from_code(Self::LAYOUT.max_code());
    /// One more than the exponent of the smallest normal number (C's `FLT_MIN_EXP`).
    #[doc(alias = "FLT_MIN_EXP")]
    pub const MIN_EXP: i32 = Self::LAYOUT.min_exponent() + 1;
    /// One more than the exponent of the largest finite number (C's `FLT_MAX_EXP`).
    #[doc(alias = "FLT_MAX_EXP")]
    pub const MAX_EXP: i32 = Self::LAYOUT.max_exponent() + 1;
    /// The least integer n for which 10<sup>n</sup> is a normal number.
    pub const MIN_10_EXP: i32 = Self::LAYOUT.min_10_exp();
    /// The largest integer n for which 10<sup>n</sup> is not past the largest finite number.
    pub const MAX_10_EXP: i32 = Self::LAYOUT.max_10_exp();
}

/// # Special numbers
impl<S: HasInfinity> Float<S> {
    /// Infinity, ∞.
    pub const INFINITY: Self = match Self::LAYOUT.infinity_code() {
        Some(code) => Self::from_code(code),
        None => panic!("the format has no infinity"),
    };
}

/// # Special numbers
impl<S: HasInfinities> Float<S> {
    /// Negative infinity, −∞.
    pub const NEG_INFINITY: Self = Self::from_code(Self::LAYOUT.negate(Self::INFINITY.code()));
}

/// # Special numbers
impl<S: HasNan> Float<S> {
    /// Not a number: the canonical quiet NaN.
    pub const NAN: Self = match Self::LAYOUT.nan_code() {
        Some(code) => Self::from_code(code),
        None => panic!("the format has no NaN"),
    };
}

/// # Bits and bytes
impl<S: Spec> Float<S> {
    /// Returns the number with these bits. Bits above the width of the format are ignored.
    #[inline(always)]
    pub const fn from_bits(bits: S::Bits) -> Self {
        Self(bits, PhantomData)
    }

    /// Returns the bits of the number. Bits above the width of the format are 0.
    #[inline(always)]
    pub const fn to_bits(self) -> S::Bits {
        round::bits_from_u64(self.code())
    }

    /// Returns the sign, biased exponent and fraction fields.
    #[doc(alias = "integer_decode")]
    #[inline]
    pub const fn parts(self) -> Parts {
        Self::LAYOUT.decode(self.code())
    }

    /// Returns the bits as bytes, the least significant byte first.
    #[inline]
    pub const fn to_le_bytes(self) -> <S::Bits as Bits>::Bytes {
        round::to_le_bytes::<S::Bits>(self.code())
    }

    /// Returns the bits as bytes, the most significant byte first.
    #[inline]
    pub const fn to_be_bytes(self) -> <S::Bits as Bits>::Bytes {
        round::to_be_bytes::<S::Bits>(self.code())
    }

    /// Returns the bits as bytes, in the byte order of the machine.
    #[inline]
    pub const fn to_ne_bytes(self) -> <S::Bits as Bits>::Bytes {
        if cfg!(target_endian = "little") {
            self.to_le_bytes()
        } else {
            self.to_be_bytes()
        }
    }

    /// Returns the number with these bits, the least significant byte first.
    #[inline]
    pub const fn from_le_bytes(bytes: <S::Bits as Bits>::Bytes) -> Self {
        Self::from_code(round::from_le_bytes::<S::Bits>(bytes))
    }

    /// Returns the number with these bits, the most significant byte first.
    #[inline]
    pub const fn from_be_bytes(bytes: <S::Bits as Bits>::Bytes) -> Self {
        Self::from_code(round::from_be_bytes::<S::Bits>(bytes))
    }

    /// Returns the number with these bits, in the byte order of the machine.
    #[inline]
    pub const fn from_ne_bytes(bytes: <S::Bits as Bits>::Bytes) -> Self {
        if cfg!(target_endian = "little") {
            Self::from_le_bytes(bytes)
        } else {
            Self::from_be_bytes(bytes)
        }
    }

    /// Returns the number of a code.
    #[inline(always)]
    pub(crate) const fn from_code(code: u64) -> Self {
        from_code(code)
    }

    /// Returns the code of the number.
    #[inline(always)]
    pub(crate) const fn code(self) -> u64 {
        to_code(self)
    }
}

/// # Classification
impl<S: Spec> Float<S> {
    /// Returns the class of the number (IEEE 754-2019, 5.7.2).
    #[doc(alias = "fpclassify")]
    #[inline]
    pub const fn classify(self) -> FpCategory {
        Self::LAYOUT.classify(self.code())
    }

    /// Returns whether the number is a NaN.
    #[inline]
    pub const fn is_nan(self) -> bool {
        Self::LAYOUT.is_nan(self.code())
    }

    /// Returns whether the number is an infinity.
    #[inline]
    pub const fn is_infinite(self) -> bool {
        matches!(self.classify(), FpCategory::Infinite)
    }

    /// Returns whether the number is neither an infinity nor a NaN.
    #[inline]
    pub const fn is_finite(self) -> bool {
        Self::LAYOUT.is_finite(self.code())
    }

    /// Returns whether the number is finite and neither zero nor subnormal.
    #[inline]
    pub const fn is_normal(self) -> bool {
        matches!(self.classify(), FpCategory::Normal)
    }

    /// Returns whether the number is not zero and lies below every normal number in magnitude.
    #[inline]
    pub const fn is_subnormal(self) -> bool {
        matches!(self.classify(), FpCategory::Subnormal)
    }

    /// Returns whether the sign bit is set. A zero or a NaN has a sign bit too.
    #[doc(alias = "signbit")]
    #[inline]
    pub const fn is_sign_negative(self) -> bool {
        self.parts().sign
    }

    /// Returns whether the sign bit is not set. A zero or a NaN has a sign bit too.
    #[inline]
    pub const fn is_sign_positive(self) -> bool {
        !self.is_sign_negative()
    }
}

/// The default is 0.
impl<S: HasZero> Default for Float<S> {
    #[inline]
    fn default() -> Self {
        Self::from_code(0)
    }
}

/// Compares by IEEE 754's equality, as `f32` does: −0 equals +0, and a NaN equals nothing.
impl<S: Spec> PartialEq for Float<S> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        order::is_equal(*self, *other)
    }
}

/// Compares by IEEE 754's order, as `f32` does: a NaN is neither less nor greater than anything.
impl<S: Spec> PartialOrd for Float<S> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        order::compare(*self, *other)
    }

    #[inline]
    fn lt(&self, other: &Self) -> bool {
        order::is_less(*self, *other)
    }

    #[inline]
    fn gt(&self, other: &Self) -> bool {
        order::is_less(*other, *self)
    }

    #[inline]
    fn le(&self, other: &Self) -> bool {
        order::is_at_most(*self, *other)
    }

    #[inline]
    fn ge(&self, other: &Self) -> bool {
        order::is_at_most(*other, *self)
    }
}

impl<S: Spec> fmt::Debug for Float<S> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::debug(*self, f)
    }
}
