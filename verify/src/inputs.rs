//! Chooses the fractions to try where trying all of them is too much.

use std::collections::BTreeSet;

/// Returns every pattern of the `lead` leading bits of a fraction field of `width` bits, each over several patterns of the bits
/// below.
///
/// A cast to `p` bits of precision looks at the sign, the exponent, the first `p` bits of the significand, the next bit, and
/// whether any lower bit is set. If the result is subnormal, fewer bits come first, and more bits lie below. With `lead = p + 1`
/// fraction bits and the implicit bit, the patterns vary `p + 2` bits. One pattern below them that is not zero would therefore
/// cover everything on which a result depends. There are several such patterns, because a faulty cast may look at some bits only:
/// the lowest, the highest, all, the two about bit 32, and the one about bit 28. A detour through half the width or through `f32`
/// would lose or round the last three.
#[must_use]
pub fn leading(width: u32, lead: u32) -> Vec<u64> {
    if lead >= width {
        return (0..1 << width).collect();
    }
    let below = width - lead;
    let all = (1 << below) - 1;
    let sticky = BTreeSet::from([0, 1, 1 << (below - 1), all, 1 << 28, 1 << 31, 1 << 32]);
    let sticky: Vec<u64> = sticky.into_iter().filter(|bits| bits & all == *bits).collect();
    let heads = 0..1_u64 << lead;
    heads
        .flat_map(|head| sticky.iter().map(move |tail| head << below | tail))
        .collect()
}

/// Returns fractions of `width` bits near every place where a rounding could cut. The bits below each place are nothing, the
/// least, half and its neighbours, and all. The bits above are every pattern of the last three under zeros, ones and two
/// mixtures.
///
/// These fractions serve targets so precise that their leading bits can't be exhausted.
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

/// The largest distance that [`near_boundaries`] takes for near.
pub const NEAR: u64 = 8;

/// Returns every fraction of `width` bits within [`NEAR`] of a value at which rounding away its low bits could cut, or of the
/// point half-way between two such values. The number of low bits goes from `fewest` to `width`.
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

/// Returns the code of these fields.
#[must_use]
pub fn code(sign_and_exponent: u64, fraction: u64, width: u32) -> u64 {
    sign_and_exponent << width | fraction
}
