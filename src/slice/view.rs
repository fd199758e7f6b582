//! Slices of numbers as slices of their bits, and back, without a copy.
#![allow(
    unsafe_code,
    reason = "`Format` promises that a number and its bits are the same memory"
)]

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
#[inline]
pub fn from_bits<F: Format>(bits: &[F::Bits]) -> &[F] {
    const { assert!(size_of::<F>() == size_of::<F::Bits>() && align_of::<F>() <= align_of::<F::Bits>()) };
    // SAFETY: `Format` promises the size, the alignment and the validity of all bits; the lifetime is that of `bits`.
    unsafe { slice::from_raw_parts(bits.as_ptr().cast(), bits.len()) }
}

/// Bits as numbers, in place, to be changed.
#[inline]
pub fn from_bits_mut<F: Format>(bits: &mut [F::Bits]) -> &mut [F] {
    const { assert!(size_of::<F>() == size_of::<F::Bits>() && align_of::<F>() <= align_of::<F::Bits>()) };
    // SAFETY: as in `from_bits`; every number is valid bits too, and the borrow is exclusive.
    unsafe { slice::from_raw_parts_mut(bits.as_mut_ptr().cast(), bits.len()) }
}

/// Numbers as bits, in place. Those above the width of the format are what they are.
#[inline]
pub fn to_bits<F: Format>(numbers: &[F]) -> &[F::Bits] {
    const { assert!(size_of::<F>() == size_of::<F::Bits>() && align_of::<F>() >= align_of::<F::Bits>()) };
    // SAFETY: `Format` promises the size and the alignment, and that a number is initialised throughout.
    unsafe { slice::from_raw_parts(numbers.as_ptr().cast(), numbers.len()) }
}

/// Numbers as bits, in place, to be changed.
#[inline]
pub fn to_bits_mut<F: Format>(numbers: &mut [F]) -> &mut [F::Bits] {
    const { assert!(size_of::<F>() == size_of::<F::Bits>() && align_of::<F>() >= align_of::<F::Bits>()) };
    // SAFETY: as in `to_bits`; all bits are valid numbers, and the borrow is exclusive.
    unsafe { slice::from_raw_parts_mut(numbers.as_mut_ptr().cast(), numbers.len()) }
}

/// Numbers as the bytes that they are.
#[inline]
pub(crate) fn bytes<F: Format>(numbers: &[F]) -> &[u8] {
    // SAFETY: `Format` promises that a number is initialised throughout; a byte has no alignment, and there are as many as numbers take.
    unsafe { slice::from_raw_parts(numbers.as_ptr().cast(), size_of_val(numbers)) }
}

/// Numbers as the bytes that they are, to be changed.
#[inline]
pub(crate) fn bytes_mut<F: Format>(numbers: &mut [F]) -> &mut [u8] {
    // SAFETY: as in `bytes`; `Format` promises that all bits are valid numbers, and the borrow is exclusive.
    unsafe { slice::from_raw_parts_mut(numbers.as_mut_ptr().cast(), size_of_val(numbers)) }
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
