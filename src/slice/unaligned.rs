//! Reads and writes bytes as little-endian numbers, at any address.
#![allow(unsafe_code, reason = "bytes are numbers of no alignment")]

use core::slice::{from_raw_parts, from_raw_parts_mut};

use crate::bulk::{BLOCK, Element, Out};
use crate::format::Layout;
use crate::round::{Format, from_code, to_code};

/// Calls `convert` with numbers of `src` and `dst`, and the index of the first of these numbers. On a little-endian machine, one
/// call gets all numbers in place, if there are [`BLOCK`] or more. Otherwise each call gets [`BLOCK`] numbers in the byte order
/// of this machine.
#[inline(always)]
pub(super) fn for_each_block<S: Format, D: Format>(
    src: &[u8],
    dst: &mut [u8],
    convert: impl for<'p> Fn(usize, &[Unaligned<S>], Out<'p, Unaligned<D>>) -> &'p mut [Unaligned<D>],
) {
    if const { native::<S>() && native::<D>() } && src.len() >= BLOCK * size_of::<S>() {
        convert(0, numbers(src), Out::new(numbers_mut(dst)));
        return;
    }
    // A short slice is padded to a whole tile. The results of the padding are dropped.
    let mut src_tile = [Unaligned(from_code::<S>(0)); BLOCK];
    let mut dst_tile = [Unaligned(from_code::<D>(0)); BLOCK];
    let src = src.chunks(size_of_val(&src_tile));
    let dst = dst.chunks_mut(size_of_val(&dst_tile));
    for (nth, (src, dst)) in src.zip(dst).enumerate() {
        bytes_mut(&mut src_tile)[..src.len()].copy_from_slice(src);
        swap(&mut src_tile);
        convert(nth * BLOCK, &src_tile, Out::new(&mut dst_tile[..]));
        swap(&mut dst_tile);
        dst.copy_from_slice(&bytes_mut(&mut dst_tile)[..dst.len()]);
    }
}

/// A number at any address.
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub(super) struct Unaligned<F>(F);

impl<F: Format> Element for Unaligned<F> {
    const LAYOUT: Layout = F::LAYOUT;

    #[inline(always)]
    fn code(self) -> u64 {
        to_code(self.0)
    }

    #[inline(always)]
    fn from_code(code: u64) -> Self {
        Self(from_code(code))
    }
}

/// Returns bytes as numbers.
#[inline(always)]
pub(super) fn numbers<F: Format>(bytes: &[u8]) -> &[Unaligned<F>] {
    // SAFETY: `Unaligned` is packed and therefore has no alignment. A `Format` has no invalid bits. The numbers have no more
    // bytes than there are.
    unsafe { from_raw_parts(bytes.as_ptr().cast(), bytes.len() / size_of::<F>()) }
}

/// Returns bytes as numbers that can be written.
#[inline(always)]
pub(super) fn numbers_mut<F: Format>(bytes: &mut [u8]) -> &mut [Unaligned<F>] {
    let (first, len) = (bytes.as_mut_ptr(), bytes.len() / size_of::<F>());
    // SAFETY: `Unaligned` is packed and therefore has no alignment. A `Format` has no invalid bits and no padding, and valid
    // numbers are therefore valid bytes and the other way round. `len` numbers have no more bytes than there are, and the borrow
    // is exclusive.
    unsafe { from_raw_parts_mut(first.cast(), len) }
}

/// Returns numbers as bytes.
#[inline(always)]
fn bytes_mut<F: Format>(numbers: &mut [Unaligned<F>]) -> &mut [u8] {
    // SAFETY: a `Format` has no padding and no invalid bits, and valid numbers are therefore valid bytes and the other way round.
    // The borrow is exclusive.
    unsafe { from_raw_parts_mut(numbers.as_mut_ptr().cast(), size_of_val(numbers)) }
}

/// Returns whether numbers lie in memory with the lowest byte first.
pub(super) const fn native<F>() -> bool {
    cfg!(target_endian = "little") || size_of::<F>() == 1
}

/// Reverses the bytes of each number, on a machine whose lowest byte is not first.
#[inline(always)]
fn swap<F: Format>(numbers: &mut [Unaligned<F>]) {
    if const { !native::<F>() } {
        for number in bytes_mut(numbers).chunks_exact_mut(size_of::<F>()) {
            number.reverse();
        }
    }
}
