//! [`unscale`]: widens gradients to `f32`, and removes the loss scale.

use crate::bulk::reduction::Amax;
use crate::bulk::{self, Out};
use crate::cpu::Isa;
use crate::round::{Cast, Format};
use crate::slice::{assert_within_f32, same_length};

/// Widens gradients to `f32` and multiplies them by the inverse of the loss scale. Returns whether all gradients were finite.
///
/// ```
/// use ulp::{F16, mixed};
///
/// let mut out = [0f32; 2];
/// assert!(mixed::unscale(&[F16::MAX, F16::EPSILON], 0.5, &mut out));
/// assert_eq!(out, [32752.0, 0.00048828125]);
/// assert!(!mixed::unscale(&[F16::NAN, F16::EPSILON], 0.5, &mut out));
/// ```
///
/// # Panics
/// If the slices differ in length. The message has both lengths.
#[must_use]
#[track_caller]
pub fn unscale<G: Format>(gradients: &[G], inverse_scale: f32, out: &mut [f32]) -> bool {
    const { assert_within_f32::<G>() };
    unscale_on(Isa::detect(), gradients, inverse_scale, out)
}

/// Does what [`unscale`] does, on this [`Isa`]. Every `Isa` gives the same bits.
///
/// # Panics
/// If the slices differ in length. The message has both lengths.
#[must_use]
#[track_caller]
pub fn unscale_on<G: Format>(isa: Isa, gradients: &[G], inverse_scale: f32, out: &mut [f32]) -> bool {
    const { assert_within_f32::<G>() };
    same_length(gradients.len(), out.len());
    let mut amax = Amax::new();
    bulk::in_pieces(gradients, Out::new(out), |gradients, out| {
        let out = bulk::convert_scaled(isa, gradients, inverse_scale, out, Cast::new());
        amax.read(isa, gradients);
        out
    });
    amax.is_finite()
}
