//! Codes of 8 bits and fewer widened by table: two byte permutes (VBMI) find each byte of the result.

use core::arch::x86_64::{
    __m512i, _mm_loadu_si128, _mm256_storeu_si256, _mm512_castsi128_si512, _mm512_castsi512_si256,
    _mm512_loadu_si512, _mm512_mask_blend_epi8, _mm512_movepi8_mask, _mm512_permutex2var_epi8,
    _mm512_permutexvar_epi32, _mm512_setr_epi32, _mm512_setzero_si512, _mm512_storeu_si512,
    _mm512_unpackhi_epi8, _mm512_unpackhi_epi16, _mm512_unpacklo_epi8, _mm512_unpacklo_epi16,
};
use core::marker::PhantomData;
use core::mem::MaybeUninit;

use super::one_by_one;
use crate::simd::{Kernel, SMALL};
use crate::{Cast, Format, Layout};

/// Codes in a vector.
const LANES: usize = 64;

/// The low and the high bytes of 256 results of 16 bits.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Table([[u8; 256]; 2]);

/// The upper 16 of `bits` bits of every code of `from` in the format `to`, cast by default.
const fn table(from: Layout, to: Layout) -> Table {
    let mut table = Table([[0; 256]; 2]);
    let mut code = 0;
    while code < 256 {
        let upper = upper_half(from, to, code as u64);
        table.0[0][code] = upper as u8;
        table.0[1][code] = (upper >> 8) as u8;
        code += 1;
    }
    table
}

const fn upper_half(from: Layout, to: Layout, code: u64) -> u64 {
    let (wide, _) = Cast::new().bits(from, to, code);
    wide >> to.bits().saturating_sub(16)
}

/// Whether a table serves: codes of one byte, and of the results no more than 16 bits to be kept.
pub(super) const fn serves(from: Layout, to: Layout) -> bool {
    if from.bits() > 8 || (to.bits() != 16 && to.bits() != 32) {
        return false;
    }
    let mut code = 0;
    while code < 256 {
        let (wide, _) = Cast::new().bits(from, to, code);
        if wide != upper_half(from, to, code) << to.bits().saturating_sub(16) {
            return false;
        }
        code += 1;
    }
    true
}

/// Widens to 16 bits.
pub(super) struct Lookup16<S, D>(pub(super) PhantomData<(S, D)>);
/// Widens to 32 bits of which the lower half is 0: `f32`, from all formats of a byte.
pub(super) struct Lookup32<S, D>(pub(super) PhantomData<(S, D)>);

/// The low and high bytes of the results for 64 codes.
///
/// # Safety
/// The CPU must have AVX-512 F, BW and VBMI.
#[inline(always)]
unsafe fn look_up(table: &'static Table, codes: __m512i) -> [__m512i; 2] {
    // SAFETY: the features are the caller's to promise; each half of a table is 256 bytes, four vectors.
    unsafe {
        let upper = _mm512_movepi8_mask(codes);
        let half = |bytes: &'static [u8; 256]| {
            let part = |nth: usize| _mm512_loadu_si512(bytes.as_ptr().add(nth * LANES).cast());
            let low = _mm512_permutex2var_epi8(part(0), codes, part(1));
            let high = _mm512_permutex2var_epi8(part(2), codes, part(3));
            _mm512_mask_blend_epi8(upper, low, high)
        };
        [half(&table.0[0]), half(&table.0[1])]
    }
}

/// 64 codes, or 16 and arbitrary ones.
///
/// # Safety
/// The CPU must have AVX-512 F; `src` must be as many bytes that may be read.
#[inline(always)]
#[allow(clippy::cast_ptr_alignment, reason = "the loads need none")]
unsafe fn load<const N: usize>(src: *const u8) -> __m512i {
    // SAFETY: as above.
    unsafe {
        if N == SMALL {
            _mm512_castsi128_si512(_mm_loadu_si128(src.cast()))
        } else {
            _mm512_loadu_si512(src.cast())
        }
    }
}

impl<S: Format, D: Format> Lookup16<S, D> {
    const TABLE: &'static Table = &table(S::LAYOUT, D::LAYOUT);
}

impl<S: Format, D: Format> Lookup32<S, D> {
    const TABLE: &'static Table = &table(S::LAYOUT, D::LAYOUT);
}

impl<S: Format, D: Format> Kernel for Lookup16<S, D> {
    type Src = S;
    type Dst = D;
    const REPEATABLE: bool = true;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        assert!(size_of::<S>() == 1 && size_of::<D>() == 2);
        if N != SMALL && N != LANES {
            return one_by_one(Cast::new(), src, dst);
        }
        // SAFETY: the table of overrides runs this where the CPU has VBMI; a block has N numbers, of one byte in `src` and two in
        // `dst`.
        unsafe {
            // Groups of four move so that unpacking within each 16 bytes leaves them in order.
            let order = _mm512_setr_epi32(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
            let codes = _mm512_permutexvar_epi32(order, load::<N>(src.as_ptr().cast()));
            let [low, high] = look_up(Self::TABLE, codes);
            let first = _mm512_unpacklo_epi8(low, high);
            let dst = dst.as_mut_ptr().cast::<__m512i>();
            if N == SMALL {
                _mm256_storeu_si256(dst.cast(), _mm512_castsi512_si256(first));
            } else {
                _mm512_storeu_si512(dst, first);
                _mm512_storeu_si512(dst.add(1), _mm512_unpackhi_epi8(low, high));
            }
        }
    }
}

impl<S: Format, D: Format> Kernel for Lookup32<S, D> {
    type Src = S;
    type Dst = D;
    const REPEATABLE: bool = true;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        assert!(size_of::<S>() == 1 && size_of::<D>() == 4);
        if N != SMALL && N != LANES {
            return one_by_one(Cast::new(), src, dst);
        }
        // SAFETY: as in `Lookup16`, with four bytes in `dst`.
        unsafe {
            let order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
            let codes = _mm512_permutexvar_epi32(order, load::<N>(src.as_ptr().cast()));
            let [low, high] = look_up(Self::TABLE, codes);
            let zero = _mm512_setzero_si512();
            let (a, b) = (
                _mm512_unpacklo_epi8(low, high),
                _mm512_unpackhi_epi8(low, high),
            );
            let dst = dst.as_mut_ptr().cast::<__m512i>();
            _mm512_storeu_si512(dst, _mm512_unpacklo_epi16(zero, a));
            if N == LANES {
                _mm512_storeu_si512(dst.add(1), _mm512_unpackhi_epi16(zero, a));
                _mm512_storeu_si512(dst.add(2), _mm512_unpacklo_epi16(zero, b));
                _mm512_storeu_si512(dst.add(3), _mm512_unpackhi_epi16(zero, b));
            }
        }
    }
}
