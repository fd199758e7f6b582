//! Bulk work: kernels, which say what happens to an element, and ISAs, which say how a loop over elements is compiled.
//!
//! Neither knows the other. A [`Kernel`] is branch-free code on a block of elements, inlined into the loop of each ISA, where
//! the compiler vectorizes it with what the ISA has.
#![allow(
    unsafe_code,
    reason = "the loop hands out blocks of slices without a check of each"
)]

#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
mod aarch64;
mod convert;
pub(crate) mod fold;
mod frame;
mod lean;
mod philox;
#[cfg(any(
    all(target_arch = "x86_64", target_feature = "sse2"),
    all(target_arch = "aarch64", target_feature = "neon")
))]
mod step;
mod stochastic;
pub(crate) mod uninit;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod x86_64;

use core::mem::MaybeUninit;

use crate::cpu::Isa;

pub(crate) use convert::{How, TiesToEven, cast_block, convert, convert_scaled, in_pieces};
pub(crate) use lean::{
    Lookup, convert_lean, convert_lean_by, convert_lean_by_default, convert_overridden,
};
pub(crate) use stochastic::stochastic;

/// Elements that the inner loop does at once: a few vectors, so that their latencies overlap.
pub(crate) const BLOCK: usize = 64;
/// Elements of a small block, one or two vectors: a short slice and the rest of a long one.
const SMALL: usize = 16;

/// Which loops are compiled of a kernel.
#[derive(Clone, Copy)]
pub(crate) enum Loops {
    /// Those for slices of any length.
    Every,
    /// One for each ISA, for a [`BLOCK`] of elements or more. The kernel must be `REPEATABLE`.
    Blocks,
    /// The same without the loop for the widest vectors: what fits those of half the width is run there.
    Few,
}

/// What happens to one element, or rather to a block of them.
pub(crate) trait Kernel {
    /// What it reads.
    type Src: Copy;
    /// What it writes.
    type Dst: Copy;
    /// Whether an element may be done twice: the last block of a slice is then stepped back over what is done.
    const REPEATABLE: bool;
    /// Which loops are compiled of it.
    const LOOPS: Loops = Loops::Every;

    /// Does elements `first` to `first + N` of the slice. Implementations are `#[inline(always)]` loops over the arrays, without
    /// branches on values, and initialise all of `dst`.
    fn block<const N: usize>(
        &mut self,
        first: usize,
        src: &[Self::Src; N],
        dst: &mut [MaybeUninit<Self::Dst>; N],
    );
}

/// Runs a kernel over two slices of the same length, which initialises `dst`.
#[inline]
pub(crate) fn run<K: Kernel>(
    isa: Isa,
    kernel: &mut K,
    src: &[K::Src],
    dst: &mut [MaybeUninit<K::Dst>],
) {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    x86_64::run(isa, kernel, src, dst);
    #[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
    {
        let _ = isa;
        blocks(kernel, src, dst);
    }
}

/// Work that is no loop over one slice: loops over several, or with sums.
pub(crate) trait Task {
    /// Does all of it; implementations are `#[inline(always)]`, and compiled for each ISA, whose vectors hold so many `f32`s.
    fn run<const LANES: usize>(&mut self);
}

/// Does a task.
#[inline]
pub(crate) fn perform<T: Task>(isa: Isa, task: &mut T) {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    x86_64::perform(isa, task);
    #[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
    {
        let _ = isa;
        task.run::<4>();
    }
}

/// Whether this thread rounds to nearest, keeps subnormals and traps no exception, as all do unless told otherwise. False where that
/// can't be known.
#[inline]
pub(crate) fn has_default_modes() -> bool {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    return x86_64::control_bits_are_default();
    #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
    return aarch64::control_bits_are_default();
    #[cfg(not(any(
        all(target_arch = "x86_64", target_feature = "sse2"),
        all(target_arch = "aarch64", target_feature = "neon")
    )))]
    // Wasm has no modes.
    return cfg!(target_family = "wasm");
}

/// The loop, as each ISA compiles it.
#[inline(always)]
fn blocks<K: Kernel>(kernel: &mut K, src: &[K::Src], dst: &mut [MaybeUninit<K::Dst>]) {
    let len = src.len();
    const { assert!(K::REPEATABLE || matches!(K::LOOPS, Loops::Every)) };
    if const { !matches!(K::LOOPS, Loops::Every) } || K::REPEATABLE && len >= BLOCK {
        return overlapping::<K, BLOCK>(kernel, src, dst);
    }
    if K::REPEATABLE && len >= SMALL {
        return overlapping::<K, SMALL>(kernel, src, dst);
    }
    assert!(dst.len() == len);
    let mut first = 0;
    while !K::REPEATABLE && len - first >= BLOCK {
        // SAFETY: so many elements are left in both.
        unsafe { block_at::<K, BLOCK>(kernel, first, src, dst) };
        first += BLOCK;
    }
    while first < len {
        // SAFETY: this element is left in both.
        unsafe { block_at::<K, 1>(kernel, first, src, dst) };
        first += 1;
    }
}

/// Does a block or more; the last one ends where the slice does.
#[inline(always)]
fn overlapping<K: Kernel, const N: usize>(
    kernel: &mut K,
    src: &[K::Src],
    dst: &mut [MaybeUninit<K::Dst>],
) {
    assert!(dst.len() == src.len() && src.len() >= N);
    let last = src.len() - N;
    let mut step = if size_of_val(dst) < LONG {
        N
    } else {
        aligning_step(dst.as_ptr().addr(), size_of::<K::Dst>()).min(N)
    };
    let mut first = 0;
    loop {
        // SAFETY: `first` is no more than `last`, where N elements are left in both.
        unsafe { block_at::<K, N>(kernel, first, src, dst) };
        if first == last {
            return;
        }
        first = last.min(first + step);
        step = N;
    }
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

/// Does N elements from `first` on.
///
/// # Safety
/// Both slices must have them.
#[inline(always)]
unsafe fn block_at<K: Kernel, const N: usize>(
    kernel: &mut K,
    first: usize,
    src: &[K::Src],
    dst: &mut [MaybeUninit<K::Dst>],
) {
    debug_assert!(src.len().min(dst.len()) - first >= N);
    // SAFETY: N elements from there on are an array; the caller promises that both slices have them.
    let (src, dst) = unsafe {
        let (src, dst) = (src.as_ptr().add(first), dst.as_mut_ptr().add(first));
        (&*src.cast(), &mut *dst.cast())
    };
    kernel.block::<N>(first, src, dst);
}
