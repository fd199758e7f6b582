//! Reductions. A reduction reads a slice and returns a small result.

mod amax;
mod sums;

pub(crate) use amax::Amax;
pub(crate) use sums::{product, sum};
pub use sums::{product_slice, sum_slice};

use super::arch::dispatch;
use super::kernel::{BLOCK, Multiversion, SMALL};
use crate::cpu::Isa;

/// The state of a reduction, after the elements read before.
pub(crate) trait Reduction {
    type Element: Copy;

    /// Takes a block of elements. An element may be taken twice. Implementations are `#[inline(always)]` loops over the array,
    /// and have no branches on values.
    fn take<const N: usize>(&mut self, elements: &[Self::Element; N]);
}

/// Passes all elements of a slice to a reduction.
#[inline]
pub(crate) fn reduce<R: Reduction>(isa: Isa, reduction: &mut R, elements: &[R::Element]) {
    dispatch(
        isa,
        &mut Reduce {
            reduction,
            elements,
        },
    );
}

struct Reduce<'a, R: Reduction> {
    reduction: &'a mut R,
    elements: &'a [R::Element],
}

impl<R: Reduction> Multiversion for Reduce<'_, R> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        let Self {
            reduction,
            elements,
        } = self;
        if elements.len() >= BLOCK {
            overlapping::<R, BLOCK>(reduction, elements);
        } else if elements.len() >= SMALL {
            overlapping::<R, SMALL>(reduction, elements);
        } else {
            for &element in *elements {
                reduction.take(&[element]);
            }
        }
    }
}

/// Takes blocks. The last block ends at the end of the slice, and may overlap the block before it.
#[inline(always)]
fn overlapping<R: Reduction, const N: usize>(reduction: &mut R, elements: &[R::Element]) {
    for block in elements.as_chunks::<N>().0 {
        reduction.take(block);
    }
    if let Some(block) = elements.last_chunk::<N>() {
        reduction.take(block);
    }
}
