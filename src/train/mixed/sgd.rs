//! Stochastic gradient descent.

use super::InvalidHyperparameter;
use super::arithmetic::{Arithmetic, Sum};
use super::options::{check as check_option, not_negative};
use super::pass::{Rule, pass};
use super::state::{TILE, check};
use crate::cpu::Isa;
use crate::round::{Cast, Format};
use crate::slice::{self, Stochastic};

/// The hyperparameters of [`Sgd`]; the defaults are those of `torch.optim.SGD`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SgdOptions {
    /// 0.001.
    pub learning_rate: f64,
    /// The share of the moment that stays at a step: 0, no moment.
    pub momentum: f64,
    /// The share of a gradient that does not go into the moment: 0.
    pub dampening: f64,
    /// 0.
    pub weight_decay: f64,
    /// Whether the moment is looked ahead along (Nesterov): off.
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

/// Stochastic gradient descent on `f32` master weights, as `torch.optim.SGD` has it.
///
/// With g the gradient and b the moment:
///
/// - g ← g + decay · w
/// - with momentum: b ← b · momentum + (1 − dampening) · g, at the first step b ← g; then g ← b, or with Nesterov
///   g ← g + momentum · b
/// - w ← w + (−lr) · g
///
/// each operation in `f32`, rounded to nearest, the factors rounded from `f64`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sgd {
    options: SgdOptions,
    steps: u64,
}

impl Sgd {
    /// An optimizer that has made no step.
    ///
    /// # Errors
    /// If the learning rate, the momentum or the weight decay is negative or not finite, the dampening not finite, or Nesterov's
    /// momentum asked for without momentum or with dampening.
    pub fn new(options: SgdOptions) -> Result<Self, InvalidHyperparameter> {
        not_negative("learning_rate", options.learning_rate)?;
        not_negative("momentum", options.momentum)?;
        not_negative("weight_decay", options.weight_decay)?;
        let (momentum, dampening) = (options.momentum, options.dampening);
        check_option("dampening", dampening, dampening.is_finite(), "finite")?;
        if options.nesterov {
            check_option(
                "momentum",
                momentum,
                momentum > 0.0,
                "more than 0 with nesterov",
            )?;
            check_option("dampening", dampening, dampening == 0.0, "0 with nesterov")?;
        }
        Ok(Self { options, steps: 0 })
    }

    /// The hyperparameters.
    pub const fn options(&self) -> SgdOptions {
        self.options
    }

    /// Changes the learning rate.
    ///
    /// # Errors
    /// If it is negative or not finite.
    pub fn set_learning_rate(&mut self, learning_rate: f64) -> Result<(), InvalidHyperparameter> {
        not_negative("learning_rate", learning_rate)?;
        self.options.learning_rate = learning_rate;
        Ok(())
    }

    /// Steps made so far.
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    /// Begins a step, in which each tensor of the model is updated once. A step that is skipped is not begun.
    pub const fn next_step(&mut self) -> SgdStep {
        self.steps += 1;
        let SgdOptions {
            learning_rate,
            momentum,
            dampening,
            weight_decay,
            nesterov,
        } = self.options;
        SgdStep {
            inverse_scale: 1.0,
            factors: Factors {
                decay: weight_decay as f32,
                momentum: momentum as f32,
                taken: (1.0 - dampening) as f32,
                step: -learning_rate as f32,
            },
            moment: match (momentum == 0.0, self.steps == 1, nesterov) {
                (true, _, _) => Moment::None,
                (_, first, nesterov) => Moment::Some { first, nesterov },
            },
        }
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Factors {
    decay: f32,
    momentum: f32,
    taken: f32,
    step: f32,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Moment {
    None,
    Some { first: bool, nesterov: bool },
}

/// A step of [`Sgd`]: what is the same for all tensors.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SgdStep {
    inverse_scale: f32,
    factors: Factors,
    moment: Moment,
}

impl SgdStep {
    /// The same for gradients that are multiplied by this first: [`LossScaler::inverse`](super::LossScaler::inverse).
    #[must_use]
    pub const fn inverse_scale(self, inverse_scale: f32) -> Self {
        Self {
            inverse_scale,
            ..self
        }
    }

    /// Updates a tensor: master weights and the moment, and the weights of the network, which are the master weights rounded, ties
    /// to even. Without momentum, the moment may be empty.
    ///
    /// # Panics
    /// If a slice is not as long as the gradients; the message has its name and both lengths.
    #[track_caller]
    pub fn update<G: Format, P: Format>(
        &self,
        gradients: &[G],
        master: &mut [f32],
        moment: &mut [f32],
        weights: &mut [P],
    ) {
        self.update_on(Isa::detect(), gradients, master, moment, weights);
    }

    /// [`update`](Self::update) on this [`Isa`]; the result is the same on all.
    ///
    /// # Panics
    /// If a slice is not as long as the gradients; the message has its name and both lengths.
    #[track_caller]
    pub fn update_on<G: Format, P: Format>(
        &self,
        isa: Isa,
        gradients: &[G],
        master: &mut [f32],
        moment: &mut [f32],
        weights: &mut [P],
    ) {
        check("master", master.len(), gradients.len());
        self.check_moment(moment, gradients.len());
        check("weights", weights.len(), gradients.len());
        self.pass(isa, gradients, master, moment, weights);
    }

    /// Updates a tensor without master weights: the weights themselves are updated in `f32` and rounded at random, so that
    /// updates smaller than half a step of the format are not lost on average.
    ///
    /// `stochastic` says which random bits: take another offset or seed at every step.
    ///
    /// # Panics
    /// If a slice is not as long as the gradients; the message has its name and both lengths.
    #[track_caller]
    pub fn update_stochastic<G: Format, P: Format>(
        &self,
        gradients: &[G],
        moment: &mut [f32],
        weights: &mut [P],
        stochastic: Stochastic,
    ) {
        self.update_stochastic_on(Isa::detect(), gradients, moment, weights, stochastic);
    }

    /// [`update_stochastic`](Self::update_stochastic) on this [`Isa`]; the result is the same on all.
    ///
    /// # Panics
    /// If a slice is not as long as the gradients; the message has its name and both lengths.
    #[track_caller]
    pub fn update_stochastic_on<G: Format, P: Format>(
        &self,
        isa: Isa,
        gradients: &[G],
        moment: &mut [f32],
        weights: &mut [P],
        stochastic: Stochastic,
    ) {
        self.check_moment(moment, gradients.len());
        check("weights", weights.len(), gradients.len());
        let (mut before, mut after) = ([0f32; TILE], [0f32; TILE]);
        let mut moments = moment.chunks_mut(TILE);
        let tiles = gradients.chunks(TILE).zip(weights.chunks_mut(TILE));
        for (nth, (gradients, weights)) in tiles.enumerate() {
            let (before, after) = (&mut before[..weights.len()], &mut after[..weights.len()]);
            slice::cast_on(isa, weights, before, Cast::new());
            let moment = moments.next().unwrap_or_default();
            self.pass(isa, gradients, before, moment, after);
            slice::cast_stochastic_on(isa, after, weights, stochastic.after(nth * TILE));
        }
    }

    #[track_caller]
    pub(super) fn check_moment(&self, moment: &[f32], gradients: usize) {
        if self.moment != Moment::None || !moment.is_empty() {
            check("moment", moment.len(), gradients);
        }
    }

    // Compiled where it is used, as its callers are.
    #[inline]
    fn pass<G: Format, P: Format>(
        &self,
        isa: Isa,
        gradients: &[G],
        master: &mut [f32],
        moment: &mut [f32],
        weights: &mut [P],
    ) {
        let (factors, scale) = (self.factors, self.inverse_scale);
        match self.moment {
            Moment::None => {
                pass(isa, (Plain(factors), scale), gradients, master, [], weights);
            }
            Moment::Some { first, nesterov } => {
                let rule = WithMoment {
                    factors,
                    first,
                    nesterov,
                };
                pass(isa, (rule, scale), gradients, master, [moment], weights);
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Plain(Factors);

impl Rule<0> for Plain {
    #[inline(always)]
    fn next<A: Arithmetic>(self, gradient: f32, weight: f32, _: [f32; 0]) -> (Sum, [f32; 0]) {
        let Factors { decay, step, .. } = self.0;
        let gradient = penalized::<A>(gradient, decay, weight);
        let value = weight + A::product_of_gradient(step, gradient);
        (Sum::certain(value), [])
    }
}

#[derive(Clone, Copy)]
struct WithMoment {
    factors: Factors,
    first: bool,
    nesterov: bool,
}

impl Rule<1> for WithMoment {
    #[inline(always)]
    fn next<A: Arithmetic>(
        self,
        gradient: f32,
        weight: f32,
        [moment]: [f32; 1],
    ) -> (Sum, [f32; 1]) {
        let Factors {
            decay,
            momentum,
            taken,
            step,
        } = self.factors;
        let gradient = penalized::<A>(gradient, decay, weight);
        let next = A::product(moment, momentum) + A::product_of_gradient(taken, gradient);
        let moment = if self.first { gradient } else { next };
        let ahead = gradient + A::product(momentum, moment);
        let update = if self.nesterov { ahead } else { moment };
        let value = weight + A::product(step, update);
        (Sum::certain(value), [moment])
    }
}

/// A gradient with that of the penalty on its weight. Without a penalty the gradient as it is, whatever the weight is.
#[inline(always)]
fn penalized<A: Arithmetic>(gradient: f32, decay: f32, weight: f32) -> f32 {
    let penalized = gradient + A::product(decay, weight);
    if decay == 0.0 { gradient } else { penalized }
}
