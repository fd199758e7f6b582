//! Stochastic rounding of one code. A macro writes the module for each width of word, like the rounding of casts.

macro_rules! word {
    ($module:ident, $Word:ty) => {
        pub(crate) mod $module {
            use crate::format::Layout;
            use crate::round::{Cast, guard_bits, $module as word};

            /// Converts a code of `from` to `to`. The code is rounded up if the sum of the discarded fraction and the draw has a
            /// carry.
            #[inline(always)]
            pub(crate) const fn cast(cast: Cast, from: Layout, to: Layout, bits: $Word, draw: u32) -> $Word {
                let magnitude = bits & from.magnitude_mask() as $Word;
                let negative = bits & from.sign_mask() as $Word != 0;
                let sign = negative as $Word * to.sign_mask() as $Word;
                let top_number = (from.max_code() + from.has_infinities() as u64) as $Word;
                let infinite = from.has_infinities() && magnitude == top_number;
                let is_nan = magnitude > top_number || from.nan_is_negative_zero() && negative && magnitude == 0;
                let is_zero = from.has_zero() && magnitude == 0;

                let (code, rest) = split(from, to, magnitude);
                let scaled = code + rest.overflowing_add(draw).1 as $Word;
                let max_scaled = split(from, to, top_number).0 + !from.has_infinities() as $Word;
                if is_nan {
                    word::nan(from, to, sign, magnitude).0
                } else if !to.is_signed() && negative && !is_zero {
                    match to.nan_code() {
                        Some(code) => code as $Word,
                        None => 0,
                    }
                } else {
                    word::pack(cast, to, sign, infinite, scaled, 0, max_scaled).0
                }
            }

            /// Converts a code to a format with equal exponents, where overflow gives infinities. A code that is cut to the
            /// length of the other format is the code of the truncated number. The sign may therefore stay in the word, and a
            /// carry gives the infinity directly. A NaN is made quiet and cut.
            #[inline(always)]
            pub(crate) const fn with_shared_exponents(from: Layout, to: Layout, bits: $Word, draw: u32) -> $Word {
                let guard_bits = from.fraction_bits() - to.fraction_bits();
                let carry = if guard_bits <= 32 {
                    (draw >> (32 - guard_bits)) as $Word
                } else {
                    (draw as $Word) << (guard_bits - 32)
                };
                let infinity = from.max_code() as $Word + 1;
                if bits & from.magnitude_mask() as $Word > infinity {
                    (bits | from.quiet_bit() as $Word) >> guard_bits
                } else {
                    (bits + carry) >> guard_bits
                }
            }

            /// Returns the code of `to` below a number of `from`, and the 32 bits after the code.
            #[inline(always)]
            const fn split(from: Layout, to: Layout, magnitude: $Word) -> ($Word, u32) {
                let above = from.min_exponent() - to.min_exponent();
                if above > 0 {
                    // `to` has the finer steps here. Subnormals of `from` therefore keep all their bits.
                    let guard_bits = guard_bits(from, to);
                    let scaled = word::scaled_code(from, to, magnitude);
                    return (scaled >> guard_bits, bits_after_point(scaled, guard_bits));
                }
                let on_from = if from.has_zero() {
                    magnitude
                } else {
                    magnitude + from.hidden_bit() as $Word
                };
                let field = magnitude >> from.fraction_bits();
                let exponent = field.saturating_sub(from.has_zero() as $Word);
                let significand =
                    (on_from - (exponent << from.fraction_bits())) << to.fraction_bits().saturating_sub(from.fraction_bits());

                // A number below the smallest exponent of `to` moves down.
                let below = above.unsigned_abs() as $Word;
                let width = (<$Word>::BITS - 1 + 32) as $Word;
                let down = below.saturating_sub(exponent) + from.fraction_bits().saturating_sub(to.fraction_bits()) as $Word;
                let down = (if down < width { down } else { width }) as u32;
                let code = if down < <$Word>::BITS { significand >> down } else { 0 };
                let exponents = exponent.saturating_sub(below) << to.fraction_bits();
                (code + exponents, bits_after_point(significand, down))
            }

            /// Returns the 32 bits after the point of a word that has `point` bits after the point.
            #[inline(always)]
            const fn bits_after_point(word: $Word, point: u32) -> u32 {
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
