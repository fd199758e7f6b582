//! The loop over blocks of elements. Every ISA compiles this loop.
#![allow(unsafe_code, reason = "the loop hands out blocks of slices without a check of each")]

use core::mem::MaybeUninit;

use super::kernel::{BLOCK, Kernel, Loops, SMALL};
use super::out::Out;

/// Runs a kernel over a slice.
#[inline(always)]
pub(super) fn drive<'a, K: Kernel>(kernel: &mut K, src: &[K::Src], dst: Out<'a, K::Dst>) -> &'a mut [K::Dst] {
    const { assert!(K::IDEMPOTENT || matches!(K::LOOPS, Loops::Every)) };
    let len = src.len();
    if const { !matches!(K::LOOPS, Loops::Every) } || K::IDEMPOTENT && len >= BLOCK {
        overlapping::<K, BLOCK>(kernel, src, dst)
    } else if K::IDEMPOTENT && len >= SMALL {
        overlapping::<K, SMALL>(kernel, src, dst)
    } else {
        side_by_side(kernel, src, dst)
    }
}

/// Runs the kernel on blocks of N elements. The last block ends at the end of the slice, and may overlap the block before it.
#[inline(always)]
fn overlapping<'a, K: Kernel, const N: usize>(kernel: &mut K, src: &[K::Src], dst: Out<'a, K::Dst>) -> &'a mut [K::Dst] {
    assert!(dst.len() == src.len() && src.len() >= N);
    let last = src.len() - N;
    let mut step = if size_of::<K::Dst>() * dst.len() < ALIGNMENT_PAYS {
        N
    } else {
        aligning_step(dst.as_ptr().addr(), size_of::<K::Dst>()).min(N)
    };
    let mut first = 0;
    // SAFETY: kernels write no uninitialised bytes, since they initialise all elements of each block.
    let dst = unsafe { dst.into_uninit() };
    loop {
        // SAFETY: `first` is at most `last`. Both slices have N elements from `last` on, by the assertion above.
        let (src_block, dst_block) = unsafe { (block_at(src, first), block_at_mut(dst, first)) };
        kernel.block::<N>(first, src_block, dst_block);
        if first == last {
            break;
        }
        first = last.min(first + step);
        step = N;
    }
    // SAFETY: the blocks cover the slice. Each block begins at most N after the block before it, and the last block ends with the
    // slice. `Kernel` promises that each block is initialised.
    unsafe { Out::uninit(dst).assume_init() }
}

/// Runs the kernel on blocks, and then on single elements. Each element is converted once.
#[inline(always)]
fn side_by_side<'a, K: Kernel>(kernel: &mut K, src: &[K::Src], dst: Out<'a, K::Dst>) -> &'a mut [K::Dst] {
    assert!(dst.len() == src.len());
    let len = src.len();
    let mut first = 0;
    // SAFETY: kernels write no uninitialised bytes, since they initialise all elements of each block.
    let dst = unsafe { dst.into_uninit() };
    while !K::IDEMPOTENT && len - first >= BLOCK {
        // SAFETY: the loop's condition says that `len - first` elements are at least a block, and both slices have `len`.
        let (src_block, dst_block) = unsafe { (block_at(src, first), block_at_mut(dst, first)) };
        kernel.block::<BLOCK>(first, src_block, dst_block);
        first += BLOCK;
    }
    while first < len {
        // SAFETY: `first` is less than `len`, the length of both slices.
        let (src_block, dst_block) = unsafe { (block_at(src, first), block_at_mut(dst, first)) };
        kernel.block::<1>(first, src_block, dst_block);
        first += 1;
    }
    // SAFETY: each element was in one block, and `Kernel` promises that each block is initialised.
    unsafe { Out::uninit(dst).assume_init() }
}

/// The number of bytes from which on aligned writes pay. An unaligned store may touch two lines of the cache. Some elements are
/// converted twice for the alignment.
const ALIGNMENT_PAYS: usize = 2048;

/// Returns the distance from the first block to the second block.
#[inline(never)]
fn aligning_step(address: usize, size: usize) -> usize {
    const LINE: usize = 64;
    let past = address % LINE;
    if past == 0 || !past.is_multiple_of(size) {
        return usize::MAX;
    }
    (LINE - past) / size
}

/// Returns N elements from `first` on.
///
/// # Safety
/// The slice has `first + N` elements or more.
#[inline(always)]
unsafe fn block_at<T, const N: usize>(slice: &[T], first: usize) -> &[T; N] {
    debug_assert!(slice.len() - first >= N);
    // SAFETY: the caller promises N elements from `first` on, and N elements in a row are an array.
    unsafe { &*slice.as_ptr().add(first).cast() }
}

/// Returns N elements from `first` on, for writing.
///
/// # Safety
/// The slice has `first + N` elements or more.
#[inline(always)]
unsafe fn block_at_mut<T, const N: usize>(slice: &mut [MaybeUninit<T>], first: usize) -> &mut [MaybeUninit<T>; N] {
    debug_assert!(slice.len() - first >= N);
    // SAFETY: the caller promises N elements from `first` on, and N elements in a row are an array. The borrow is exclusive.
    unsafe { &mut *slice.as_mut_ptr().add(first).cast() }
}
