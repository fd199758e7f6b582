//! [`Optimizer`]: what the algorithms share before and between steps.

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

/// The algorithm of an [`Optimizer`], which the type of its options chooses: [`AdamWOptions`](super::AdamWOptions) or
/// [`SgdOptions`](super::SgdOptions). Other types cannot implement the trait.
pub trait Algorithm: Copy + PartialEq + Debug + sealed::Sealed {
    /// All that the optimizer remembers between steps. The moments are not in it: they belong to the tensors.
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

    /// Counts a step, and computes its factors.
    #[doc(hidden)]
    fn next_step(&self, state: &mut Self::State) -> Self::Factors;

    /// The slices of a tensor. Panics unless all are as long as the gradients.
    #[doc(hidden)]
    #[track_caller]
    fn slices<'a, P: Format>(
        factors: &Self::Factors,
        tensor: Self::Tensor<'a, P>,
        gradients: usize,
    ) -> Slices<'a, P>;

    /// Updates master weights and moments, and rounds the master weights into `weights`, unless that is empty.
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
/// It holds the options and the [state](Self::state). Weights and moments stay in your slices, and each step borrows them.
///
/// # Checkpoints
/// A checkpoint needs the state of the optimizer, the weights (the master weights, if there are any) and the moments.
/// [`resume`](Self::resume) continues from it, and all later weights have the bits that they would have had without the
/// interruption. With the feature `serde`, an optimizer is saved and restored whole: the options and the state. A text format
/// must keep every bit of an `f64`: `serde_json` does with its feature `float_roundtrip`.
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
    /// Creates an optimizer that has made no step.
    ///
    /// # Errors
    /// If an option is out of its range, which the documentation of the options gives.
    pub fn new(options: A) -> Result<Self, InvalidHyperparameter> {
        Self::resume(options, A::State::default())
    }

    /// Creates an optimizer that continues from a checkpoint. Its next steps are those that the saved optimizer would have made.
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

    /// Changes the options from the next step on, as a schedule does.
    ///
    /// # Errors
    /// If an option is out of its range. The options are left as they were.
    pub fn set_options(&mut self, options: A) -> Result<(), InvalidHyperparameter> {
        options.check()?;
        self.options = options;
        Ok(())
    }

    /// Changes the learning rate from the next step on.
    ///
    /// # Errors
    /// If the learning rate is negative or not finite. The options are left as they were.
    #[doc(alias = "lr_scheduler")]
    pub fn set_learning_rate(&mut self, learning_rate: f64) -> Result<(), InvalidHyperparameter> {
        let mut options = self.options;
        *options.learning_rate() = learning_rate;
        self.set_options(options)
    }

    /// Returns all that the optimizer remembers between steps: what a checkpoint needs besides the tensors.
    #[doc(alias = "state_dict")]
    pub const fn state(&self) -> A::State {
        self.state
    }

    /// Returns how many steps have begun.
    pub fn steps(&self) -> u64 {
        A::steps(&self.state)
    }

    /// Begins a step, which updates each tensor of the model once. If the gradients are not finite, do not begin the step: skip it.
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
