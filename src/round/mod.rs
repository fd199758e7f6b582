//! The routine that defines rounding, and the number between two formats that it works on.
//!
//! In every [`Layout`] the codes of growing magnitudes are growing integers, and between two neighbouring codes the value is
//! a linear function of the code. So the codes are the marks of a ruler, and every real number has a *place* on it: the code
//! that it would have, fraction and all. 3.25 between 3.0 (code 4) and 4.0 (code 5) of a format lies at 4.25. To round a
//! number to the format, in any of six ways, is to round its place to an integer; the carry into the exponent is the carry of
//! that addition; and overflow is one comparison with the largest finite code.
//!
//! A place is a fixed-point number: a word with `drop` bits after the point, the lowest of which stands for all below it
//! (a *sticky* bit: 1 if any of them is). It counts from the number zero, also where zero has no code.
//!
//! Nothing here branches on a value, only on layouts and roundings, which are constants where speed matters. The word is as
//! narrow as the two formats allow, since a vector holds twice as many words of half the width; a `const fn` can't be generic
//! over integer types, so a macro writes the module for each width.

mod cast;
mod format;
mod rounding;
pub(crate) mod stochastic;
pub(crate) mod unpacked;
mod word;

pub use cast::Cast;
pub use format::{Bits, Format};
pub(crate) use format::{
    bits_from_u64, from_be_bytes, from_code, from_le_bytes, to_be_bytes, to_code, to_le_bytes,
};
pub use rounding::{Flags, Overflow, Rounding};
pub(crate) use word::{word16, word32, word64, word128};

use crate::format::Layout;

/// Whether a code of an IEEE format, cut to its upper `half` bits, still rounds rightly to `to` if the lowest bit left says
/// whether anything was lost: see [`shift_right_jam`].
///
/// Not if subnormals would be normal in `to`: they begin lower down.
#[inline(always)]
pub(crate) const fn can_jam(from: Layout, to: Layout, half: u32) -> bool {
    from.is_ieee()
        && from.bits() == 2 * half
        && from.fraction_bits() >= half + to.fraction_bits() + GUARD_BITS
        && from.min_exponent() <= to.min_exponent()
}

/// Cuts the lower `half` bits of a code of that many more, and keeps whether they were 0 in the lowest bit left.
///
/// The upper 20 of an f64's 52 fraction bits are enough for every target of up to 16 bits, and the upper 7 of an f32's 23 for one
/// of 8; and a vector holds twice as many codes of half the width.
#[inline(always)]
pub(crate) const fn shift_right_jam(bits: u64, half: u32) -> u64 {
    let sticky = bits & ((1 << half) - 1) != 0;
    bits >> half | sticky as u64
}

/// Bits below a code's last that decide every rounding and flag: one for the half, one for all that is below it, and one
/// more since tininess is judged with a bit more precision.
pub(crate) const GUARD_BITS: u32 = 3;

/// Bits after the point of a place: none where every number of `from` lies on a mark of `to`.
#[inline(always)]
pub(crate) const fn drop_bits(from: Layout, to: Layout) -> u32 {
    let finer =
        from.fraction_bits() > to.fraction_bits() || from.finest_exponent() < to.finest_exponent();
    if finer {
        max(
            GUARD_BITS,
            from.fraction_bits().saturating_sub(to.fraction_bits()),
        )
    } else {
        0
    }
}

/// The width of the word that holds every code of both formats, and every place of `from` on the ruler of `to`.
#[inline(always)]
pub(crate) const fn word_bits(from: Layout, to: Layout) -> u32 {
    // Exponents, counted from the smallest of `to`; one more where zero has no code, and one for the carry.
    let above = from.min_exponent() - to.min_exponent();
    let exponents = max(
        (1 << from.exponent_bits()) + if above > 0 { above as u32 } else { 0 },
        1 << to.exponent_bits(),
    ) + 2;
    let point = to.fraction_bits() + drop_bits(from, to);
    // `log2` needs an exact conversion to a float: f32 in words of 32 bits, f64 in words of 64.
    let exact = match from.fraction_bits() {
        0..=23 => 0,
        24..=52 => 64,
        _ => 128,
    };
    max(
        max(from.bits(), to.bits()),
        max(u32::BITS - exponents.leading_zeros() + point, exact),
    )
}

const fn max(a: u32, b: u32) -> u32 {
    if a > b { a } else { b }
}

/// Whether two IEEE formats differ in their fraction bits alone, as binary32 and bfloat16, or binary16 and E5M2.
#[inline(always)]
pub(crate) const fn shares_exponents(from: Layout, to: Layout) -> bool {
    from.is_ieee()
        && to.is_ieee()
        && from.exponent_bits() == to.exponent_bits()
        && from.bias() == to.bias()
}

/// The magnitude of what lies past the largest finite number (IEEE 754-2019, 7.4).
#[inline(always)]
pub(crate) const fn past_max(cast: Cast, to: Layout, negative: bool, infinite: bool) -> u64 {
    let unbounded = match (to.infinity_code(), to.nan_code()) {
        (Some(code), _) | (None, Some(code)) => code,
        _ => to.max_code(),
    };
    let outward = cast.rounds_to_nearest()
        || cast.rounds(if negative {
            Rounding::TowardNegative
        } else {
            Rounding::TowardPositive
        });
    let goes = if infinite {
        cast.keeps_infinity()
    } else {
        outward && cast.has_ieee_overflow()
    };
    if goes { unbounded } else { to.max_code() }
}
