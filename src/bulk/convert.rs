//! The kernel that casts.

use core::marker::PhantomData;
use core::mem::MaybeUninit;

#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
use super::aarch64;
use super::frame::{Frame, Plain, Scaled};
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
use super::x86_64;
use super::{Isa, Kernel, SMALL, run};
use crate::format::Layout;
use crate::round::{self, Cast, Format, from_code, to_code, word16, word32, word64, word128};

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
        one_by_one(cast, src, dst);
        return;
    }
    convert_framed(Plain, isa, src, dst, cast);
}

/// The same with a factor on the side that is `f32`.
#[inline]
pub(crate) fn convert_scaled<S: Format, D: Format>(
    isa: Isa,
    src: &[S],
    scale: f32,
    dst: &mut [MaybeUninit<D>],
    cast: Cast,
) {
    convert_framed(Scaled(scale), isa, src, dst, cast);
}

/// Calls `make` for pieces of the slices that stay in the nearest cache; what it makes is written past the caches where that pays.
#[inline]
pub(crate) fn in_pieces<S, D>(
    src: &[S],
    dst: &mut [MaybeUninit<D>],
    mut make: impl FnMut(&[S], &mut [MaybeUninit<D>]),
) {
    const PIECE: usize = 8192;
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    if x86_64::pays::<S, D>(dst) {
        return x86_64::stream(src, dst, make);
    }
    for (src, dst) in src.chunks(PIECE).zip(dst.chunks_mut(PIECE)) {
        make(src, dst);
    }
}

#[inline]
fn convert_framed<F: Frame, S: Format, D: Format>(
    frame: F,
    isa: Isa,
    src: &[S],
    dst: &mut [MaybeUninit<D>],
    cast: Cast,
) {
    // Told apart here, so that nothing is compiled for other casts where the cast is known.
    if cast == Cast::new() {
        convert_how(frame, isa, src, dst, TiesToEven);
    } else {
        convert_how(frame, isa, src, dst, cast);
    }
}

#[inline(always)]
fn convert_how<F: Frame, S: Format, D: Format, H: How>(
    frame: F,
    isa: Isa,
    src: &[S],
    dst: &mut [MaybeUninit<D>],
    how: H,
) {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    if x86_64::pays::<S, D>(dst) {
        return x86_64::stream(src, dst, |src, dst| {
            convert_cached(frame, isa, src, dst, how);
        });
    }
    convert_cached(frame, isa, src, dst, how);
}

#[inline(always)]
fn convert_cached<F: Frame, S: Format, D: Format, H: How>(
    frame: F,
    isa: Isa,
    src: &[S],
    dst: &mut [MaybeUninit<D>],
    how: H,
) {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    if x86_64::look_up(frame, isa, src, dst, how.cast())
        || x86_64::convert(frame, isa, src, dst, how.cast())
        || x86_64::convert_by_f32(isa, src, dst, how.cast())
    {
        return;
    }
    #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
    if aarch64::convert(frame, isa, src, dst, how.cast()) {
        return;
    }
    run(isa, &mut frame.around(Convert::new(how)), src, dst);
}

pub(super) struct Convert<S, D, H> {
    how: H,
    formats: PhantomData<(S, D)>,
}

impl<S, D, H> Convert<S, D, H> {
    pub(super) fn new(how: H) -> Self {
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
        if const { Pair::<S, D>::FROM.bits() != 32 } {
            one_by_one(cast, src, dst);
            return;
        }
        let mut tile = [0u32; N];
        for (tile, &src) in tile.iter_mut().zip(src) {
            *tile = if const { Pair::<S, D>::FOLDS_32 } {
                round::fold(to_code(src), 32) as u32
            } else {
                to_code(src) as u32
            };
        }
        if const { Pair::<S, D>::FOLDS_16 } {
            let mut half = [0u16; N];
            for (half, tile) in half.iter_mut().zip(tile) {
                *half = round::fold(tile as u64, 16) as u16;
            }
            for (dst, half) in dst.iter_mut().zip(half) {
                let (code, _) = word16::cast(cast, Pair::<S, D>::FROM_16, D::LAYOUT, half);
                dst.write(from_code(code as u64));
            }
        } else {
            for (dst, tile) in dst.iter_mut().zip(tile) {
                let code = Pair::<S, D>::cast(cast, Pair::<S, D>::FROM, tile as u64);
                dst.write(from_code(code));
            }
        }
    }
}

/// Casts a block by the kernel, ties to even, where a loop of its own goes on with the result.
#[inline(always)]
pub(crate) fn cast_block<S: Format, D: Format, const N: usize>(src: &[S; N]) -> [D; N] {
    let mut dst = [MaybeUninit::<D>::uninit(); N];
    Convert::new(TiesToEven).block(0, src, &mut dst);
    // SAFETY: a kernel initialises all of its block. (A `map` of the array is not always inlined.)
    unsafe { (&raw const dst).cast::<[D; N]>().read() }
}

/// Casts numbers one by one.
#[inline(always)]
pub(super) fn one_by_one<S: Format, D: Format>(cast: Cast, src: &[S], dst: &mut [MaybeUninit<D>]) {
    for (dst, &src) in dst.iter_mut().zip(src) {
        let code = Pair::<S, D>::cast(cast, S::LAYOUT, to_code(src));
        dst.write(from_code(code));
    }
}

/// What two layouts decide. As constants of a type they keep the compiler from all words but one, which is most of its work.
struct Pair<S, D>(PhantomData<(S, D)>);

impl<S: Format, D: Format> Pair<S, D> {
    const FOLDS_32: bool = round::folds(S::LAYOUT, D::LAYOUT, 32);
    /// What is left of `S` when its codes are folded to 32 bits, if they are.
    const FROM: Layout = if Self::FOLDS_32 {
        S::LAYOUT.shorter(32)
    } else {
        S::LAYOUT
    };
    const WORD_BITS: u32 = round::word_bits(Self::FROM, D::LAYOUT);
    /// Whether codes of 32 bits are folded again.
    const FOLDS_16: bool = round::folds(Self::FROM, D::LAYOUT, 16)
        && round::word_bits(Self::FROM.shorter(16), D::LAYOUT) <= 16;
    /// What is then left. Constants of ways not taken are computed too.
    const FROM_16: Layout = if Self::FOLDS_16 {
        Self::FROM.shorter(16)
    } else {
        Self::FROM
    };

    /// [`Cast::convert`] of a code of `S` or `FROM`.
    ///
    /// Folding is decided by a branch, not a constant block, which has the optimizer make better loops in SSE2.
    #[inline(always)]
    fn cast(cast: Cast, from: Layout, code: u64) -> u64 {
        let (from, code) = if round::folds(from, D::LAYOUT, 32) {
            (from.shorter(32), round::fold(code, 32))
        } else {
            (from, code)
        };
        if const { Self::WORD_BITS <= 32 } {
            word32::cast(cast, from, D::LAYOUT, code as u32).0 as u64
        } else if const { Self::WORD_BITS <= 64 } {
            word64::cast(cast, from, D::LAYOUT, code).0
        } else {
            word128::cast(cast, from, D::LAYOUT, code as u128).0 as u64
        }
    }
}
