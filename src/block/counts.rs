//! [`Counts`]: the exceptional numbers of a matrix.

use core::ops::{Add, AddAssign};

/// The counts of exceptional numbers in a matrix that was quantized. A number may be counted more than once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Counts {
    /// The number of elements that were infinite.
    pub infinities: usize,
    /// The number of elements that are NaN before or after quantizing. If the scale of a block becomes NaN, all elements of the
    /// block are counted.
    pub nans: usize,
    /// The number of elements that were finite and past the largest element of their block.
    pub saturated: usize,
    /// The number of elements that are zero now and were not zero before.
    pub became_zero: usize,
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            infinities: self.infinities + other.infinities,
            nans: self.nans + other.nans,
            saturated: self.saturated + other.saturated,
            became_zero: self.became_zero + other.became_zero,
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
