//! [`Step`]: a step of an optimizer, tensor by tensor.

use super::norm::clip_factor;
use super::pass::Setting;
use super::tensor::Slices;
use super::{Algorithm, Clip};
use crate::cpu::Isa;
use crate::round::{Cast, Format};
use crate::slice::view::as_f32_mut;
use crate::slice::{self, Stochastic, assert_within_f32};

/// The number of elements of a tile. Their copies in `f32` stay in the nearest cache.
pub(super) const TILE: usize = 1024;

/// A step of an [`Optimizer`](super::Optimizer). It holds the factors that all tensors share.
///
/// # Loss scaling and clipping
/// The loss scale and clipping are factors on the gradients. The update multiplies the gradients by both factors, without another
/// pass over the gradients:
///
/// ```
/// use ulp::mixed::{self, Clip, LossScaler, Sgd, SgdOptions, SgdTensor};
/// use ulp::{F16, slice};
///
/// let mut sgd = Sgd::new(SgdOptions { learning_rate: 1.0, ..SgdOptions::default() })?;
/// let mut scaler = LossScaler::new();
/// let mut master = [0.0f32; 2];
/// let mut weights: Vec<F16> = slice::cast_to_vec(&master);
///
/// // The gradients 0.3 and 0.4, times the scale of the loss.
/// let gradients = [0.3, 0.4].map(|x| F16::from_f32(x * scaler.scale()));
///
/// // The norm of the gradients as they are. It is finite only if all of them are.
/// let norm = mixed::grad_norm([&gradients[..]]);
/// if norm.is_finite() {
///     let step = sgd.next_step().inverse_scale(scaler.inverse()).clip(Clip { norm, max_norm: 0.1 });
///     step.update(
///         &gradients,
///         SgdTensor { weights: &mut weights, master: Some(&mut master), momentum: &mut [] },
///     );
/// }
/// scaler.update(norm.is_finite());
/// assert!((master[0] + 0.06).abs() < 1e-4 && (master[1] + 0.08).abs() < 1e-4);
/// # Ok::<(), ulp::mixed::InvalidHyperparameter>(())
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
#[must_use]
pub struct Step<A: Algorithm> {
    factors: A::Factors,
    inverse_scale: f32,
    clip: Option<Clip>,
}

impl<A: Algorithm> Step<A> {
    pub(super) const fn new(factors: A::Factors) -> Self {
        Self {
            factors,
            inverse_scale: 1.0,
            clip: None,
        }
    }

    /// Returns this step for gradients of a scaled loss. The update first multiplies the gradients by `inverse_scale`, which is
    /// [`LossScaler::inverse`](super::LossScaler::inverse).
    pub fn inverse_scale(self, inverse_scale: f32) -> Self {
        Self { inverse_scale, ..self }
    }

    /// Returns this step with clipped gradients. The update multiplies the gradients by one more factor, the factor of
    /// [`clip_grad_norm`](super::clip_grad_norm).
    ///
    /// `norm` is the norm of the gradients that `update` gets. If the loss is scaled, the norm is that of scaled gradients.
    /// `max_norm` is the limit for gradients without the scale. The order of `clip` and `inverse_scale` does not matter.
    #[doc(alias("clip_grad_norm_", "max_grad_norm"))]
    pub fn clip(self, clip: Clip) -> Self {
        Self {
            clip: Some(clip),
            ..self
        }
    }

    /// Returns the factor on the gradients.
    fn factor(&self) -> f32 {
        let inverse = f64::from(self.inverse_scale);
        let clip = self
            .clip
            .map_or(1.0, |Clip { norm, max_norm }| clip_factor(norm * inverse, max_norm));
        (inverse * clip) as f32
    }

    /// Updates a tensor: its moments, its master weights if there are any, and its weights. The weights are rounded to nearest,
    /// ties to even.
    ///
    /// Without master weights, the weights themselves are widened to `f32`, updated and rounded. An `f32` model needs no master
    /// weights. A model in 16 bits loses updates that are smaller than half a step of the format.
    ///
    /// # Panics
    /// If a slice is not as long as the gradients. The message has the name of the slice and both lengths.
    #[doc(alias = "step")]
    #[track_caller]
    pub fn update<G: Format, P: Format>(&self, gradients: &[G], tensor: A::Tensor<'_, P>) {
        const { assert_within_f32::<G>() };
        self.update_on(Isa::detect(), gradients, tensor);
    }

    /// Does what [`update`](Self::update) does, on this [`Isa`]. Every `Isa` gives the same bits.
    ///
    /// # Panics
    /// If a slice is not as long as the gradients. The message has the name of the slice and both lengths.
    #[track_caller]
    pub fn update_on<G: Format, P: Format>(&self, isa: Isa, gradients: &[G], tensor: A::Tensor<'_, P>) {
        const { assert_within_f32::<G>() };
        let slices = A::slices(&self.factors, tensor, gradients.len());
        self.round_to_nearest(isa, gradients, slices);
    }

    /// Updates a tensor and rounds its weights at random. Updates that are smaller than half a step of the format are
    /// then not lost on average. Random rounding replaces master weights.
    ///
    /// `stochastic` gives the random bits. Every step and every tensor needs another seed or offset.
    ///
    /// # Panics
    /// If a slice is not as long as the gradients. The message has the name of the slice and both lengths.
    #[track_caller]
    pub fn update_stochastic<G: Format, P: Format>(&self, gradients: &[G], tensor: A::Tensor<'_, P>, stochastic: Stochastic) {
        const { assert_within_f32::<G>() };
        self.update_stochastic_on(Isa::detect(), gradients, tensor, stochastic);
    }

    /// Does what [`update_stochastic`](Self::update_stochastic) does, on this [`Isa`]. Every `Isa` gives the same bits.
    ///
    /// # Panics
    /// If a slice is not as long as the gradients. The message has the name of the slice and both lengths.
    #[track_caller]
    pub fn update_stochastic_on<G: Format, P: Format>(
        &self,
        isa: Isa,
        gradients: &[G],
        tensor: A::Tensor<'_, P>,
        stochastic: Stochastic,
    ) {
        const { assert_within_f32::<G>() };
        let slices = A::slices(&self.factors, tensor, gradients.len());
        self.round_at_random(isa, gradients, slices, stochastic);
    }

    #[cfg(feature = "rayon")]
    #[track_caller]
    pub(super) fn slices<'a, P: Format>(&self, tensor: A::Tensor<'a, P>, gradients: usize) -> Slices<'a, P> {
        A::slices(&self.factors, tensor, gradients)
    }

    /// Does the work of [`update`](Self::update). The function is compiled in the caller's crate, as its callers are.
    #[inline]
    pub(super) fn round_to_nearest<G: Format, P: Format>(&self, isa: Isa, gradients: &[G], slices: Slices<'_, P>) {
        let Slices {
            weights,
            master,
            moments,
        } = slices;
        if let Some(master) = master {
            return self.pass(isa, gradients, master, moments, weights);
        }
        if let Some(weights) = as_f32_mut(weights) {
            return self.pass::<G, f32>(isa, gradients, weights, moments, &mut []);
        }
        let mut wide = [0f32; TILE];
        let tensor = Slices {
            weights,
            master: None,
            moments,
        };
        tensor.for_each_tile(gradients, |_, gradients, tile| {
            let wide = &mut wide[..gradients.len()];
            slice::cast_on(isa, tile.weights, wide, Cast::new());
            self.pass(isa, gradients, wide, tile.moments, tile.weights);
        });
    }

    /// Does the work of [`update_stochastic`](Self::update_stochastic).
    #[inline]
    pub(super) fn round_at_random<G: Format, P: Format>(
        &self,
        isa: Isa,
        gradients: &[G],
        slices: Slices<'_, P>,
        stochastic: Stochastic,
    ) {
        let mut wide = [0f32; TILE];
        slices.for_each_tile(gradients, |first, gradients, tile| {
            let master = if let Some(master) = tile.master {
                master
            } else {
                let wide = &mut wide[..gradients.len()];
                slice::cast_on(isa, tile.weights, wide, Cast::new());
                wide
            };
            self.pass::<G, f32>(isa, gradients, master, tile.moments, &mut []);
            slice::cast_stochastic_on(isa, master, tile.weights, stochastic.after(first));
        });
    }

    #[inline]
    fn pass<G: Format, P: Format>(
        &self,
        isa: Isa,
        gradients: &[G],
        master: &mut [f32],
        moments: [&mut [f32]; 2],
        weights: &mut [P],
    ) {
        let setting = Setting {
            isa,
            inverse_scale: self.factor(),
        };
        A::pass(&self.factors, setting, gradients, master, moments, weights);
    }
}
