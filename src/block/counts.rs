//! [`Counts`]: what became of the numbers of a matrix.

use core::ops::{Add, AddAssign};

/// What became of the numbers that were quantized. An element may be counted as more than one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Counts {
    /// Infinite before.
    pub infinities: usize,
    /// NaN before, or now: all elements of a block whose scale is NaN.
    pub nans: usize,
    /// Finite before, and past the largest element of its block.
    pub saturated: usize,
    /// Zero now, and not before.
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
