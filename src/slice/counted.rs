//! Casting, and counting what became of the values.

use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ops::{Add, AddAssign};

use super::{same_length, view};
use crate::format::{from_code, to_code};
use crate::simd::{self, Kernel};
use crate::{Cast, Flags, Format, Isa, Layout};

/// What became of the values of a slice.
///
/// ```
/// use ulp::{Cast, F16, slice};
///
/// let mut to = [F16::default(); 5];
/// let counts = slice::cast_counted(&[1.0f32, 1e6, 1e-6, 1e-9, f32::NAN], &mut to, Cast::new());
/// assert_eq!((counts.overflowed, counts.became_subnormal, counts.became_zero, counts.nan), (1, 1, 1, 1));
/// assert_eq!(counts.inexact, 3);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Counts {
    /// Past the largest finite number, infinities that did not stay one included ([`Flags::OVERFLOW`]).
    pub overflowed: usize,
    /// Zero now, and not before.
    pub became_zero: usize,
    /// Subnormal now, and not before.
    pub became_subnormal: usize,
    /// NaN before or now: a negative number in a format without sign too.
    pub nan: usize,
    /// Not exact ([`Flags::INEXACT`]).
    pub inexact: usize,
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            overflowed: self.overflowed + other.overflowed,
            became_zero: self.became_zero + other.became_zero,
            became_subnormal: self.became_subnormal + other.became_subnormal,
            nan: self.nan + other.nan,
            inexact: self.inexact + other.inexact,
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// Casts every element as `cast` says, on the best [`Isa`] of this CPU, and counts in the same pass what became of them.
///
/// # Panics
/// If the slices differ in length; the message has both.
#[inline]
#[track_caller]
pub fn cast_counted<S: Format, D: Format>(src: &[S], dst: &mut [D], cast: Cast) -> Counts {
    cast_counted_on(Isa::detect(), src, dst, cast)
}

/// [`cast_counted`] on this [`Isa`].
///
/// # Panics
/// If the slices differ in length; the message has both.
#[track_caller]
pub fn cast_counted_on<S: Format, D: Format>(
    isa: Isa,
    src: &[S],
    dst: &mut [D],
    cast: Cast,
) -> Counts {
    same_length(src.len(), dst.len());
    let mut kernel = Counting {
        cast,
        counts: Counts::default(),
        formats: PhantomData,
    };
    simd::run(isa, &mut kernel, src, view::as_uninit(dst));
    kernel.counts
}

struct Counting<S, D> {
    cast: Cast,
    counts: Counts,
    formats: PhantomData<(S, D)>,
}

impl<S: Format, D: Format> Kernel for Counting<S, D> {
    type Src = S;
    type Dst = D;
    const REPEATABLE: bool = false;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        let (from, to) = (S::LAYOUT, D::LAYOUT);
        let least_normal = |layout: Layout| layout.zero() as u64 * layout.hidden_bit();
        let mut codes = [0; N];
        let mut flags = [Flags::NONE; N];
        for (i, &src) in src.iter().enumerate() {
            (codes[i], flags[i]) = self.cast.bits(from, to, to_code(src));
            dst[i].write(from_code(codes[i]));
        }
        // Counts of a block fit 32 bits, which vectors hold more of than of 64.
        let count = |flag: Flags| {
            flags
                .iter()
                .map(|flags| flags.contains(flag) as u32)
                .sum::<u32>()
        };
        let (mut zero, mut subnormal, mut nan) = (0u32, 0u32, 0u32);
        for (&src, &code) in src.iter().zip(&codes) {
            let before = to_code(src);
            let (was_nan, is_nan) = (from.is_nan(before), to.is_nan(code));
            let (was, is) = (before & from.magnitude_mask(), code & to.magnitude_mask());
            let was_below = was < least_normal(from);
            let is_below = is < least_normal(to) && !is_nan;
            zero += (is_below && is == 0 && !(was_below && was == 0)) as u32;
            subnormal += (is_below && is != 0 && !(was_below && was != 0)) as u32;
            nan += (was_nan || is_nan) as u32;
        }
        let (overflowed, inexact) = (count(Flags::OVERFLOW), count(Flags::INEXACT));
        self.counts += Counts {
            overflowed: overflowed as usize,
            became_zero: zero as usize,
            became_subnormal: subnormal as usize,
            nan: nan as usize,
            inexact: inexact as usize,
        };
    }
}
