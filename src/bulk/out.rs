//! [`Out`]: memory that is only written, never read. The memory may be uninitialised.
#![allow(unsafe_code, reason = "memory becomes initialised where the compiler cannot see it")]

use core::mem::MaybeUninit;
use core::slice::from_raw_parts_mut;

/// A slice to be written. The slice may be uninitialised. An initialised slice stays initialised.
pub(crate) struct Out<'a, T>(
    /// No code writes uninitialised bytes to this slice.
    &'a mut [MaybeUninit<T>],
);

impl<'a, T: Copy> Out<'a, T> {
    #[inline(always)]
    pub(crate) fn new(slice: &'a mut [T]) -> Self {
        let len = slice.len();
        // SAFETY: `MaybeUninit<T>` has the layout of `T`. The slice stays initialised, since `Out` never has uninitialised bytes
        // written to it: see the field of `Out`.
        Self(unsafe { from_raw_parts_mut(slice.as_mut_ptr().cast(), len) })
    }

    /// Makes an `Out` of memory that may be uninitialised.
    #[inline(always)]
    pub(crate) fn uninit(slice: &'a mut [MaybeUninit<T>]) -> Self {
        Self(slice)
    }

    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    pub(crate) fn as_ptr(&self) -> *const T {
        self.0.as_ptr().cast()
    }

    /// Returns the slice of this `Out`.
    ///
    /// # Safety
    /// The caller writes no uninitialised bytes to the slice.
    #[inline(always)]
    pub(super) unsafe fn into_uninit(self) -> &'a mut [MaybeUninit<T>] {
        self.0
    }

    /// Returns the slice as initialised.
    ///
    /// # Safety
    /// Every element has been written.
    #[inline(always)]
    pub(super) unsafe fn assume_init(self) -> &'a mut [T] {
        let len = self.0.len();
        // SAFETY: `MaybeUninit<T>` has the layout of `T`. The caller promises that every element has been written.
        unsafe { from_raw_parts_mut(self.0.as_mut_ptr().cast(), len) }
    }

    /// Calls code that writes the slice and does not return it.
    ///
    /// # Safety
    /// `write` writes every element.
    #[inline(always)]
    #[allow(dead_code, reason = "x86-64 alone has loops that do not return the slice")]
    pub(super) unsafe fn written_by(self, write: impl FnOnce(Out<'_, T>)) -> &'a mut [T] {
        write(Out(&mut *self.0));
        // SAFETY: the caller promises that `write` has written every element.
        unsafe { self.assume_init() }
    }

    /// Writes the results of an iterator. The iterator must have at least as many elements as the slice.
    ///
    /// # Panics
    /// If the iterator ends early.
    #[inline(always)]
    pub(crate) fn write(self, results: impl Iterator<Item = T>) -> &'a mut [T] {
        let mut written = 0;
        for (slot, result) in self.0.iter_mut().zip(results) {
            slot.write(result);
            written += 1;
        }
        assert!(written == self.len(), "an element was not written");
        // SAFETY: the assertion has counted one write for each element.
        unsafe { self.assume_init() }
    }

    /// Writes one value to every element.
    #[inline(always)]
    pub(crate) fn fill(self, value: T) -> &'a mut [T] {
        self.0.fill(MaybeUninit::new(value));
        // SAFETY: `fill` has written every element.
        unsafe { self.assume_init() }
    }

    /// Calls `write` for pieces of the slice. The first piece has `first_len` elements. Each other piece has `len` elements, but
    /// the last one may be shorter. `write` gets a piece and the position of the piece in the slice, and returns the piece.
    #[inline(always)]
    pub(crate) fn write_pieces(
        self,
        first_len: usize,
        len: usize,
        mut write: impl for<'p> FnMut(usize, Out<'p, T>) -> &'p mut [T],
    ) -> &'a mut [T] {
        let (mut start, mut piece_len) = (0, first_len);
        while start < self.len() {
            let end = self.len().min(start + piece_len);
            Out(&mut self.0[start..end]).write_by(|piece| write(start, piece));
            (start, piece_len) = (end, len);
        }
        // SAFETY: `write_by` wrote each piece, and the pieces cover the slice.
        unsafe { self.assume_init() }
    }

    /// Calls `write` to write the slice. `write` returns the slice that it was given.
    #[inline(always)]
    pub(super) fn write_by(self, write: impl for<'p> FnOnce(Out<'p, T>) -> &'p mut [T]) {
        let expected = (self.as_ptr().addr(), self.len());
        let written = write(self);
        assert_same(expected, (written.as_ptr().addr(), written.len()));
    }
}

/// Panics if the addresses or the lengths of two slices differ. The function is not generic, and is therefore compiled once.
#[inline(never)]
fn assert_same(expected: (usize, usize), written: (usize, usize)) {
    assert!(written == expected, "another slice was written");
}

/// Returns a vector of `len` elements that `write` wrote.
#[cfg(feature = "alloc")]
#[inline]
pub(crate) fn vec<T: Copy>(len: usize, write: impl for<'p> FnOnce(Out<'p, T>) -> &'p mut [T]) -> alloc::vec::Vec<T> {
    let mut vec = alloc::vec::Vec::with_capacity(len);
    Out(&mut vec.spare_capacity_mut()[..len]).write_by(write);
    // SAFETY: the first `len` elements lie within the capacity, and `write_by` wrote these elements.
    unsafe { vec.set_len(len) };
    vec
}
