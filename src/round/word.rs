//! The routine that rounds and packs, written for each width of word.
//!
//! A `const fn` cannot be generic over integer types. A macro therefore writes one module for each width.

macro_rules! word {
    ($module:ident, $Word:ty, |$integer:ident, $point:ident| $log2:expr) => {
        pub(crate) mod $module {
            use crate::format::Layout;
            use crate::round::{Cast, Flags, Rounding};
            use crate::round::{drop_bits, past_max, shares_exponents};

            /// Converts a code of `from` to `to` by the rules of [`Cast::convert`].
            #[inline(always)]
            pub(crate) const fn cast(
                cast: Cast,
                from: Layout,
                to: Layout,
                bits: $Word,
            ) -> ($Word, Flags) {
                let bits = bits & from.code_mask() as $Word;
                let magnitude = bits & from.magnitude_mask() as $Word;
                let negative = bits & from.sign_mask() as $Word != 0;
                let sign = negative as $Word * to.sign_mask() as $Word;
                let top_number = from.max_code() + from.has_infinities() as u64;
                let infinite = from.has_infinities() && magnitude == top_number as $Word;
                let is_nan = magnitude > top_number as $Word
                    || from.nan_is_negative_zero() && negative && magnitude == 0;
                let is_zero = from.has_zero() && magnitude == 0;

                let drop = drop_bits(from, to);
                if shares_exponents(from, to) && drop == 0 && cast.keeps_infinity() {
                    // Only the length of the fraction changes, and NaNs are made quiet.
                    let quiet = if is_nan { from.quiet_bit() as $Word } else { 0 };
                    let signaling = is_nan && bits & from.quiet_bit() as $Word == 0;
                    let code = (bits | quiet) << (to.fraction_bits() - from.fraction_bits());
                    return (code, Flags::INVALID.when(signaling));
                }
                let reach = place(from, to, top_number as $Word);
                let place = place(from, to, magnitude);
                let number = pack(cast, to, sign, infinite, place, drop, reach);
                let nan = nan(from, to, sign, magnitude);
                if shares_exponents(from, to) && cast.rounds_to_infinity() {
                    let code = round_in_place(cast, from, to, bits, is_nan);
                    (code, if is_nan { nan.1 } else { number.1 })
                } else if to.is_signed() {
                    if is_nan { nan } else { number }
                } else {
                    // Each part is chosen separately. The compiler then makes no branches.
                    let refused = match to.nan_code() {
                        Some(code) => code as $Word,
                        None => 0,
                    };
                    let refuses = negative && !is_zero;
                    let code = if refuses { refused } else { number.0 };
                    let flags = if refuses { Flags::INVALID } else { number.1 };
                    let code = if is_nan { nan.0 } else { code };
                    (code, if is_nan { nan.1 } else { flags })
                }
            }

            /// Rounds a code to a format with equal exponents. Both formats have one ruler. The sign may therefore stay in the
            /// word, and a carry gives the infinity directly. A NaN is made quiet and cut.
            #[inline(always)]
            pub(crate) const fn round_in_place(
                cast: Cast,
                from: Layout,
                to: Layout,
                bits: $Word,
                is_nan: bool,
            ) -> $Word {
                let drop = drop_bits(from, to);
                let quiet = if is_nan { from.quiet_bit() as $Word } else { 0 };
                let place = (bits | quiet) << (to.fraction_bits() + drop - from.fraction_bits());
                let negative = bits & from.sign_mask() as $Word != 0;
                let bump = if is_nan {
                    0
                } else {
                    bump(cast, negative, place, drop)
                };
                (place + bump) >> drop
            }

            /// Returns the NaN of `to` for a NaN of `from` (IEEE 754-2019, 6.2.3).
            #[inline(always)]
            pub(crate) const fn nan(
                from: Layout,
                to: Layout,
                sign: $Word,
                magnitude: $Word,
            ) -> ($Word, Flags) {
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
                (
                    canonical as $Word | sign | payload,
                    Flags::INVALID.when(signaling),
                )
            }

            /// Returns the place of a code of `from` on the ruler of `to`.
            #[inline(always)]
            pub(crate) const fn place(from: Layout, to: Layout, magnitude: $Word) -> $Word {
                let point = to.fraction_bits() + drop_bits(from, to);
                let up = point - from.fraction_bits();
                let hidden = from.hidden_bit() as $Word;
                let on_from = if from.has_zero() {
                    magnitude
                } else {
                    magnitude + hidden
                };

                let above = from.min_exponent() - to.min_exponent();
                let shift = (above.unsigned_abs() as $Word) << point;
                if above == 0 {
                    on_from << up
                } else if above > 0 {
                    // A subnormal number of `from` may be normal in `to`. In that case its logarithm gives the place. Otherwise
                    // both rulers are straight there.
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
                    // A normal number of `from` may be subnormal in `to`, where the ruler is straight. Its significand then moves
                    // down.
                    let below = above.unsigned_abs() as $Word;
                    let field = magnitude >> from.fraction_bits();
                    let exponent = field.saturating_sub(from.has_zero() as $Word);
                    let significand = on_from - (exponent << from.fraction_bits());
                    let down = below.saturating_sub(exponent);
                    let gone = (point + 1) as $Word;
                    let down = if down < gone { down } else { gone };
                    if exponent < below {
                        let lost = significand << up & ((1 << down) - 1);
                        significand << up >> down | (lost != 0) as $Word
                    } else {
                        (on_from << up).wrapping_sub(shift)
                    }
                }
            }

            /// Returns the logarithm to base 2 of an integer, linear between powers of two. The result is a place with `point`
            /// bits after the point. The result for 0 is arbitrary.
            #[inline(always)]
            const fn log2($integer: $Word, $point: u32) -> $Word {
                $log2
            }

            /// Rounds a place to a mark and packs its code.
            ///
            /// `reach` is the largest possible place. If `infinite` may be true, the largest place is the place of the infinity.
            #[inline(always)]
            pub(crate) const fn pack(
                cast: Cast,
                to: Layout,
                sign: $Word,
                infinite: bool,
                place: $Word,
                drop: u32,
                reach: $Word,
            ) -> ($Word, Flags) {
                let negative = sign != 0;
                // The place of code 0. In a format where zero has no code, this is not the place of the number zero.
                let first = if to.has_zero() {
                    0
                } else {
                    (to.hidden_bit() as $Word) << drop
                };
                let cast = if to.fraction_bits() == 0
                    && !to.has_zero()
                    && cast.rounds(Rounding::TiesToEven)
                {
                    // In a format without zero, the only significand of a single bit is odd. A tie therefore goes up.
                    cast.rounding(Rounding::TiesToAway)
                } else {
                    cast
                };
                let code = round(cast, negative, place.saturating_sub(first), drop);

                // A place that can't be past the largest code is not compared with the largest code.
                let max = to.max_code() as $Word;
                let rest: $Word = (1 << drop) - 1;
                let reach = reach.saturating_sub(first);
                let past = if (reach + rest) >> drop <= max {
                    infinite
                } else {
                    code > max || infinite && reach >> drop <= max
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

                let exact = place & rest == 0 && place >= first;
                let kept = infinite && to.has_infinities() && cast.keeps_infinity();
                let underflow = !exact && !past && is_tiny(cast, to, negative, place, drop);
                let flags = Flags::INEXACT
                    .when(!kept && (past || !exact))
                    .union(Flags::OVERFLOW.when(!kept && past))
                    .union(Flags::UNDERFLOW.when(underflow));
                (packed, flags)
            }

            /// Rounds a place to an integer.
            #[inline(always)]
            pub(crate) const fn round(
                cast: Cast,
                negative: bool,
                place: $Word,
                drop: u32,
            ) -> $Word {
                if drop == 0 {
                    place
                } else {
                    (place + bump(cast, negative, place, drop)) >> drop
                }
            }

            /// Returns the summand that rounds a place when the bits after the point are cut afterwards. There is at least one
            /// bit after the point.
            ///
            /// The rounding chooses three summands. All elements of a tensor share these three summands.
            #[inline(always)]
            const fn bump(cast: Cast, negative: bool, place: $Word, drop: u32) -> $Word {
                let half: $Word = 1 << (drop - 1);
                let rest: $Word = (1 << drop) - 1;
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
                let directed = cast.rounds(if negative {
                    Rounding::TowardNegative
                } else {
                    Rounding::TowardPositive
                });
                let nearest = if place >> drop & 1 == 0 { even } else { odd };
                nearest | if directed { rest } else { 0 }
            }

            /// Returns whether a place, rounded with unbounded exponents, lies below the smallest normal number.
            #[inline(always)]
            const fn is_tiny(
                cast: Cast,
                to: Layout,
                negative: bool,
                place: $Word,
                drop: u32,
            ) -> bool {
                if drop == 0 {
                    return place < to.hidden_bit() as $Word;
                }
                // Tininess matters in the binade below the smallest normal number. With unbounded exponents, the steps in this
                // binade would be half as long. The steps of a one-bit significand count exponents. The last bit of the mark
                // below the first normal mark is therefore 0.
                let even = (to.fraction_bits() == 0 && to.has_zero()) as $Word;
                let place = place + (even << (drop - 1));
                round(cast, negative, place, drop - 1) < 2 * to.hidden_bit() as $Word + even
            }
        }
    };
}

// The bits of a float are its exponent and fraction side by side. These bits are the logarithm of the float. The conversion of an
// integer of this few bits is exact. No rounding mode of the thread therefore changes the result, and vectors have an instruction
// for the conversion.
word!(word16, u16, |integer, point| {
    let bits = (integer as i16 as f32)
        .to_bits()
        .wrapping_sub(1f32.to_bits());
    (bits >> (23 - point)) as u16
});
word!(word32, u32, |integer, point| {
    let bits = (integer as i32 as f32)
        .to_bits()
        .wrapping_sub(1f32.to_bits());
    if point > 23 {
        bits << (point - 23)
    } else {
        bits >> (23 - point)
    }
});
word!(word64, u64, |integer, point| {
    let bits = (integer as i64 as f64)
        .to_bits()
        .wrapping_sub(1f64.to_bits());
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
