//! Conversions to and from 16 bits by F16C, AVX-512 and AVX512-BF16.

#[allow(clippy::wildcard_imports, reason = "instructions, by their own names")]
use core::arch::x86_64::*;
use core::marker::PhantomData;
use core::mem::MaybeUninit;

use crate::bulk::{Kernel, SMALL, convert::one_by_one, step::kernel};
use crate::round::{Cast, Format};

/// Without exceptions, whether the thread masks them or not.
const QUIETLY: i32 = _MM_FROUND_NO_EXC;

kernel! {
    /// `vcvtps2ph`, F16C.
    F32ToF16<const ROUNDING: i32, S, D>, 4 => 2 bytes, |src, dst| {
        for half in 0..2 {
            let x = _mm256_loadu_ps(src.add(32 * half).cast());
            _mm_storeu_si128(dst.add(16 * half).cast(), _mm256_cvtps_ph::<ROUNDING>(x));
        }
    }
}

kernel! {
    /// `vcvtps2ph`, AVX-512.
    F32ToF16Wide<const ROUNDING: i32, S, D>, 4 => 2 bytes, |src, dst| {
        let x = _mm512_loadu_ps(src.cast());
        _mm256_storeu_si256(dst.cast(), _mm512_cvt_roundps_ph::<ROUNDING>(x));
    }
}

kernel! {
    /// `vcvtph2ps`, F16C.
    F16ToF32<S, D>, 2 => 4 bytes, |src, dst| {
        for half in 0..2 {
            let x = _mm_loadu_si128(src.add(16 * half).cast());
            _mm256_storeu_ps(dst.add(32 * half).cast(), _mm256_cvtph_ps(x));
        }
    }
}

kernel! {
    /// `vcvtph2ps`, AVX-512.
    F16ToF32Wide<S, D>, 2 => 4 bytes, |src, dst| {
        let x = _mm256_loadu_si256(src.cast());
        _mm512_storeu_ps(dst.cast(), _mm512_cvt_roundph_ps::<QUIETLY>(x));
    }
}

kernel! {
    /// A bfloat16 is the upper half of an f32, which `vcvtps2ph` rounds.
    Bf16ToF16<const ROUNDING: i32, S, D>, 2 => 2 bytes, |src, dst| {
        let x = upper_halves(_mm256_loadu_si256(src.cast()));
        _mm256_storeu_si256(dst.cast(), _mm512_cvt_roundps_ph::<ROUNDING>(x));
    }
}

kernel! {
    /// Quiets the NaNs, in short vectors, and moves each number to the upper half of an f32.
    Bf16ToF32<S, D>, 2 => 4 bytes, |src, dst| {
        let x = _mm256_loadu_si256(src.cast());
        let magnitude = _mm256_and_si256(x, _mm256_set1_epi16(0x7fff));
        let nan = _mm256_cmpgt_epi16_mask(magnitude, _mm256_set1_epi16(0x7f80));
        let x = _mm256_or_si256(x, _mm256_maskz_set1_epi16(nan, 0x40));
        _mm512_storeu_ps(dst.cast(), upper_halves(x));
    }
}

/// `vcvtne2ps2bf16`, of f32, or of f16 after `vcvtph2ps`.
pub(super) struct ToBf16<S, D>(pub(super) PhantomData<(S, D)>);

impl<S: Format, D: Format> ToBf16<S, D> {
    /// 16 numbers as f32.
    ///
    /// # Safety
    /// The CPU must have AVX-512 F, and `src` be 16 f32 or f16 that may be read.
    #[inline(always)]
    unsafe fn load(src: *const S) -> __m512 {
        // SAFETY: as above; the loads need no alignment.
        unsafe {
            if size_of::<S>() == 4 {
                _mm512_loadu_ps(src.cast())
            } else {
                _mm512_cvt_roundph_ps::<QUIETLY>(_mm256_loadu_si256(src.cast()))
            }
        }
    }

    /// The bfloat16 of 32 f32. The instruction takes subnormals for zeros, so they are done again; no f16 is one.
    ///
    /// # Safety
    /// The CPU must have AVX-512 F and BW, and AVX512-BF16.
    #[inline(always)]
    unsafe fn rounded(low: __m512, high: __m512) -> __m512i {
        // SAFETY: the features are the caller's to promise; 32 bfloat16 are 64 bytes without invalid bits.
        unsafe {
            let rounded: __m512i = core::mem::transmute(_mm512_cvtne2ps_pbh(high, low));
            let zero = _mm512_testn_epi16_mask(rounded, _mm512_set1_epi16(0x7f80));
            if size_of::<S>() == 2 || zero == 0 {
                return rounded;
            }
            // For what was or became zero; no NaN did.
            let places = _mm512_inserti64x4::<1>(_mm512_castsi256_si512(places(low)), places(high));
            _mm512_mask_mov_epi16(rounded, zero, places)
        }
    }
}

impl<S: Format, D: Format> Kernel for ToBf16<S, D> {
    type Src = S;
    type Dst = D;
    const REPEATABLE: bool = true;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        assert!((size_of::<S>() == 4 || size_of::<S>() == 2) && size_of::<D>() == 2);
        let (from, to) = (src.as_ptr(), dst.as_mut_ptr());
        // SAFETY: the table of overrides runs this where the CPU has AVX512-BF16; 32 or 16 numbers from those lie in the block.
        unsafe {
            if N == SMALL {
                let x = Self::load(from);
                _mm256_storeu_si256(to.cast(), _mm512_castsi512_si256(Self::rounded(x, x)));
            } else if N.is_multiple_of(2 * SMALL) {
                for first in (0..N).step_by(2 * SMALL) {
                    let low = Self::load(from.add(first));
                    let high = Self::load(from.add(first + SMALL));
                    _mm512_storeu_si512(to.add(first).cast(), Self::rounded(low, high));
                }
            } else {
                one_by_one(Cast::new(), src, dst);
            }
        }
    }
}

/// The bfloat16 of 16 f32 that aren't NaNs, by the rounding of the ruler.
///
/// # Safety
/// The CPU must have AVX-512 F.
#[inline(always)]
unsafe fn places(x: __m512) -> __m256i {
    // SAFETY: the feature is the caller's to promise.
    unsafe {
        let bits = _mm512_castps_si512(x);
        let odd = _mm512_and_si512(_mm512_srli_epi32::<16>(bits), _mm512_set1_epi32(1));
        let bump = _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff));
        _mm512_cvtepi32_epi16(_mm512_srli_epi32::<16>(_mm512_add_epi32(bits, bump)))
    }
}

kernel! {
    /// Rounds to odd in f32, which leaves enough bits for `vcvtps2ph` to round as if it were the first.
    F64ToF16<const ROUNDING: i32, S, D>, 8 => 2 bytes, |src, dst| {
        let (low, high) = (rounded_to_odd(src), rounded_to_odd(src.add(64)));
        let odd = _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high);
        let rounded = _mm512_cvt_roundps_ph::<ROUNDING>(_mm512_castsi512_ps(odd));
        _mm256_storeu_si256(dst.cast(), rounded);
    }
}

kernel! {
    /// Rounds to odd.
    F64ToF32<S, D>, 8 => 4 bytes, |src, dst| {
        for half in 0..2 {
            _mm256_storeu_si256(dst.add(32 * half).cast(), rounded_to_odd(src.add(64 * half)));
        }
    }
}

/// Eight f64 rounded to odd in f32: cut, and the last bit set if that lost anything.
///
/// # Safety
/// The CPU must have AVX-512 F and VL, and `src` be eight f64 that may be read.
#[inline(always)]
unsafe fn rounded_to_odd(src: *const u8) -> __m256i {
    // SAFETY: as above.
    unsafe {
        let x = _mm512_loadu_pd(src.cast());
        let cut = _mm512_cvt_roundpd_ps::<{ _MM_FROUND_TO_ZERO | QUIETLY }>(x);
        let back = _mm512_cvt_roundps_pd::<QUIETLY>(cut);
        let inexact = _mm512_cmp_round_pd_mask::<_CMP_NEQ_OQ, QUIETLY>(back, x);
        let bits = _mm256_castps_si256(cut);
        _mm256_mask_or_epi32(bits, inexact, bits, _mm256_set1_epi32(1))
    }
}

/// Numbers of 16 bits as the upper halves of f32.
///
/// # Safety
/// The CPU must have AVX-512 F.
#[inline(always)]
unsafe fn upper_halves(x: __m256i) -> __m512 {
    // SAFETY: the feature is the caller's to promise.
    unsafe { _mm512_castsi512_ps(_mm512_slli_epi32::<16>(_mm512_cvtepu16_epi32(x))) }
}
