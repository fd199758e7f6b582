//! Slices that end where a page without access begins, or begin where such a page ends. A read or write beyond either end kills
//! the test.

use std::ffi::c_void;
use std::ptr;

use ulp::{Bf16, Cast, F8E4M3Fn, F8E5M2, F16, Format, Isa};

use crate::support::{assert_same, bulk, expected, number, sample};

/// The longest slice.
const LONGEST: usize = 300;

/// A page that may be written, between two pages without access.
struct Page {
    mapping: *mut c_void,
    size: usize,
}

/// The place of a slice in the page.
#[derive(Clone, Copy, Debug)]
enum At {
    Start,
    End,
}

impl Page {
    fn new() -> Self {
        // SAFETY: the call asks for a number.
        let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        let size = usize::try_from(size).expect("pages have a size");
        assert!(LONGEST * size_of::<u64>() <= size);
        // SAFETY: the call maps new memory, at an address that the system chooses.
        let mapping = unsafe {
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            libc::mmap(ptr::null_mut(), 3 * size, libc::PROT_NONE, flags, -1, 0)
        };
        assert!(mapping != libc::MAP_FAILED, "no memory");
        // SAFETY: this is the second of the three pages that were just mapped.
        let opened = unsafe {
            let page = mapping.byte_add(size);
            libc::mprotect(page, size, libc::PROT_READ | libc::PROT_WRITE)
        };
        assert!(opened == 0, "the page can't be made writable");
        Self { mapping, size }
    }

    /// Returns elements at the start or the end of the page.
    fn slice<F: Format>(&mut self, at: At, len: usize) -> &mut [F] {
        let bytes = len * size_of::<F>();
        assert!(bytes <= self.size);
        let offset = match at {
            At::Start => 0,
            At::End => self.size - bytes,
        };
        // SAFETY: these bytes lie in the page. The page is readable, writable and initialised (with zeros), and stays mapped as
        // long as `self` is borrowed, exclusively. Page and offset are multiples of the element's size, so the slice is aligned.
        // `Format` promises that every bit pattern is a number.
        unsafe {
            let first = self.mapping.byte_add(self.size + offset).cast::<F>();
            std::slice::from_raw_parts_mut(first, len)
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // SAFETY: `new` mapped these pages, and no slice of them outlives `self`.
        unsafe { libc::munmap(self.mapping, 3 * self.size) };
    }
}

fn check<S: Format, D: Format>() {
    let cast = Cast::new();
    let numbers: Vec<S> = sample(LONGEST);
    let right: Vec<D> = expected(&numbers, cast);
    let (mut from, mut to) = (Page::new(), Page::new());
    for (at, other) in [
        (At::End, At::End),
        (At::Start, At::Start),
        (At::Start, At::End),
        (At::End, At::Start),
    ] {
        for len in 0..=LONGEST {
            let src = from.slice(at, len);
            src.copy_from_slice(&numbers[..len]);
            for isa in Isa::available() {
                let dst = to.slice(other, len);
                dst.fill(number(0xa5a5_a5a5_a5a5_a5a5));
                bulk(isa, src, dst, cast);
                assert_same(isa, &(cast, at, other), src, dst, &right[..len]);
            }
        }
    }
}

#[test]
fn neither_slice_is_overrun() {
    check::<f32, F16>();
    check::<f32, Bf16>();
    check::<f32, F8E4M3Fn>();
    check::<F16, f32>();
    check::<Bf16, f32>();
    check::<F8E5M2, f32>();
    check::<F8E4M3Fn, F16>();
    check::<f64, F16>();
    check::<F16, Bf16>();
}
