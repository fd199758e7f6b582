//! Conversions to and from 16 bits by F16C, AVX-512 and AVX512-BF16.
#![allow(unsafe_code, reason = "instructions by their names, on pointers")]

use core::arch::asm;
#[allow(clippy::wildcard_imports, reason = "instructions, by their own names")]
use core::arch::x86_64::*;
use core::hint::black_box;
use core::marker::PhantomData;
use core::mem::MaybeUninit;

use super::token::{Avx2, Avx512, Bf16, Vbmi};
use crate::bulk::arch::intrinsic_kernel::intrinsic_kernel;
use crate::bulk::element::Element;
use crate::bulk::kernel::{Kernel, SMALL};
use crate::bulk::kernels::convert::cast_scalar;
use crate::round::Cast;

/// The flag with which an instruction raises no exceptions, even if the thread does not mask exceptions.
const QUIETLY: i32 = _MM_FROUND_NO_EXC;

intrinsic_kernel! {
    /// `vcvtps2ph`, F16C.
    F32ToF16<const ROUNDING: i32, S, D> by Avx2, 4 => 2 bytes, |src, dst| {
        for half in 0..2 {
            let x = _mm256_loadu_ps(src.add(32 * half).cast());
            _mm_storeu_si128(dst.add(16 * half).cast(), _mm256_cvtps_ph::<ROUNDING>(x));
        }
    }
}

intrinsic_kernel! {
    /// `vcvtps2ph`, AVX-512.
    F32ToF16Wide<const ROUNDING: i32, S, D> by Avx512, 4 => 2 bytes, |src, dst| {
        let x = _mm512_loadu_ps(src.cast());
        _mm256_storeu_si256(dst.cast(), _mm512_cvt_roundps_ph::<ROUNDING>(x));
    }
}

intrinsic_kernel! {
    /// `vcvtph2ps`, F16C.
    F16ToF32<S, D> by Avx2, 2 => 4 bytes, |src, dst| {
        for half in 0..2 {
            let x = _mm_loadu_si128(src.add(16 * half).cast());
            _mm256_storeu_ps(dst.add(32 * half).cast(), _mm256_cvtph_ps(x));
        }
    }
}

intrinsic_kernel! {
    /// `vcvtph2ps`, AVX-512.
    F16ToF32Wide<S, D> by Avx512, 2 => 4 bytes, |src, dst| {
        let x = _mm256_loadu_si256(src.cast());
        _mm512_storeu_ps(dst.cast(), _mm512_cvt_roundph_ps::<QUIETLY>(x));
    }
}

intrinsic_kernel! {
    /// A bfloat16 is the upper half of an f32. `vcvtps2ph` rounds the f32.
    Bf16ToF16<const ROUNDING: i32, S, D> by Avx512, 2 => 2 bytes, |src, dst| {
        let x = upper_halves(_mm256_loadu_si256(src.cast()));
        _mm256_storeu_si256(dst.cast(), _mm512_cvt_roundps_ph::<ROUNDING>(x));
    }
}

intrinsic_kernel! {
    /// Quiets the NaNs in short vectors. Moves each number to the upper half of an f32.
    Bf16ToF32Shifted<S, D> by Avx512, 2 => 4 bytes, |src, dst| {
        widen_bf16(src, dst);
    }
}

/// Moves each bfloat16 to the upper half of an f32, by `vpermb`. A block with a NaN is converted again, and its NaNs are made quiet.
pub(super) struct Bf16ToF32<S, D> {
    #[allow(dead_code, reason = "it is there to prove that the CPU has the instructions")]
    token: Vbmi,
    formats: PhantomData<(S, D)>,
}

/// For each byte of 32 f32, the position of a byte among 32 bfloat16. The lower halves of an f32 don't matter.
static POSITIONS: [u8; 8 * SMALL] = {
    let mut positions = [0; 8 * SMALL];
    let mut nth = 0;
    while nth < positions.len() {
        positions[nth] = (nth / 4 * 2 + nth % 2) as u8;
        nth += 1;
    }
    positions
};

impl<S: Element, D: Element> Bf16ToF32<S, D> {
    pub(super) fn new(token: Vbmi, _: Cast) -> Self {
        Self {
            token,
            formats: PhantomData,
        }
    }

    /// Returns the positions of the bytes of the first and the last 16 numbers.
    ///
    /// # Safety
    /// The CPU must have AVX-512 F.
    #[inline(always)]
    #[allow(clippy::pointers_in_nomem_asm_block, reason = "the block has no instruction")]
    unsafe fn positions() -> [__m512i; 2] {
        let mut positions = POSITIONS.as_ptr();
        // SAFETY: no instruction is executed. The compiler forgets which numbers these are. If it knew them, it would choose two
        // instructions for one. The caller promises AVX-512 F, and each half has 64 bytes.
        unsafe {
            asm!("/* {} */", inout(reg) positions, options(pure, nomem, nostack, preserves_flags));
            [0, 4 * SMALL].map(|half| _mm512_loadu_si512(positions.add(half).cast()))
        }
    }
}

// SAFETY: each step stores a multiple of SMALL results, and the steps cover the block. Otherwise `cast_scalar` writes every
// element of `dst`.
unsafe impl<S: Element, D: Element> Kernel for Bf16ToF32<S, D> {
    type Src = S;
    type Dst = D;
    const IDEMPOTENT: bool = true;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        const UPPER_HALVES: __mmask64 = 0xcccc_cccc_cccc_cccc;
        assert!(size_of::<S>() == 2 && size_of::<D>() == 4);
        let (from, to) = (src.as_ptr(), dst.as_mut_ptr());
        if !N.is_multiple_of(SMALL) {
            return cast_scalar(Cast::new(), src, dst);
        }
        // SAFETY: `self.token` proves that the CPU has AVX-512 and VBMI. The block has N numbers of the sizes asserted above. N is a
        // multiple of SMALL.
        unsafe {
            let mut has_nan = true;
            if N.is_multiple_of(2 * SMALL) {
                let positions = Self::positions();
                let mut doubled = _mm512_setzero_si512();
                for first in (0..N).step_by(2 * SMALL) {
                    let x = _mm512_loadu_si512(from.add(first).cast());
                    doubled = _mm512_max_epu16(doubled, _mm512_add_epi16(x, x));
                    for (half, position) in positions.into_iter().enumerate() {
                        let wide = _mm512_maskz_permutexvar_epi8(UPPER_HALVES, position, x);
                        _mm512_storeu_si512(to.add(first + half * SMALL).cast(), wide);
                    }
                }
                // Without the sign, the code of a NaN is past the code of infinity.
                has_nan = _mm512_cmpgt_epu16_mask(doubled, _mm512_set1_epi16(0xff00_u16 as i16)) != 0;
            }
            if has_nan {
                // The compiler doesn't know the step, and therefore makes little code of this rare loop.
                for first in (0..N).step_by(black_box(SMALL)) {
                    widen_bf16(from.add(first).cast(), to.add(first).cast());
                }
            }
        }
    }
}

/// `vcvtne2ps2bf16` of f32. An f16 becomes an f32 by `vcvtph2ps` first.
pub(super) struct ToBf16<S, D> {
    #[allow(dead_code, reason = "it is there to prove that the CPU has the instructions")]
    token: Bf16,
    formats: PhantomData<(S, D)>,
}

impl<S: Element, D: Element> ToBf16<S, D> {
    pub(super) fn new(token: Bf16) -> Self {
        Self {
            token,
            formats: PhantomData,
        }
    }

    /// Loads 16 numbers as f32.
    ///
    /// # Safety
    /// The CPU must have AVX-512 F. `src` must point to 16 readable f32 or f16.
    #[inline(always)]
    unsafe fn load(src: *const S) -> __m512 {
        // SAFETY: the caller promises AVX-512 F and 16 readable numbers of the size of S. The loads need no alignment.
        unsafe {
            if size_of::<S>() == 4 {
                _mm512_loadu_ps(src.cast())
            } else {
                _mm512_cvt_roundph_ps::<QUIETLY>(_mm256_loadu_si256(src.cast()))
            }
        }
    }

    /// Returns the bfloat16 of 32 f32. The instruction treats subnormals as zeros. Subnormals are therefore converted again. No
    /// f16 is a subnormal f32.
    ///
    /// # Safety
    /// The CPU must have AVX-512 F and BW, and AVX512-BF16.
    #[inline(always)]
    unsafe fn rounded(low: __m512, high: __m512) -> __m512i {
        // SAFETY: the caller promises the features. 32 bfloat16 are 64 bytes without invalid bits.
        unsafe {
            let rounded: __m512i = core::mem::transmute(_mm512_cvtne2ps_pbh(high, low));
            let zero = _mm512_testn_epi16_mask(rounded, _mm512_set1_epi16(0x7f80));
            if size_of::<S>() == 2 || zero == 0 {
                return rounded;
            }
            // The lanes that were zero or became zero are converted by integers. No NaN became zero.
            let by_integers = _mm512_inserti64x4::<1>(_mm512_castsi256_si512(rounded_by_integers(low)), rounded_by_integers(high));
            _mm512_mask_mov_epi16(rounded, zero, by_integers)
        }
    }
}

// SAFETY: each step stores a multiple of SMALL results, and the steps cover the block. Otherwise `cast_scalar` writes every
// element of `dst`.
unsafe impl<S: Element, D: Element> Kernel for ToBf16<S, D> {
    type Src = S;
    type Dst = D;
    const IDEMPOTENT: bool = true;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        assert!((size_of::<S>() == 4 || size_of::<S>() == 2) && size_of::<D>() == 2);
        let (from, to) = (src.as_ptr(), dst.as_mut_ptr());
        // SAFETY: `self.token` proves that the CPU has AVX512-BF16. The block has N numbers of the sizes asserted above. N is
        // SMALL or a multiple of twice SMALL.
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
                cast_scalar(Cast::new(), src, dst);
            }
        }
    }
}

/// Returns the bfloat16 of 16 f32 that are not NaNs, by adding and shifting.
///
/// # Safety
/// The CPU must have AVX-512 F.
#[inline(always)]
unsafe fn rounded_by_integers(x: __m512) -> __m256i {
    // SAFETY: the caller promises AVX-512 F.
    unsafe {
        let bits = _mm512_castps_si512(x);
        let odd = _mm512_and_si512(_mm512_srli_epi32::<16>(bits), _mm512_set1_epi32(1));
        let increment = _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff));
        _mm512_cvtepi32_epi16(_mm512_srli_epi32::<16>(_mm512_add_epi32(bits, increment)))
    }
}

intrinsic_kernel! {
    /// Rounds to odd in f32. The f32 keeps enough bits for `vcvtps2ph` to round correctly.
    F64ToF16<const ROUNDING: i32, S, D> by Avx512, 8 => 2 bytes, |src, dst| {
        let (low, high) = (rounded_to_odd(src), rounded_to_odd(src.add(64)));
        let odd = _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high);
        let rounded = _mm512_cvt_roundps_ph::<ROUNDING>(_mm512_castsi512_ps(odd));
        _mm256_storeu_si256(dst.cast(), rounded);
    }
}

intrinsic_kernel! {
    /// Rounds to odd.
    F64ToF32<S, D> by Avx512, 8 => 4 bytes, |src, dst| {
        for half in 0..2 {
            _mm256_storeu_si256(dst.add(32 * half).cast(), rounded_to_odd(src.add(64 * half)));
        }
    }
}

/// Rounds eight f64 to odd in f32: cuts each number, and sets the last bit if a nonzero bit was cut.
///
/// # Safety
/// The CPU must have AVX-512 F and VL. `src` must point to eight readable f64.
#[inline(always)]
unsafe fn rounded_to_odd(src: *const u8) -> __m256i {
    // SAFETY: the caller promises the features and eight readable f64.
    unsafe {
        let x = _mm512_loadu_pd(src.cast());
        let cut = _mm512_cvt_roundpd_ps::<{ _MM_FROUND_TO_ZERO | QUIETLY }>(x);
        let back = _mm512_cvt_roundps_pd::<QUIETLY>(cut);
        let inexact = _mm512_cmp_round_pd_mask::<_CMP_NEQ_OQ, QUIETLY>(back, x);
        let bits = _mm256_castps_si256(cut);
        _mm256_mask_or_epi32(bits, inexact, bits, _mm256_set1_epi32(1))
    }
}

/// Converts 16 bfloat16 to f32, and makes NaNs quiet.
///
/// # Safety
/// The CPU must have AVX-512 F, BW and VL. `src` must point to 16 readable bfloat16, and `dst` to 16 writable f32.
#[inline(always)]
unsafe fn widen_bf16(src: *const u8, dst: *mut u8) {
    // SAFETY: the caller promises the features and the numbers.
    unsafe {
        let x = _mm256_loadu_si256(src.cast());
        let magnitude = _mm256_and_si256(x, _mm256_set1_epi16(0x7fff));
        let nan = _mm256_cmpgt_epi16_mask(magnitude, _mm256_set1_epi16(0x7f80));
        let x = _mm256_or_si256(x, _mm256_maskz_set1_epi16(nan, 0x40));
        _mm512_storeu_ps(dst.cast(), upper_halves(x));
    }
}

/// Returns numbers of 16 bits as the upper halves of f32.
///
/// # Safety
/// The CPU must have AVX-512 F.
#[inline(always)]
unsafe fn upper_halves(x: __m256i) -> __m512 {
    // SAFETY: the caller promises AVX-512 F.
    unsafe { _mm512_castsi512_ps(_mm512_slli_epi32::<16>(_mm512_cvtepu16_epi32(x))) }
}
