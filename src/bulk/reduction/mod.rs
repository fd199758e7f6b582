//! Reductions. A reduction reads a slice and returns a small result.

mod amax;
mod sums;

pub(crate) use amax::Amax;
pub(crate) use sums::{product, sum};
pub use sums::{product_slice, sum_slice};

use super::arch::dispatch;
use super::kernel::{BLOCK, Multiversion};
use crate::cpu::Isa;

/// The state of a reduction, after the elements read before.
pub(crate) trait Reduction: Copy {
    type Element: Copy;

    /// Takes a block of elements. An element may be taken twice. Implementations are `#[inline(always)]` loops over the array,
    /// and have no branches on values.
    fn take<const N: usize>(&mut self, elements: &[Self::Element; N]);
}

/// Passes all elements of a slice to a reduction.
#[inline]
pub(crate) fn reduce<R: Reduction>(isa: Isa, reduction: &mut R, elements: &[R::Element]) {
    dispatch(isa, &mut Reduce { reduction, elements });
}

struct Reduce<'a, R: Reduction> {
    reduction: &'a mut R,
    elements: &'a [R::Element],
}

impl<R: Reduction> Multiversion for Reduce<'_, R> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        let elements = self.elements;
        let Some(last) = elements.last_chunk::<BLOCK>() else {
            for &element in elements {
                self.reduction.take(&[element]);
            }
            return;
        };
        // The copy stays in registers. The compiler would write `self.reduction` to memory after each block.
        let mut reduction = *self.reduction;
        for block in elements.as_chunks::<BLOCK>().0 {
            reduction.take(block);
        }
        // The last block ends at the end of the slice, and may overlap the block before it.
        reduction.take(last);
        *self.reduction = reduction;
    }
}
