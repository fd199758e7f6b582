//! What bulk work does: a [`Kernel`] to each element, or a [`Multiversion`] to all.
#![allow(unsafe_code, reason = "a kernel promises to initialise its results")]

use core::mem::MaybeUninit;

/// Elements that the inner loop does at once: a few vectors, so that their latencies overlap.
pub(crate) const BLOCK: usize = 64;
/// Elements of a small block, one or two vectors: a short slice and the rest of a long one.
pub(super) const SMALL: usize = 16;

/// Which loops are compiled of a kernel.
#[derive(Clone, Copy)]
pub(crate) enum Loops {
    /// Those for slices of any length.
    Every,
    /// One for each ISA, for slices of a [`BLOCK`] of elements or more. The kernel must be `IDEMPOTENT`.
    Blocks,
    /// One for each ISA but that of the widest vectors, which runs the loop of the next.
    BlocksOfHalfWidth,
}

/// What happens to one element, or rather to a block of them.
///
/// # Safety
/// [`block`](Self::block) initialises all elements of `dst`, and writes no uninitialised bytes to it.
pub(crate) unsafe trait Kernel {
    /// What it reads.
    type Src: Copy;
    /// What it writes.
    type Dst: Copy;
    /// Whether an element may be done twice: the last block of a slice is then stepped back over what is done.
    const IDEMPOTENT: bool;
    /// Which loops are compiled of it.
    const LOOPS: Loops = Loops::Every;

    /// Does elements `first` to `first + N` of the slice. Implementations are `#[inline(always)]` loops over the arrays, without
    /// branches on values.
    fn block<const N: usize>(
        &mut self,
        first: usize,
        src: &[Self::Src; N],
        dst: &mut [MaybeUninit<Self::Dst>; N],
    );
}

/// Work that is no loop over one slice and its results: loops over several slices, or reductions.
pub(crate) trait Multiversion {
    /// Does all of the work. Implementations are `#[inline(always)]`, and are compiled for each ISA, whose vectors hold `LANES`
    /// `f32`s.
    fn run<const LANES: usize>(&mut self);
}
