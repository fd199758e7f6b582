//! `f32` to 8 bits and fewer by way of 16 bits. F16C cuts the number to an f16 rounded to odd. Integer instructions round the f16
//! in lanes of 16 bits.
#![allow(unsafe_code, reason = "instructions by their names, on pointers")]

use core::arch::x86_64::{
    _CMP_NEQ_UQ, _MM_FROUND_TO_ZERO, _mm256_maskz_set1_epi16, _mm256_or_si256, _mm256_storeu_si256, _mm512_cmp_ps_mask,
    _mm512_cvtph_ps, _mm512_cvtps_ph, _mm512_loadu_ps, _mm512_mul_ps, _mm512_set1_ps,
};
use core::marker::PhantomData;
use core::mem::MaybeUninit;

use super::token::Avx512;
use crate::bulk::element::Element;
use crate::bulk::kernel::Kernel;
use crate::bulk::kernels::convert::cast_scalar;
use crate::format::Layout;
use crate::round::{Cast, Overflow, word16};

const LANES: usize = 16;

/// Multiplies the number by a power of two and converts it by `vcvtps2ph`. The power moves the smallest normal number of `D` to
/// the smallest normal number of f16. Both formats then have equal exponents, and the f16 is rounded in place.
pub(super) struct F32To8ViaF16<S, D> {
    #[allow(dead_code, reason = "it is there to prove that the CPU has the instructions")]
    token: Avx512,
    cast: Cast,
    formats: PhantomData<(S, D)>,
}

/// Returns binary16 with another bias: the smallest normal number is that of `to`.
const fn aligned(to: Layout) -> Layout {
    let f16 = Layout::BINARY16;
    f16.with_bias(f16.bias() + f16.min_exponent() - to.min_exponent())
}

/// Returns whether an aligned f16 holds the bits that decide a rounding to `to`. The largest number of `to` must not be past the
/// largest number of the aligned f16.
#[inline]
pub(super) const fn supports(from: Layout, to: Layout) -> bool {
    from.const_eq(Layout::BINARY32)
        && to.bits() <= 8
        && to.is_signed()
        && to.has_zero()
        && to.max_exponent() <= aligned(to).max_exponent()
        // An f32 multiplied by more than 1 could overflow. 2^-44 is far from the smallest f32.
        && to.min_exponent() >= Layout::BINARY16.min_exponent()
        && to.min_exponent() <= 30
}

impl<S: Element, D: Element> F32To8ViaF16<S, D> {
    /// The power of two whose exponent is the difference of the smallest exponents.
    const SCALE: f32 = {
        let exponent = Layout::BINARY16.min_exponent() - D::LAYOUT.min_exponent();
        f32::from_bits(((exponent + 127) as u32) << 23)
    };
    const UNSCALE: f32 = 1.0 / Self::SCALE;
    pub(super) fn new(token: Avx512, cast: Cast) -> Self {
        Self {
            token,
            cast,
            formats: PhantomData,
        }
    }
}

// SAFETY: the last loop, or `cast_scalar`, writes every element of `dst`.
unsafe impl<S: Element, D: Element> Kernel for F32To8ViaF16<S, D> {
    type Src = S;
    type Dst = D;
    const IDEMPOTENT: bool = true;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        assert!(size_of::<S>() == 4 && size_of::<D>() == 1);
        let cast = self.cast;
        if !N.is_multiple_of(LANES) {
            return cast_scalar(cast, src, dst);
        }
        let mut tile = [0u16; N];
        for first in (0..N).step_by(LANES) {
            // SAFETY: `self.token` proves that the CPU has AVX-512 F, BW and VL. LANES numbers from `first` on lie in both arrays
            // of N, since N is a multiple of LANES.
            unsafe {
                let x = _mm512_loadu_ps(src.as_ptr().add(first).cast());
                let cut = _mm512_cvtps_ph::<_MM_FROUND_TO_ZERO>(_mm512_mul_ps(x, _mm512_set1_ps(Self::SCALE)));
                let back = _mm512_mul_ps(_mm512_cvtph_ps(cut), _mm512_set1_ps(Self::UNSCALE));
                let inexact = _mm512_cmp_ps_mask::<_CMP_NEQ_UQ>(back, x);
                let odd = _mm256_or_si256(cut, _mm256_maskz_set1_epi16(inexact, 1));
                _mm256_storeu_si256(tile.as_mut_ptr().add(first).cast(), odd);
            }
        }
        // `select.rs` uses the kernel for these two kinds of overflow. Each has a loop, in which the compiler knows the overflow.
        if cast.keeps_infinity() {
            round::<D, N>(cast.overflow(Overflow::Ieee), &tile, dst);
        } else {
            round::<D, N>(cast.overflow(Overflow::Saturate), &tile, dst);
        }
    }
}

/// Rounds codes of the layout aligned to `D`.
#[inline(always)]
fn round<D: Element, const N: usize>(cast: Cast, src: &[u16; N], dst: &mut [MaybeUninit<D>; N]) {
    for (dst, &code) in dst.iter_mut().zip(src) {
        let (code, _) = word16::cast(cast, const { aligned(D::LAYOUT) }, D::LAYOUT, code);
        dst.write(D::from_code(code as u64));
    }
}
