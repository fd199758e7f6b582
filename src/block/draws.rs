//! Rounds elements at random.

use super::quotient::Divisor;
use crate::bulk::philox;
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::unpacked::Unpacked;
use crate::round::{Cast, Flags};
use crate::slice::Stochastic;

/// The draws of neighbouring elements. Each element has a draw of 32 bits. [`Stochastic`] defines the draws, for elements that
/// each have a word of their own.
pub(super) struct Draws {
    isa: Isa,
    stochastic: Stochastic,
    /// The index of the first element of the current words.
    group: Option<u64>,
    words: [u32; philox::group(false)],
}

impl Draws {
    pub(super) fn new(isa: Isa, stochastic: Stochastic) -> Self {
        Self {
            isa,
            stochastic,
            group: None,
            words: [0; philox::group(false)],
        }
    }

    /// Returns the draw of an element of a matrix.
    fn of(&mut self, index: usize) -> u32 {
        let (seed, offset) = self.stochastic.seed_and_offset();
        let place = offset.wrapping_add(index as u64);
        let within = place % self.words.len() as u64;
        let group = place - within;
        if self.group != Some(group) {
            philox::draws(self.isa, false, seed, group, &mut self.words);
            self.group = Some(group);
        }
        self.words[within as usize]
    }

    /// Rounds the exact quotient of a number to one of its two neighbours at random. NaN and infinity are cast.
    #[inline]
    pub(super) fn round(&mut self, divisor: Divisor, element: Layout, x: f32, index: usize) -> (u64, Flags) {
        let cast = Cast::new().saturating();
        let Some(quotient) = divisor.quotient(x) else {
            return divisor.round(cast, element, x);
        };
        match neighbour(quotient, element, self.of(index)) {
            None => element.signed_zero(quotient.negative),
            Some(rounded) => element.round(cast, rounded),
        }
    }
}

/// Returns the neighbour that a draw leads to, as if exponents had no largest value. `None` stands for zero.
#[inline]
fn neighbour(number: Unpacked, element: Layout, draw: u32) -> Option<Unpacked> {
    let Unpacked {
        negative,
        exponent,
        significand,
    } = number;
    // `kept` is the number of bits of the significand that the element has. It is 0 or negative for numbers below half of the
    // smallest element.
    let kept = element.precision() as i32 - (element.min_exponent() - exponent).max(0);
    // `fixed` is the number in units of the last place of the element: an integer, and 32 bits after the point.
    let fixed = if kept >= 0 {
        (significand as u128) << 32 >> (64 - kept)
    } else {
        ((significand >> 32) as u128).checked_shr(kept.unsigned_abs()).unwrap_or(0)
    };
    let units = (fixed + draw as u128) >> 32;
    // A unit is 2^(exponent - kept + 1).
    Unpacked::new(negative, exponent - kept + 1 + 127, units)
}
