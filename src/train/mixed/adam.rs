//! AdamW, and Adam.

use super::InvalidHyperparameter;
use super::arithmetic::{Arithmetic, Sum};
use super::options::{below_one, not_negative};
use super::pass::{Rule, pass};
use super::state::{TILE, check};

use crate::arithmetic::ieee;
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{Cast, Format, Rounding};
use crate::slice::{self, Stochastic};

/// The hyperparameters of [`AdamW`]; the defaults are those of `torch.optim.AdamW`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AdamWOptions {
    /// 0.001.
    pub learning_rate: f64,
    /// The shares of the moments that stay at a step: 0.9 and 0.999.
    pub betas: (f64, f64),
    /// What is added to the root of the second moment: 10<sup>−8</sup>.
    pub epsilon: f64,
    /// 0.01.
    pub weight_decay: f64,
    /// Whether weights decay by themselves, as in AdamW (the default), or through the gradients, as in Adam with an L2 penalty.
    pub decoupled: bool,
}

impl Default for AdamWOptions {
    fn default() -> Self {
        Self {
            learning_rate: 1e-3,
            betas: (0.9, 0.999),
            epsilon: 1e-8,
            weight_decay: 1e-2,
            decoupled: true,
        }
    }
}

/// AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019) on `f32` master weights and moments, as
/// `torch.optim.AdamW` has it; with [`decoupled`](AdamWOptions::decoupled) off, `torch.optim.Adam`.
///
/// With g the gradient, m and v the moments, t the step, from 1:
///
/// - AdamW: w ← w · (1 − lr · decay); Adam: g ← g + decay · w
/// - m ← m + (g − m) · (1 − β₁)
/// - v ← v · β₂ + ((1 − β₂) · g) · g
/// - w ← w + (−lr / (1 − β₁ᵗ) · m) / (√v / √(1 − β₂ᵗ) + ε)
///
/// each operation in `f32`, rounded to nearest, the factors that are the same for all elements computed in `f64` and rounded to
/// `f32`. torch does the same in the same order, but fuses some products and sums where the CPU can.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AdamW {
    options: AdamWOptions,
    steps: u64,
}

impl AdamW {
    /// An optimizer that has made no step.
    ///
    /// # Errors
    /// If the learning rate, epsilon or the weight decay is negative or not finite, or a beta not in [0, 1).
    pub fn new(options: AdamWOptions) -> Result<Self, InvalidHyperparameter> {
        not_negative("learning_rate", options.learning_rate)?;
        below_one("beta1", options.betas.0)?;
        below_one("beta2", options.betas.1)?;
        not_negative("epsilon", options.epsilon)?;
        not_negative("weight_decay", options.weight_decay)?;
        Ok(Self { options, steps: 0 })
    }

    /// The hyperparameters, to change between steps: a schedule of learning rates.
    pub const fn options(&self) -> AdamWOptions {
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
    pub fn next_step(&mut self) -> AdamWStep {
        self.steps += 1;
        let AdamWOptions {
            learning_rate,
            betas: (beta1, beta2),
            epsilon,
            weight_decay,
            decoupled,
        } = self.options;
        let steps = self.steps.min(i32::MAX as u64) as i32;
        let power = |beta: f64| f64::from_bits(Layout::BINARY64.power(beta.to_bits(), steps));
        let rest = |beta: f64| 1.0 - power(beta);
        let (root, _) = ieee::sqrt(rest(beta2), Rounding::TiesToEven);
        AdamWStep {
            inverse_scale: 1.0,
            decoupled,
            factors: Factors {
                decay: if decoupled {
                    1.0 - learning_rate * weight_decay
                } else {
                    weight_decay
                } as f32,
                rest1: (1.0 - beta1) as f32,
                beta2: beta2 as f32,
                rest2: (1.0 - beta2) as f32,
                root: root as f32,
                epsilon: epsilon as f32,
                step: -(learning_rate / rest(beta1)) as f32,
            },
        }
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Factors {
    /// On a weight: what is left of it after its decay, or what is added to the gradient.
    decay: f32,
    rest1: f32,
    beta2: f32,
    rest2: f32,
    root: f32,
    epsilon: f32,
    step: f32,
}

/// A step of [`AdamW`]: what is the same for all tensors.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AdamWStep {
    inverse_scale: f32,
    decoupled: bool,
    factors: Factors,
}

impl AdamWStep {
    /// The same for gradients that are multiplied by this first: [`LossScaler::inverse`](super::LossScaler::inverse).
    #[must_use]
    pub const fn inverse_scale(self, inverse_scale: f32) -> Self {
        Self {
            inverse_scale,
            ..self
        }
    }

    /// Updates a tensor: master weights and moments, and the weights of the network, which are the master weights rounded, ties to
    /// even. Moments are 0 before the first step.
    ///
    /// # Panics
    /// If a slice is not as long as the gradients; the message has its name and both lengths.
    #[track_caller]
    pub fn update<G: Format, P: Format>(
        &self,
        gradients: &[G],
        master: &mut [f32],
        first: &mut [f32],
        second: &mut [f32],
        weights: &mut [P],
    ) {
        self.update_on(Isa::detect(), gradients, master, first, second, weights);
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
        first: &mut [f32],
        second: &mut [f32],
        weights: &mut [P],
    ) {
        check("master", master.len(), gradients.len());
        check("first", first.len(), gradients.len());
        check("second", second.len(), gradients.len());
        check("weights", weights.len(), gradients.len());
        self.pass(isa, gradients, master, [first, second], weights);
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
        first: &mut [f32],
        second: &mut [f32],
        weights: &mut [P],
        stochastic: Stochastic,
    ) {
        self.update_stochastic_on(Isa::detect(), gradients, first, second, weights, stochastic);
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
        first: &mut [f32],
        second: &mut [f32],
        weights: &mut [P],
        stochastic: Stochastic,
    ) {
        check("first", first.len(), gradients.len());
        check("second", second.len(), gradients.len());
        check("weights", weights.len(), gradients.len());
        let (mut before, mut after) = ([0f32; TILE], [0f32; TILE]);
        let moments = first.chunks_mut(TILE).zip(second.chunks_mut(TILE));
        let tiles = gradients
            .chunks(TILE)
            .zip(moments)
            .zip(weights.chunks_mut(TILE));
        for (nth, ((gradients, (first, second)), weights)) in tiles.enumerate() {
            let (before, after) = (&mut before[..weights.len()], &mut after[..weights.len()]);
            slice::cast_on(isa, weights, before, Cast::new());
            self.pass(isa, gradients, before, [first, second], after);
            slice::cast_stochastic_on(isa, after, weights, stochastic.after(nth * TILE));
        }
    }

    // Compiled where it is used, as its callers are.
    #[inline]
    fn pass<G: Format, P: Format>(
        &self,
        isa: Isa,
        gradients: &[G],
        master: &mut [f32],
        moments: [&mut [f32]; 2],
        weights: &mut [P],
    ) {
        let (factors, scale) = (self.factors, self.inverse_scale);
        if self.decoupled {
            let rule = Update::<true>(factors);
            pass(isa, (rule, scale), gradients, master, moments, weights);
        } else {
            let rule = Update::<false>(factors);
            pass(isa, (rule, scale), gradients, master, moments, weights);
        }
    }
}

#[derive(Clone, Copy)]
struct Update<const DECOUPLED: bool>(Factors);

impl<const DECOUPLED: bool> Rule<2> for Update<DECOUPLED> {
    #[inline(always)]
    fn next<A: Arithmetic>(
        self,
        gradient: f32,
        weight: f32,
        [first, second]: [f32; 2],
    ) -> (Sum, [f32; 2]) {
        let Factors {
            decay,
            rest1,
            beta2,
            rest2,
            root,
            epsilon,
            step,
        } = self.0;
        let (gradient, kept) = if DECOUPLED {
            (gradient, weight * decay)
        } else {
            (gradient + decay * weight, weight)
        };
        let first = first + A::product(gradient - first, rest1);
        let square = A::product_of_gradient(A::product_of_gradient(rest2, gradient), gradient);
        let second = A::product(second, beta2) + square;
        let denominator = A::root(second) / root + epsilon;
        let weight = A::add_quotient(kept, step, first, denominator);
        (weight, [first, second])
    }
}
