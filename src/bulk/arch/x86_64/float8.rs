//! `f32` to 8 bits and fewer, ties to even, by the rounding of a fused multiply-add.
//!
//! Control bits of the thread don't matter. The instructions name their rounding and raise no exceptions. A number that may be
//! treated as zero is small enough to become zero.
#![allow(unsafe_code, reason = "instructions by their names, on pointers")]

#[allow(clippy::wildcard_imports, reason = "instructions, by their own names")]
use core::arch::x86_64::*;
use core::marker::PhantomData;
use core::mem::MaybeUninit;

use super::token::Avx512;
use crate::bulk::element::Element;
use crate::bulk::kernel::Kernel;
use crate::bulk::kernels::convert::cast_scalar;
use crate::format::Layout;
use crate::round::{Cast, Overflow};

/// Let *E* be the exponent of a number *x*, or the exponent of the smallest normal number if *x* is smaller. Let `D` have *q*
/// fraction bits. The sum *x* + 2<sup>*E* + 23 − *q*</sup> is an f32 whose last place is the last place of `D` at *x*. The
/// addition therefore rounds *x* to `D`. The lowest bits of the sum are the significand *n* of the result. The code of the result
/// is *n* + 2<sup>*q*</sup> *E* plus a constant.
pub(super) struct F32To8<S, D, const SATURATE: bool> {
    #[allow(dead_code, reason = "it is there to prove that the CPU has the instructions")]
    token: Avx512,
    formats: PhantomData<(S, D)>,
}

/// Returns whether this kernel supports the formats. All exponents of `to` must be exponents of f32. Codes must have at most 8
/// bits. Overflow must give the largest number or the code after it.
#[inline]
pub(super) const fn supports(from: Layout, to: Layout) -> bool {
    from.const_eq(Layout::BINARY32)
        && to.bits() <= 8
        && to.is_signed()
        && to.has_zero()
        && to.fraction_bits() >= 1
        && to.min_exponent() >= -100
        && to.max_exponent() <= 100
        && overflow_magnitude(to) <= to.max_code() + 1
        // The fraction of a NaN is cut to the bits left after 7 exponent bits or fewer.
        && (!to.has_payloads() || to.bits() == 8)
}

/// Returns the magnitude of the result of a cast of an infinity.
const fn overflow_magnitude(to: Layout) -> u64 {
    match (to.infinity_code(), to.nan_code()) {
        (Some(code), _) | (None, Some(code)) => code,
        _ => to.max_code(),
    }
}

/// The result of a NaN.
enum NanResult {
    /// A NaN becomes the code of values past the largest number.
    PastMax,
    /// A NaN becomes this code, or this code with the sign.
    One(i16),
    /// A NaN keeps the top of its fraction.
    Payload,
    /// A NaN becomes the largest number without the sign.
    Max,
}

impl<S: Element, D: Element, const SATURATE: bool> F32To8<S, D, SATURATE> {
    /// The target layout. Constants are computed for unsupported formats too. An unsupported format gets a supported layout here.
    const TO: Layout = if supports(S::LAYOUT, D::LAYOUT) {
        D::LAYOUT
    } else {
        Layout::E4M3FN
    };
    /// The factor 2<sup>23 − *q*</sup>.
    const UNIT: f32 = (1_u32 << (23 - Self::TO.fraction_bits())) as f32;
    /// The smallest normal number.
    const MIN_NORMAL: f32 = f32::from_bits(((Self::TO.min_exponent() + 127) as u32) << 23);
    /// The code of the exponent of the sum for zero.
    const ZERO_EXPONENT: i16 = ((Self::MIN_NORMAL * Self::UNIT).to_bits() >> (23 - Self::TO.fraction_bits())) as i16;
    /// The magnitude of the result for values past the largest number.
    const PAST_MAX: i16 = if SATURATE {
        Self::TO.max_code() as i16
    } else {
        overflow_magnitude(Self::TO) as i16
    };
    const INFINITY_MAGNITUDE: i16 = Self::TO.max_code() as i16 + 1;
    const NAN_RESULT: NanResult = match Self::TO.nan_code() {
        None => NanResult::Max,
        Some(_) if Self::TO.has_payloads() => NanResult::Payload,
        Some(nan) if nan as i16 == Self::PAST_MAX => NanResult::PastMax,
        Some(nan) => NanResult::One(nan as i16),
    };

    const CAST: Cast = Cast::new().overflow(if SATURATE { Overflow::Saturate } else { Overflow::Ieee });

    pub(super) fn new(token: Avx512) -> Self {
        Self {
            token,
            formats: PhantomData,
        }
    }

    /// Returns the bits of the sum.
    ///
    /// # Safety
    /// The CPU must have AVX-512 F and DQ.
    #[inline(always)]
    unsafe fn sum(x: __m512) -> __m512i {
        // SAFETY: the caller promises the features.
        unsafe {
            // Selects the larger magnitude of x and MIN, with the sign of x. A NaN makes the sum a NaN with the sign of the NaN.
            const LARGER_MAGNITUDE: i32 = 0b0011;
            const QUIETLY: i32 = _MM_FROUND_NO_EXC;
            const TIES_TO_EVEN: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
            let (min, unit) = (_mm512_set1_ps(Self::MIN_NORMAL), _mm512_set1_ps(Self::UNIT));
            let larger = _mm512_range_round_ps::<LARGER_MAGNITUDE, QUIETLY>(x, min);
            let power = _mm512_and_ps(larger, _mm512_set1_ps(f32::NEG_INFINITY));
            _mm512_castps_si512(_mm512_fmadd_round_ps::<TIES_TO_EVEN>(power, unit, x))
        }
    }

    /// Returns the magnitudes of the codes of 32 numbers, and words of the signs.
    ///
    /// # Safety
    /// The CPU must have AVX-512 F, BW and DQ.
    #[inline(always)]
    unsafe fn magnitudes_and_signs(x: [__m512; 2]) -> [__m512i; 2] {
        // SAFETY: the caller promises the features. `words` returns arrays as long as a vector.
        unsafe {
            let (low, high) = (Self::sum(x[0]), Self::sum(x[1]));
            let lower = _mm512_loadu_si512(words(0).as_ptr().cast());
            let upper = _mm512_loadu_si512(words(1).as_ptr().cast());
            let lower = _mm512_permutex2var_epi16(low, lower, high);
            let upper = _mm512_permutex2var_epi16(low, upper, high);

            let magnitude = _mm512_and_si512(upper, _mm512_set1_epi16(i16::MAX));
            let shift = _mm_cvtsi32_si128(7 - Self::TO.fraction_bits() as i32);
            let exponent = _mm512_srl_epi16(magnitude, shift);
            // The addition saturates for NaNs. The lower halves of NaNs are arbitrary.
            let sum = _mm512_adds_epu16(exponent, lower);
            let code = _mm512_sub_epi16(sum, _mm512_set1_epi16(Self::ZERO_EXPONENT));
            let code = _mm512_min_epu16(code, _mm512_set1_epi16(Self::PAST_MAX));
            let infinity = _mm512_set1_epi16(0x7f80);
            match Self::NAN_RESULT {
                NanResult::PastMax => [code, upper],
                NanResult::Max => {
                    let is_number = _mm512_cmple_epi16_mask(magnitude, infinity);
                    [code, _mm512_maskz_mov_epi16(is_number, upper)]
                }
                NanResult::One(nan) => {
                    let is_nan = _mm512_cmpgt_epi16_mask(magnitude, infinity);
                    [_mm512_mask_mov_epi16(code, is_nan, _mm512_set1_epi16(nan)), upper]
                }
                NanResult::Payload => {
                    // The exponent is all ones in both formats, and the quiet bit is set.
                    let is_nan = _mm512_cmpgt_epi16_mask(magnitude, infinity);
                    let ones = _mm512_srl_epi16(infinity, shift);
                    let ones = _mm512_sub_epi16(ones, _mm512_set1_epi16(Self::INFINITY_MAGNITUDE));
                    [_mm512_mask_sub_epi16(code, is_nan, exponent, ones), upper]
                }
            }
        }
    }

    /// Returns the codes of 64 numbers.
    ///
    /// # Safety
    /// The CPU must have AVX-512 F, BW and DQ.
    #[inline(always)]
    unsafe fn codes(x: [[__m512; 2]; 2]) -> __m512i {
        // SAFETY: the caller promises the features.
        unsafe {
            let [low, low_signs] = Self::magnitudes_and_signs(x[0]);
            let [high, high_signs] = Self::magnitudes_and_signs(x[1]);
            // Each 16 bytes hold eight codes of each vector. The codes are put in order at the end. A word that saturates keeps
            // its sign.
            let magnitude = _mm512_packus_epi16(low, high);
            let signs = _mm512_packs_epi16(low_signs, high_signs);
            let unused = _mm_cvtsi32_si128(8 - Self::TO.bits() as i32);
            let signs = _mm512_srl_epi16(signs, unused);
            let sign_mask = _mm512_set1_epi8(Self::TO.sign_mask() as i8);
            let code = if Self::TO.nan_is_negative_zero() {
                let is_signed = _mm512_test_epi8_mask(magnitude, _mm512_set1_epi8(i8::MAX));
                let signs = _mm512_and_si512(signs, sign_mask);
                _mm512_mask_add_epi8(magnitude, is_signed, magnitude, signs)
            } else {
                const SELECT: i32 = 0xca;
                _mm512_ternarylogic_epi32::<SELECT>(sign_mask, signs, magnitude)
            };
            _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), code)
        }
    }
}

/// Returns the indices of the lower or the upper words of two vectors of 32-bit lanes.
const fn words(upper: u16) -> &'static [u16; 32] {
    const fn every_other(first: u16) -> [u16; 32] {
        let mut words = [0; 32];
        let mut nth = 0;
        while nth < 32 {
            words[nth as usize] = 2 * nth + first;
            nth += 1;
        }
        words
    }
    if upper == 0 {
        const { &every_other(0) }
    } else {
        const { &every_other(1) }
    }
}

// SAFETY: the stores cover the block of 64 or 16, or `cast_scalar` writes every element of `dst`.
unsafe impl<S: Element, D: Element, const SATURATE: bool> Kernel for F32To8<S, D, SATURATE> {
    type Src = S;
    type Dst = D;
    const IDEMPOTENT: bool = true;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        assert!(size_of::<S>() == 4 && size_of::<D>() == 1);
        let (from, src, to) = (src, src.as_ptr().cast::<f32>(), dst.as_mut_ptr().cast::<__m512i>());
        // SAFETY: `self.token` proves that the CPU has AVX-512 F, BW and DQ. Each vector of 16 numbers lies in the block of N.
        unsafe {
            match N {
                64 => {
                    let low = [_mm512_loadu_ps(src), _mm512_loadu_ps(src.add(16))];
                    let high = [_mm512_loadu_ps(src.add(32)), _mm512_loadu_ps(src.add(48))];
                    _mm512_storeu_si512(to, Self::codes([low, high]));
                }
                16 => {
                    let codes = Self::codes([[_mm512_loadu_ps(src); 2]; 2]);
                    _mm_storeu_si128(to.cast(), _mm512_castsi512_si128(codes));
                }
                _ => cast_scalar(Self::CAST, from, dst),
            }
        }
    }
}
