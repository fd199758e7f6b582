//! The routine that defines rounding, and the unpacked number between two formats.
//!
//! In every [`Layout`], codes of growing magnitudes are growing integers. Between two neighbouring codes the value is a linear
//! function of the code. The codes are therefore the marks of a ruler. Every real number lies somewhere on the ruler: at a code
//! with a fraction. For example, 3.25 lies between 3.0 (code 4) and 4.0 (code 5) of a format, at 4.25. To round a number to the
//! format, the routine rounds the code with its fraction to an integer, in any of six ways. If the fraction
//! field overflows, the carry goes into the exponent field, as it must. Overflow is one comparison with the largest finite code.
//!
//! The routine holds the code and its fraction in one word, the *scaled code*: the code times 2<sup>`guard_bits`</sup>. Its
//! lowest bits are the guard bits. The last guard bit is *sticky*: the bit stands for all lower bits, and is 1 if any of them is
//! 1. A scaled code counts from the number zero, also in formats where zero has no code.
//!
//! The code here branches only on layouts and roundings, never on a value. Layouts and roundings are constants where speed
//! matters. The word is as narrow as the two formats allow, since a vector holds twice as many words of half the width. A `const
//! fn` can't be generic over integer types. A macro therefore writes the module for each width.

mod cast;
mod format;
mod rounding;
pub(crate) mod short;
pub(crate) mod stochastic;
pub(crate) mod unpacked;
mod word;

pub use cast::Cast;
pub use format::{Bits, Format};
pub(crate) use format::{bits_from_u64, from_be_bytes, from_code, from_le_bytes, to_be_bytes, to_code, to_le_bytes};
pub use rounding::{Flags, Overflow, Rounding};
pub(crate) use word::{word16, word32, word64, word128};

use crate::format::Layout;

/// Returns whether a code of an IEEE format, cut to its upper `half` bits, still rounds correctly to `to`. The lowest bit left
/// must say whether a nonzero bit was cut: see [`shift_right_jam`].
///
/// Returns false if subnormals of `from` would be normal in `to`: the leading bits of subnormals lie lower.
#[inline(always)]
pub(crate) const fn can_jam(from: Layout, to: Layout, half: u32) -> bool {
    from.is_ieee()
        && from.bits() == 2 * half
        && from.fraction_bits() >= half + to.fraction_bits() + MIN_GUARD_BITS
        && from.min_exponent() <= to.min_exponent()
}

/// Cuts the lower `half` bits of a code of twice that width. The lowest bit left is set if a cut bit was set.
///
/// The upper 20 of an f64's 52 fraction bits are enough for every target of up to 16 bits. The upper 7 of an f32's 23 fraction
/// bits are enough for a target of 8 bits. A vector holds twice as many codes of half the width.
#[inline(always)]
pub(crate) const fn shift_right_jam(bits: u64, half: u32) -> u64 {
    let sticky = bits & ((1 << half) - 1) != 0;
    bits >> half | sticky as u64
}

/// The smallest number of bits below a code's last bit that decide every rounding and flag. One bit is the half, and one bit
/// stands for all lower bits. One more bit decides whether a result is tiny, because tininess is judged with one bit more.
pub(crate) const MIN_GUARD_BITS: u32 = 3;

/// Returns the number of guard bits of a scaled code. The result is 0 if `to` has every number of `from`.
#[inline(always)]
pub(crate) const fn guard_bits(from: Layout, to: Layout) -> u32 {
    let finer = from.fraction_bits() > to.fraction_bits() || from.finest_exponent() < to.finest_exponent();
    if finer {
        max(MIN_GUARD_BITS, from.fraction_bits().saturating_sub(to.fraction_bits()))
    } else {
        0
    }
}

/// Returns the width of a word that holds every code of both formats, and the scaled code in `to` of every number of `from`.
#[inline(always)]
pub(crate) const fn word_bits(from: Layout, to: Layout) -> u32 {
    // Exponents, counted from the smallest exponent of `to`. Add one where zero has no code, and one for the carry.
    let above = from.min_exponent() - to.min_exponent();
    let exponents = max(
        (1 << from.exponent_bits()) + if above > 0 { above as u32 } else { 0 },
        1 << to.exponent_bits(),
    ) + 2;
    let point = to.fraction_bits() + guard_bits(from, to);
    // `log2` needs an exact conversion to a float: to f32 in words of 32 bits, and to f64 in words of 64 bits.
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

/// Returns whether two IEEE formats differ in their fraction bits alone, like binary32 and bfloat16, or binary16 and E5M2.
#[inline(always)]
pub(crate) const fn shares_exponents(from: Layout, to: Layout) -> bool {
    from.is_ieee() && to.is_ieee() && from.exponent_bits() == to.exponent_bits() && from.bias() == to.bias()
}

/// Returns the magnitude that replaces a value past the largest finite number (IEEE 754-2019, 7.4).
#[inline(always)]
pub(crate) const fn past_max(cast: Cast, to: Layout, negative: bool, infinite: bool) -> u64 {
    let unbounded = match (to.infinity_code(), to.nan_code()) {
        (Some(code), _) | (None, Some(code)) => code,
        _ => to.max_code(),
    };
    let outward = cast.rounds_to_nearest()
        || if negative {
            cast.rounds(Rounding::TowardNegative)
        } else {
            cast.rounds(Rounding::TowardPositive)
        };
    let goes = if infinite {
        cast.keeps_infinity()
    } else {
        outward && cast.has_ieee_overflow()
    };
    if goes { unbounded } else { to.max_code() }
}
