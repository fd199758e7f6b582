//! The routine that rounds and packs, written for each width of word.
//!
//! A `const fn` cannot be generic over integer types. A macro therefore writes one module for each width.

macro_rules! word {
    ($module:ident, $Word:ty, |$integer:ident, $point:ident| $log2:expr) => {
        pub(crate) mod $module {
            use crate::format::Layout;
            use crate::round::{Cast, Flags, Rounding};
            use crate::round::{guard_bits, past_max, shares_exponents};

            /// Converts a code of `from` to `to` by the rules of [`Cast::convert`].
            #[inline(always)]
            pub(crate) const fn cast(cast: Cast, from: Layout, to: Layout, bits: $Word) -> ($Word, Flags) {
                let bits = bits & from.code_mask() as $Word;
                let magnitude = bits & from.magnitude_mask() as $Word;
                let negative = bits & from.sign_mask() as $Word != 0;
                let sign = negative as $Word * to.sign_mask() as $Word;
                let top_number = from.max_code() + from.has_infinities() as u64;
                let infinite = from.has_infinities() && magnitude == top_number as $Word;
                let is_nan = magnitude > top_number as $Word || from.nan_is_negative_zero() && negative && magnitude == 0;
                let is_zero = from.has_zero() && magnitude == 0;

                let guard_bits = guard_bits(from, to);
                if shares_exponents(from, to) && guard_bits == 0 && cast.keeps_infinity() {
                    // Only the length of the fraction changes, and NaNs are made quiet.
                    let quiet = if is_nan { from.quiet_bit() as $Word } else { 0 };
                    let signaling = is_nan && bits & from.quiet_bit() as $Word == 0;
                    let code = (bits | quiet) << (to.fraction_bits() - from.fraction_bits());
                    return (code, Flags::INVALID.when(signaling));
                }
                let max_scaled = scaled_code(from, to, top_number as $Word);
                let scaled = scaled_code(from, to, magnitude);
                let number = pack(cast, to, sign, infinite, scaled, guard_bits, max_scaled);
                let nan = nan(from, to, sign, magnitude);
                if shares_exponents(from, to) && cast.has_ieee_overflow() {
                    let code = round_shared_exponents(cast, from, to, bits, is_nan);
                    (code, if is_nan { nan.1 } else { number.1 })
                } else if to.is_signed() {
                    if is_nan { nan } else { number }
                } else {
                    // Each part is chosen separately. The compiler then makes no branches.
                    let unrepresentable = match to.nan_code() {
                        Some(code) => code as $Word,
                        None => 0,
                    };
                    let is_unrepresentable = negative && !is_zero;
                    let code = if is_unrepresentable { unrepresentable } else { number.0 };
                    let flags = if is_unrepresentable { Flags::INVALID } else { number.1 };
                    let code = if is_nan { nan.0 } else { code };
                    (code, if is_nan { nan.1 } else { flags })
                }
            }

            /// Rounds a code to a format with equal exponents. The upper part of a code is the code in `to` of the
            /// truncated number. The sign may therefore stay in the word. A rounding away from zero carries from the largest
            /// number to the infinity. Every other rounding stops at the largest number, whose last bit is 1 and therefore odd. A
            /// NaN is made quiet and cut.
            #[inline(always)]
            pub(crate) const fn round_shared_exponents(cast: Cast, from: Layout, to: Layout, bits: $Word, is_nan: bool) -> $Word {
                let guard_bits = guard_bits(from, to);
                let quiet = if is_nan { from.quiet_bit() as $Word } else { 0 };
                let scaled = (bits | quiet) << (to.fraction_bits() + guard_bits - from.fraction_bits());
                let negative = bits & from.sign_mask() as $Word != 0;
                let increment = if is_nan {
                    0
                } else {
                    increment(cast, negative, scaled, guard_bits)
                };
                (scaled + increment) >> guard_bits
            }

            /// Returns the NaN of `to` for a NaN of `from` (IEEE 754-2019, 6.2.3).
            #[inline(always)]
            pub(crate) const fn nan(from: Layout, to: Layout, sign: $Word, magnitude: $Word) -> ($Word, Flags) {
                let signaling = from.has_payloads() && magnitude & from.quiet_bit() as $Word == 0;
                let Some(canonical) = to.nan_code() else {
                    return (to.max_code() as $Word, Flags::INVALID);
                };
                let payload = if from.has_payloads() && to.has_payloads() {
                    let fraction = magnitude & from.fraction_mask() as $Word;
                    if from.fraction_bits() > to.fraction_bits() {
                        fraction >> (from.fraction_bits() - to.fraction_bits())
                    } else {
                        fraction << (to.fraction_bits() - from.fraction_bits())
                    }
                } else {
                    0
                };
                // FNUZ's NaN has no sign.
                let sign = if from.nan_is_negative_zero() { 0 } else { sign };
                (canonical as $Word | sign | payload, Flags::INVALID.when(signaling))
            }

            /// Returns the scaled code in `to` of a number of `from`: the code in `to`, and its fraction in the guard bits.
            #[inline(always)]
            pub(crate) const fn scaled_code(from: Layout, to: Layout, magnitude: $Word) -> $Word {
                let point = to.fraction_bits() + guard_bits(from, to);
                let up = point - from.fraction_bits();
                let hidden = from.hidden_bit() as $Word;
                let on_from = if from.has_zero() { magnitude } else { magnitude + hidden };

                let above = from.min_exponent() - to.min_exponent();
                let shift = (above.unsigned_abs() as $Word) << point;
                if above == 0 {
                    on_from << up
                } else if above > 0 {
                    // A subnormal number of `from` may be normal in `to`. In that case its logarithm gives the code. Otherwise
                    // the codes of both formats are linear there.
                    let straight_bits = from.fraction_bits().saturating_sub(above as u32);
                    let lift = (above - from.fraction_bits() as i32 + 1) as $Word;
                    if on_from >> straight_bits == 0 {
                        on_from << (point - straight_bits)
                    } else if on_from < hidden {
                        log2(on_from, point).wrapping_add(lift << point)
                    } else {
                        (on_from << up) + shift
                    }
                } else {
                    // A normal number of `from` may be subnormal in `to`, where codes are linear. Its significand then moves
                    // down.
                    let below = above.unsigned_abs() as $Word;
                    let field = magnitude >> from.fraction_bits();
                    let exponent = field.saturating_sub(from.has_zero() as $Word);
                    let significand = on_from - (exponent << from.fraction_bits());
                    let down = below.saturating_sub(exponent);
                    let width = (point + 1) as $Word;
                    let down = if down < width { down } else { width };
                    if exponent < below {
                        let lost = significand << up & ((1 << down) - 1);
                        significand << up >> down | (lost != 0) as $Word
                    } else {
                        (on_from << up).wrapping_sub(shift)
                    }
                }
            }

            /// Returns the logarithm to base 2 of an integer, linear between powers of two. The result has `point`
            /// bits after the point. The result for 0 is arbitrary.
            #[inline(always)]
            const fn log2($integer: $Word, $point: u32) -> $Word {
                $log2
            }

            /// Rounds a scaled code, and packs the result with its sign.
            ///
            /// `max_scaled` is the largest possible scaled code. It is the scaled code of the infinity if `infinite` may be true.
            #[inline(always)]
            pub(crate) const fn pack(
                cast: Cast,
                to: Layout,
                sign: $Word,
                infinite: bool,
                scaled: $Word,
                guard_bits: u32,
                max_scaled: $Word,
            ) -> ($Word, Flags) {
                let negative = sign != 0;
                // The scaled code of the smallest number. In a format where zero has no code, this number is not zero.
                let first = if to.has_zero() {
                    0
                } else {
                    (to.hidden_bit() as $Word) << guard_bits
                };
                let cast = if to.fraction_bits() == 0 && !to.has_zero() && cast.rounds(Rounding::TiesToEven) {
                    // In a format without zero, the only significand of a single bit is odd. A tie therefore goes up.
                    cast.rounding(Rounding::TiesToAway)
                } else {
                    cast
                };
                let code = round(cast, negative, scaled.saturating_sub(first), guard_bits);

                // A scaled code that can't be past the largest code is not compared with the largest code.
                let max = to.max_code() as $Word;
                let rest: $Word = (1 << guard_bits) - 1;
                let max_scaled = max_scaled.saturating_sub(first);
                let past = if (max_scaled + rest) >> guard_bits <= max {
                    infinite
                } else {
                    code > max || infinite && max_scaled >> guard_bits <= max
                };
                let magnitude = if past {
                    past_max(cast, to, negative, infinite) as $Word
                } else {
                    code
                };
                let packed = if to.nan_is_negative_zero() && magnitude == 0 {
                    0
                } else {
                    magnitude | sign
                };

                let exact = scaled & rest == 0 && scaled >= first;
                let kept = infinite && to.has_infinities() && cast.keeps_infinity();
                let underflow = !exact && !past && is_tiny(cast, to, negative, scaled, guard_bits);
                let flags = Flags::INEXACT
                    .when(!kept && (past || !exact))
                    .union(Flags::OVERFLOW.when(!kept && past))
                    .union(Flags::UNDERFLOW.when(underflow));
                (packed, flags)
            }

            /// Rounds a scaled code to a code.
            #[inline(always)]
            pub(crate) const fn round(cast: Cast, negative: bool, scaled: $Word, guard_bits: u32) -> $Word {
                if guard_bits == 0 {
                    scaled
                } else {
                    (scaled + increment(cast, negative, scaled, guard_bits)) >> guard_bits
                }
            }

            /// Returns the summand that rounds a scaled code when the guard bits are cut afterwards. There is at least one guard
            /// bit.
            ///
            /// The rounding decides three candidates for the summand. They are equal for all elements of a tensor.
            #[inline(always)]
            const fn increment(cast: Cast, negative: bool, scaled: $Word, guard_bits: u32) -> $Word {
                let half: $Word = 1 << (guard_bits - 1);
                let rest: $Word = (1 << guard_bits) - 1;
                let even = if cast.rounds(Rounding::TiesToEven) {
                    half - 1
                } else if cast.rounds(Rounding::TiesToAway) {
                    half
                } else if cast.rounds(Rounding::ToOdd) {
                    rest
                } else {
                    0
                };
                let odd = if cast.rounds_to_nearest() { half } else { 0 };
                let directed = if negative {
                    cast.rounds(Rounding::TowardNegative)
                } else {
                    cast.rounds(Rounding::TowardPositive)
                };
                let nearest = if scaled >> guard_bits & 1 == 0 { even } else { odd };
                nearest | if directed { rest } else { 0 }
            }

            /// Returns whether a scaled code, rounded with unbounded exponents, lies below the smallest normal number.
            #[inline(always)]
            const fn is_tiny(cast: Cast, to: Layout, negative: bool, scaled: $Word, guard_bits: u32) -> bool {
                if guard_bits == 0 {
                    return scaled < to.hidden_bit() as $Word;
                }
                // Tininess matters in the binade below the smallest normal number. With unbounded exponents, the steps in this
                // binade would be half as long. The steps of a one-bit significand count exponents. The last bit of the code
                // below the first normal code is therefore 0.
                let even = (to.fraction_bits() == 0 && to.has_zero()) as $Word;
                let scaled = scaled + (even << (guard_bits - 1));
                round(cast, negative, scaled, guard_bits - 1) < 2 * to.hidden_bit() as $Word + even
            }
        }
    };
}

// The bits of a float are its exponent and fraction side by side. These bits are the logarithm of the float. The conversion of an
// integer of this few bits is exact. No rounding mode of the thread therefore changes the result, and vectors have an instruction
// for the conversion.
word!(word16, u16, |integer, point| {
    let bits = (integer as i16 as f32).to_bits().wrapping_sub(1f32.to_bits());
    (bits >> (23 - point)) as u16
});
word!(word32, u32, |integer, point| {
    let bits = (integer as i32 as f32).to_bits().wrapping_sub(1f32.to_bits());
    if point > 23 {
        bits << (point - 23)
    } else {
        bits >> (23 - point)
    }
});
word!(word64, u64, |integer, point| {
    let bits = (integer as i64 as f64).to_bits().wrapping_sub(1f64.to_bits());
    if point > 52 {
        bits << (point - 52)
    } else {
        bits >> (52 - point)
    }
});
word!(word128, u128, |integer, point| {
    let exponent = (integer | 1).ilog2();
    ((exponent as u128) << point) + (integer << (point - exponent)) - (1 << point)
});
