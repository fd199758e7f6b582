//! The passes split among the threads of rayon. The bits don't change.

use rayon::iter::ParallelIterator;

use super::tensor::Slices;
use super::{Algorithm, Step, unscale_on};
use crate::cpu::Isa;
use crate::round::Format;
use crate::slice::parallel::{PART, parts};
use crate::slice::{Stochastic, assert_within_f32};

/// Does what [`unscale`](super::unscale) does, on the threads of rayon. A slice of up to 65,536 elements stays on this thread.
///
/// ```
/// use ulp::{F16, mixed};
///
/// let (gradients, mut wide) = (vec![F16::ONE; 1 << 20], vec![0f32; 1 << 20]);
/// let finite = mixed::par_unscale(&gradients, 1.0 / 1024.0, &mut wide);
/// assert!(finite && wide.iter().all(|&x| x == 1.0 / 1024.0));
/// ```
///
/// # Panics
/// If the slices differ in length. The message has both lengths.
#[must_use]
#[track_caller]
pub fn par_unscale<G: Format>(gradients: &[G], inverse_scale: f32, out: &mut [f32]) -> bool {
    const { assert_within_f32::<G>() };
    let isa = Isa::detect();
    if gradients.len() <= PART {
        return unscale_on(isa, gradients, inverse_scale, out);
    }
    parts(gradients, out)
        .map(|(gradients, out)| unscale_on(isa, gradients, inverse_scale, out))
        .reduce(|| true, |a, b| a & b)
}

impl<A: Algorithm> Step<A> {
    /// Does what [`update`](Self::update) does, on the threads of rayon. The bits are the same.
    ///
    /// # Panics
    /// If a slice is not as long as the gradients. The message has the name of the slice and both lengths.
    #[track_caller]
    pub fn par_update<G: Format, P: Format>(&self, gradients: &[G], tensor: A::Tensor<'_, P>) {
        const { assert_within_f32::<G>() };
        let isa = Isa::detect();
        let slices = self.slices(tensor, gradients.len());
        split(0, gradients, slices, &|_, gradients, slices| {
            self.round_to_nearest(isa, gradients, slices);
        });
    }

    /// Does what [`update_stochastic`](Self::update_stochastic) does, on the threads of rayon. The bits are the same.
    ///
    /// # Panics
    /// If a slice is not as long as the gradients. The message has the name of the slice and both lengths.
    #[track_caller]
    pub fn par_update_stochastic<G: Format, P: Format>(&self, gradients: &[G], tensor: A::Tensor<'_, P>, stochastic: Stochastic) {
        const { assert_within_f32::<G>() };
        let isa = Isa::detect();
        let slices = self.slices(tensor, gradients.len());
        split(0, gradients, slices, &|first, gradients, slices| {
            self.round_at_random(isa, gradients, slices, stochastic.after(first));
        });
    }
}

/// Halves a tensor until its pieces have [`PART`] elements. Calls a function for each piece, with the index of the first element,
/// the gradients and the slices.
fn split<G: Format, P: Format>(
    first: usize,
    gradients: &[G],
    slices: Slices<'_, P>,
    work: &(impl Fn(usize, &[G], Slices<'_, P>) + Sync),
) {
    if gradients.len() <= PART {
        return work(first, gradients, slices);
    }
    let middle = gradients.len().div_ceil(PART) / 2 * PART;
    let (left, right) = gradients.split_at(middle);
    let (left_slices, right_slices) = slices.split_at(middle);
    rayon::join(
        || split(first, left, left_slices, work),
        || split(first + middle, right, right_slices, work),
    );
}
