//! The numeric part of training in mixed precision: weights and gradients in 16 bits, updates in `f32`.
//!
//! The four steps of Micikevicius et al., "Mixed Precision Training" (2018):
//! 1. the `f32` master weights are rounded to 16 bits ([`slice::cast`](crate::slice::cast));
//! 2. the network computes gradients in 16 bits, of a loss multiplied by the scale of a [`LossScaler`], which keeps the gradients
//!    from becoming zero;
//! 3. the gradients are widened to `f32` and divided by the scale ([`unscale`], which also says whether all gradients were
//!    finite);
//! 4. the optimizer updates the master weights ([`Sgd`], [`AdamW`]).
//!
//! One pass over memory does steps 3, 4, and step 1 of the next round. [`Step::update`] takes the gradients in their own format,
//! and writes the weights in 16 bits beside the master weights. [`Optimizer::resume`] continues from a checkpoint.
//!
//! ```
//! use ulp::mixed::{self, AdamW, AdamWOptions, AdamWTensor, LossScaler};
//! use ulp::{F16, slice};
//!
//! let mut master = [1.0f32, -2.0];
//! let (mut first, mut second) = ([0f32; 2], [0f32; 2]);
//! let mut weights: Vec<F16> = slice::cast_to_vec(&master); // 1
//! let mut scaler = LossScaler::new();
//! let mut adam = AdamW::new(AdamWOptions { learning_rate: 0.1, ..AdamWOptions::default() })?;
//!
//! let gradients = [0.5, -0.25].map(|x| F16::from_f32(x * scaler.scale() / 4.0)); // 2, of a quarter of the loss
//! let finite = slice::all_finite(&gradients);
//! if finite {
//!     let step = adam.next_step().inverse_scale(scaler.inverse());
//!     step.update(
//!         &gradients,
//!         AdamWTensor {
//!             weights: &mut weights,
//!             master: Some(&mut master),
//!             first_moment: &mut first,
//!             second_moment: &mut second,
//!         },
//!     ); // 3, 4 and 1
//! }
//! scaler.update(finite);
//! assert_eq!(weights, [F16::from_f32(0.899), F16::from_f32(-1.898)]);
//! # Ok::<(), ulp::mixed::InvalidHyperparameter>(())
//! ```
//!
//! All steps compute in `f32`, in one order and without fused operations. Every [`Isa`](crate::Isa) therefore gives the same
//! bits.

mod adam;
mod arithmetic;
mod invalid;
mod norm;
mod optimizer;
#[cfg(feature = "rayon")]
mod parallel;
mod pass;
mod scaler;
mod sgd;
mod step;
mod tensor;
mod unscale;

pub use adam::{AdamW, AdamWOptions, AdamWState, AdamWStep, AdamWTensor};
pub use invalid::InvalidHyperparameter;
pub use norm::{Clip, clip_grad_norm, grad_norm};
pub use optimizer::{Algorithm, Optimizer};
#[cfg(feature = "rayon")]
pub use parallel::par_unscale;
pub use scaler::{LossScaler, LossScalerOptions, LossScalerState};
pub use sgd::{Sgd, SgdOptions, SgdState, SgdStep, SgdTensor};
pub use step::Step;
pub use unscale::{unscale, unscale_on};

/// A saved optimizer or loss scaler. Its options are not checked yet.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved<O, S> {
    options: O,
    state: S,
}
