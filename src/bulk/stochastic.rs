//! The kernel that rounds at random.

use core::marker::PhantomData;
use core::mem::MaybeUninit;

use super::philox::{self, TILE};
use super::{Isa, Kernel, convert, run};
use crate::format::Layout;
use crate::round;
use crate::round::{Cast, Format, Overflow, from_code, to_code};

/// Whether two elements share a random word: what is discarded from the fraction of an f32, or a longer one, is half of it.
///
/// Decided by the target alone where the source is no wider than f32, so that equal numbers of such formats are equal after the
/// cast too, and a detour through f32 changes nothing.
const fn shares(from: Layout, to: Layout) -> bool {
    const F32: u32 = Layout::BINARY32.fraction_bits();
    let longest = if from.fraction_bits() > F32 {
        from.fraction_bits()
    } else {
        F32
    };
    longest <= to.fraction_bits() + 16
}

/// Casts every element of a slice to another of the same length, which it initialises, with the random bits of the elements
/// from `first` on.
#[inline]
pub(crate) fn stochastic<S: Format, D: Format>(
    isa: Isa,
    mut src: &[S],
    mut dst: &mut [MaybeUninit<D>],
    (seed, mut first): (u64, u64),
    overflow: Overflow,
) {
    // Constants, so that what a pair of formats doesn't need isn't compiled for it.
    if const { round::drop_bits(S::LAYOUT, D::LAYOUT) == 0 } {
        // Nothing is ever discarded.
        return convert(isa, src, dst, Cast::new().overflow(overflow));
    }
    let shared = const { shares(S::LAYOUT, D::LAYOUT) };
    let group = philox::group(shared);
    let mut draws = [0; TILE];
    while !src.is_empty() {
        // The first tile ends where a group does, and all others are whole groups.
        let skip = (first % group as u64) as usize;
        let len = src.len().min(TILE - skip);
        let end = (skip + len).next_multiple_of(group);
        philox::draws(isa, shared, seed, first - skip as u64, &mut draws[..end]);

        let (src_tile, dst_tile);
        (src_tile, src) = src.split_at(len);
        (dst_tile, dst) = dst.split_at_mut(len);
        let draws = &draws[skip..end];
        if const { round::shares_exponents(S::LAYOUT, D::LAYOUT) } && overflow == Overflow::Ieee {
            run(
                isa,
                &mut Draw::<S, D, true>::new(draws, overflow),
                src_tile,
                dst_tile,
            );
        } else {
            run(
                isa,
                &mut Draw::<S, D, false>::new(draws, overflow),
                src_tile,
                dst_tile,
            );
        }
        first = first.wrapping_add(len as u64);
    }
}

/// Casts with draws: `IN_PLACE` where codes of both formats have the same exponents, and infinities are no exception.
struct Draw<'a, S, D, const IN_PLACE: bool> {
    draws: &'a [u32],
    overflow: Overflow,
    formats: PhantomData<(S, D)>,
}

impl<'a, S, D, const IN_PLACE: bool> Draw<'a, S, D, IN_PLACE> {
    fn new(draws: &'a [u32], overflow: Overflow) -> Self {
        Self {
            draws,
            overflow,
            formats: PhantomData,
        }
    }
}

impl<S: Format, D: Format, const IN_PLACE: bool> Kernel for Draw<'_, S, D, IN_PLACE> {
    type Src = S;
    type Dst = D;
    const REPEATABLE: bool = true;

    #[inline(always)]
    fn block<const N: usize>(&mut self, first: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        let (from, to) = (S::LAYOUT, D::LAYOUT);
        // Past the largest number, as a cast to nearest.
        let cast = Cast::new().overflow(self.overflow);
        // A copy, since `dst` could overlap what it refers to, for all that the compiler knows.
        let draws: [u32; N] = *self.draws[first..]
            .first_chunk()
            .expect("every element has its draw");
        for ((dst, &src), draw) in dst.iter_mut().zip(src).zip(draws) {
            let bits = to_code(src);
            macro_rules! with {
                ($word:ident, $Word:ty) => {
                    if IN_PLACE {
                        $word::in_place(from, to, bits as $Word, draw) as u64
                    } else {
                        $word::cast(cast, from, to, bits as $Word, draw) as u64
                    }
                };
            }
            let code = match round::word_bits(from, to) {
                0..=32 => with!(word32, u32),
                33..=64 => with!(word64, u64),
                _ => with!(word128, u128),
            };
            dst.write(from_code(code));
        }
    }
}

macro_rules! word {
    ($module:ident, $Word:ty) => {
        mod $module {
            use crate::format::Layout;
            use crate::round::Cast;
            use crate::round::{self, $module as word};

            /// Converts a code of `from` to `to`, rounding up where the sum of the discarded fraction and the draw has a carry.
            #[inline(always)]
            pub(super) const fn cast(
                cast: Cast,
                from: Layout,
                to: Layout,
                bits: $Word,
                draw: u32,
            ) -> $Word {
                let magnitude = bits & from.magnitude_mask() as $Word;
                let negative = bits & from.sign_mask() as $Word != 0;
                let sign = negative as $Word * to.sign_mask() as $Word;
                let top_number = (from.max_code() + from.has_infinities() as u64) as $Word;
                let infinite = from.has_infinities() && magnitude == top_number;
                let is_nan = magnitude > top_number
                    || from.nan_is_negative_zero() && negative && magnitude == 0;
                let is_zero = from.has_zero() && magnitude == 0;

                let (mark, rest) = split(from, to, magnitude);
                let place = mark + rest.overflowing_add(draw).1 as $Word;
                let reach = split(from, to, top_number).0 + !from.has_infinities() as $Word;
                if is_nan {
                    word::nan(from, to, sign, magnitude).0
                } else if !to.is_signed() && negative && !is_zero {
                    match to.nan_code() {
                        Some(code) => code as $Word,
                        None => 0,
                    }
                } else {
                    word::pack(cast, to, sign, infinite, place, 0, reach).0
                }
            }

            /// The same for a format of the same exponents, where infinities are what overflows: both rulers are one, so the sign
            /// may go along, and a carry gives the infinity by itself. A NaN is made quiet and cut.
            #[inline(always)]
            pub(super) const fn in_place(
                from: Layout,
                to: Layout,
                bits: $Word,
                draw: u32,
            ) -> $Word {
                let drop = from.fraction_bits() - to.fraction_bits();
                let carry = if drop <= 32 {
                    (draw >> (32 - drop)) as $Word
                } else {
                    (draw as $Word) << (drop - 32)
                };
                let infinity = from.max_code() as $Word + 1;
                if bits & from.magnitude_mask() as $Word > infinity {
                    (bits | from.quiet_bit() as $Word) >> drop
                } else {
                    (bits + carry) >> drop
                }
            }

            /// The place of a code of `from` on the ruler of `to`: the mark below, and the next 32 bits.
            #[inline(always)]
            const fn split(from: Layout, to: Layout, magnitude: $Word) -> ($Word, u32) {
                let above = from.min_exponent() - to.min_exponent();
                if above > 0 {
                    // The ruler of `to` is the finer one, on which subnormals of `from` have all their bits.
                    let drop = round::drop_bits(from, to);
                    let place = word::place(from, to, magnitude);
                    return (place >> drop, rest(place, drop));
                }
                let on_from = if from.has_zero() {
                    magnitude
                } else {
                    magnitude + from.hidden_bit() as $Word
                };
                let field = magnitude >> from.fraction_bits();
                let exponent = field.saturating_sub(from.has_zero() as $Word);
                let significand = (on_from - (exponent << from.fraction_bits()))
                    << to.fraction_bits().saturating_sub(from.fraction_bits());

                // What lies below the smallest exponent of `to` moves down.
                let below = above.unsigned_abs() as $Word;
                let gone = (<$Word>::BITS - 1 + 32) as $Word;
                let down = below.saturating_sub(exponent)
                    + from.fraction_bits().saturating_sub(to.fraction_bits()) as $Word;
                let down = (if down < gone { down } else { gone }) as u32;
                let mark = if down < <$Word>::BITS {
                    significand >> down
                } else {
                    0
                };
                let exponents = exponent.saturating_sub(below) << to.fraction_bits();
                (mark + exponents, rest(significand, down))
            }

            /// The 32 bits after the point of a word with `point` bits there.
            #[inline(always)]
            const fn rest(word: $Word, point: u32) -> u32 {
                if point > 32 {
                    (word >> (point - 32)) as u32
                } else if point > 0 {
                    (word << (32 - point)) as u32
                } else {
                    0
                }
            }
        }
    };
}
word!(word32, u32);
word!(word64, u64);
word!(word128, u128);
