//! `f32` to 8 bits and fewer, ties to even, by the rounding of a fused multiply-add.
//!
//! Control bits of the thread don't matter. The instructions name their rounding and raise no exceptions. A number that may be
//! treated as zero is small enough to become zero.
#![allow(unsafe_code, reason = "instructions by their names, on pointers")]

#[allow(clippy::wildcard_imports, reason = "instructions, by their own names")]
use core::arch::x86_64::*;
use core::marker::PhantomData;
use core::mem::MaybeUninit;

use super::target::{Target, Words, in_order, is_target};
use super::token::Avx512;
use crate::bulk::element::Element;
use crate::bulk::kernel::Kernel;
use crate::bulk::kernels::convert::cast_scalar;
use crate::format::Layout;
use crate::round::{Cast, Overflow};

/// Converts `f32` to a format of 8 bits or fewer: see [`Target`].
pub(super) struct F32To8<S, D, const SATURATE: bool> {
    #[allow(dead_code, reason = "it is there to prove that the CPU has the instructions")]
    token: Avx512,
    formats: PhantomData<(S, D)>,
}

/// Returns whether this kernel supports the formats. Overflow must give the largest number or the code after it.
#[inline]
pub(super) const fn supports(from: Layout, to: Layout) -> bool {
    from.const_eq(Layout::BINARY32)
        && is_target(to)
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
    const TARGET: Target = Target::new(Self::TO);
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

    /// Returns the magnitudes of the codes of 32 numbers, and words of the signs.
    ///
    /// # Safety
    /// The CPU must have AVX-512 F, BW and DQ.
    #[inline(always)]
    unsafe fn magnitudes_and_signs(x: [__m512; 2]) -> [__m512i; 2] {
        // SAFETY: the caller promises the features.
        unsafe {
            let low = Self::TARGET.sum(x[0], Self::TARGET.power(x[0]));
            let high = Self::TARGET.sum(x[1], Self::TARGET.power(x[1]));
            let Words {
                code,
                exponent,
                upper,
                magnitude,
            } = Self::TARGET.words(low, high);
            let code = _mm512_min_epu16(code, _mm512_set1_epi16(Self::PAST_MAX));
            let shift = _mm_cvtsi32_si128(Self::TARGET.shift);
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
            let magnitude = _mm512_packus_epi16(low, high);
            let signs = Self::TARGET.signs(low_signs, high_signs);
            in_order(if Self::TO.nan_is_negative_zero() {
                let is_signed = _mm512_test_epi8_mask(magnitude, _mm512_set1_epi8(i8::MAX));
                let signs = _mm512_and_si512(signs, _mm512_set1_epi8(Self::TARGET.sign_mask));
                _mm512_mask_add_epi8(magnitude, is_signed, magnitude, signs)
            } else {
                Self::TARGET.with_signs(magnitude, signs)
            })
        }
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
