//! Weights of `rand::distr::weighted::WeightedIndex`.

use super::rand::distr::weighted::Weight;

use crate::arithmetic::ieee;
use crate::float::{Float, spec::HasZero};
use crate::round::{Flags, Rounding};

/// A sum past the largest number is ∞. In a format without infinities, such a sum is an error.
impl<S: HasZero> Weight for Float<S> {
    const ZERO: Self = Self::ZERO;

    #[inline]
    fn checked_add_assign(&mut self, v: &Self) -> Result<(), ()> {
        let (sum, flags) = ieee::add(*self, *v, Rounding::TiesToEven);
        *self = sum;
        if flags.contains(Flags::OVERFLOW) && !Self::LAYOUT.has_infinities() {
            return Err(());
        }
        Ok(())
    }
}
