//! Philox4x32-10. It gives the random bits of element `i` directly, for any `i`.
//!
//! Salmon, Moraes, Dror and Shaw, *Parallel random numbers: as easy as 1, 2, 3*, SC 2011. Philox is a bijection of a counter of
//! four words under a key of two words. It has ten rounds of two products. Philox has no state, and elements can therefore be
//! converted in any order.

use crate::bulk::arch::dispatch;
use crate::bulk::kernel::Multiversion;
use crate::cpu::Isa;

/// The multipliers of the products.
const MULTIPLIERS: [u32; 2] = [0xd251_1f53, 0xcd9e_8d57];
/// The words that a round adds to the key: the golden ratio, and √3 − 1.
const KEY_STEPS: [u32; 2] = [0x9e37_79b9, 0xbb67_ae85];
const ROUNDS: u32 = 10;

/// Returns the four random words of a counter under a key.
#[inline(always)]
const fn philox4x32(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let (mut words, mut key) = (counter, key);
    let mut round = 0;
    while round < ROUNDS {
        let first = MULTIPLIERS[0] as u64 * words[0] as u64;
        let second = MULTIPLIERS[1] as u64 * words[2] as u64;
        words = [
            (second >> 32) as u32 ^ words[1] ^ key[0],
            second as u32,
            (first >> 32) as u32 ^ words[3] ^ key[1],
            first as u32,
        ];
        key = [key[0].wrapping_add(KEY_STEPS[0]), key[1].wrapping_add(KEY_STEPS[1])];
        round += 1;
    }
    words
}

/// The number of counters in a group of elements. Neighbouring elements take words of neighbouring counters, one counter in each
/// lane of a vector. No word must then move to another lane.
const LANES: usize = 8;
/// The number of words in a group: four words for each lane.
const WORDS: usize = 4 * LANES;

/// The number of elements whose draws are made at once. These draws stay in the nearest cache.
pub(super) const TILE: usize = 512;

/// Returns the number of elements in a group. Each word serves one element, or two elements if `shared` is true.
#[inline(always)]
pub(crate) const fn group(shared: bool) -> usize {
    if shared { 2 * WORDS } else { WORDS }
}

/// Computes the draws of whole groups. The first draw is for the element with index `first`.
///
/// The function is not generic. It is compiled once, and is optimized even if a user's crate is not optimized.
pub(crate) fn draws(isa: Isa, shared: bool, seed: u64, first: u64, to: &mut [u32]) {
    debug_assert!(first.is_multiple_of(group(shared) as u64));
    debug_assert!(to.len().is_multiple_of(group(shared)));
    let mut work = FillDraws {
        key: [seed as u32, (seed >> 32) as u32],
        shared,
        first,
        to,
    };
    dispatch(isa, &mut work);
}

/// Writes the draws of the elements of a tile. The compiler makes vectors of the lanes of a group.
struct FillDraws<'a> {
    key: [u32; 2],
    shared: bool,
    first: u64,
    to: &'a mut [u32],
}

impl Multiversion for FillDraws<'_> {
    #[inline(always)]
    fn run<const LANES_OF_F32: usize>(&mut self) {
        let elements = group(self.shared);
        let mut first = self.first;
        for to in self.to.chunks_exact_mut(elements) {
            let number = first / elements as u64 * LANES as u64;
            let mut words = [[0; LANES]; 4];
            let [row0, row1, row2, row3] = &mut words;
            let lanes = row0.iter_mut().zip(row1).zip(row2).zip(row3);
            for (number, (((a, b), c), d)) in (number..).zip(lanes) {
                let counter = [number as u32, (number >> 32) as u32, 0, 0];
                [*a, *b, *c, *d] = philox4x32(counter, self.key);
            }
            let (own, shared) = to.split_at_mut(WORDS);
            own.copy_from_slice(words.as_flattened());
            for (to, word) in shared.iter_mut().zip(words.as_flattened()) {
                *to = word.rotate_left(16);
            }
            first = first.wrapping_add(elements as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::philox4x32;

    /// Tests the vectors `philox4x32 10` of `kat_vectors`, which the authors publish with Random123.
    #[test]
    fn philox_gives_the_known_answers() {
        assert_eq!(
            philox4x32([0; 4], [0; 2]),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        assert_eq!(
            philox4x32([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox4x32(
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0]
            ),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }
}
