//! [`Counts`]: the exceptional numbers of a matrix.

use core::ops::{Add, AddAssign};

/// The counts of exceptional numbers in a matrix that was quantized. A number may be counted more than once.
///
/// ```
/// use ulp::block::Scheme;
///
/// // The scale of this block is 1, and 0.1 is nearer to zero than to 0.5, the smallest element above zero.
/// let mut numbers = [0f32; 32];
/// numbers[..2].copy_from_slice(&[6.0, 0.1]);
/// let counts = Scheme::MXFP4.quantize(&numbers, 32, 1.0, &mut [0; 16], &mut [0; 1])?;
/// assert_eq!((counts.became_zero, counts.saturated), (1, 0));
/// # Ok::<(), ulp::block::BlockError>(())
/// ```
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
