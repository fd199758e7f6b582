//! What all passes over tensors share.

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
