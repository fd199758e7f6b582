//! Stochastic gradient descent.

use super::arithmetic::{Arithmetic, Sum};
use super::invalid::{check_range, not_negative};
use super::pass::{Rule, Setting, pass};
use super::tensor::{Slices, check_length};
use super::{Algorithm, InvalidHyperparameter, Optimizer, Step};
use crate::round::Format;

/// Stochastic gradient descent as `torch.optim.SGD` computes it.
///
/// With g the gradient and b the momentum:
///
/// - g ← g + decay · w
/// - with momentum: b ← b · momentum + (1 − dampening) · g, without dampening where the momentum begins; then g ← b, or with
///   Nesterov g ← g + momentum · b
/// - w ← w + (−lr) · g
///
/// Each operation is rounded to `f32`. The factors are rounded from `f64`.
///
/// ```
/// use ulp::mixed::{Sgd, SgdOptions, SgdTensor};
///
/// let mut sgd = Sgd::new(SgdOptions { learning_rate: 0.5, ..SgdOptions::default() })?;
/// let mut weights = [1f32];
/// sgd.next_step().update(
///     &[0.25f32],
///     SgdTensor {
///         weights: &mut weights,
///         master: None,
///         momentum: &mut [],
///     },
/// );
/// assert_eq!(weights, [0.875]);
/// # Ok::<(), ulp::mixed::InvalidHyperparameter>(())
/// ```
///
/// # State
/// | here | in torch's `state_dict` |
/// |---|---|
/// | [`SgdState::steps`] | none |
/// | [`SgdState::has_momentum`] | whether `momentum_buffer` exists and is not `None` |
/// | [`SgdTensor::momentum`] | `momentum_buffer` |
/// | the options `learning_rate`, `momentum`, `dampening`, `weight_decay`, `nesterov` | `lr`, `momentum`, `dampening`, `weight_decay`, `nesterov` |
#[doc(alias = "SGD")]
pub type Sgd = Optimizer<SgdOptions>;

/// A step of [`Sgd`].
pub type SgdStep = Step<SgdOptions>;

/// The options of [`Sgd`]. The defaults are those of `torch.optim.SGD`.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct SgdOptions {
    /// The learning rate, finite and not negative. The default is 0.001.
    #[doc(alias = "lr")]
    pub learning_rate: f64,
    /// The share of the momentum that stays after a step, finite and not negative. The default is 0, which is no momentum.
    pub momentum: f64,
    /// The share of a gradient that stays out of the momentum, a finite number. The default is 0.
    pub dampening: f64,
    /// The decay of the weights through their gradients (an L2 penalty), finite and not negative. The default is 0.
    pub weight_decay: f64,
    /// True if weights follow Nesterov's momentum. Nesterov's momentum needs a momentum above 0 and a dampening of 0. The default
    /// is `false`.
    pub nesterov: bool,
}

impl Default for SgdOptions {
    fn default() -> Self {
        Self {
            learning_rate: 1e-3,
            momentum: 0.0,
            dampening: 0.0,
            weight_decay: 0.0,
            nesterov: false,
        }
    }
}

/// The state that [`Sgd`] keeps between steps, without the momentum of the tensors. The default is the state before the first
/// step.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct SgdState {
    /// The number of steps that have begun. The default is 0.
    pub steps: u64,
    /// True if a step with momentum has begun, so that the slices of momentum have values. The default is `false`.
    pub has_momentum: bool,
}

/// A tensor that [`Sgd`] updates. All slices are as long as the gradients.
#[derive(PartialEq, Debug)]
pub struct SgdTensor<'a, P> {
    /// The weights of the network.
    pub weights: &'a mut [P],
    /// The weights in `f32`. `weights` are a rounded copy of them. A model in `f32` needs no master weights. Weights that are
    /// rounded at random need none either.
    pub master: Option<&'a mut [f32]>,
    /// The momentum, torch's `momentum_buffer`. It is 0 before the first step. The slice may be empty if the options have no
    /// momentum.
    #[doc(alias = "momentum_buffer")]
    pub momentum: &'a mut [f32],
}

/// The factors of a step, which all elements share.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Factors {
    has_momentum: bool,
    decay: f32,
    momentum: f32,
    taken: f32,
    step: f32,
    nesterov: bool,
}

impl Algorithm for SgdOptions {
    type State = SgdState;
    type Tensor<'a, P: Format> = SgdTensor<'a, P>;
    type Factors = Factors;

    fn check(&self) -> Result<(), InvalidHyperparameter> {
        let (momentum, dampening) = (self.momentum, self.dampening);
        not_negative("learning_rate", self.learning_rate)?;
        not_negative("momentum", momentum)?;
        not_negative("weight_decay", self.weight_decay)?;
        check_range("dampening", dampening, dampening.is_finite(), "finite")?;
        if self.nesterov {
            let allowed = "more than 0 with nesterov";
            check_range("momentum", momentum, momentum > 0.0, allowed)?;
            check_range("dampening", dampening, dampening == 0.0, "0 with nesterov")?;
        }
        Ok(())
    }

    fn learning_rate(&mut self) -> &mut f64 {
        &mut self.learning_rate
    }

    fn steps(state: &SgdState) -> u64 {
        state.steps
    }

    fn next_step(&self, state: &mut SgdState) -> Factors {
        state.steps = state.steps.saturating_add(1);
        let begins = !state.has_momentum;
        let has_momentum = self.momentum != 0.0;
        state.has_momentum |= has_momentum;
        Factors {
            has_momentum,
            decay: self.weight_decay as f32,
            momentum: self.momentum as f32,
            // torch begins with the gradient itself. At that time the momentum is 0, or was restored and is not overwritten.
            taken: if begins { 1.0 } else { 1.0 - self.dampening } as f32,
            step: -self.learning_rate as f32,
            nesterov: self.nesterov,
        }
    }

    #[track_caller]
    fn slices<'a, P: Format>(factors: &Factors, tensor: Self::Tensor<'a, P>, gradients: usize) -> Slices<'a, P> {
        let momentum = tensor.momentum;
        if factors.has_momentum || !momentum.is_empty() {
            check_length("momentum", momentum.len(), gradients);
        }
        let moments = [momentum, &mut []];
        Slices::new(tensor.weights, tensor.master, moments, gradients)
    }

    // The function is compiled in the caller's crate, as its callers are.
    #[inline]
    fn pass<G: Format, P: Format>(
        factors: &Factors,
        setting: Setting,
        gradients: &[G],
        master: &mut [f32],
        [momentum, _]: [&mut [f32]; 2],
        weights: &mut [P],
    ) {
        if factors.has_momentum {
            let rule = WithMomentum(*factors);
            pass(setting, rule, gradients, master, [momentum], weights);
        } else {
            pass(setting, WithoutMomentum(*factors), gradients, master, [], weights);
        }
    }
}

#[derive(Clone, Copy)]
struct WithoutMomentum(Factors);

impl Rule<0> for WithoutMomentum {
    #[inline(always)]
    fn next<A: Arithmetic>(self, gradient: f32, weight: f32, _: [f32; 0]) -> (Sum, [f32; 0]) {
        let Factors { decay, step, .. } = self.0;
        let gradient = penalized::<A>(gradient, decay, weight);
        let value = weight + A::product_of_gradient(step, gradient);
        (Sum::certain(value), [])
    }
}

#[derive(Clone, Copy)]
struct WithMomentum(Factors);

impl Rule<1> for WithMomentum {
    #[inline(always)]
    fn next<A: Arithmetic>(self, gradient: f32, weight: f32, [before]: [f32; 1]) -> (Sum, [f32; 1]) {
        let Factors {
            decay,
            momentum,
            taken,
            step,
            nesterov,
            ..
        } = self.0;
        let gradient = penalized::<A>(gradient, decay, weight);
        let next = A::product(before, momentum) + A::product_of_gradient(taken, gradient);
        let ahead = gradient + A::product(momentum, next);
        let update = if nesterov { ahead } else { next };
        let value = weight + A::product(step, update);
        (Sum::certain(value), [next])
    }
}

/// Returns the gradient plus decay · weight. If the decay is 0, returns the gradient unchanged, even if the weight is not finite.
#[inline(always)]
fn penalized<A: Arithmetic>(gradient: f32, decay: f32, weight: f32) -> f32 {
    let penalized = gradient + A::product(decay, weight);
    if decay == 0.0 { gradient } else { penalized }
}
