//! Views slices of numbers as slices of their bits, and the other way round, without a copy.
#![allow(unsafe_code, reason = "`Format` promises that a number and its bits are the same memory")]

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
#[cfg(feature = "alloc")]
use core::mem::ManuallyDrop;
use core::slice;

use crate::round::Format;

/// Returns bits as numbers, in place.
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
    // SAFETY: `Format` promises the size, the alignment and the validity of all bits. The lifetime is that of `bits`.
    unsafe { slice::from_raw_parts(bits.as_ptr().cast(), bits.len()) }
}

/// Returns bits as numbers that can be changed, in place.
#[doc(alias = "reinterpret_cast_mut")]
#[inline]
pub fn from_bits_mut<F: Format>(bits: &mut [F::Bits]) -> &mut [F] {
    const { assert!(size_of::<F>() == size_of::<F::Bits>() && align_of::<F>() <= align_of::<F::Bits>()) };
    // SAFETY: the facts of `from_bits` hold here. Every number is valid bits too, and the borrow is exclusive.
    unsafe { slice::from_raw_parts_mut(bits.as_mut_ptr().cast(), bits.len()) }
}

/// Returns numbers as `f32`s, in place, if the numbers have the format and the storage of `f32`.
#[inline]
pub(crate) fn as_f32_mut<F: Format>(numbers: &mut [F]) -> Option<&mut [f32]> {
    if const { F::LAYOUT.const_eq(f32::LAYOUT) && size_of::<F>() == size_of::<f32>() && align_of::<F>() == align_of::<f32>() } {
        // SAFETY: the size and the alignment are those of f32. `Format` promises that all bits are valid numbers, and all bits
        // are valid in f32. The borrow is exclusive.
        Some(unsafe { slice::from_raw_parts_mut(numbers.as_mut_ptr().cast(), numbers.len()) })
    } else {
        None
    }
}

/// Returns numbers as bits, in place. Bits above the width of the format stay unchanged.
#[doc(alias = "reinterpret_cast")]
#[inline]
pub fn to_bits<F: Format>(numbers: &[F]) -> &[F::Bits] {
    const { assert!(size_of::<F>() == size_of::<F::Bits>() && align_of::<F>() >= align_of::<F::Bits>()) };
    // SAFETY: `Format` promises the size and the alignment, and that a number is initialised throughout.
    unsafe { slice::from_raw_parts(numbers.as_ptr().cast(), numbers.len()) }
}

/// Returns numbers as bits that can be changed, in place.
#[doc(alias = "reinterpret_cast_mut")]
#[inline]
pub fn to_bits_mut<F: Format>(numbers: &mut [F]) -> &mut [F::Bits] {
    const { assert!(size_of::<F>() == size_of::<F::Bits>() && align_of::<F>() >= align_of::<F::Bits>()) };
    // SAFETY: the facts of `to_bits` hold here. All bits are valid numbers, and the borrow is exclusive.
    unsafe { slice::from_raw_parts_mut(numbers.as_mut_ptr().cast(), numbers.len()) }
}

/// Returns numbers as bytes.
#[inline]
pub(crate) fn bytes<F: Format>(numbers: &[F]) -> &[u8] {
    // SAFETY: `Format` promises that a number is initialised throughout. A byte has no alignment, and the slice has as many bytes
    // as the numbers take.
    unsafe { slice::from_raw_parts(numbers.as_ptr().cast(), size_of_val(numbers)) }
}

/// Returns numbers as bytes that can be changed.
#[inline]
pub(crate) fn bytes_mut<F: Format>(numbers: &mut [F]) -> &mut [u8] {
    // SAFETY: the facts of `bytes` hold here. `Format` promises that all bits are valid numbers, and the borrow is exclusive.
    unsafe { slice::from_raw_parts_mut(numbers.as_mut_ptr().cast(), size_of_val(numbers)) }
}

/// Returns numbers as numbers of another type with equal bits and an equal layout, in place.
///
/// If the types have two different [`Layout`](crate::Layout)s, the call doesn't compile. With the feature `half`, `half::f16` and
/// [`F16`](crate::F16) have one layout. `half::bf16` and [`Bf16`](crate::Bf16) have one layout too.
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
        assert!(S::LAYOUT.const_eq(D::LAYOUT), "the two types have different layouts");
    };
    from_bits(to_bits(numbers))
}

/// Returns numbers as numbers of another type with equal bits and an equal layout. The results can be changed in place.
#[inline]
pub fn reinterpret_mut<S: Format, D: Format<Bits = S::Bits>>(numbers: &mut [S]) -> &mut [D] {
    const {
        assert!(S::LAYOUT.const_eq(D::LAYOUT), "the two types have different layouts");
    };
    from_bits_mut(to_bits_mut(numbers))
}

/// Returns a vector of bits as a vector of numbers, without a copy.
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

/// Returns a vector of numbers as a vector of bits, without a copy. Bits above the width of the format stay unchanged.
#[cfg(feature = "alloc")]
#[must_use]
pub fn vec_to_bits<F: Format>(numbers: Vec<F>) -> Vec<F::Bits> {
    vec_as(numbers)
}

/// Returns a vector of numbers as a vector of numbers of another type, without a copy. The types have equal bits and an equal
/// layout, as in [`reinterpret`].
#[cfg(feature = "alloc")]
#[must_use]
pub fn reinterpret_vec<S: Format, D: Format<Bits = S::Bits>>(numbers: Vec<S>) -> Vec<D> {
    const {
        assert!(S::LAYOUT.const_eq(D::LAYOUT), "the two types have different layouts");
    };
    vec_from_bits(vec_to_bits(numbers))
}

/// Returns a vector of numbers as a vector of their bits, or a vector of bits as a vector of numbers.
#[cfg(feature = "alloc")]
fn vec_as<S: Copy, D: Copy>(vec: Vec<S>) -> Vec<D> {
    // A vector is freed with the alignment of its elements.
    const { assert!(size_of::<S>() == size_of::<D>() && align_of::<S>() == align_of::<D>()) };
    let mut vec = ManuallyDrop::new(vec);
    // SAFETY: the parts are those of a vector that is not dropped. Its elements have the size and the alignment of `D`, as
    // asserted above. The callers are the two functions above, where one type is a `Format` and the other is its `Bits`. The bits
    // of each type are valid in the other.
    unsafe { Vec::from_raw_parts(vec.as_mut_ptr().cast(), vec.len(), vec.capacity()) }
}
