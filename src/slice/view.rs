//! Slices of numbers as slices of their bits, and back, without a copy.
#![allow(
    unsafe_code,
    reason = "`Format` promises that a number and its bits are the same memory"
)]

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
#[cfg(feature = "alloc")]
use core::mem::ManuallyDrop;
use core::slice;

use crate::round::Format;

/// Bits as numbers, in place.
///
/// ```
/// use ulp::{F16, slice};
///
/// let numbers: &[F16] = slice::from_bits(&[0x3c00, 0x4000]);
/// assert_eq!(numbers[1].to_f32(), 2.0);
/// ```
#[doc(alias = "reinterpret_cast")]
#[inline]
pub fn from_bits<F: Format>(bits: &[F::Bits]) -> &[F] {
    const { assert!(size_of::<F>() == size_of::<F::Bits>() && align_of::<F>() <= align_of::<F::Bits>()) };
    // SAFETY: `Format` promises the size, the alignment and the validity of all bits; the lifetime is that of `bits`.
    unsafe { slice::from_raw_parts(bits.as_ptr().cast(), bits.len()) }
}

/// Bits as numbers, in place, to be changed.
#[doc(alias = "reinterpret_cast_mut")]
#[inline]
pub fn from_bits_mut<F: Format>(bits: &mut [F::Bits]) -> &mut [F] {
    const { assert!(size_of::<F>() == size_of::<F::Bits>() && align_of::<F>() <= align_of::<F::Bits>()) };
    // SAFETY: as in `from_bits`; every number is valid bits too, and the borrow is exclusive.
    unsafe { slice::from_raw_parts_mut(bits.as_mut_ptr().cast(), bits.len()) }
}

/// Numbers as `f32`s, in place, if they are of that format and stored as `f32`s are.
#[inline]
pub(crate) fn as_f32_mut<F: Format>(numbers: &mut [F]) -> Option<&mut [f32]> {
    if const {
        F::LAYOUT.same(f32::LAYOUT)
            && size_of::<F>() == size_of::<f32>()
            && align_of::<F>() == align_of::<f32>()
    } {
        // SAFETY: the size and the alignment are those of f32, `Format` promises that all bits are valid numbers, as they are in f32,
        // and the borrow is exclusive.
        Some(unsafe { slice::from_raw_parts_mut(numbers.as_mut_ptr().cast(), numbers.len()) })
    } else {
        None
    }
}

/// Numbers as bits, in place. Those above the width of the format are what they are.
#[doc(alias = "reinterpret_cast")]
#[inline]
pub fn to_bits<F: Format>(numbers: &[F]) -> &[F::Bits] {
    const { assert!(size_of::<F>() == size_of::<F::Bits>() && align_of::<F>() >= align_of::<F::Bits>()) };
    // SAFETY: `Format` promises the size and the alignment, and that a number is initialised throughout.
    unsafe { slice::from_raw_parts(numbers.as_ptr().cast(), numbers.len()) }
}

/// Numbers as bits, in place, to be changed.
#[doc(alias = "reinterpret_cast_mut")]
#[inline]
pub fn to_bits_mut<F: Format>(numbers: &mut [F]) -> &mut [F::Bits] {
    const { assert!(size_of::<F>() == size_of::<F::Bits>() && align_of::<F>() >= align_of::<F::Bits>()) };
    // SAFETY: as in `to_bits`; all bits are valid numbers, and the borrow is exclusive.
    unsafe { slice::from_raw_parts_mut(numbers.as_mut_ptr().cast(), numbers.len()) }
}

/// Numbers as numbers of another type that has the same bits and the same layout, in place.
///
/// Both must have one [`Layout`](crate::Layout), or it doesn't compile. With feature `half`, that is so of `half::f16` and
/// [`F16`](crate::F16), and of `half::bf16` and [`Bf16`](crate::Bf16).
///
/// ```
/// use ulp::{F16, slice};
///
/// ulp::float_type!(type Half = HalfSpec(u16): ulp::Layout::BINARY16, "half", [sign, zero, infinities, nan]);
///
/// let halves = [Half::from_f32(1.5)];
/// let numbers: &[F16] = slice::reinterpret(&halves);
/// assert_eq!(numbers[0].to_f32(), 1.5);
/// ```
///
/// ```compile_fail
/// let numbers: &[ulp::Bf16] = ulp::slice::reinterpret(&[ulp::F16::from_f32(1.5)]);
/// ```
#[inline]
pub fn reinterpret<S: Format, D: Format<Bits = S::Bits>>(numbers: &[S]) -> &[D] {
    const {
        assert!(
            S::LAYOUT.same(D::LAYOUT),
            "the two types have different layouts"
        );
    };
    from_bits(to_bits(numbers))
}

/// Numbers as numbers of another type that has the same bits and the same layout, in place, to be changed.
#[inline]
pub fn reinterpret_mut<S: Format, D: Format<Bits = S::Bits>>(numbers: &mut [S]) -> &mut [D] {
    const {
        assert!(
            S::LAYOUT.same(D::LAYOUT),
            "the two types have different layouts"
        );
    };
    from_bits_mut(to_bits_mut(numbers))
}

/// A vector of bits as one of numbers, without a copy.
///
/// ```
/// use ulp::{Bf16, slice};
///
/// let numbers: Vec<Bf16> = slice::vec_from_bits(vec![0x3f80, 0x4000]);
/// assert_eq!(numbers[1].to_f32(), 2.0);
/// assert_eq!(slice::vec_to_bits(numbers), [0x3f80, 0x4000]);
/// ```
#[cfg(feature = "alloc")]
#[must_use]
pub fn vec_from_bits<F: Format>(bits: Vec<F::Bits>) -> Vec<F> {
    vec_as(bits)
}

/// A vector of numbers as one of bits, without a copy. Those above the width of the format are what they are.
#[cfg(feature = "alloc")]
#[must_use]
pub fn vec_to_bits<F: Format>(numbers: Vec<F>) -> Vec<F::Bits> {
    vec_as(numbers)
}

/// A vector of numbers as one of numbers of another type that has the same bits and the same layout, as [`reinterpret`], without a
/// copy.
#[cfg(feature = "alloc")]
#[must_use]
pub fn reinterpret_vec<S: Format, D: Format<Bits = S::Bits>>(numbers: Vec<S>) -> Vec<D> {
    const {
        assert!(
            S::LAYOUT.same(D::LAYOUT),
            "the two types have different layouts"
        );
    };
    vec_from_bits(vec_to_bits(numbers))
}

/// A vector of numbers as one of their bits, or of bits as one of numbers.
#[cfg(feature = "alloc")]
fn vec_as<S: Copy, D: Copy>(vec: Vec<S>) -> Vec<D> {
    // A vector is freed with the alignment of its elements.
    const { assert!(size_of::<S>() == size_of::<D>() && align_of::<S>() == align_of::<D>()) };
    let mut vec = ManuallyDrop::new(vec);
    // SAFETY: the parts are those of a vector that is not dropped, of elements of the size and the alignment of `D`, asserted above.
    // The callers are the two functions above, where one type is a `Format` and the other its `Bits`: each one's bits are valid as the
    // other.
    unsafe { Vec::from_raw_parts(vec.as_mut_ptr().cast(), vec.len(), vec.capacity()) }
}
