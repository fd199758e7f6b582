//! Which fractions to try, where not all of them.

use std::collections::BTreeSet;

/// Every pattern of the `lead` leading bits of a fraction field of `width` bits, over several patterns of the bits below.
///
/// A cast to `p` bits of precision looks at the sign, the exponent, the first `p` bits of the significand, the next one, and
/// whether any below it is set (fewer bits come first where the result is subnormal, and then more lie below). So with
/// `lead = p + 1` fraction bits, which with the implicit bit makes `p + 2`, and any pattern below them that is not zero, all
/// that a result depends on has been tried. Several such patterns are, since a mistake may look at some bits only: the lowest,
/// the highest, all, and the two about bit 32 and the one about bit 28 that a detour through half the width or through `f32`
/// would lose or round.
#[must_use]
pub fn leading(width: u32, lead: u32) -> Vec<u64> {
    if lead >= width {
        return (0..1 << width).collect();
    }
    let below = width - lead;
    let all = (1 << below) - 1;
    let sticky = BTreeSet::from([0, 1, 1 << (below - 1), all, 1 << 28, 1 << 31, 1 << 32]);
    let sticky: Vec<u64> = sticky
        .into_iter()
        .filter(|bits| bits & all == *bits)
        .collect();
    let heads = 0..1_u64 << lead;
    heads
        .flat_map(|head| sticky.iter().map(move |tail| head << below | tail))
        .collect()
}

/// Fractions of `width` bits about every place where a rounding could cut: for each, the bits below are nothing, the least,
/// half and its neighbours, and all, and those above are every pattern of the last three under zeros, ones and two mixtures.
///
/// For targets so precise that their leading bits can't be exhausted.
#[must_use]
pub fn boundaries(width: u32) -> Vec<u64> {
    let all = (1_u64 << width) - 1;
    let mut fractions = BTreeSet::from([0, all]);
    for cut in 1..=width {
        let half = 1_u64 << (cut - 1);
        for above in [0, all, 0x5a5a_5a5a_5a5a_5a5a, 0x9e37_79b9_7f4a_7c15] {
            for last in 0..8 {
                let above = (above & !7 | last) << (cut - 1) << 1;
                for below in [0, 1, half - 1, half, half + 1, 2 * half - 1] {
                    fractions.insert((above | below & (2 * half - 1)) & all);
                }
            }
        }
    }
    fractions.into_iter().collect()
}

/// What [`near_boundaries`] takes for near.
pub const NEAR: u64 = 8;

/// Every fraction of `width` bits that lies within [`NEAR`] of a value that rounding away its low bits could cut at, or of the
/// point half-way between two such, for every number of low bits from `fewest` to `width`.
#[must_use]
pub fn near_boundaries(width: u32, fewest: u32) -> Vec<u64> {
    let near = |fraction: &u64| {
        (fewest..=width).any(|cut| {
            let period = 1 << cut;
            let below = fraction % period;
            let to_cut = below.min(period - below);
            to_cut.min(below.abs_diff(period / 2)) <= NEAR
        })
    };
    (0..1 << width).filter(near).collect()
}

/// The code made of those fields.
#[must_use]
pub fn code(sign_and_exponent: u64, fraction: u64, width: u32) -> u64 {
    sign_and_exponent << width | fraction
}
