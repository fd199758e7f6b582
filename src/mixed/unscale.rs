//! Step 3: gradients to `f32`.

use crate::slice::{all_finite_on, cast_scaled_on};
use crate::{Cast, Format, Isa};

/// Elements that are read twice, the second time from the nearest cache.
const PIECE: usize = 8192;

/// Widens gradients to `f32` and multiplies them by the inverse of the loss scale; whether all of them were finite.
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
/// If the slices differ in length; the message has both.
#[must_use]
#[track_caller]
pub fn unscale<G: Format>(gradients: &[G], inverse_scale: f32, out: &mut [f32]) -> bool {
    unscale_on(Isa::detect(), gradients, inverse_scale, out)
}

/// [`unscale`] on this [`Isa`]; the result is the same on all.
///
/// # Panics
/// If the slices differ in length; the message has both.
#[must_use]
#[track_caller]
pub fn unscale_on<G: Format>(
    isa: Isa,
    gradients: &[G],
    inverse_scale: f32,
    out: &mut [f32],
) -> bool {
    crate::slice::same_length(gradients.len(), out.len());
    let mut finite = true;
    for (gradients, out) in gradients.chunks(PIECE).zip(out.chunks_mut(PIECE)) {
        cast_scaled_on(isa, gradients, inverse_scale, out, Cast::new());
        finite &= all_finite_on(isa, gradients);
    }
    finite
}
