//! Vectors of numbers and of their bits.

use alloc::vec::Vec;

use ulp::slice;

use crate::private::{Sealed, SealedHalf};

/// Vectors of [`f16`](crate::f16) and [`bf16`](crate::bf16).
pub trait HalfFloatVecExt: Sealed {
    /// Returns the bits of the numbers, without a copy.
    #[must_use]
    fn reinterpret_into(self) -> Vec<u16>;

    /// Rounds every `f32` into a new vector.
    #[must_use]
    fn from_f32_slice(slice: &[f32]) -> Self;

    /// Rounds every `f64` into a new vector. Each number is rounded once.
    #[must_use]
    fn from_f64_slice(slice: &[f64]) -> Self;
}

/// Vectors of `u16` that hold the bits of numbers.
pub trait HalfBitsVecExt: Sealed {
    /// Returns the numbers with these bits, without a copy.
    #[must_use]
    fn reinterpret_into<H: SealedHalf>(self) -> Vec<H>;
}

impl<H: SealedHalf> HalfFloatVecExt for Vec<H> {
    #[inline]
    fn reinterpret_into(self) -> Vec<u16> {
        slice::vec_to_bits(self)
    }

    fn from_f32_slice(slice: &[f32]) -> Self {
        slice::cast_to_vec(slice)
    }

    fn from_f64_slice(slice: &[f64]) -> Self {
        slice::cast_to_vec(slice)
    }
}

impl HalfBitsVecExt for Vec<u16> {
    #[inline]
    fn reinterpret_into<H: SealedHalf>(self) -> Vec<H> {
        slice::vec_from_bits(self)
    }
}
