//! Stochastic rounding of one code. A macro writes the module for each width of word, like the rounding of casts.

macro_rules! word {
    ($module:ident, $Word:ty) => {
        pub(crate) mod $module {
            use crate::format::Layout;
            use crate::round::{Cast, drop_bits, $module as word};

            /// Converts a code of `from` to `to`. The code is rounded up if the sum of the discarded fraction and the draw has a
            /// carry.
            #[inline(always)]
            pub(crate) const fn cast(
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

            /// Converts a code to a format with equal exponents, where overflow gives infinities. Both formats have one ruler.
            /// The sign may therefore stay in the word, and a carry gives the infinity directly. A NaN is made quiet and cut.
            #[inline(always)]
            pub(crate) const fn in_place(
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

            /// Returns the place of a code of `from` on the ruler of `to`: the mark below the place, and the next 32 bits.
            #[inline(always)]
            const fn split(from: Layout, to: Layout, magnitude: $Word) -> ($Word, u32) {
                let above = from.min_exponent() - to.min_exponent();
                if above > 0 {
                    // The ruler of `to` is the finer ruler here. On this ruler, subnormals of `from` keep all their bits.
                    let drop = drop_bits(from, to);
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

                // A number below the smallest exponent of `to` moves down.
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

            /// Returns the 32 bits after the point of a word that has `point` bits after the point.
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
