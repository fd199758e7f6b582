//! The largest allocation of a function.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator. It notes for each thread the largest size that was requested.
#[derive(Debug)]
pub struct Counting;

thread_local! {
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

fn note(size: usize) {
    // A thread that ends allocates too.
    let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(size)));
}

/// Returns the result of a function, and the size of the largest allocation that this thread requested meanwhile. The program's
/// allocator must be [`Counting`].
pub fn largest<T>(function: impl FnOnce() -> T) -> (T, usize) {
    LARGEST.set(0);
    let result = function();
    (result, LARGEST.get())
}

// SAFETY: every method calls the system's allocator. The note allocates nothing and doesn't unwind.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: the caller keeps the conditions of `alloc`, and the system's allocator has no others.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: the caller keeps the conditions of `alloc_zeroed`, and the system's allocator has no others.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size);
        // SAFETY: the caller keeps the conditions of `realloc`, and the pointer is from the system's allocator.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the conditions of `dealloc`, and the pointer is from the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }
}
