//! AdamW, and Adam.

use super::arithmetic::{Arithmetic, Sum};
use super::invalid::{below_one, not_negative};
use super::pass::{Rule, Setting, pass};
use super::tensor::{Slices, check_length};
use super::{Algorithm, InvalidHyperparameter, Optimizer, Step};
use crate::arithmetic::ieee;
use crate::format::Layout;
use crate::round::{Format, Rounding};

/// AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019) as `torch.optim.AdamW` computes it. If
/// [`decoupled`](AdamWOptions::decoupled) is `false`, this is `torch.optim.Adam`.
///
/// With g the gradient, m and v the moments, and t the step, counted from 1:
///
/// - AdamW: w ← w · (1 − lr · decay); Adam: g ← g + decay · w
/// - m ← m + (g − m) · (1 − β₁), or where 1 − β₁ is 0.5 or more, m ← g − (g − m) · β₁
/// - v ← v · β₂ + ((1 − β₂) · g) · g
/// - w ← w + (−lr / (1 − β₁ᵗ) · m) / (√v / √(1 − β₂ᵗ) + ε)
///
/// Each operation is rounded to `f32`. The factors that all elements share are computed in `f64` and rounded to `f32`. torch has
/// this order too, but fuses some products and sums on some CPUs.
///
/// ```
/// use ulp::mixed::{AdamW, AdamWOptions, AdamWTensor};
///
/// let mut adam = AdamW::new(AdamWOptions { weight_decay: 0.0, ..AdamWOptions::default() })?;
/// let (mut weights, mut first, mut second) = ([1f32], [0.0], [0.0]);
/// adam.next_step().update(
///     &[0.5f32],
///     AdamWTensor {
///         weights: &mut weights,
///         master: None,
///         first_moment: &mut first,
///         second_moment: &mut second,
///     },
/// );
/// // The first step has the length of the learning rate, whatever the gradient is.
/// assert!((weights[0] - 0.999).abs() < 1e-6);
/// # Ok::<(), ulp::mixed::InvalidHyperparameter>(())
/// ```
///
/// # State
/// | here | in torch's `state_dict` |
/// |---|---|
/// | [`AdamWState::steps`] | `step` |
/// | [`AdamWTensor::first_moment`] | `exp_avg` |
/// | [`AdamWTensor::second_moment`] | `exp_avg_sq` |
/// | the options `learning_rate`, `betas`, `epsilon`, `weight_decay`, `decoupled` | `lr`, `betas`, `eps`, `weight_decay`, `decoupled_weight_decay` |
#[doc(alias = "Adam")]
pub type AdamW = Optimizer<AdamWOptions>;

/// A step of [`AdamW`].
pub type AdamWStep = Step<AdamWOptions>;

/// The options of [`AdamW`]. The defaults are those of `torch.optim.AdamW`.
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct AdamWOptions {
    /// The learning rate, finite and not negative. The default is 0.001.
    #[doc(alias = "lr")]
    pub learning_rate: f64,
    /// The shares of the first and the second moment that stay after a step, at least 0 and less than 1. The defaults are 0.9 and
    /// 0.999.
    pub betas: (f64, f64),
    /// The summand that keeps the divisor of the update from 0, finite and not negative. The default is 10<sup>−8</sup>.
    #[doc(alias = "eps")]
    pub epsilon: f64,
    /// The decay of the weights, finite and not negative. The default is 0.01.
    pub weight_decay: f64,
    /// True if the decay acts on the weights themselves, as in AdamW. If `false`, the decay acts on the gradients, as in Adam
    /// with an L2 penalty. The default is `true`.
    #[doc(alias = "decoupled_weight_decay")]
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

/// The state that [`AdamW`] keeps between steps, without the moments. The default is the state before the first step.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct AdamWState {
    /// The number of steps that have begun, torch's `step`. The default is 0.
    #[doc(alias = "step")]
    pub steps: u64,
}

/// A tensor that [`AdamW`] updates. All slices are as long as the gradients.
#[derive(PartialEq, Debug)]
pub struct AdamWTensor<'a, P> {
    /// The weights of the network.
    pub weights: &'a mut [P],
    /// The weights in `f32`. `weights` are a rounded copy of them. A model in `f32` needs no master weights. Weights that are
    /// rounded at random need none either.
    pub master: Option<&'a mut [f32]>,
    /// The first moments, torch's `exp_avg`. They are 0 before the first step.
    #[doc(alias = "exp_avg")]
    pub first_moment: &'a mut [f32],
    /// The second moments, torch's `exp_avg_sq`. They are 0 before the first step.
    #[doc(alias = "exp_avg_sq")]
    pub second_moment: &'a mut [f32],
}

/// The factors of a step, which all elements share.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Factors {
    decoupled: bool,
    /// The factor of the decay. AdamW multiplies the weight by this factor. Adam adds this share of the weight to the gradient.
    decay: f32,
    /// True if the first moment is g − (g − m) · β₁, and false if it is m + (g − m) · (1 − β₁). torch's `lerp` has these two
    /// cases, and starts from the nearer end.
    from_gradient: bool,
    lerp: f32,
    beta2: f32,
    rest2: f32,
    root: f32,
    epsilon: f32,
    step: f32,
}

impl Algorithm for AdamWOptions {
    type State = AdamWState;
    type Tensor<'a, P: Format> = AdamWTensor<'a, P>;
    type Factors = Factors;

    fn check(&self) -> Result<(), InvalidHyperparameter> {
        not_negative("learning_rate", self.learning_rate)?;
        below_one("beta1", self.betas.0)?;
        below_one("beta2", self.betas.1)?;
        not_negative("epsilon", self.epsilon)?;
        not_negative("weight_decay", self.weight_decay)
    }

    fn learning_rate(&mut self) -> &mut f64 {
        &mut self.learning_rate
    }

    fn steps(state: &AdamWState) -> u64 {
        state.steps
    }

    fn next_step(&self, state: &mut AdamWState) -> Factors {
        state.steps = state.steps.saturating_add(1);
        let Self {
            learning_rate,
            betas: (beta1, beta2),
            epsilon,
            weight_decay,
            decoupled,
        } = *self;
        let steps = state.steps.min(i32::MAX as u64) as i32;
        let power = |beta: f64| f64::from_bits(Layout::BINARY64.power(beta.to_bits(), steps));
        let rest = |beta: f64| 1.0 - power(beta);
        let (root, _) = ieee::sqrt(rest(beta2), Rounding::TiesToEven);
        // torch rounds the weight of its `lerp` to `f32` first.
        let lerp = (1.0 - beta1) as f32;
        let from_gradient = lerp >= 0.5;
        Factors {
            decoupled,
            decay: if decoupled {
                1.0 - learning_rate * weight_decay
            } else {
                weight_decay
            } as f32,
            from_gradient,
            lerp: if from_gradient { lerp - 1.0 } else { lerp },
            beta2: beta2 as f32,
            rest2: (1.0 - beta2) as f32,
            root: root as f32,
            epsilon: epsilon as f32,
            step: -(learning_rate / rest(beta1)) as f32,
        }
    }

    #[track_caller]
    fn slices<'a, P: Format>(_: &Factors, tensor: Self::Tensor<'a, P>, gradients: usize) -> Slices<'a, P> {
        check_length("first_moment", tensor.first_moment.len(), gradients);
        check_length("second_moment", tensor.second_moment.len(), gradients);
        let moments = [tensor.first_moment, tensor.second_moment];
        Slices::new(tensor.weights, tensor.master, moments, gradients)
    }

    // The function is compiled in the caller's crate, as its callers are.
    #[inline]
    fn pass<G: Format, P: Format>(
        factors: &Factors,
        setting: Setting,
        gradients: &[G],
        master: &mut [f32],
        moments: [&mut [f32]; 2],
        weights: &mut [P],
    ) {
        if factors.decoupled {
            let rule = Update::<true>(*factors);
            pass(setting, rule, gradients, master, moments, weights);
        } else {
            let rule = Update::<false>(*factors);
            pass(setting, rule, gradients, master, moments, weights);
        }
    }
}

#[derive(Clone, Copy)]
struct Update<const DECOUPLED: bool>(Factors);

impl<const DECOUPLED: bool> Rule<2> for Update<DECOUPLED> {
    #[inline(always)]
    fn next<A: Arithmetic>(self, gradient: f32, weight: f32, [first, second]: [f32; 2]) -> (Sum, [f32; 2]) {
        let Factors {
            decay,
            from_gradient,
            lerp,
            beta2,
            rest2,
            root,
            epsilon,
            step,
            ..
        } = self.0;
        let (gradient, kept) = if DECOUPLED {
            (gradient, weight * decay)
        } else {
            (gradient + decay * weight, weight)
        };
        let nearer = if from_gradient { gradient } else { first };
        let first = nearer + A::product(gradient - first, lerp);
        let square = A::product_of_gradient(A::product_of_gradient(rest2, gradient), gradient);
        let second = A::product(second, beta2) + square;
        let denominator = A::root(second) / root + epsilon;
        let weight = A::add_quotient(kept, step, first, denominator);
        (weight, [first, second])
    }
}
