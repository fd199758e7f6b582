//! The kernel that casts.

use core::marker::PhantomData;
use core::mem::MaybeUninit;

#[cfg(target_arch = "x86_64")]
use super::x86_64;
use super::{Isa, Kernel, SMALL, run};
use crate::format::{from_code, to_code};
use crate::ruler::{self, word16};
use crate::{Cast, Format, Layout};

/// A [`Cast`], known when the loop is compiled or only when it runs.
pub(crate) trait How: Copy {
    fn cast(self) -> Cast;
}

#[derive(Clone, Copy)]
pub(crate) struct TiesToEven;

impl How for TiesToEven {
    #[inline(always)]
    fn cast(self) -> Cast {
        Cast::new()
    }
}

impl How for Cast {
    #[inline(always)]
    fn cast(self) -> Cast {
        self
    }
}

/// Casts every element of a slice to another of the same length, which it initialises.
///
/// Two loops are compiled for each pair of formats and ISA: one for the cast that is the default, and one for all others.
#[inline]
pub(crate) fn convert<S: Format, D: Format>(
    isa: Isa,
    src: &[S],
    dst: &mut [MaybeUninit<D>],
    cast: Cast,
) {
    if src.len() < SMALL {
        for (dst, &src) in dst.iter_mut().zip(src) {
            dst.write(src.cast_with(cast).0);
        }
        return;
    }
    #[cfg(target_arch = "x86_64")]
    if x86_64::convert(isa, src, dst, cast) {
        return;
    }
    if cast == Cast::new() {
        run(isa, &mut Convert::new(TiesToEven), src, dst);
    } else {
        run(isa, &mut Convert::new(cast), src, dst);
    }
}

struct Convert<S, D, H> {
    how: H,
    formats: PhantomData<(S, D)>,
}

impl<S, D, H> Convert<S, D, H> {
    fn new(how: H) -> Self {
        Self {
            how,
            formats: PhantomData,
        }
    }
}

impl<S: Format, D: Format, H: How> Kernel for Convert<S, D, H> {
    type Src = S;
    type Dst = D;
    const REPEATABLE: bool = true;

    /// Wide codes are folded in a loop of their own: in one loop over elements of 32 and of 16 bits, a vector holds no more of
    /// the short ones than of the long ones.
    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        let cast = self.how.cast();
        let (from, to) = (S::LAYOUT, D::LAYOUT);
        if ruler::folds(from, to, 32) {
            let mut tile = [0u32; N];
            for (tile, &src) in tile.iter_mut().zip(src) {
                *tile = ruler::fold(to_code(src), 32) as u32;
            }
            narrow(cast, from.shorter(32), &tile, dst);
        } else if from.bits() == 32 {
            let mut tile = [0u32; N];
            for (tile, &src) in tile.iter_mut().zip(src) {
                *tile = to_code(src) as u32;
            }
            narrow(cast, from, &tile, dst);
        } else {
            for (dst, &src) in dst.iter_mut().zip(src) {
                let (code, _) = cast.bits(from, to, to_code(src));
                dst.write(from_code(code));
            }
        }
    }
}

/// Casts codes of 32 bits.
#[inline(always)]
fn narrow<D: Format, const N: usize>(
    cast: Cast,
    from: Layout,
    src: &[u32; N],
    dst: &mut [MaybeUninit<D>; N],
) {
    let to = D::LAYOUT;
    if ruler::folds(from, to, 16) && ruler::word_bits(from.shorter(16), to) <= 16 {
        let mut tile = [0u16; N];
        for (tile, &src) in tile.iter_mut().zip(src) {
            *tile = ruler::fold(src as u64, 16) as u16;
        }
        for (dst, tile) in dst.iter_mut().zip(tile) {
            let (code, _) = word16::cast(cast, from.shorter(16), to, tile);
            dst.write(from_code(code as u64));
        }
    } else {
        for (dst, &src) in dst.iter_mut().zip(src) {
            let (code, _) = cast.bits(from, to, src as u64);
            dst.write(from_code(code));
        }
    }
}
