//! Slices of numbers and of their bits.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

use ulp::slice;

use crate::private::{Sealed, SealedHalf};

/// Slices of [`f16`](crate::f16) and [`bf16`](crate::bf16).
pub trait HalfFloatSliceExt: Sealed {
    /// Returns the bits of the numbers, in place.
    #[must_use]
    fn reinterpret_cast(&self) -> &[u16];

    /// Returns the bits of the numbers, in place and mutable.
    #[must_use]
    fn reinterpret_cast_mut(&mut self) -> &mut [u16];

    /// Rounds every `f32` of `src` into this slice.
    ///
    /// # Panics
    /// If the slices differ in length.
    fn convert_from_f32_slice(&mut self, src: &[f32]);

    /// Rounds every `f64` of `src` into this slice. Each number is rounded once.
    ///
    /// # Panics
    /// If the slices differ in length.
    fn convert_from_f64_slice(&mut self, src: &[f64]);

    /// Converts every number to an `f32`, into `dst`.
    ///
    /// # Panics
    /// If the slices differ in length.
    fn convert_to_f32_slice(&self, dst: &mut [f32]);

    /// Converts every number to an `f64`, into `dst`.
    ///
    /// # Panics
    /// If the slices differ in length.
    fn convert_to_f64_slice(&self, dst: &mut [f64]);

    /// Converts every number to an `f32`, into a new vector.
    #[cfg(feature = "alloc")]
    #[must_use]
    fn to_f32_vec(&self) -> Vec<f32>;

    /// Converts every number to an `f64`, into a new vector.
    #[cfg(feature = "alloc")]
    #[must_use]
    fn to_f64_vec(&self) -> Vec<f64>;
}

/// Slices of `u16` that hold the bits of numbers.
pub trait HalfBitsSliceExt: Sealed {
    /// Returns the numbers with these bits, in place.
    #[must_use]
    fn reinterpret_cast<H: SealedHalf>(&self) -> &[H];

    /// Returns the numbers with these bits, in place and mutable.
    #[must_use]
    fn reinterpret_cast_mut<H: SealedHalf>(&mut self) -> &mut [H];
}

impl<H: SealedHalf> HalfFloatSliceExt for [H] {
    #[inline]
    fn reinterpret_cast(&self) -> &[u16] {
        slice::to_bits(self)
    }

    #[inline]
    fn reinterpret_cast_mut(&mut self) -> &mut [u16] {
        slice::to_bits_mut(self)
    }

    #[inline]
    #[track_caller]
    fn convert_from_f32_slice(&mut self, src: &[f32]) {
        slice::cast(src, self);
    }

    #[inline]
    #[track_caller]
    fn convert_from_f64_slice(&mut self, src: &[f64]) {
        slice::cast(src, self);
    }

    #[inline]
    #[track_caller]
    fn convert_to_f32_slice(&self, dst: &mut [f32]) {
        slice::cast(self, dst);
    }

    #[inline]
    #[track_caller]
    fn convert_to_f64_slice(&self, dst: &mut [f64]) {
        slice::cast(self, dst);
    }

    #[cfg(feature = "alloc")]
    fn to_f32_vec(&self) -> Vec<f32> {
        slice::cast_to_vec(self)
    }

    #[cfg(feature = "alloc")]
    fn to_f64_vec(&self) -> Vec<f64> {
        slice::cast_to_vec(self)
    }
}

impl HalfBitsSliceExt for [u16] {
    #[inline]
    fn reinterpret_cast<H: SealedHalf>(&self) -> &[H] {
        slice::from_bits(self)
    }

    #[inline]
    fn reinterpret_cast_mut<H: SealedHalf>(&mut self) -> &mut [H] {
        slice::from_bits_mut(self)
    }
}
