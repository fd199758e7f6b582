//! The largest magnitudes of blocks of `f32` and bfloat16.
#![allow(unsafe_code, reason = "instructions by their names, on pointers")]

#[allow(clippy::wildcard_imports, reason = "instructions, by their own names")]
use core::arch::x86_64::*;

use crate::bulk::element::Element;
use crate::bulk::kernel::Multiversion;

/// The number of numbers in a vector. Each vector lies in one block.
pub(super) const LANES: usize = 16;

/// Reads 16 numbers as `f32`.
///
/// # Safety
/// The CPU must have AVX-512 F. 16 numbers must be readable, and [`Narrowing::reads`](super::Narrowing::reads) must be true.
#[inline(always)]
pub(super) unsafe fn load<S: Element>(src: *const S) -> __m512 {
    // SAFETY: the caller promises the feature and 16 numbers of 4 or 2 bytes.
    unsafe {
        if const { size_of::<S>() == 4 } {
            _mm512_loadu_ps(src.cast())
        } else {
            let words = _mm512_cvtepu16_epi32(_mm256_loadu_si256(src.cast()));
            _mm512_castsi512_ps(_mm512_slli_epi32::<16>(words))
        }
    }
}

/// Finds the largest magnitude of each block of `size` numbers: see [`Narrowing`](super::Narrowing). Blocks are whole, and have whole
/// vectors.
pub(super) struct Largest<'a, S> {
    pub(super) src: &'a [S],
    pub(super) size: usize,
    pub(super) amax: &'a mut [u32],
}

impl<S: Element> Multiversion for Largest<'_, S> {
    #[inline(always)]
    fn run<const ANY: usize>(&mut self) {
        // Constant lengths remove the inner loops.
        match self.size / LANES {
            1 => self.find::<1>(),
            2 => self.find::<2>(),
            vectors => {
                let Self { src, amax, .. } = self;
                for (block, amax) in src.chunks_exact(LANES * vectors).zip(amax.iter_mut()) {
                    // SAFETY: `largest_of_blocks` makes this work with a token of AVX-512.
                    unsafe { *amax = _mm512_reduce_max_epu32(maximum(block)) };
                }
            }
        }
    }
}

impl<S: Element> Largest<'_, S> {
    /// Finds the magnitudes of blocks of `VECTORS` vectors.
    #[inline(always)]
    fn find<const VECTORS: usize>(&mut self) {
        let of_16 = self.src.chunks(LANES * LANES * VECTORS).zip(self.amax.chunks_mut(LANES));
        for (blocks, amax) in of_16 {
            let mut largest = [0; LANES];
            // SAFETY: `largest_of_blocks` makes this work with a token of AVX-512.
            unsafe {
                let mut maxima = [_mm512_setzero_si512(); LANES];
                if blocks.len() == LANES * LANES * VECTORS {
                    for (nth, to) in maxima.iter_mut().enumerate() {
                        *to = maximum(&blocks[LANES * VECTORS * nth..][..LANES * VECTORS]);
                    }
                } else {
                    for (to, block) in maxima.iter_mut().zip(blocks.chunks_exact(LANES * VECTORS)) {
                        *to = maximum(block);
                    }
                }
                _mm512_storeu_si512(largest.as_mut_ptr().cast(), maxima_of_vectors(&maxima));
            }
            amax.copy_from_slice(&largest[..amax.len()]);
        }
    }
}

/// Returns lanes with the maxima of magnitudes.
///
/// # Safety
/// The CPU must have AVX-512 F and BW. [`Narrowing::reads`](super::Narrowing::reads) must be true for the block.
#[inline(always)]
unsafe fn maximum<S: Element>(block: &[S]) -> __m512i {
    // SAFETY: the caller promises the features. Each chunk has 16 numbers, or 32 numbers of 16 bits.
    unsafe {
        let mut maximum = _mm512_setzero_si512();
        if const { size_of::<S>() == 2 } && block.len().is_multiple_of(2 * LANES) {
            for words in block.chunks_exact(2 * LANES) {
                let magnitude = _mm512_and_si512(_mm512_loadu_si512(words.as_ptr().cast()), _mm512_set1_epi16(i16::MAX));
                maximum = _mm512_max_epu16(maximum, magnitude);
            }
            let upper = _mm512_and_si512(maximum, _mm512_set1_epi32(i32::MIN >> 15));
            return _mm512_max_epu32(upper, _mm512_slli_epi32::<16>(maximum));
        }
        for vector in block.chunks_exact(LANES) {
            let bits = _mm512_castps_si512(load(vector.as_ptr()));
            let magnitude = _mm512_and_si512(bits, _mm512_set1_epi32(i32::MAX));
            maximum = _mm512_max_epu32(maximum, magnitude);
        }
        maximum
    }
}

/// Returns the maximum of each of 16 vectors, in order.
///
/// # Safety
/// The CPU must have AVX-512 F.
#[inline(always)]
unsafe fn maxima_of_vectors(vectors: &[__m512i; 16]) -> __m512i {
    // Quarters of two vectors: the lower or the upper two, and those of even or odd index.
    const LOWER: i32 = 0b01_00_01_00;
    const UPPER: i32 = 0b11_10_11_10;
    const EVEN: i32 = 0b10_00_10_00;
    const ODD: i32 = 0b11_01_11_01;
    // SAFETY: the caller promises the feature.
    unsafe {
        // Each step takes two vectors to one with half of the lanes of each. The first two steps work within 128 bits.
        let mut eight = [_mm512_setzero_si512(); 8];
        for (to, [a, b]) in eight.iter_mut().zip(vectors.as_chunks().0) {
            *to = _mm512_max_epu32(_mm512_unpacklo_epi32(*a, *b), _mm512_unpackhi_epi32(*a, *b));
        }
        let mut four = [_mm512_setzero_si512(); 4];
        for (to, [a, b]) in four.iter_mut().zip(eight.as_chunks().0) {
            *to = _mm512_max_epu32(_mm512_unpacklo_epi64(*a, *b), _mm512_unpackhi_epi64(*a, *b));
        }
        let mut two = [_mm512_setzero_si512(); 2];
        for (to, [a, b]) in two.iter_mut().zip(four.as_chunks().0) {
            *to = _mm512_max_epu32(_mm512_shuffle_i32x4::<LOWER>(*a, *b), _mm512_shuffle_i32x4::<UPPER>(*a, *b));
        }
        let [a, b] = two;
        _mm512_max_epu32(_mm512_shuffle_i32x4::<EVEN>(a, b), _mm512_shuffle_i32x4::<ODD>(a, b))
    }
}
