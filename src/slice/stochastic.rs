//! Casts that round at random.

use crate::round::{Format, Overflow};

use crate::cpu::Isa;

use crate::bulk::{Element, Out, convert_stochastically};

use super::same_length;

/// How to round at random: a seed, the index of the first element, and what to do on overflow.
///
/// ```
/// use ulp::{Bf16, slice, slice::Stochastic};
///
/// // A tenth of the way from 1 to the next Bf16: to nearest, that is always 1.
/// let step = 1.0 / 128.0;
/// let mut to = vec![Bf16::default(); 10_000];
/// slice::cast_stochastic(&vec![1.0 + 0.1 * step; 10_000], &mut to, Stochastic::new(42));
///
/// let downs = to.iter().filter(|x| x.to_f32() == 1.0).count();
/// let ups = to.iter().filter(|x| x.to_f32() == 1.0 + step).count();
/// assert_eq!(downs + ups, 10_000);
/// assert!(ups.abs_diff(1_000) < 120);
/// ```
///
/// # Rounding
/// A magnitude *x* between two neighbours *a* and *b* = *a* + *u* of the target becomes *b* with probability (*x* − *a*) / *u*, and
/// else *a*, so that its mean is *x*. Below the smallest number, *a* is 0. A number of the target stays what it is.
///
/// That is done with a draw of 32 bits, an integer *r* for each element:
///
/// > *b* if ⌊2³² (*x* − *a*) / *u*⌋ + *r* ≥ 2³², else *a*
///
/// So what lies more than 32 bits below the target's last place is cut: the probability of *b* is too small by less than 2⁻³², and
/// the mean by less than 2⁻³² *u*. It is exact where the source has no more bits than that, as every f32 that is normal in the
/// target.
///
/// Past the largest finite number, exponents go on for this: *b* may be a number that the format lacks, and what is rounded to
/// such a number, or lies beyond the first of them, overflows as a cast to nearest does: to the infinity, or NaN, or the largest
/// number, or under [`saturating`](Self::saturating) always to the largest number. NaNs, infinities, zeros, signs and what is
/// negative where there is no sign are treated as [`Cast::convert`](crate::Cast::convert) says. A format without zero has its smallest number for all
/// that is smaller.
///
/// # Random bits
/// The draw of an element depends on nothing but the seed, the index *j* = [offset](Self::offset) + *i* (modulo 2⁶⁴) of the
/// element *i*, and the formats. So the result is the same on every [`Isa`], and for every way to split a slice, if the pieces
/// tell their offsets. It is the same for an f32 and for the same number in a narrower format.
///
/// The generator is Philox4x32-10 of Salmon, Moraes, Dror and Shaw, *Parallel random numbers: as easy as 1, 2, 3* (SC 2011), as in
/// their library Random123, in cuRAND and in the standard library of C++26 (`philox4x32`): from a counter of four 32-bit words
/// and a key of two it makes four words *z*₀ … *z*₃. Here
///
/// - the key is (*seed* mod 2³², ⌊*seed* / 2³²⌋);
/// - the counter is (*n* mod 2³², ⌊*n* / 2³²⌋, 0, 0);
/// - where every element has a word of its own, 32 elements take the words of eight counters, those of neighbours from different
///   ones: *n* = 8 ⌊*j* / 32⌋ + *j* mod 8, and *r* is the word with index ⌊*j* / 8⌋ mod 4;
/// - where two elements share a word, 64 elements take them: *n* = 8 ⌊*j* / 64⌋ + *j* mod 8, and *r* is the word with index
///   ⌊*j* / 8⌋ mod 4 if ⌊*j* / 32⌋ is even, and if it is odd this word rotated by 16 bits. So elements *j* and *j* + 32 have
///   half a word each at the top of their draws, and the other's half below.
///
/// Two elements share a word if max(*p*, 23) − *q* ≤ 16, for the [fraction bits](crate::Layout::fraction_bits) *p* of the source and *q*
/// of the target: sources no wider than f32, targets as precise as [`Bf16`](crate::Bf16) and [`F16`](crate::F16). A normal result then
/// depends on the upper 16 bits of its draw alone, and so no two on the same bits. A subnormal one depends on the lower bits too:
/// its probability is the one above, and the covariance of the two decisions with one word is less than 2⁻¹⁶.
///
/// The generator is no secret: who knows the seed knows the draws. Take another seed, or other offsets, for each tensor and each
/// step, or the errors are the same each time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[must_use]
pub struct Stochastic {
    seed: u64,
    offset: u64,
    overflow: Overflow,
}

impl Stochastic {
    /// Draws of this seed from index 0 on, and IEEE's overflow.
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            offset: 0,
            overflow: Overflow::Ieee,
        }
    }

    /// The same with this index for the first element: how many stand before it, for a piece of a tensor.
    ///
    /// ```
    /// use ulp::{F16, slice, slice::Stochastic};
    ///
    /// let from: Vec<f32> = (0..100).map(|i| i as f32 / 7.0).collect();
    /// let (mut whole, mut split) = ([F16::default(); 100], [F16::default(); 100]);
    /// let stochastic = Stochastic::new(42);
    ///
    /// slice::cast_stochastic(&from, &mut whole, stochastic);
    /// slice::cast_stochastic(&from[..37], &mut split[..37], stochastic);
    /// slice::cast_stochastic(&from[37..], &mut split[37..], stochastic.offset(37));
    /// assert_eq!(whole, split);
    /// ```
    pub const fn offset(self, offset: u64) -> Self {
        Self { offset, ..self }
    }

    /// The same for what stands after so many elements.
    pub(crate) const fn after(self, elements: usize) -> Self {
        self.offset(self.offset.wrapping_add(elements as u64))
    }

    #[inline]
    pub(super) fn convert<'a, S: Element, D: Element>(
        self,
        isa: Isa,
        src: &[S],
        dst: Out<'a, D>,
    ) -> &'a mut [D] {
        let draws = (self.seed, self.offset);
        convert_stochastically(isa, src, dst, draws, self.overflow)
    }

    pub(crate) const fn seed_and_offset(self) -> (u64, u64) {
        (self.seed, self.offset)
    }

    /// The same with [`Overflow::Saturate`].
    pub const fn saturating(self) -> Self {
        Self {
            overflow: Overflow::Saturate,
            ..self
        }
    }
}

/// Casts every element, rounded to one of its two neighbours at random, so that the mean is right: see [`Stochastic`].
///
/// # Panics
/// If the slices differ in length; the message has both.
#[inline]
#[track_caller]
pub fn cast_stochastic<S: Format, D: Format>(src: &[S], dst: &mut [D], stochastic: Stochastic) {
    cast_stochastic_on(Isa::detect(), src, dst, stochastic);
}

/// [`cast_stochastic`] on this [`Isa`]; the result is the same on all.
///
/// # Panics
/// If the slices differ in length; the message has both.
#[inline]
#[track_caller]
pub fn cast_stochastic_on<S: Format, D: Format>(
    isa: Isa,
    src: &[S],
    dst: &mut [D],
    stochastic: Stochastic,
) {
    same_length(src.len(), dst.len());
    stochastic.convert(isa, src, Out::new(dst));
}
