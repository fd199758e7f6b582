//! Non-temporal stores. These stores write results past the caches.
#![allow(unsafe_code, reason = "stores by their names, on pointers")]

use core::arch::x86_64::{__m128i, _mm_load_si128, _mm_sfence, _mm_stream_si128};
use core::mem::MaybeUninit;
use core::slice::from_raw_parts_mut;

use crate::bulk::out::Out;

/// The number of bytes from which on results are written past the caches. Most CPUs have less last-level cache for a core, and
/// the cache would lose the beginning of the results before the end is written. A write to a cache would also read each line of
/// memory first.
const THRESHOLD: usize = 32 << 20;
/// The number of bytes in a line of the cache.
const LINE: usize = 64;
/// The number of bytes in a tile. The number is small, so that the stores of one tile finish while the next tile is converted.
const TILE_BYTES: usize = 1024;

#[repr(align(64))]
struct Tile([MaybeUninit<u8>; TILE_BYTES]);

/// Returns whether it pays to write the results past the caches. The results must be long, and their address must allow
/// streaming. Results of less than half the source's length gain little.
#[inline]
pub(in crate::bulk) fn pays_to_stream<S, D: Copy>(dst: &Out<'_, D>) -> bool {
    size_of::<D>() * dst.len() >= THRESHOLD
        && 2 * size_of::<D>() >= size_of::<S>()
        && dst.as_ptr().addr().is_multiple_of(size_of::<D>())
}

/// Calls `write` for pieces of the source, and writes the pieces past the caches.
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
    let start = dst.as_ptr().addr().next_multiple_of(LINE) - dst.as_ptr().addr();
    let (src_head, src) = src.split_at(start / size);
    let (dst_head, dst_lines) = dst.split_at_mut(start / size);
    Out::uninit(dst_head).write_by(|dst| write(src_head, dst));

    let mut tile = Tile([MaybeUninit::uninit(); TILE_BYTES]);
    for (src, dst) in src.chunks(TILE_BYTES / size).zip(dst_lines.chunks_mut(TILE_BYTES / size)) {
        if size_of_val(dst) < TILE_BYTES {
            Out::uninit(dst).write_by(|dst| write(src, dst));
            break;
        }
        // SAFETY: the tile has TILE_BYTES bytes, like this piece. The alignment of the tile, LINE, is a multiple of the numbers'
        // size.
        let made = unsafe { from_raw_parts_mut(tile.0.as_mut_ptr().cast::<MaybeUninit<D>>(), src.len()) };
        let made = write(src, Out::uninit(made));
        assert!(size_of_val(made) == TILE_BYTES && made.as_ptr().addr().is_multiple_of(LINE));
        // SAFETY: both have TILE_BYTES bytes. The assertion checks this for `made`, and every piece that is not shorter has
        // TILE_BYTES bytes. Both begin at a line: `made` by the assertion, and `dst` since the head ends at a line.
        unsafe { stream_tile(made.as_ptr().cast(), dst.as_mut_ptr().cast()) };
    }
    // SAFETY: every x86-64 CPU has this instruction. Later stores come after the streamed stores.
    unsafe { _mm_sfence() };
    // SAFETY: `write_by` wrote the head and a piece shorter than a tile. All other pieces are copies of tiles that `write`
    // returned as initialised numbers.
    unsafe { Out::uninit(dst).assume_init() }
}

/// Writes a tile past the caches. The function is not generic, and is therefore compiled once.
///
/// # Safety
/// Both pointers are aligned to a line. `TILE_BYTES` bytes are readable at `from`, and writable at `to`.
#[inline(never)]
unsafe fn stream_tile(from: *const __m128i, to: *mut __m128i) {
    for vector in 0..TILE_BYTES / size_of::<__m128i>() {
        // SAFETY: the caller promises the bytes and the alignment. Every x86-64 CPU has SSE2.
        unsafe { _mm_stream_si128(to.add(vector), _mm_load_si128(from.add(vector))) };
    }
}
