//! [`Slices`]: the slices of a tensor, in a form that all algorithms share.

use super::step::TILE;

/// The weights of a tensor, its master weights if there are any, and its moments. A moment that the algorithm lacks or does not
/// use is empty.
#[derive(Debug)]
pub struct Slices<'a, P> {
    pub(super) weights: &'a mut [P],
    pub(super) master: Option<&'a mut [f32]>,
    pub(super) moments: [&'a mut [f32]; 2],
}

impl<'a, P> Slices<'a, P> {
    /// # Panics
    /// If the weights or the master weights are not as long as the gradients.
    #[track_caller]
    pub(super) fn new(weights: &'a mut [P], master: Option<&'a mut [f32]>, moments: [&'a mut [f32]; 2], gradients: usize) -> Self {
        check_length("weights", weights.len(), gradients);
        if let Some(master) = &master {
            check_length("master", master.len(), gradients);
        }
        Self {
            weights,
            master,
            moments,
        }
    }

    /// Returns the first `elements` elements, and the rest.
    pub(super) fn split_at(self, elements: usize) -> (Self, Self) {
        let (weights, other_weights) = self.weights.split_at_mut(elements);
        let (master, other_master) = self.master.map(|all| all.split_at_mut(elements)).unzip();
        let [first, second] = self.moments.map(|all| all.split_at_mut(elements.min(all.len())));
        let part = |weights, master, moments| Self {
            weights,
            master,
            moments,
        };
        (
            part(weights, master, [first.0, second.0]),
            part(other_weights, other_master, [first.1, second.1]),
        )
    }

    /// Calls a function for each tile, with the index of the first element, the gradients and the slices.
    pub(super) fn for_each_tile<G>(self, gradients: &[G], mut function: impl FnMut(usize, &[G], Self)) {
        let mut rest = self;
        for (nth, gradients) in gradients.chunks(TILE).enumerate() {
            let (tile, others) = rest.split_at(gradients.len());
            function(nth * TILE, gradients, tile);
            rest = others;
        }
    }
}

/// Panics if a slice is not as long as the gradients.
#[track_caller]
pub(super) fn check_length(name: &str, len: usize, gradients: usize) {
    assert!(
        len == gradients,
        "{name} has {len} elements, but the gradients have {gradients}"
    );
}
