//! Casting, and counting what became of the values.

use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ops::{Add, AddAssign};

use super::{same_length, there_and_back};
use crate::bulk::{self, How, Kernel, TiesToEven, uninit};
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{Cast, Flags, Format, from_code, to_code};

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
    if const { there_and_back::serves(S::LAYOUT, D::LAYOUT) } && src.len() >= LONG {
        there_and_back::count(isa, src, dst, cast)
    } else if cast == Cast::new() {
        count(isa, TiesToEven, src, dst)
    } else {
        count(isa, cast, src, dst)
    }
}

/// Elements for which it pays to look for the first that overflows.
const LONG: usize = 512;

fn count<S: Format, D: Format, H: How>(isa: Isa, how: H, src: &[S], dst: &mut [D]) -> Counts {
    let mut kernel = Counting {
        how,
        counts: Counts::default(),
        formats: PhantomData,
    };
    bulk::run(isa, &mut kernel, src, uninit::as_uninit(dst));
    kernel.counts
}

struct Counting<S, D, H> {
    how: H,
    counts: Counts,
    formats: PhantomData<(S, D)>,
}

impl<S: Format, D: Format, H: How> Kernel for Counting<S, D, H> {
    type Src = S;
    type Dst = D;
    const REPEATABLE: bool = false;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        let (from, to) = (S::LAYOUT, D::LAYOUT);
        let cast = self.how.cast();
        let mut flags = [0; N];
        for ((dst, flags), &src) in dst.iter_mut().zip(&mut flags).zip(src) {
            let (code, raised) = cast.convert(from, to, to_code(src));
            let (before, now) = (Class::of(from, to_code(src)), Class::of(to, code));
            *flags = raised.bits()
                | (BECAME_ZERO * (now.zero && !before.zero) as u8)
                | (BECAME_SUBNORMAL * (now.subnormal && !before.subnormal) as u8)
                | (NAN * (now.nan || before.nan) as u8);
            dst.write(from_code(code));
        }
        // Sums of a block fit a byte, and vectors hold most of those.
        let count = |flag: u8| {
            let ones = flags.iter().map(|flags| (flags & flag != 0) as u8);
            ones.fold(0, u8::wrapping_add) as usize
        };
        self.counts += Counts {
            overflowed: count(Flags::OVERFLOW.bits()),
            became_zero: count(BECAME_ZERO),
            became_subnormal: count(BECAME_SUBNORMAL),
            nan: count(NAN),
            inexact: count(Flags::INEXACT.bits()),
        };
    }
}

/// What is counted beside the exceptions, in the bits that those leave.
const BECAME_ZERO: u8 = 32;
const BECAME_SUBNORMAL: u8 = 64;
const NAN: u8 = 128;

/// The class of a code, found without branches.
struct Class {
    zero: bool,
    subnormal: bool,
    nan: bool,
}

impl Class {
    #[inline(always)]
    fn of(layout: Layout, code: u64) -> Self {
        let magnitude = code & layout.magnitude_mask();
        let nan = layout.is_nan(code);
        let below = layout.has_zero() && magnitude < layout.hidden_bit() && !nan;
        Self {
            zero: below && magnitude == 0,
            subnormal: below && magnitude != 0,
            nan,
        }
    }
}
