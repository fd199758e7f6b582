//! Casts a slice and counts the exceptional values.
#![allow(unsafe_code, reason = "a kernel promises to initialise its results")]

use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ops::{Add, AddAssign};

use super::{round_trip, same_length};
use crate::bulk::{self, Kernel, Out};
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{Cast, Flags, Format, from_code, to_code};

/// The counts of exceptional values in a cast of a slice.
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
    /// The number of elements past the largest finite number ([`Flags::OVERFLOW`]). An infinity counts if it did not stay an
    /// infinity.
    pub overflowed: usize,
    /// The number of elements that are zero now and were not zero before.
    pub became_zero: usize,
    /// The number of elements that are subnormal now and were not subnormal before.
    pub became_subnormal: usize,
    /// The number of elements that are NaN before or after the cast. A negative number that becomes NaN in a format without sign
    /// counts too.
    pub nan: usize,
    /// The number of elements that are not exact ([`Flags::INEXACT`]).
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

/// Casts every element as `cast` says, on the best [`Isa`] of this CPU. Returns the counts of exceptional values. The cast
/// and the counts take one pass over the slice.
///
/// # Panics
/// If the slices differ in length. The message has both lengths.
#[inline]
#[track_caller]
pub fn cast_counted<S: Format, D: Format>(src: &[S], dst: &mut [D], cast: Cast) -> Counts {
    cast_counted_on(Isa::detect(), src, dst, cast)
}

/// Does what [`cast_counted`] does, on this [`Isa`].
///
/// # Panics
/// If the slices differ in length. The message has both lengths.
#[track_caller]
pub fn cast_counted_on<S: Format, D: Format>(isa: Isa, src: &[S], dst: &mut [D], cast: Cast) -> Counts {
    same_length(src.len(), dst.len());
    if const { round_trip::supports(S::LAYOUT, D::LAYOUT) } && src.len() >= SEARCH_PAYS {
        round_trip::count(isa, src, dst, cast)
    } else if cast == Cast::new() {
        count::<S, D, true>(isa, cast, src, dst)
    } else {
        count::<S, D, false>(isa, cast, src, dst)
    }
}

/// The number of elements from which on it pays to search for the first code that overflows.
const SEARCH_PAYS: usize = 512;

fn count<S: Format, D: Format, const DEFAULT: bool>(isa: Isa, cast: Cast, src: &[S], dst: &mut [D]) -> Counts {
    let mut kernel = Counting::<S, D, DEFAULT> {
        cast,
        counts: Counts::default(),
        formats: PhantomData,
    };
    bulk::run(isa, &mut kernel, src, Out::new(dst));
    kernel.counts
}

/// Casts and counts. `DEFAULT` is true if the cast is that of [`Cast::new`]. The compiler then knows the cast.
struct Counting<S, D, const DEFAULT: bool> {
    cast: Cast,
    counts: Counts,
    formats: PhantomData<(S, D)>,
}

// SAFETY: the first loop writes every element of `dst`.
unsafe impl<S: Format, D: Format, const DEFAULT: bool> Kernel for Counting<S, D, DEFAULT> {
    type Src = S;
    type Dst = D;
    const IDEMPOTENT: bool = false;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        let (from, to) = (S::LAYOUT, D::LAYOUT);
        let cast = if DEFAULT { Cast::new() } else { self.cast };
        let mut flags = [0; N];
        for ((dst, flags), &src) in dst.iter_mut().zip(&mut flags).zip(src) {
            let (code, raised) = cast.convert(from, to, to_code(src));
            let (before, now) = (Class::of(from, to_code(src)), Class::of(to, code));
            *flags = raised.bits()
                | (BECAME_ZERO * (now.zero && !before.zero) as u8)
                | (BECAME_SUBNORMAL * (now.subnormal && !before.subnormal) as u8)
                | (IS_NAN * (now.nan || before.nan) as u8);
            dst.write(from_code(code));
        }
        // The sum of a block fits a byte. A vector has more lanes of bytes than of wider integers.
        let count = |flag: u8| {
            let ones = flags.iter().map(|flags| (flags & flag != 0) as u8);
            ones.fold(0, u8::wrapping_add) as usize
        };
        self.counts += Counts {
            overflowed: count(Flags::OVERFLOW.bits()),
            became_zero: count(BECAME_ZERO),
            became_subnormal: count(BECAME_SUBNORMAL),
            nan: count(IS_NAN),
            inexact: count(Flags::INEXACT.bits()),
        };
    }
}

/// Bits beside the bits of [`Flags`], for counts of values that raise no exception.
const BECAME_ZERO: u8 = 32;
const BECAME_SUBNORMAL: u8 = 64;
const IS_NAN: u8 = 128;

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
