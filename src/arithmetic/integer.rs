//! [`Integer`]: the integers of Rust. Helpers split an integer into a sign and a magnitude, in constants too.
#![allow(
    unsafe_code,
    reason = "an integer is read by its size, since a trait's method can't be called in constants"
)]

use core::mem::transmute_copy;

mod sealed {
    pub trait Sealed {}
}

/// An integer type of Rust: `i8` to `i128`, `u8` to `u128`, `isize` or `usize`.
///
/// ```
/// use ulp::F16;
///
/// assert_eq!(F16::from_int(-2i64).to_f32(), -2.0);
/// assert_eq!(F16::from_f32(300.0).to_int::<u8>(), u8::MAX); // integers saturate, as with `as`
/// ```
pub trait Integer: Copy + sealed::Sealed {
    /// The width in bits.
    const BITS: u32;
    /// True for the integers with a sign.
    const SIGNED: bool;
    /// The largest integer.
    #[doc(hidden)]
    const MAX_MAGNITUDE: u128 = u128::MAX >> (u128::BITS - Self::BITS) >> Self::SIGNED as u32;
}

/// Calls a macro with the integer types of Rust: `$callback! { $args i8 i16 … }`.
macro_rules! for_each_integer {
    ($callback:ident $($args:tt)*) => {
        $callback! { $($args)* i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }
    };
}
#[cfg(feature = "num-traits")]
pub(crate) use for_each_integer;

macro_rules! integers {
    ($($integer:ident)*) => { $(
        impl sealed::Sealed for $integer {}

        impl Integer for $integer {
            const BITS: u32 = $integer::BITS;
            const SIGNED: bool = $integer::MIN != 0;
        }
    )* };
}
for_each_integer!(integers);

/// Calls a macro for the primitive integer that an [`Integer`] is.
macro_rules! by_width {
    ($I:ident, $convert:ident) => {
        match (<$I>::SIGNED, <$I>::BITS) {
            (true, 8) => $convert!(i8),
            (true, 16) => $convert!(i16),
            (true, 32) => $convert!(i32),
            (true, 64) => $convert!(i64),
            (true, _) => $convert!(i128),
            (false, 8) => $convert!(u8),
            (false, 16) => $convert!(u16),
            (false, 32) => $convert!(u32),
            (false, 64) => $convert!(u64),
            (false, _) => $convert!(u128),
        }
    };
}

/// Returns an integer in two's complement, with the sign extended.
#[inline(always)]
pub(crate) const fn low_bits<I: Integer>(x: I) -> u128 {
    macro_rules! convert {
        ($integer:ident) => {
            // SAFETY: `Integer` is sealed. `I` is an integer of this size, and any bits are valid.
            (unsafe { transmute_copy::<I, $integer>(&x) }) as u128
        };
    }
    by_width!(I, convert)
}

/// Returns whether an integer is negative, and its magnitude.
#[inline(always)]
pub(crate) const fn sign_and_magnitude<I: Integer>(x: I) -> (bool, u128) {
    let bits = low_bits(x);
    if I::SIGNED && (bits as i128) < 0 {
        (true, bits.wrapping_neg())
    } else {
        (false, bits)
    }
}

/// Returns the integer with these low bits.
#[inline(always)]
pub(crate) const fn from_low_bits<I: Integer>(bits: u128) -> I {
    // SAFETY: `Integer` is sealed. Only integers of these sizes implement it.
    unsafe {
        match size_of::<I>() {
            1 => transmute_copy(&(bits as u8)),
            2 => transmute_copy(&(bits as u16)),
            4 => transmute_copy(&(bits as u32)),
            8 => transmute_copy(&(bits as u64)),
            _ => transmute_copy(&bits),
        }
    }
}

/// Does what `as` does, from `f32` to an integer.
#[inline(always)]
pub(crate) const fn from_f32<I: Integer>(x: f32) -> I {
    macro_rules! convert {
        ($integer:ident) => {
            x as $integer as u128
        };
    }
    from_low_bits(by_width!(I, convert))
}

/// Drops the fraction. Returns `None` if the integer doesn't fit, or for a NaN.
#[inline(always)]
#[allow(clippy::float_cmp, reason = "the bounds compared are exact")]
#[cfg(feature = "num-traits")]
pub(crate) fn from_f32_checked<I: Integer>(x: f32) -> Option<I> {
    // Past the largest integer, and at or past the least integer less 1. Near a large bound, `f32` has no number in between.
    let past = (I::MAX_MAGNITUDE as f64 + 1.0) as f32;
    let least = if I::SIGNED { -past } else { 0.0 };
    let is_above = if least - 1.0 == least { x >= least } else { x > least - 1.0 };
    if !(x < past && is_above) {
        return None;
    }
    macro_rules! convert {
        ($integer:ident) => {
            // SAFETY: the number without its fraction lies between the least and the largest integer.
            (unsafe { x.to_int_unchecked::<$integer>() }) as u128
        };
    }
    Some(from_low_bits(by_width!(I, convert)))
}
