//! [`Out`]: memory that is written and not read, initialised before or not.
#![allow(
    unsafe_code,
    reason = "memory becomes initialised where the compiler cannot see it"
)]

use core::mem::MaybeUninit;
use core::slice::from_raw_parts_mut;

/// A slice to be written. It may be uninitialised, and if it was initialised, it stays so.
pub(crate) struct Out<'a, T>(
    /// Code that has this slice never writes uninitialised bytes to it.
    &'a mut [MaybeUninit<T>],
);

impl<'a, T: Copy> Out<'a, T> {
    #[inline(always)]
    pub(crate) fn new(slice: &'a mut [T]) -> Self {
        let len = slice.len();
        // SAFETY: `MaybeUninit<T>` has the layout of `T`. The slice stays initialised, since `Out` never has uninitialised bytes
        // written to it: see its field.
        Self(unsafe { from_raw_parts_mut(slice.as_mut_ptr().cast(), len) })
    }

    /// Of memory that may be uninitialised.
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

    /// The slice itself.
    ///
    /// # Safety
    /// The caller writes no uninitialised bytes to the slice.
    #[inline(always)]
    pub(super) unsafe fn into_uninit(self) -> &'a mut [MaybeUninit<T>] {
        self.0
    }

    /// The slice, initialised.
    ///
    /// # Safety
    /// Every element has been written.
    #[inline(always)]
    pub(super) unsafe fn assume_init(self) -> &'a mut [T] {
        let len = self.0.len();
        // SAFETY: `MaybeUninit<T>` has the layout of `T`, and the caller has written every element.
        unsafe { from_raw_parts_mut(self.0.as_mut_ptr().cast(), len) }
    }

    /// Has the slice written by code that does not return it.
    ///
    /// # Safety
    /// `write` writes every element.
    #[inline(always)]
    pub(super) unsafe fn written_by(self, write: impl FnOnce(Out<'_, T>)) -> &'a mut [T] {
        write(Out(&mut *self.0));
        // SAFETY: the caller promises that `write` has written every element.
        unsafe { self.assume_init() }
    }

    /// Writes the results of an iterator of at least as many elements.
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
        // SAFETY: the assertion has counted as many writes as there are elements.
        unsafe { self.assume_init() }
    }

    /// Writes the same value everywhere.
    #[inline(always)]
    pub(crate) fn fill(self, value: T) -> &'a mut [T] {
        self.0.fill(MaybeUninit::new(value));
        // SAFETY: `fill` has written every element.
        unsafe { self.assume_init() }
    }

    /// Has pieces of the slice written: the first one of `first_len` elements, and all others but the last of `len`. `write` gets the
    /// position of a piece in the slice, and returns the piece that it was given.
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
        // SAFETY: `write_by` has had each piece written, and the pieces cover the slice.
        unsafe { self.assume_init() }
    }

    /// Has the slice written. `write` returns the slice that it was given.
    #[inline(always)]
    pub(super) fn write_by(self, write: impl for<'p> FnOnce(Out<'p, T>) -> &'p mut [T]) {
        let expected = (self.as_ptr().addr(), self.len());
        let written = write(self);
        assert_same(expected, (written.as_ptr().addr(), written.len()));
    }
}

/// Panics if the addresses or the lengths of two slices differ. Not generic, so that little code is compiled.
#[inline(never)]
fn assert_same(expected: (usize, usize), written: (usize, usize)) {
    assert!(written == expected, "another slice was written");
}

/// A vector of `len` elements, which `write` writes.
#[cfg(feature = "alloc")]
#[inline]
pub(crate) fn vec<T: Copy>(
    len: usize,
    write: impl for<'p> FnOnce(Out<'p, T>) -> &'p mut [T],
) -> alloc::vec::Vec<T> {
    let mut vec = alloc::vec::Vec::with_capacity(len);
    Out(&mut vec.spare_capacity_mut()[..len]).write_by(write);
    // SAFETY: the first `len` elements lie within the capacity, and `write_by` has had them written.
    unsafe { vec.set_len(len) };
    vec
}
