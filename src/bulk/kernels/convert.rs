//! The kernel that casts.
#![allow(unsafe_code, reason = "a kernel promises to initialise its results")]

use core::marker::PhantomData;
use core::mem::MaybeUninit;

use crate::bulk::element::Element;
use crate::bulk::kernel::Kernel;
use crate::format::Layout;
use crate::round::{self, Cast, Overflow, word16, word32, word64, word128};

/// Casts by `cast`. If `DEFAULT` is true, `cast` is the default cast, and the compiler knows it.
pub(crate) struct Convert<S, D, const DEFAULT: bool> {
    cast: Cast,
    formats: PhantomData<(S, D)>,
}

impl<S, D> Convert<S, D, true> {
    pub(crate) fn by_default() -> Self {
        Self {
            cast: Cast::new(),
            formats: PhantomData,
        }
    }
}

impl<S, D> Convert<S, D, false> {
    pub(crate) fn new(cast: Cast) -> Self {
        Self {
            cast,
            formats: PhantomData,
        }
    }
}

// SAFETY: each path through `block` is a loop that writes every element of `dst`.
unsafe impl<S: Element, D: Element, const DEFAULT: bool> Kernel for Convert<S, D, DEFAULT> {
    type Src = S;
    type Dst = D;
    const IDEMPOTENT: bool = true;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        if DEFAULT {
            cast_in_tiles(Cast::new(), src, dst);
        } else if const { Pair::<S, D>::HAS_SHORT_LOOP } && self.cast.has_ieee_overflow() {
            // The compiler knows the overflow here, and leaves out all other work.
            cast_in_tiles(self.cast.overflow(Overflow::Ieee), src, dst);
        } else {
            cast_in_tiles(self.cast, src, dst);
        }
    }
}

/// Casts a block. Wide codes are truncated in a separate loop. In one loop over elements of 32 and of 16 bits, a vector would hold
/// only as many 16-bit elements as 32-bit elements.
#[inline(always)]
fn cast_in_tiles<S: Element, D: Element, const N: usize>(cast: Cast, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
    if const { Pair::<S, D>::FROM.bits() != 32 } {
        cast_scalar(cast, src, dst);
        return;
    }
    let mut tile = [0u32; N];
    for (tile, &src) in tile.iter_mut().zip(src) {
        *tile = if const { Pair::<S, D>::JAMS_TO_32 } {
            round::shift_right_jam(src.code(), 32) as u32
        } else {
            src.code() as u32
        };
    }
    if const { Pair::<S, D>::JAMS_TO_16 } {
        let mut half = [0u16; N];
        for (half, &tile) in half.iter_mut().zip(&tile) {
            *half = round::shift_right_jam(tile as u64, 16) as u16;
        }
        for (dst, &half) in dst.iter_mut().zip(&half) {
            let (code, _) = word16::cast(cast, Pair::<S, D>::FROM_16, D::LAYOUT, half);
            dst.write(D::from_code(code as u64));
        }
    } else {
        for (dst, &tile) in dst.iter_mut().zip(&tile) {
            let code = Pair::<S, D>::cast(cast, Pair::<S, D>::FROM, tile as u64);
            dst.write(D::from_code(code));
        }
    }
}

/// Casts a block by the kernel, ties to even. The caller's loop continues with the result.
#[inline(always)]
pub(crate) fn cast_block<S: Element, D: Element, const N: usize>(src: &[S; N]) -> [D; N] {
    let mut dst = [MaybeUninit::<D>::uninit(); N];
    Convert::by_default().block(0, src, &mut dst);
    // SAFETY: `block` has initialised all of `dst`, as `Kernel` promises. (A `map` of the array is not always inlined.)
    unsafe { (&raw const dst).cast::<[D; N]>().read() }
}

/// Casts numbers one after another.
#[inline(always)]
pub(crate) fn cast_scalar<S: Element, D: Element>(cast: Cast, src: &[S], dst: &mut [MaybeUninit<D>]) {
    for (dst, &src) in dst.iter_mut().zip(src) {
        dst.write(cast_element(cast, src));
    }
}

/// Casts one number.
#[inline(always)]
pub(crate) fn cast_element<S: Element, D: Element>(cast: Cast, x: S) -> D {
    D::from_code(Pair::<S, D>::cast(cast, S::LAYOUT, x.code()))
}

/// The constants of two layouts. As constants of a type, they let the compiler drop all words but one, which saves most of its
/// work.
struct Pair<S, D>(PhantomData<(S, D)>);

impl<S: Element, D: Element> Pair<S, D> {
    const JAMS_TO_32: bool = round::can_jam(S::LAYOUT, D::LAYOUT, 32);
    /// The layout of the codes of `S`, after truncation to 32 bits if the codes are truncated.
    const FROM: Layout = if Self::JAMS_TO_32 {
        S::LAYOUT.truncated(32)
    } else {
        S::LAYOUT
    };
    /// True if a loop of its own pays for casts with IEEE's overflow: the conversion only rounds the fraction, as from f32 to
    /// bfloat16.
    const HAS_SHORT_LOOP: bool = round::shares_exponents(S::LAYOUT, D::LAYOUT) && round::guard_bits(S::LAYOUT, D::LAYOUT) > 0;
    const WORD_BITS: u32 = round::word_bits(Self::FROM, D::LAYOUT);
    /// True if codes of 32 bits are truncated again, to 16 bits.
    const JAMS_TO_16: bool =
        round::can_jam(Self::FROM, D::LAYOUT, 16) && round::word_bits(Self::FROM.truncated(16), D::LAYOUT) <= 16;
    /// The layout of the codes after truncation to 16 bits. Constants of branches not taken are computed too.
    const FROM_16: Layout = if Self::JAMS_TO_16 {
        Self::FROM.truncated(16)
    } else {
        Self::FROM
    };

    /// Casts a code of `S` or `FROM` by [`Cast::convert`].
    ///
    /// A branch decides whether to truncate. With a branch instead of a constant block, the optimizer makes better loops in SSE2.
    #[inline(always)]
    fn cast(cast: Cast, from: Layout, code: u64) -> u64 {
        let (from, code) = if round::can_jam(from, D::LAYOUT, 32) {
            (from.truncated(32), round::shift_right_jam(code, 32))
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
