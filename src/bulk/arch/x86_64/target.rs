//! [`Target`]: a format of 8 bits or fewer, for code that rounds `f32` by the rounding of a fused multiply-add.
#![allow(unsafe_code, reason = "instructions by their names, on pointers")]

#[allow(clippy::wildcard_imports, reason = "instructions, by their own names")]
use core::arch::x86_64::*;

use crate::format::Layout;

/// A format of 8 bits or fewer, as the constants that round to the format.
///
/// Let *E* be the exponent of a number *x*, or the exponent of the smallest normal number if *x* is smaller. Let the format have
/// *q* fraction bits. The sum *x* + 2<sup>*E* + 23 − *q*</sup> is an f32 whose last place is the last place of the format at *x*.
/// The addition therefore rounds *x* to the format. The lowest bits of the sum are the significand *n* of the result. The code of
/// the result is *n* + 2<sup>*q*</sup> *E* plus a constant.
#[derive(Clone, Copy)]
pub(super) struct Target {
    /// The factor 2<sup>23 − *q*</sup>.
    pub(super) unit: f32,
    /// `unit`, and a number of steps that turns the exponent of the sum for zero into 0.
    unit_with_steps: f32,
    /// The smallest normal number.
    min_normal: f32,
    /// The code of the exponent of the sum for zero.
    zero_exponent: i16,
    /// The number of fraction bits that the upper half of an f32 has more.
    pub(super) shift: i32,
    /// The number of bits of a byte that a code lacks.
    unused: i32,
    pub(super) sign_mask: i8,
}

/// The codes of 32 numbers before NaNs and overflow are treated, in words.
pub(super) struct Words {
    pub(super) code: __m512i,
    /// The exponents of the sums, in the place of the exponent of a code.
    pub(super) exponent: __m512i,
    /// The upper halves of the sums, with and without the sign.
    pub(super) upper: __m512i,
    pub(super) magnitude: __m512i,
}

impl Target {
    /// Returns the constants of a layout. [`is_target`] must be true.
    #[inline]
    pub(super) const fn new(to: Layout) -> Self {
        let unit = (1_u32 << (23 - to.fraction_bits())) as f32;
        let min_normal = f32::from_bits(((to.min_exponent() + 127) as u32) << 23);
        let zero_exponent = ((min_normal * unit).to_bits() >> (23 - to.fraction_bits())) as i16;
        // The number of steps is even, and leaves ties as they are.
        let steps = (1 << 16) - zero_exponent as i32;
        let step = unit / (1 << 23) as f32;
        Self {
            unit,
            unit_with_steps: unit + steps as f32 * step,
            min_normal,
            zero_exponent,
            shift: 7 - to.fraction_bits() as i32,
            unused: 8 - to.bits() as i32,
            sign_mask: to.sign_mask() as i8,
        }
    }

    /// Returns ±2<sup>*E*</sup>, with the sign of *x*.
    ///
    /// # Safety
    /// The CPU must have AVX-512 F and DQ.
    #[inline(always)]
    pub(super) unsafe fn power(self, x: __m512) -> __m512 {
        // Selects the larger magnitude of x and the smallest normal number, with the sign of x. A NaN stays a NaN.
        const LARGER_MAGNITUDE: i32 = 0b0011;
        const QUIETLY: i32 = _MM_FROUND_NO_EXC;
        // SAFETY: the caller promises the features.
        unsafe {
            let larger = _mm512_range_round_ps::<LARGER_MAGNITUDE, QUIETLY>(x, _mm512_set1_ps(self.min_normal));
            _mm512_and_ps(larger, _mm512_set1_ps(f32::NEG_INFINITY))
        }
    }

    /// Returns the bits of the sum. `power` is the result of [`power`](Self::power).
    ///
    /// # Safety
    /// The CPU must have AVX-512 F.
    #[inline(always)]
    pub(super) unsafe fn sum(self, x: __m512, power: __m512) -> __m512i {
        const TIES_TO_EVEN: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
        // SAFETY: the caller promises the feature.
        unsafe {
            let unit = _mm512_set1_ps(self.unit);
            _mm512_castps_si512(_mm512_fmadd_round_ps::<TIES_TO_EVEN>(power, unit, x))
        }
    }

    /// Returns the codes of 32 sums. The codes of numbers past the largest number go on upwards.
    ///
    /// # Safety
    /// The CPU must have AVX-512 F and BW.
    #[inline(always)]
    pub(super) unsafe fn words(self, low: __m512i, high: __m512i) -> Words {
        // SAFETY: the caller promises the features.
        unsafe {
            let [lower, upper] = halves::<false>(low, high);
            let magnitude = _mm512_and_si512(upper, _mm512_set1_epi16(i16::MAX));
            let exponent = _mm512_srl_epi16(magnitude, _mm_cvtsi32_si128(self.shift));
            // The addition saturates for NaNs. The lower halves of NaNs are arbitrary.
            let sum = _mm512_adds_epu16(exponent, lower);
            Words {
                code: _mm512_sub_epi16(sum, _mm512_set1_epi16(self.zero_exponent)),
                exponent,
                upper,
                magnitude,
            }
        }
    }

    /// Returns the sign bits of the codes of 64 numbers, and bits that are not sign bits. Each 16 bytes have eight codes of each
    /// vector. The arguments are words with the signs.
    ///
    /// # Safety
    /// The CPU must have AVX-512 F and BW.
    #[inline(always)]
    pub(super) unsafe fn signs(self, low: __m512i, high: __m512i) -> __m512i {
        // SAFETY: the caller promises the features. A word that saturates keeps its sign.
        unsafe {
            let signs = _mm512_packs_epi16(low, high);
            _mm512_srl_epi16(signs, _mm_cvtsi32_si128(self.unused))
        }
    }

    /// Returns the codes with these magnitudes and signs.
    ///
    /// # Safety
    /// The CPU must have AVX-512 F.
    #[inline(always)]
    pub(super) unsafe fn with_signs(self, magnitude: __m512i, signs: __m512i) -> __m512i {
        const SELECT: i32 = 0xca;
        // SAFETY: the caller promises the feature.
        unsafe { _mm512_ternarylogic_epi32::<SELECT>(_mm512_set1_epi8(self.sign_mask), signs, magnitude) }
    }

    /// Returns the bits of the sum of a number, not a NaN, with steps added so that the lower half and the exponent make the code.
    ///
    /// # Safety
    /// The CPU must have AVX-512 F.
    #[inline(always)]
    pub(super) unsafe fn sum_with_steps(self, x: __m512, power: __m512) -> __m512i {
        // SAFETY: the caller promises the feature.
        unsafe {
            let unit = _mm512_set1_ps(self.unit_with_steps);
            _mm512_castps_si512(_mm512_fmadd_ps(power, unit, x))
        }
    }

    /// Returns the codes of 64 sums with steps, and the number of codes past `max`. Such codes become `max` if `SATURATES` is true.
    /// Otherwise there may be none. A zero keeps its sign.
    ///
    /// # Safety
    /// The CPU must have AVX-512 F and BW.
    #[inline(always)]
    pub(super) unsafe fn codes<const ALTERNATE: bool, const SATURATES: bool>(self, sums: [__m512i; 4], max: i16) -> (__m512i, u32) {
        // SAFETY: the caller promises the features.
        unsafe {
            let [low, high] = [halves::<ALTERNATE>(sums[0], sums[1]), halves::<ALTERNATE>(sums[2], sums[3])];
            let magnitude = |[lower, upper]: [__m512i; 2]| {
                let exponent = _mm512_and_si512(upper, _mm512_set1_epi16(i16::MAX));
                let exponent = _mm512_srl_epi16(exponent, _mm_cvtsi32_si128(self.shift));
                let code = _mm512_add_epi16(exponent, lower);
                if !SATURATES {
                    return (code, 0);
                }
                let max = _mm512_set1_epi16(max);
                (_mm512_min_epu16(code, max), _mm512_cmpgt_epu16_mask(code, max).count_ones())
            };
            let ((low_code, low_past), (high_code, high_past)) = (magnitude(low), magnitude(high));
            let magnitude = _mm512_packus_epi16(low_code, high_code);
            let code = self.with_signs(magnitude, self.signs(low[1], high[1]));
            (in_order(code), low_past + high_past)
        }
    }
}

/// Returns the lower and the upper halves of 32 lanes. The second vector follows the first, or alternates with the first.
///
/// # Safety
/// The CPU must have AVX-512 F and BW.
#[inline(always)]
unsafe fn halves<const ALTERNATE: bool>(first: __m512i, second: __m512i) -> [__m512i; 2] {
    // SAFETY: the caller promises the features. `indices` returns arrays as long as a vector.
    unsafe {
        if ALTERNATE {
            // The words of the second vector go to the upper halves.
            const UPPER: __mmask32 = 0xaaaa_aaaa;
            return [
                _mm512_mask_blend_epi16(UPPER, first, _mm512_slli_epi32::<16>(second)),
                _mm512_mask_blend_epi16(UPPER, _mm512_srli_epi32::<16>(first), second),
            ];
        }
        let lower = _mm512_loadu_si512(indices(0).as_ptr().cast());
        let upper = _mm512_loadu_si512(indices(1).as_ptr().cast());
        [
            _mm512_permutex2var_epi16(first, lower, second),
            _mm512_permutex2var_epi16(first, upper, second),
        ]
    }
}

/// Puts the eighths of a vector in the order of the numbers, after two vectors of words were packed.
///
/// # Safety
/// The CPU must have AVX-512 F.
#[inline(always)]
pub(super) unsafe fn in_order(packed: __m512i) -> __m512i {
    // SAFETY: the caller promises the feature.
    unsafe { _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), packed) }
}

/// Returns whether [`Target`] supports a format. All exponents must be exponents of f32. Codes must have at most 8 bits.
#[inline]
pub(super) const fn is_target(to: Layout) -> bool {
    to.bits() <= 8
        && to.is_signed()
        && to.has_zero()
        && to.fraction_bits() >= 1
        && to.min_exponent() >= -100
        && to.max_exponent() <= 100
}

/// Returns the indices of the lower or the upper words of two vectors of 32-bit lanes.
const fn indices(upper: u16) -> &'static [u16; 32] {
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
