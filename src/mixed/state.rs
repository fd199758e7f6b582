//! What all optimizers share: the pass over tensors in tiles, which are widened and narrowed by the fast casts.

use crate::slice;
use crate::{Cast, Format, Isa};

/// Elements of a tile, whose copies in `f32` stay in the nearest cache.
pub(super) const TILE: usize = 1024;

/// Panics unless a tensor has as many elements as the gradients.
#[track_caller]
pub(super) fn check(name: &str, len: usize, gradients: usize) {
    assert!(
        len == gradients,
        "{name} has {len} elements, but the gradients have {gradients}"
    );
}

/// Widens gradients and multiplies them by the inverse of the loss scale.
#[inline]
pub(super) fn widen<'a, G: Format>(
    isa: Isa,
    gradients: &[G],
    inverse_scale: f32,
    tile: &'a mut [f32; TILE],
) -> &'a [f32] {
    let wide = &mut tile[..gradients.len()];
    slice::cast_scaled_on(isa, gradients, inverse_scale, wide, Cast::new());
    wide
}
