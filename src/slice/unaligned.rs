//! Bytes as the little-endian numbers that they are, at any address.
#![allow(unsafe_code, reason = "bytes are numbers of no alignment")]

use core::fmt;
use core::mem::MaybeUninit;
use core::slice::{from_raw_parts, from_raw_parts_mut};

use crate::bulk::{BLOCK, uninit};
use crate::format::Layout;
use crate::round::{Format, from_code};

/// Calls `convert` for the numbers in `src` and `dst`: in place if this machine has their lowest byte first too, else in tiles. It
/// is given [`BLOCK`] numbers or more, and how many stand before them.
#[inline(always)]
pub(super) fn over<S: Format, D: Format>(
    src: &[u8],
    dst: &mut [u8],
    convert: impl Fn(usize, &[Unaligned<S>], &mut [MaybeUninit<Unaligned<D>>]),
) {
    if const { native::<S>() && native::<D>() } && src.len() >= BLOCK * size_of::<S>() {
        return convert(0, numbers(src), numbers_mut(dst));
    }
    // What is past the end of a short slice is converted for nothing.
    let mut src_tile = [Unaligned(from_code::<S>(0)); BLOCK];
    let mut dst_tile = [Unaligned(from_code::<D>(0)); BLOCK];
    let src = src.chunks(size_of_val(&src_tile));
    let dst = dst.chunks_mut(size_of_val(&dst_tile));
    for (nth, (src, dst)) in src.zip(dst).enumerate() {
        bytes_mut(&mut src_tile)[..src.len()].copy_from_slice(src);
        swap(&mut src_tile);
        convert(nth * BLOCK, &src_tile, uninit::as_uninit(&mut dst_tile));
        swap(&mut dst_tile);
        dst.copy_from_slice(&bytes_mut(&mut dst_tile)[..dst.len()]);
    }
}

/// A number at any address.
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub(super) struct Unaligned<F>(F);

impl<F: Format> fmt::Debug for Unaligned<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        { self.0 }.fmt(f)
    }
}

// SAFETY: as F, but for the alignment. That is less than the trait wants, which only matters where bits are seen as numbers or
// numbers as bits: the first is right with less, and the second doesn't compile.
unsafe impl<F: Format> Format for Unaligned<F> {
    type Bits = F::Bits;
    const LAYOUT: Layout = F::LAYOUT;
    const DTYPE: &'static str = F::DTYPE;
}

/// Bytes as the numbers that they are.
#[inline(always)]
pub(super) fn numbers<F: Format>(bytes: &[u8]) -> &[Unaligned<F>] {
    // SAFETY: a `Format` has no invalid bits, and so packed no alignment; there are as many bytes as they have.
    unsafe { from_raw_parts(bytes.as_ptr().cast(), bytes.len() / size_of::<F>()) }
}

/// Bytes as the numbers that they are, to be written.
#[inline(always)]
pub(super) fn numbers_mut<F: Format>(bytes: &mut [u8]) -> &mut [MaybeUninit<Unaligned<F>>] {
    let (first, len) = (bytes.as_mut_ptr(), bytes.len() / size_of::<F>());
    // SAFETY: as in `numbers`; a `Format` is initialised throughout, and the borrow is exclusive.
    uninit::as_uninit(unsafe { from_raw_parts_mut(first.cast::<Unaligned<F>>(), len) })
}

/// Numbers as the bytes that they are.
#[inline(always)]
fn bytes_mut<F: Format>(numbers: &mut [Unaligned<F>]) -> &mut [u8] {
    // SAFETY: all bytes are valid, and so are all bits of numbers; the borrow is exclusive.
    unsafe { from_raw_parts_mut(numbers.as_mut_ptr().cast(), size_of_val(numbers)) }
}

/// Whether numbers lie in memory with their lowest byte first.
pub(super) const fn native<F>() -> bool {
    cfg!(target_endian = "little") || size_of::<F>() == 1
}

/// Changes numbers from the order of bytes of this machine to the other, or back, if it has not the lowest byte first.
#[inline(always)]
fn swap<F: Format>(numbers: &mut [Unaligned<F>]) {
    if const { !native::<F>() } {
        for number in bytes_mut(numbers).chunks_exact_mut(size_of::<F>()) {
            number.reverse();
        }
    }
}
