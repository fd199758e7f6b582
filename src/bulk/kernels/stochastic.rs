//! The kernel of stochastic rounding.
#![allow(unsafe_code, reason = "a kernel promises to initialise its results")]

use core::marker::PhantomData;
use core::mem::MaybeUninit;

use crate::bulk::element::Element;
use crate::bulk::kernel::Kernel;
use crate::round::{self, Cast, Overflow, stochastic};

/// Casts with draws. If `IN_PLACE` is true, codes of both formats have equal exponents, and infinities need no special treatment.
pub(crate) struct ConvertStochastically<'a, S, D, const IN_PLACE: bool> {
    draws: &'a [u32],
    overflow: Overflow,
    formats: PhantomData<(S, D)>,
}

impl<'a, S, D, const IN_PLACE: bool> ConvertStochastically<'a, S, D, IN_PLACE> {
    pub(crate) fn new(draws: &'a [u32], overflow: Overflow) -> Self {
        Self {
            draws,
            overflow,
            formats: PhantomData,
        }
    }
}

// SAFETY: the loop writes every element of `dst`.
unsafe impl<S: Element, D: Element, const IN_PLACE: bool> Kernel for ConvertStochastically<'_, S, D, IN_PLACE> {
    type Src = S;
    type Dst = D;
    const IDEMPOTENT: bool = true;

    #[inline(always)]
    fn block<const N: usize>(&mut self, first: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        let (from, to) = (S::LAYOUT, D::LAYOUT);
        // A value past the largest number becomes the result of a cast to nearest.
        let cast = Cast::new().overflow(self.overflow);
        // The draws are copied. Without the copy, the compiler would assume that `dst` could overlap the draws.
        let draws: [u32; N] = *self.draws[first..].first_chunk().expect("every element has its draw");
        for ((dst, &src), draw) in dst.iter_mut().zip(src).zip(draws) {
            let bits = src.code();
            macro_rules! with {
                ($word:ident, $Word:ty) => {
                    if IN_PLACE {
                        stochastic::$word::with_shared_exponents(from, to, bits as $Word, draw) as u64
                    } else {
                        stochastic::$word::cast(cast, from, to, bits as $Word, draw) as u64
                    }
                };
            }
            let code = match round::word_bits(from, to) {
                0..=32 => with!(word32, u32),
                33..=64 => with!(word64, u64),
                _ => with!(word128, u128),
            };
            dst.write(D::from_code(code));
        }
    }
}
