//! Casts that round at random.

use crate::round::{Format, Overflow};

use crate::cpu::Isa;

use crate::bulk::{Element, Out, convert_stochastically};

use super::same_length;

/// The options of rounding at random: a seed, the index of the first element, and the treatment of overflow.
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
/// A magnitude *x* lies between two neighbours *a* and *b* = *a* + *u* of the target. *x* becomes *b* with probability (*x* −
/// *a*) / *u*, and otherwise *a*. The mean is therefore *x*. Below the smallest number, *a* is 0. A number of the target stays
/// unchanged.
///
/// The choice takes a draw of 32 bits, an integer *r* for each element:
///
/// > *b* if ⌊2³² (*x* − *a*) / *u*⌋ + *r* ≥ 2³², else *a*
///
/// Bits that are more than 32 bits below the last place of the target are cut. The probability of *b* is therefore too small by
/// less than 2⁻³², and the mean by less than 2⁻³² *u*. The probability is exact if the source has no bits that are cut. Every f32
/// that is normal in the target is such a source.
///
/// Neighbours are defined as if the exponent had no upper bound: *b* may be a number past the largest finite number of the
/// format. A magnitude that is rounded to such a number, or is larger than the first such number, overflows as in a cast to
/// nearest. The result is the infinity, or NaN, or the largest number. Under [`saturating`](Self::saturating), the result is
/// always the largest number. [`Cast::convert`](crate::Cast::convert) has the rules of NaNs, infinities, zeros, signs, and
/// negative numbers in a format without sign. In a format without zero, all smaller magnitudes become the smallest number.
///
/// # Random bits
/// The draw of an element depends on nothing but the seed, the index *j* = [offset](Self::offset) + *i* (modulo 2⁶⁴) of the
/// element *i*, and the formats. The result is therefore equal on every [`Isa`], and for every way to split a slice into pieces
/// with their own offsets. An f32 and an equal number in a narrower format have equal draws.
///
/// The generator is Philox4x32-10 of Salmon, Moraes, Dror and Shaw, *Parallel random numbers: as easy as 1, 2, 3* (SC 2011). The
/// library Random123 of these authors, cuRAND, and the standard library of C++26 (`philox4x32`) have this generator too. The
/// generator makes four words *z*₀ … *z*₃ from a counter of four 32-bit words and a key of two words. In this crate
///
/// - the key is (*seed* mod 2³², ⌊*seed* / 2³²⌋);
/// - the counter is (*n* mod 2³², ⌊*n* / 2³²⌋, 0, 0);
/// - if every element has a word of its own, 32 elements take the words of eight counters, and neighbours take words of different
///   counters: *n* = 8 ⌊*j* / 32⌋ + *j* mod 8, and *r* is the word with index ⌊*j* / 8⌋ mod 4;
/// - if two elements share a word, 64 elements take the words of eight counters: *n* = 8 ⌊*j* / 64⌋ + *j* mod 8. If ⌊*j* / 32⌋ is
///   even, *r* is the word with index ⌊*j* / 8⌋ mod 4. If ⌊*j* / 32⌋ is odd, *r* is this word rotated by 16 bits. Elements *j*
///   and *j* + 32 therefore have half a word each at the top of their draws, and the other half below.
///
/// Two elements share a word if max(*p*, 23) − *q* ≤ 16. *p* and *q* are the [fraction bits](crate::Layout::fraction_bits) of the
/// source and of the target. Sources no wider than f32, with targets as precise as [`Bf16`](crate::Bf16) and
/// [`F16`](crate::F16), fulfil this. A normal result then depends on the upper 16 bits of its draw alone. No two normal results
/// depend on common bits. A subnormal result depends on the lower bits too. Its probability is the one above, and the covariance
/// of the two decisions with one word is less than 2⁻¹⁶.
///
/// The generator is not cryptographic: anyone who knows the seed knows the draws. Take another seed, or other offsets, for each
/// tensor and each step. Otherwise the rounding errors of tensors and steps are correlated.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[must_use]
pub struct Stochastic {
    seed: u64,
    offset: u64,
    overflow: Overflow,
}

impl Stochastic {
    /// Returns the options with this seed, index 0, and IEEE's overflow.
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            offset: 0,
            overflow: Overflow::Ieee,
        }
    }

    /// Returns these options with another index of the first element. For a piece of a tensor, the index is the number of
    /// elements before the piece.
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

    /// Returns these options for the elements after the first `elements` elements.
    pub(crate) const fn after(self, elements: usize) -> Self {
        self.offset(self.offset.wrapping_add(elements as u64))
    }

    #[inline]
    pub(super) fn convert<'a, S: Element, D: Element>(self, isa: Isa, src: &[S], dst: Out<'a, D>) -> &'a mut [D] {
        let draws = (self.seed, self.offset);
        convert_stochastically(isa, src, dst, draws, self.overflow)
    }

    pub(crate) const fn seed_and_offset(self) -> (u64, u64) {
        (self.seed, self.offset)
    }

    /// Returns these options with [`Overflow::Saturate`].
    pub const fn saturating(self) -> Self {
        Self {
            overflow: Overflow::Saturate,
            ..self
        }
    }
}

/// Casts every element, rounded at random to one of its two neighbours. The mean of the results is right: see [`Stochastic`].
///
/// # Panics
/// If the slices differ in length. The message has both lengths.
#[inline]
#[track_caller]
pub fn cast_stochastic<S: Format, D: Format>(src: &[S], dst: &mut [D], stochastic: Stochastic) {
    cast_stochastic_on(Isa::detect(), src, dst, stochastic);
}

/// Does what [`cast_stochastic`] does, on this [`Isa`]. Every `Isa` gives the same bits.
///
/// # Panics
/// If the slices differ in length. The message has both lengths.
#[inline]
#[track_caller]
pub fn cast_stochastic_on<S: Format, D: Format>(isa: Isa, src: &[S], dst: &mut [D], stochastic: Stochastic) {
    same_length(src.len(), dst.len());
    stochastic.convert(isa, src, Out::new(dst));
}
