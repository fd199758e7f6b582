//! [`Optimizer`]: the options and the state of an algorithm, before and between steps.

use core::fmt::Debug;

use super::pass::Setting;
use super::tensor::Slices;
use super::{InvalidHyperparameter, Step};
use crate::round::Format;

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::super::AdamWOptions {}
    impl Sealed for super::super::SgdOptions {}
}

/// The algorithm of an [`Optimizer`]. The type of the options chooses the algorithm: [`AdamWOptions`](super::AdamWOptions) or
/// [`SgdOptions`](super::SgdOptions). Other types cannot implement the trait.
pub trait Algorithm: Copy + PartialEq + Debug + sealed::Sealed {
    /// The state that the optimizer keeps between steps. The moments belong to the tensors and are not part of the state.
    type State: Copy + PartialEq + Debug + Default;

    /// A tensor of the model, with its moments.
    type Tensor<'a, P: Format>;

    /// The factors of a step, which all elements share.
    #[doc(hidden)]
    type Factors: Copy + PartialEq + Debug + Send + Sync;

    #[doc(hidden)]
    fn check(&self) -> Result<(), InvalidHyperparameter>;

    #[doc(hidden)]
    fn learning_rate(&mut self) -> &mut f64;

    #[doc(hidden)]
    fn steps(state: &Self::State) -> u64;

    /// Counts a step, and returns its factors.
    #[doc(hidden)]
    fn next_step(&self, state: &mut Self::State) -> Self::Factors;

    /// Returns the slices of a tensor. Panics if a slice is not as long as the gradients.
    #[doc(hidden)]
    #[track_caller]
    fn slices<'a, P: Format>(factors: &Self::Factors, tensor: Self::Tensor<'a, P>, gradients: usize) -> Slices<'a, P>;

    /// Updates master weights and moments. If `weights` is not empty, rounds the master weights into `weights`.
    #[doc(hidden)]
    fn pass<G: Format, P: Format>(
        factors: &Self::Factors,
        setting: Setting,
        gradients: &[G],
        master: &mut [f32],
        moments: [&mut [f32]; 2],
        weights: &mut [P],
    );
}

/// An optimizer with the options `A`: [`AdamW`](super::AdamW) or [`Sgd`](super::Sgd).
///
/// An optimizer holds the options and the [state](Self::state). Weights and moments stay in your slices. Each step borrows these
/// slices.
///
/// # Checkpoints
/// A checkpoint needs the state of the optimizer, the moments, and the weights (the master weights, if there are any).
/// [`resume`](Self::resume) continues from a checkpoint. All later weights have the same bits as without the interruption. With
/// the feature `serde`, an optimizer is saved and restored whole: the options and the state. A text format must keep every bit of
/// an `f64`. `serde_json` does so with its feature `float_roundtrip`.
///
/// ```
/// use ulp::mixed::{AdamW, AdamWOptions, AdamWState, AdamWTensor};
///
/// let (mut weights, mut first, mut second) = ([1f32, -2.0], [0f32; 2], [0f32; 2]);
/// let mut adam = AdamW::new(AdamWOptions::default())?;
/// adam.next_step().update(
///     &[0.5f32, 0.25],
///     AdamWTensor {
///         weights: &mut weights,
///         master: None,
///         first_moment: &mut first,
///         second_moment: &mut second,
///     },
/// );
///
/// let resumed = AdamW::resume(adam.options(), AdamWState { steps: 1 })?;
/// assert_eq!(resumed, adam);
/// # Ok::<(), ulp::mixed::InvalidHyperparameter>(())
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(
        try_from = "super::Saved<A, A::State>",
        bound(
            serialize = "A: serde::Serialize, A::State: serde::Serialize",
            deserialize = "A: serde::Deserialize<'de>, A::State: serde::Deserialize<'de>",
        )
    )
)]
pub struct Optimizer<A: Algorithm> {
    options: A,
    state: A::State,
}

impl<A: Algorithm> Optimizer<A> {
    /// Creates an optimizer before its first step.
    ///
    /// # Errors
    /// If an option is out of its range, which the documentation of the options gives.
    pub fn new(options: A) -> Result<Self, InvalidHyperparameter> {
        Self::resume(options, A::State::default())
    }

    /// Creates an optimizer that continues from a checkpoint. Its next steps have the bits of the steps of the saved optimizer.
    ///
    /// # Errors
    /// If an option is out of its range.
    #[doc(alias = "load_state_dict")]
    pub fn resume(options: A, state: A::State) -> Result<Self, InvalidHyperparameter> {
        options.check()?;
        Ok(Self { options, state })
    }

    /// Returns the options.
    #[doc(alias("param_groups", "defaults"))]
    pub const fn options(&self) -> A {
        self.options
    }

    /// Changes the options from the next step on. A learning rate schedule does this.
    ///
    /// # Errors
    /// If an option is out of its range. The old options then stay.
    pub fn set_options(&mut self, options: A) -> Result<(), InvalidHyperparameter> {
        options.check()?;
        self.options = options;
        Ok(())
    }

    /// Changes the learning rate from the next step on.
    ///
    /// # Errors
    /// If the learning rate is negative or not finite. The old options then stay.
    #[doc(alias = "lr_scheduler")]
    pub fn set_learning_rate(&mut self, learning_rate: f64) -> Result<(), InvalidHyperparameter> {
        let mut options = self.options;
        *options.learning_rate() = learning_rate;
        self.set_options(options)
    }

    /// Returns the state that the optimizer keeps between steps. A checkpoint needs this state and the tensors.
    #[doc(alias = "state_dict")]
    pub const fn state(&self) -> A::State {
        self.state
    }

    /// Returns the number of steps that have begun.
    pub fn steps(&self) -> u64 {
        A::steps(&self.state)
    }

    /// Begins a step, which updates each tensor of the model once. If a gradient is not finite, skip the step: do not call this
    /// method.
    pub fn next_step(&mut self) -> Step<A> {
        Step::new(self.options.next_step(&mut self.state))
    }
}

#[cfg(feature = "serde")]
impl<A: Algorithm> TryFrom<super::Saved<A, A::State>> for Optimizer<A> {
    type Error = InvalidHyperparameter;

    fn try_from(saved: super::Saved<A, A::State>) -> Result<Self, InvalidHyperparameter> {
        Self::resume(saved.options, saved.state)
    }
}
