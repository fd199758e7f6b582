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

/// Returns whether an integer is negative, and its magnitude.
#[inline(always)]
pub(crate) const fn sign_and_magnitude<I: Integer>(x: I) -> (bool, u128) {
    // SAFETY: `Integer` is sealed. Only integers of these sizes implement it.
    let bits = unsafe {
        match size_of::<I>() {
            1 => transmute_copy::<I, u8>(&x) as u128,
            2 => transmute_copy::<I, u16>(&x) as u128,
            4 => transmute_copy::<I, u32>(&x) as u128,
            8 => transmute_copy::<I, u64>(&x) as u128,
            _ => transmute_copy::<I, u128>(&x),
        }
    };
    let above = u128::BITS - I::BITS;
    if I::SIGNED && bits >> (I::BITS - 1) == 1 {
        (true, (((bits << above) as i128) >> above).unsigned_abs())
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
