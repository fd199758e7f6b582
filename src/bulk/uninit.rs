//! Memory before and after a kernel has initialised it.
#![allow(unsafe_code, reason = "a kernel initialises all of its destination")]

use core::mem::MaybeUninit;
use core::slice::from_raw_parts_mut;

use crate::round::Format;

/// Initialised numbers as memory that a kernel initialises again.
#[inline]
pub(crate) fn as_uninit<F: Copy>(numbers: &mut [F]) -> &mut [MaybeUninit<F>] {
    // SAFETY: the layouts are the same. The slice goes only to kernels, which write numbers and never make one uninitialised.
    unsafe { from_raw_parts_mut(numbers.as_mut_ptr().cast(), numbers.len()) }
}

/// Memory that a kernel has initialised, as numbers.
#[inline]
pub(crate) fn assume_init<F: Copy>(memory: &mut [MaybeUninit<F>]) -> &mut [F] {
    // SAFETY: the layouts are the same, and callers have run a kernel over the whole slice.
    unsafe { from_raw_parts_mut(memory.as_mut_ptr().cast(), memory.len()) }
}

/// As many nothings, for a kernel that only reads.
pub(crate) fn nothing(len: usize) -> &'static mut [MaybeUninit<()>] {
    // SAFETY: elements without size need no memory, only an aligned pointer that isn't null.
    unsafe { from_raw_parts_mut(core::ptr::NonNull::dangling().as_ptr(), len) }
}

/// Sets the length of a vector whose first `len` elements a kernel has initialised.
#[cfg(feature = "alloc")]
pub(crate) fn set_len<F: Format>(vec: &mut alloc::vec::Vec<F>, len: usize) {
    assert!(len <= vec.capacity());
    // SAFETY: the capacity is enough, and callers have run a kernel over these elements.
    unsafe { vec.set_len(len) }
}
