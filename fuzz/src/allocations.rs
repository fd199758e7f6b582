//! How much is allocated at a time.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, which notes for each thread the largest size that it was asked for.
#[derive(Debug)]
pub struct Counting;

thread_local! {
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

fn note(size: usize) {
    // A thread that ends allocates too.
    let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(size)));
}

/// What a function returns, and the largest allocation that this thread asked for meanwhile, of a program whose allocator is
/// [`Counting`].
pub fn largest<T>(function: impl FnOnce() -> T) -> (T, usize) {
    LARGEST.set(0);
    let result = function();
    (result, LARGEST.get())
}

// SAFETY: all is what the system's allocator does; the note allocates nothing and doesn't unwind.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: the caller keeps the conditions of `alloc`, which are the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: as for `alloc`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size);
        // SAFETY: as for `alloc`; the pointer is from the system's allocator.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as for `realloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}
