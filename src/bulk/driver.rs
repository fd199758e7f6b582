//! The loop over blocks of elements, which every ISA compiles.
#![allow(
    unsafe_code,
    reason = "the loop hands out blocks of slices without a check of each"
)]

use core::mem::MaybeUninit;

use super::kernel::{BLOCK, Kernel, Loops, SMALL};
use super::out::Out;

/// Runs a kernel over a slice.
#[inline(always)]
pub(super) fn drive<'a, K: Kernel>(
    kernel: &mut K,
    src: &[K::Src],
    dst: Out<'a, K::Dst>,
) -> &'a mut [K::Dst] {
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

/// Does blocks of N elements, of which the last one ends where the slice does.
#[inline(always)]
fn overlapping<'a, K: Kernel, const N: usize>(
    kernel: &mut K,
    src: &[K::Src],
    dst: Out<'a, K::Dst>,
) -> &'a mut [K::Dst] {
    assert!(dst.len() == src.len() && src.len() >= N);
    let last = src.len() - N;
    let mut step = if size_of::<K::Dst>() * dst.len() < LONG {
        N
    } else {
        aligning_step(dst.as_ptr().addr(), size_of::<K::Dst>()).min(N)
    };
    let mut first = 0;
    // SAFETY: kernels write no uninitialised bytes, since they initialise all of each block.
    let dst = unsafe { dst.into_uninit() };
    loop {
        // SAFETY: `first` is at most `last`, from where on both slices have N elements, as was asserted above.
        let (src_block, dst_block) = unsafe { (block_at(src, first), block_at_mut(dst, first)) };
        kernel.block::<N>(first, src_block, dst_block);
        if first == last {
            break;
        }
        first = last.min(first + step);
        step = N;
    }
    // SAFETY: blocks have covered the slice: each begins at most N after the one before, and the last one ends with the slice.
    // `Kernel` promises that each is initialised.
    unsafe { Out::uninit(dst).assume_init() }
}

/// Does blocks, and then single elements, each once.
#[inline(always)]
fn side_by_side<'a, K: Kernel>(
    kernel: &mut K,
    src: &[K::Src],
    dst: Out<'a, K::Dst>,
) -> &'a mut [K::Dst] {
    assert!(dst.len() == src.len());
    let len = src.len();
    let mut first = 0;
    // SAFETY: kernels write no uninitialised bytes, since they initialise all of each block.
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

/// Bytes written from which on it pays to write at addresses that vectors are aligned to, lest each store touch two lines of the
/// cache; some elements are done twice for that.
const LONG: usize = 2048;

/// How far the second block begins from the first.
#[inline(never)]
fn aligning_step(address: usize, size: usize) -> usize {
    const LINE: usize = 64;
    let past = address % LINE;
    if past == 0 || !past.is_multiple_of(size) {
        return usize::MAX;
    }
    (LINE - past) / size
}

/// N elements from `first` on.
///
/// # Safety
/// The slice has `first + N` elements or more.
#[inline(always)]
unsafe fn block_at<T, const N: usize>(slice: &[T], first: usize) -> &[T; N] {
    debug_assert!(slice.len() - first >= N);
    // SAFETY: the caller promises N elements from `first` on, and N elements in a row are an array.
    unsafe { &*slice.as_ptr().add(first).cast() }
}

/// N elements from `first` on, to be written.
///
/// # Safety
/// The slice has `first + N` elements or more.
#[inline(always)]
unsafe fn block_at_mut<T, const N: usize>(
    slice: &mut [MaybeUninit<T>],
    first: usize,
) -> &mut [MaybeUninit<T>; N] {
    debug_assert!(slice.len() - first >= N);
    // SAFETY: the caller promises N elements from `first` on, and N elements in a row are an array. The borrow is exclusive.
    unsafe { &mut *slice.as_mut_ptr().add(first).cast() }
}
