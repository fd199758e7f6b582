//! The two kinds of bulk work. A [`Kernel`] works on each element, and a [`Multiversion`] works on all elements.
#![allow(unsafe_code, reason = "a kernel promises to initialise its results")]

use core::mem::MaybeUninit;

/// The number of elements that one step of the loop converts. They fill a few vectors, so that the CPU works on several vectors
/// at once.
pub(crate) const BLOCK: usize = 64;
/// The number of elements in a small block, which fills one or two vectors. Small blocks serve short slices and the rest of a
/// long slice.
pub(super) const SMALL: usize = 16;

/// The loops that the compiler makes of a kernel.
#[derive(Clone, Copy)]
pub(crate) enum Loops {
    /// The loops for slices of any length.
    Every,
    /// One loop for each ISA, for slices of a [`BLOCK`] of elements or more. The kernel must be `IDEMPOTENT`.
    Blocks,
    /// One loop for each ISA except the ISA of the widest vectors. That ISA runs the loop of the next ISA.
    BlocksOfHalfWidth,
}

/// The work on a block of elements.
///
/// # Safety
/// [`block`](Self::block) initialises all elements of `dst`, and writes no uninitialised bytes to it.
pub(crate) unsafe trait Kernel {
    /// The type of the elements that the kernel reads.
    type Src: Copy;
    /// The type of the elements that the kernel writes.
    type Dst: Copy;
    /// True if an element may be converted twice. The last block of a slice then overlaps the block before it.
    const IDEMPOTENT: bool;
    /// The loops that the compiler makes of the kernel.
    const LOOPS: Loops = Loops::Every;

    /// Converts elements `first` to `first + N` of the slice. Implementations are `#[inline(always)]` loops over the arrays, and
    /// have no branches on values.
    fn block<const N: usize>(&mut self, first: usize, src: &[Self::Src; N], dst: &mut [MaybeUninit<Self::Dst>; N]);
}

/// Work that is not a loop over one slice and its results. Such work loops over several slices, or reduces.
pub(crate) trait Multiversion {
    /// Does all of the work. Implementations are `#[inline(always)]`. Each ISA compiles the implementation. The vectors of the
    /// ISA hold `LANES` `f32`s.
    fn run<const LANES: usize>(&mut self);
}
