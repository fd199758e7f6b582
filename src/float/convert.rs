//! Conversions from and to `f32`, `f64` and integers.

use super::Float;
use super::spec::Spec;
use crate::arithmetic::{Integer, by_floats, ieee, integer, native};
use crate::format::Layout;
use crate::round::{Cast, Flags, Rounding, short};

/// # Conversion from and to `f32` and `f64`
/// The conversions use the instructions of the CPU, if the compilation target has them. The functions in `_const` give equal bits
/// in constants.
///
/// ```
/// use ulp::{Bf16, F16};
///
/// const HALF: F16 = F16::from_f32_const(0.5);
/// assert_eq!(HALF.to_f32(), 0.5);
/// assert_eq!(Bf16::from_f64(1.0 / 3.0).to_f32(), 0.33398438);
/// ```
impl<S: Spec> Float<S> {
    /// Rounds an `f32` to the format once, ties to even, with IEEE's overflow. [`Cast::convert`] has the rules.
    ///
    /// The conversion uses the instructions that the compilation target has, such as F16C's.
    /// [`from_f32_const`](Self::from_f32_const) gives equal bits in constants.
    #[doc(alias("float2half", "__float2half"))]
    #[inline]
    pub fn from_f32(x: f32) -> Self {
        native::from_f32(x)
    }

    /// Does what [`from_f32`](Self::from_f32) does, in constants.
    #[inline]
    pub const fn from_f32_const(x: f32) -> Self {
        short::from_f32(x)
    }

    /// Rounds an `f32` to the format once, as `cast` says. Returns the number and the exceptions that rounding raised.
    #[inline]
    pub const fn from_f32_with(x: f32, cast: Cast) -> (Self, Flags) {
        let (code, flags) = cast.convert(Layout::BINARY32, Self::LAYOUT, x.to_bits() as u64);
        (Self::from_code(code), flags)
    }

    /// Rounds an `f64` to the format once, ties to even, with IEEE's overflow. [`Cast::convert`] has the rules.
    ///
    /// [`from_f64_const`](Self::from_f64_const) gives equal bits in constants.
    #[inline]
    pub fn from_f64(x: f64) -> Self {
        Self::from_f64_const(x)
    }

    /// Does what [`from_f64`](Self::from_f64) does, in constants.
    #[inline]
    pub const fn from_f64_const(x: f64) -> Self {
        short::from_f64(x)
    }

    /// Rounds an `f64` to the format once, as `cast` says. Returns the number and the exceptions that rounding raised.
    #[inline]
    pub const fn from_f64_with(x: f64, cast: Cast) -> (Self, Flags) {
        let (code, flags) = cast.convert(Layout::BINARY64, Self::LAYOUT, x.to_bits());
        (Self::from_code(code), flags)
    }

    /// Returns the number as an `f32`. The result is exact for every format of this crate. A number of a format wider than `f32`
    /// is rounded once, ties to even.
    ///
    /// The conversion uses the instructions that the compilation target has, such as F16C's. [`to_f32_const`](Self::to_f32_const)
    /// gives equal bits in constants.
    #[doc(alias("half2float", "__half2float"))]
    #[inline]
    pub fn to_f32(self) -> f32 {
        native::to_f32(self)
    }

    /// Does what [`to_f32`](Self::to_f32) does, in constants.
    #[inline]
    pub const fn to_f32_const(self) -> f32 {
        short::to_f32(self)
    }

    /// Returns the number as an `f64`. The result is exact for every format of this crate. A number of a format wider than `f64`
    /// is rounded once, ties to even.
    ///
    /// [`to_f64_const`](Self::to_f64_const) gives equal bits in constants.
    #[inline]
    pub fn to_f64(self) -> f64 {
        native::to_f64(self)
    }

    /// Does what [`to_f64`](Self::to_f64) does, in constants.
    #[inline]
    pub const fn to_f64_const(self) -> f64 {
        short::to_f64(self)
    }
}

/// # Conversion from and to integers
/// [`ieee`](crate::ieee) has other roundings, and the exceptions.
///
/// ```
/// use ulp::{Bf16, F16};
///
/// assert_eq!(F16::from_int(2049_i32).to_f32(), 2048.0);
/// assert_eq!(Bf16::from_int(16_842_753_u64).to_bits(), 0x4b81);
/// assert_eq!(F16::from_f32(-2.75).to_int::<i8>(), -2);
/// assert_eq!(F16::from_f32(-2.75).to_int::<u8>(), 0);
/// ```
impl<S: Spec> Float<S> {
    /// Returns the number nearest to an integer. The integer is rounded once, ties to even, with IEEE's overflow.
    #[inline]
    #[must_use]
    pub const fn from_int<I: Integer>(x: I) -> Self {
        if let Some(odd) = by_floats::odd_f32::<Self, I>(x) {
            return short::from_f32(odd);
        }
        if let Some(odd) = by_floats::odd_f64::<Self, I>(x) {
            return short::from_f64(odd);
        }
        ieee::from_int(x, Rounding::TiesToEven).0
    }

    /// Returns the number without its fraction, as an integer. A number outside of the range of the integer gives the nearest
    /// integer in the range. A NaN gives 0, as with Rust's `as`.
    #[inline]
    #[must_use]
    pub const fn to_int<I: Integer>(self) -> I {
        if const { Self::LAYOUT.is_within_f32() } {
            return integer::from_f32(short::to_f32(self));
        }
        ieee::to_int(self, Rounding::TowardZero).0
    }
}
