//! Non-temporal stores. These stores write results past the caches.
#![allow(unsafe_code, reason = "stores by their names, on pointers")]

use core::arch::x86_64::{__m128i, _MM_HINT_T0, _MM_HINT_T1, _mm_load_si128, _mm_prefetch, _mm_sfence, _mm_stream_si128};
use core::mem::MaybeUninit;
use core::slice::from_raw_parts_mut;

use crate::bulk::kernel::BLOCK;
use crate::bulk::out::Out;

/// The number of bytes from which on results are written past the caches. Most CPUs have less last-level cache for a core, and
/// the cache would lose the beginning of the results before the end is written. A write to a cache would also read each line of
/// memory first.
const THRESHOLD: usize = 32 << 20;
/// The number of bytes in a line of the cache.
const LINE: usize = 64;
/// The number of elements in a tile, or more. The number is small, so that the stores of one tile finish while the next tile is
/// converted.
const TILE: usize = BLOCK;
/// The least number of bytes in a tile.
const TILE_BYTES: usize = 256;
/// The number of bytes in a page of memory. The hardware reads ahead within a page, and stops at its end.
const PAGE: usize = 4096;
/// The number of pages of the source that are converted in turns, so that the hardware reads ahead in each of them. As many pages
/// are fetched ahead.
const PAGES: usize = 8;

/// Room for a tile of the largest numbers.
#[repr(align(64))]
struct Tile([MaybeUninit<u8>; max(TILE_BYTES, TILE * size_of::<u64>())]);

/// Returns whether it pays to write the results past the caches. The results must be long, and their address must allow
/// streaming.
#[inline]
pub(in crate::bulk) fn pays_to_stream<S, D: Copy>(dst: &Out<'_, D>) -> bool {
    // The longer side decides, since both sides pass through the cache.
    let longer = const { max(size_of::<S>(), size_of::<D>()) };
    longer * dst.len() >= THRESHOLD && dst.as_ptr().addr().is_multiple_of(size_of::<D>())
}

const fn max(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}

/// Calls `write` for pieces of the source, in no order, and writes the pieces past the caches.
#[cold]
pub(in crate::bulk) fn stream<'a, S, D: Copy>(
    src: &[S],
    dst: Out<'a, D>,
    mut write: impl for<'p> FnMut(&[S], Out<'p, D>) -> &'p mut [D],
) -> &'a mut [D] {
    let size = size_of::<D>();
    assert!(src.len() == dst.len() && LINE.is_multiple_of(size));
    // SAFETY: only numbers are written: by `write`, or as copies of numbers that `write` wrote.
    let dst = unsafe { dst.into_uninit() };
    let mut tile = Tile([MaybeUninit::uninit(); size_of::<Tile>()]);
    let tile_bytes = max(TILE_BYTES, TILE * size);
    let in_tile = tile_bytes / size;
    let in_page = PAGE / (in_tile * size_of::<S>());
    // The tiles begin at a line. The numbers before and after the tiles are written at the end, as usual.
    let start = (dst.as_ptr().addr().next_multiple_of(LINE) - dst.as_ptr().addr()) / size;
    let tiles = (src.len() - start) / in_tile;
    let in_turns = PAGES * in_page;
    for nth in 0..tiles {
        // Only whole groups of pages are converted in turns.
        let place = nth % in_turns;
        let nth = if nth < tiles - tiles % in_turns {
            nth - place + place % PAGES * in_page + place / PAGES
        } else {
            nth
        };
        let src = &src[start + nth * in_tile..][..in_tile];
        let dst = &mut dst[start + nth * in_tile..][..in_tile];
        fetch_next_pages(src.as_ptr().cast(), size_of_val(src));
        // SAFETY: `Tile` has room for a tile of the largest numbers, and its alignment, LINE, is a multiple of the numbers' size.
        let made = unsafe { from_raw_parts_mut(tile.0.as_mut_ptr().cast::<MaybeUninit<D>>(), in_tile) };
        let made = write(src, Out::uninit(made));
        assert!(size_of_val(made) == tile_bytes && made.as_ptr().addr().is_multiple_of(LINE));
        // SAFETY: both have `tile_bytes` bytes. The assertion checks this for `made`, and `dst` has as many numbers. Both begin at
        // a line: `made` by the assertion, and `dst` since `start` is at a line, and a tile fills whole lines.
        unsafe { stream_tile(made.as_ptr().cast(), dst.as_mut_ptr().cast(), tile_bytes) };
    }
    for rest in [0..start, start + tiles * in_tile..src.len()] {
        Out::uninit(&mut dst[rest.clone()]).write_by(|dst| write(&src[rest.clone()], dst));
    }
    // SAFETY: every x86-64 CPU has this instruction. Later stores come after the streamed stores.
    unsafe { _mm_sfence() };
    // SAFETY: `write_by` wrote the numbers before and after the tiles. All tiles are copies of numbers that `write` returned as
    // initialised.
    unsafe { Out::uninit(dst).assume_init() }
}

/// Fetches the bytes that lie a page after those of a slice. The hardware reads ahead within a page, and stops at its end.
#[inline(always)]
pub(crate) fn fetch_next_page<T>(slice: &[T]) {
    fetch(slice, PAGE);
}

/// Fetches the bytes that lie this many bytes after those of a slice, to the second cache.
#[inline(always)]
pub(crate) fn fetch<T>(slice: &[T], ahead: usize) {
    fetch_lines::<_MM_HINT_T1>(slice.as_ptr().cast::<i8>().wrapping_add(ahead), size_of_val(slice));
}

/// Fetches the bytes that lie this many bytes after those of a slice, to the nearest cache.
#[inline(always)]
pub(super) fn fetch_to_nearest<T>(slice: &[T], ahead: usize) {
    fetch_lines::<_MM_HINT_T0>(slice.as_ptr().cast::<i8>().wrapping_add(ahead), size_of_val(slice));
}

/// Fetches the lines of these bytes.
#[inline(always)]
fn fetch_lines<const HINT: i32>(first: *const i8, bytes: usize) {
    for line in (0..bytes).step_by(LINE) {
        // SAFETY: every x86-64 CPU has this instruction. It may name any address, and changes nothing but the caches.
        unsafe { _mm_prefetch::<HINT>(first.wrapping_add(line)) };
    }
}

/// Fetches the lines of the group of pages after a piece of the source. The function is not generic, and is therefore compiled once.
#[inline(never)]
fn fetch_next_pages(src: *const i8, bytes: usize) {
    fetch_lines::<_MM_HINT_T1>(src.wrapping_add(PAGES * PAGE), bytes);
}

/// Writes a tile past the caches. The function is not generic, and is therefore compiled once.
///
/// # Safety
/// Both pointers are aligned to a line. `bytes` bytes are readable at `from`, and writable at `to`. They fill whole lines.
#[inline(never)]
unsafe fn stream_tile(from: *const __m128i, to: *mut __m128i, bytes: usize) {
    for vector in 0..bytes / size_of::<__m128i>() {
        // SAFETY: the caller promises the bytes and the alignment. Every x86-64 CPU has SSE2.
        unsafe { _mm_stream_si128(to.add(vector), _mm_load_si128(from.add(vector))) };
    }
}
