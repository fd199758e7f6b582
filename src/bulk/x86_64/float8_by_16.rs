//! `f32` to 8 bits and fewer by way of 16: F16C cuts to an f16 rounded to odd, and the ruler rounds that in lanes of 16 bits.

use core::arch::x86_64::{
    _CMP_NEQ_UQ, _MM_FROUND_TO_ZERO, _mm256_maskz_set1_epi16, _mm256_or_si256, _mm256_storeu_si256,
    _mm512_cmp_ps_mask, _mm512_cvtph_ps, _mm512_cvtps_ph, _mm512_loadu_ps, _mm512_mul_ps,
    _mm512_set1_ps,
};
use core::marker::PhantomData;
use core::mem::MaybeUninit;

use crate::bulk::{Kernel, convert::one_by_one};
use crate::format::Layout;
use crate::round::{Cast, Format, from_code, word16};

const LANES: usize = 16;

/// `vcvtps2ph` of the number times the power of two that puts the smallest normal number of `D` on that of f16. There the
/// exponents of both are the same, and nothing is left but to round in place.
pub(super) struct F32To8By16<S, D> {
    cast: Cast,
    formats: PhantomData<(S, D)>,
}

/// binary16 with the exponents of `to`.
const fn aligned(to: Layout) -> Layout {
    let f16 = Layout::BINARY16;
    f16.with_bias(f16.bias() + f16.min_exponent() - to.min_exponent())
}

/// Whether an f16 so aligned holds what decides a rounding to `to`, and `to` ends before it does.
pub(super) const fn serves(from: Layout, to: Layout) -> bool {
    from.same(Layout::BINARY32)
        && to.bits() <= 8
        && to.is_signed()
        && to.has_zero()
        && to.max_exponent() <= aligned(to).max_exponent()
        // Multiplied by more than 1, an f32 could overflow; and 2^-44 is far from an f32's end.
        && to.min_exponent() >= Layout::BINARY16.min_exponent()
        && to.min_exponent() <= 30
}

impl<S: Format, D: Format> F32To8By16<S, D> {
    /// 2<sup>to the difference of the smallest exponents</sup>.
    const SCALE: f32 = {
        let exponent = Layout::BINARY16.min_exponent() - D::LAYOUT.min_exponent();
        f32::from_bits(((exponent + 127) as u32) << 23)
    };
    const UNSCALE: f32 = 1.0 / Self::SCALE;
    const ALIGNED: Layout = aligned(D::LAYOUT);

    pub(super) fn new(cast: Cast) -> Self {
        Self {
            cast,
            formats: PhantomData,
        }
    }
}

impl<S: Format, D: Format> Kernel for F32To8By16<S, D> {
    type Src = S;
    type Dst = D;
    const REPEATABLE: bool = true;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        assert!(size_of::<S>() == 4 && size_of::<D>() == 1);
        let cast = self.cast;
        if !N.is_multiple_of(LANES) {
            return one_by_one(cast, src, dst);
        }
        let mut tile = [0u16; N];
        for first in (0..N).step_by(LANES) {
            // SAFETY: the table of overrides runs this where the CPU has AVX-512 F, BW and VL; LANES numbers from `first` on lie in
            // both arrays.
            unsafe {
                let x = _mm512_loadu_ps(src.as_ptr().add(first).cast());
                let cut = _mm512_cvtps_ph::<_MM_FROUND_TO_ZERO>(_mm512_mul_ps(
                    x,
                    _mm512_set1_ps(Self::SCALE),
                ));
                let back = _mm512_mul_ps(_mm512_cvtph_ps(cut), _mm512_set1_ps(Self::UNSCALE));
                let inexact = _mm512_cmp_ps_mask::<_CMP_NEQ_UQ>(back, x);
                let odd = _mm256_or_si256(cut, _mm256_maskz_set1_epi16(inexact, 1));
                _mm256_storeu_si256(tile.as_mut_ptr().add(first).cast(), odd);
            }
        }
        for (dst, tile) in dst.iter_mut().zip(tile) {
            let (code, _) = word16::cast(cast, Self::ALIGNED, D::LAYOUT, tile);
            dst.write(from_code(code as u64));
        }
    }
}
