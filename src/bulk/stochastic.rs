//! Conversion of slices with stochastic rounding. Draws are made for a tile of elements, and the kernel uses the draws.

use super::arch::run;
use super::conversion::convert;
use super::element::Element;
use super::kernels::ConvertStochastically;
use super::out::Out;
use super::philox::{self, TILE};
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{self, Cast, Overflow};

/// Returns whether two elements share a random word. They do if the cast from the source, or from f32 if the source has fewer
/// fraction bits, discards at most 16 fraction bits.
///
/// For all sources with at most as many fraction bits as f32, the target alone decides. An equal number in f32 and in a narrower
/// format therefore has an equal result, and a cast through f32 changes nothing.
const fn shares_word(from: Layout, to: Layout) -> bool {
    const F32_FRACTION_BITS: u32 = Layout::BINARY32.fraction_bits();
    let longest = if from.fraction_bits() > F32_FRACTION_BITS {
        from.fraction_bits()
    } else {
        F32_FRACTION_BITS
    };
    longest <= to.fraction_bits() + 16
}

/// Casts every element of a slice to a slice of equal length. The function uses the random bits of the elements from `first` on.
#[inline]
pub(crate) fn convert_stochastically<'a, S: Element, D: Element>(
    isa: Isa,
    src: &[S],
    dst: Out<'a, D>,
    (seed, first): (u64, u64),
    overflow: Overflow,
) -> &'a mut [D] {
    // The condition is a constant. Code is compiled only for pairs of formats that need it.
    if const { round::guard_bits(S::LAYOUT, D::LAYOUT) == 0 } {
        // No bit is ever discarded.
        return convert(isa, src, dst, Cast::new().overflow(overflow));
    }
    let shared = const { shares_word(S::LAYOUT, D::LAYOUT) };
    let group = philox::group(shared) as u64;
    let mut draws = [0; TILE];
    // The first tile ends at the end of a group. All other tiles are whole groups.
    let first_tile = TILE - (first % group) as usize;
    dst.write_pieces(first_tile, TILE, |start, dst| {
        let src = &src[start..][..dst.len()];
        let index = first.wrapping_add(start as u64);
        let skip = (index % group) as usize;
        let end = (skip + src.len()).next_multiple_of(group as usize);
        philox::draws(isa, shared, seed, index - skip as u64, &mut draws[..end]);
        let draws = &draws[skip..end];
        if const { round::shares_exponents(S::LAYOUT, D::LAYOUT) } && overflow == Overflow::Ieee {
            let mut kernel = ConvertStochastically::<S, D, true>::new(draws, overflow);
            run(isa, &mut kernel, src, dst)
        } else {
            let mut kernel = ConvertStochastically::<S, D, false>::new(draws, overflow);
            run(isa, &mut kernel, src, dst)
        }
    })
}
