//! The passes split among the threads of rayon, with the same bits.

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::{ParallelSlice, ParallelSliceMut};

use super::state::check;
use super::{AdamWStep, SgdStep, unscale_on};
use crate::cpu::Isa;
use crate::round::Format;
use crate::slice::parallel::{PART, parts};

/// [`unscale`](super::unscale), on the threads of rayon. A slice of up to 65,536 elements stays on this one.
///
/// # Panics
/// If the slices differ in length; the message has both.
#[must_use]
#[track_caller]
pub fn par_unscale<G: Format>(gradients: &[G], inverse_scale: f32, out: &mut [f32]) -> bool {
    let isa = Isa::detect();
    if gradients.len() <= PART {
        return unscale_on(isa, gradients, inverse_scale, out);
    }
    parts(gradients, out)
        .map(|(gradients, out)| unscale_on(isa, gradients, inverse_scale, out))
        .reduce(|| true, |a, b| a & b)
}

impl AdamWStep {
    /// [`update`](Self::update), on the threads of rayon.
    ///
    /// # Panics
    /// If a slice is not as long as the gradients; the message has its name and both lengths.
    #[track_caller]
    pub fn par_update<G: Format, P: Format>(
        &self,
        gradients: &[G],
        master: &mut [f32],
        first: &mut [f32],
        second: &mut [f32],
        weights: &mut [P],
    ) {
        check("master", master.len(), gradients.len());
        check("first", first.len(), gradients.len());
        check("second", second.len(), gradients.len());
        check("weights", weights.len(), gradients.len());
        let isa = Isa::detect();
        let moments = first.par_chunks_mut(PART).zip(second.par_chunks_mut(PART));
        let weights = master
            .par_chunks_mut(PART)
            .zip(weights.par_chunks_mut(PART));
        gradients
            .par_chunks(PART)
            .zip(moments)
            .zip(weights)
            .for_each(|((gradients, (first, second)), (master, weights))| {
                self.update_on(isa, gradients, master, first, second, weights);
            });
    }
}

impl SgdStep {
    /// [`update`](Self::update), on the threads of rayon.
    ///
    /// # Panics
    /// If a slice is not as long as the gradients; the message has its name and both lengths.
    #[track_caller]
    pub fn par_update<G: Format, P: Format>(
        &self,
        gradients: &[G],
        master: &mut [f32],
        moment: &mut [f32],
        weights: &mut [P],
    ) {
        check("master", master.len(), gradients.len());
        self.check_moment(moment, gradients.len());
        check("weights", weights.len(), gradients.len());
        let isa = Isa::detect();
        let weights = master
            .par_chunks_mut(PART)
            .zip(weights.par_chunks_mut(PART));
        let tensors = gradients.par_chunks(PART).zip(weights);
        if moment.is_empty() {
            tensors.for_each(|(gradients, (master, weights))| {
                self.update_on(isa, gradients, master, &mut [], weights);
            });
        } else {
            tensors.zip(moment.par_chunks_mut(PART)).for_each(
                |((gradients, (master, weights)), moment)| {
                    self.update_on(isa, gradients, master, moment, weights);
                },
            );
        }
    }
}
