//! Stores past the caches.

use core::arch::x86_64::{__m128i, _mm_load_si128, _mm_sfence, _mm_stream_si128};
use core::mem::MaybeUninit;

/// Bytes from which on results are written past the caches: more than the last-level cache has for a core on most CPUs, so
/// that their beginning would be gone before their end is written. Written to a cache, each line of memory is first read.
const THRESHOLD: usize = 32 << 20;
/// Bytes of a line of the cache.
const LINE: usize = 64;
/// Bytes that are made at a time: few, so that the stores of a piece drain while the next is made.
const TILE: usize = 1024;

#[repr(align(64))]
struct Tile([MaybeUninit<u8>; TILE]);

/// Whether results are so long that they are better written past the caches, and at an address where that can be done. Those of less
/// than half the source's length have little to gain.
#[inline]
pub(in crate::bulk) fn pays<S, D>(dst: &[MaybeUninit<D>]) -> bool {
    size_of_val(dst) >= THRESHOLD
        && 2 * size_of::<D>() >= size_of::<S>()
        && dst.as_ptr().addr().is_multiple_of(size_of::<D>())
}

/// Calls `convert` for pieces of the slices, and writes what it makes past the caches.
#[cold]
pub(in crate::bulk) fn stream<S, D>(
    src: &[S],
    dst: &mut [MaybeUninit<D>],
    mut convert: impl FnMut(&[S], &mut [MaybeUninit<D>]),
) {
    let size = size_of::<D>();
    assert!(src.len() == dst.len() && LINE.is_multiple_of(size));
    let start = dst.as_ptr().addr().next_multiple_of(LINE) - dst.as_ptr().addr();
    let (src_head, src) = src.split_at(start / size);
    let (dst_head, dst) = dst.split_at_mut(start / size);
    convert(src_head, dst_head);

    let mut tile = Tile([MaybeUninit::uninit(); TILE]);
    for (src, dst) in src.chunks(TILE / size).zip(dst.chunks_mut(TILE / size)) {
        if size_of_val(dst) < TILE {
            convert(src, dst);
            break;
        }
        // SAFETY: the tile has so many bytes, and its alignment is a multiple of theirs.
        let made =
            unsafe { core::slice::from_raw_parts_mut(tile.0.as_mut_ptr().cast(), src.len()) };
        convert(src, made);
        let (from, to) = (
            (&raw const tile).cast::<__m128i>(),
            dst.as_mut_ptr().cast::<__m128i>(),
        );
        for vector in 0..TILE / size_of::<__m128i>() {
            // SAFETY: both have TILE bytes, and begin at a line; every x86-64 CPU has SSE2.
            unsafe { _mm_stream_si128(to.add(vector), _mm_load_si128(from.add(vector))) };
        }
    }
    // SAFETY: as above. What follows sees what was streamed.
    unsafe { _mm_sfence() };
}
