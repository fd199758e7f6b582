//! Counts exceptional values by casting the results back. The usual loops cast in both directions, and this module compares the
//! values with the values that come back.

use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ops::Range;

use super::Counts;
use crate::bulk::{self, Multiversion, Out};
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{Bits, Cast, Flags, Format, Rounding, from_code, to_code};

/// Returns whether this module supports a cast. A value must come back unchanged exactly if the cast leaves it unchanged.
///
/// Take a value of `from` that `to` lacks. If `to` is coarser there, the rounded value has a code in `from`, and this code
/// differs from the code of the value. If the value is past the largest number of `to`, the largest number comes back by
/// [`back_cast`] as a smaller number of `from`.
#[inline]
pub(super) const fn supports(from: Layout, to: Layout) -> bool {
    from.is_ieee()
        && matches!(from.bits(), 16 | 32 | 64)
        && to.is_signed()
        && to.has_zero()
        && to.max_exponent() <= from.max_exponent()
}

/// Returns the cast from `to` back to `from`. If `to` has more fraction bits, its largest number must not be rounded up to the
/// value that saturated. All other casts back are exact, and use the default cast, whose loops are faster.
const fn back_cast(from: Layout, to: Layout) -> Cast {
    if to.fraction_bits() > from.fraction_bits() {
        Cast::new().rounding(Rounding::TowardZero)
    } else {
        Cast::new()
    }
}

/// The number of elements that are cast and cast back at a time. They stay in the nearest cache.
const TILE: usize = 1024;

/// Casts as `cast` says, and counts.
pub(super) fn count<S: Format, D: Format>(isa: Isa, src: &[S], dst: &mut [D], cast: Cast) -> Counts {
    let mut counts = Counts::default();
    let mut limits = None;
    let mut back = [MaybeUninit::<S>::uninit(); TILE];
    for (src, dst) in src.chunks(TILE).zip(dst.chunks_mut(TILE)) {
        let back = &mut back[..src.len()];
        let dst = bulk::convert(isa, src, Out::new(dst), cast);
        let mut tile = NormalTile::<S, D>::new(src);
        bulk::dispatch(isa, &mut tile);
        if tile.all_normal {
            counts.inexact += tile.inexact;
            continue;
        }
        let back = bulk::convert(isa, dst, Out::uninit(back), back_cast(S::LAYOUT, D::LAYOUT));
        let overflowing = limits.get_or_insert_with(|| [false, true].map(|minus| overflowing::<S, D>(cast, minus)));
        let mut kernel = Compare::<S, D> {
            src,
            back,
            overflowing,
            counts: Counts::default(),
            to: PhantomData,
        };
        bulk::dispatch(isa, &mut kernel);
        counts += kernel.counts;
    }
    counts
}

/// Returns the magnitude of a code.
#[inline(always)]
fn magnitude<S: Format>(x: S) -> S::Bits {
    S::Bits::from_u64(to_code(x) & S::LAYOUT.magnitude_mask())
}

/// Checks whether all values of a tile are normal numbers before and after the cast, and less than the largest number. If they
/// are, only inexact values must be counted: those with bits below the last place of the target.
struct NormalTile<'a, S, D> {
    src: &'a [S],
    all_normal: bool,
    inexact: usize,
    to: PhantomData<D>,
}

impl<'a, S: Format, D: Format> NormalTile<'a, S, D> {
    /// The smallest normal number of both formats, and the largest number of the target, as codes of the source.
    const NORMAL: [u64; 2] = {
        let (from, to) = (S::LAYOUT, D::LAYOUT);
        let min = from.power_of_two_code(to.min_exponent());
        let (max, _) = back_cast(from, to).convert(to, from, to.max_code());
        let both = from.min_normal_code();
        [if min < both { both } else { min }, max]
    };
    /// The bits of a code below the last place of a normal number of the target.
    const PAST: u64 = {
        let (from, to) = (S::LAYOUT.fraction_bits(), D::LAYOUT.fraction_bits());
        (1 << from.saturating_sub(to)) - 1
    };

    fn new(src: &'a [S]) -> Self {
        Self {
            src,
            all_normal: true,
            inexact: 0,
            to: PhantomData,
        }
    }
}

impl<S: Format, D: Format> Multiversion for NormalTile<'_, S, D> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        let [min, max] = Self::NORMAL.map(S::Bits::from_u64);
        let (mut all_normal, mut inexact) = (true, 0_u32);
        for &x in self.src {
            all_normal &= (min..max).contains(&magnitude(x));
            inexact += (to_code(x) & Self::PAST != 0) as u32;
        }
        (self.all_normal, self.inexact) = (all_normal, inexact as usize);
    }
}

/// Returns the codes of one sign that overflow: all codes from the first one on, except an infinity that stays an infinity.
fn overflowing<S: Format, D: Format>(cast: Cast, negative: bool) -> Range<S::Bits> {
    let from = S::LAYOUT;
    let overflows = |magnitude| {
        let x: S = from_code(from.with_sign_bit(negative, magnitude));
        let (_, flags) = x.cast_with::<D>(cast);
        flags.contains(Flags::OVERFLOW)
    };
    let infinity = from.max_code() + 1;
    let mut first = 0..infinity;
    while !first.is_empty() {
        let middle = first.start.midpoint(first.end);
        if overflows(middle) {
            first.end = middle;
        } else {
            first.start = middle + 1;
        }
    }
    let end = infinity + overflows(infinity) as u64;
    let code = |magnitude| S::Bits::from_u64(from.with_sign_bit(negative, magnitude));
    code(first.start)..code(end)
}

/// Compares the values of a tile with the values that came back.
struct Compare<'a, S: Format, D> {
    src: &'a [S],
    back: &'a [S],
    overflowing: &'a [Range<S::Bits>; 2],
    counts: Counts,
    to: PhantomData<D>,
}

impl<S: Format, D: Format> Compare<'_, S, D> {
    /// The codes that come back for the smallest and the largest normal number.
    const NORMAL: [u64; 2] = {
        let (from, to) = (S::LAYOUT, D::LAYOUT);
        let (max, _) = back_cast(from, to).convert(to, from, to.max_code());
        [from.power_of_two_code(to.min_exponent()), max]
    };

    /// Counts the pairs for which `are_so` is true. A pair is a value and the value that came back.
    #[inline(always)]
    fn count(src: &[S], back: &[S], mut are_so: impl FnMut(S::Bits, S::Bits) -> bool) -> usize {
        let mut count = 0_u32;
        for (&src, &back) in src.iter().zip(back) {
            count += are_so(src.to_bits(), back.to_bits()) as u32;
        }
        count as usize
    }

    /// Computes each count in a loop of its own. A loop with fewer counts has better vectors, and most of the loops are rarely
    /// needed.
    #[inline(always)]
    fn compare(&self) -> Counts {
        let (src, back) = (self.src, self.back);
        let magnitude = |x: S::Bits| S::Bits::from_u64(x.to_u64() & S::LAYOUT.magnitude_mask());
        let [zero, min_normal, max] = [0, Self::NORMAL[0], Self::NORMAL[1]].map(S::Bits::from_u64);
        let infinity = S::Bits::from_u64(S::LAYOUT.max_code() + 1);
        let was_normal = S::Bits::from_u64(S::LAYOUT.min_normal_code());
        let mut counts = Counts::default();

        let (mut any_small, mut any_large) = (false, false);
        counts.inexact = Self::count(src, back, |was, is| {
            any_small |= magnitude(is) < min_normal;
            any_large |= magnitude(is) >= max;
            magnitude(was) != magnitude(is)
        });
        if any_small {
            counts.became_zero = Self::count(src, back, |was, is| magnitude(is) == zero && magnitude(was) != zero);
            counts.became_subnormal = Self::count(src, back, |was, is| {
                let is = magnitude(is);
                is != zero && is < min_normal && magnitude(was) >= was_normal
            });
        }
        if any_large {
            let [positive, negative] = self.overflowing.clone();
            counts.overflowed = Self::count(src, back, |was, _| positive.contains(&was) || negative.contains(&was));
            counts.nan = Self::count(src, back, |was, is| magnitude(was) > infinity || magnitude(is) > infinity);
            counts.inexact -= Self::count(src, back, |was, is| {
                magnitude(was) > infinity && magnitude(was) != magnitude(is)
            });
        }
        counts
    }
}

impl<S: Format, D: Format> Multiversion for Compare<'_, S, D> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        self.counts = self.compare();
    }
}
