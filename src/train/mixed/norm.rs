//! The norm of gradients, and clipping by it.

use super::step::TILE;
use crate::arithmetic::ieee;
use crate::bulk::{Multiversion, dispatch};
use crate::cpu::Isa;
use crate::round::{Cast, Format, Rounding};
use crate::slice;

/// The number of sums of squares. Each sum takes every 16th element. The result depends on this number, which is the same on
/// every CPU.
const SUMS: usize = 16;

struct Squares<'a> {
    numbers: &'a [f32],
    sums: [f64; SUMS],
}

impl Multiversion for Squares<'_> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        let (rows, rest) = self.numbers.as_chunks::<SUMS>();
        let mut sums = self.sums;
        for row in rows {
            for (sum, &x) in sums.iter_mut().zip(row) {
                // The square of an f32 is exact.
                *sum += f64::from(x) * f64::from(x);
            }
        }
        for (sum, &x) in sums.iter_mut().zip(rest) {
            *sum += f64::from(x) * f64::from(x);
        }
        self.sums = sums;
    }
}

fn sum_of_squares<G: Format>(isa: Isa, gradients: &[G]) -> f64 {
    let mut wide = [0.0; TILE];
    let mut sums = [0.0; SUMS];
    for tile in gradients.chunks(TILE) {
        let numbers = &mut wide[..tile.len()];
        slice::cast_on(isa, tile, numbers, Cast::new());
        let mut squares = Squares { numbers, sums };
        dispatch(isa, &mut squares);
        sums = squares.sums;
    }
    sums.into_iter().sum()
}

/// Returns the L2 norm of the gradients of all tensors together. The norm is ∞ or NaN if a gradient is.
///
/// Squares are summed in `f64`. Each of 16 sums takes every 16th element of a tensor. The result is therefore the same on every
/// CPU. Gradients wider than `f32` are rounded to `f32` first.
///
/// ```
/// use ulp::{Bf16, mixed};
///
/// let (a, b) = ([Bf16::from_f32(3.0)], [Bf16::from_f32(4.0); 4]);
/// assert_eq!(mixed::grad_norm([&a[..], &b]), 73f64.sqrt());
/// ```
#[doc(alias("get_total_norm", "global_norm"))]
#[must_use]
pub fn grad_norm<'a, G: Format>(tensors: impl IntoIterator<Item = &'a [G]>) -> f64 {
    let isa = Isa::detect();
    let squares = tensors.into_iter().map(|tensor| sum_of_squares(isa, tensor)).sum();
    ieee::sqrt(squares, Rounding::TiesToEven).0
}

/// The norms that clip gradients in a step: see [`Step::clip`](super::Step::clip).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Clip {
    /// The [norm](grad_norm) of the gradients of all tensors together, before they are multiplied by the inverse loss scale. It
    /// has no default.
    pub norm: f64,
    /// The largest norm that the gradients may have after they are multiplied by the inverse loss scale. It has no default.
    pub max_norm: f64,
}

/// Returns the factor that clips gradients. The factor is that of `torch.nn.utils.clip_grad_norm_`, and 1 for gradients that need
/// no clipping.
pub(super) fn clip_factor(norm: f64, max_norm: f64) -> f64 {
    let factor = max_norm / (norm + 1e-6);
    if norm.is_finite() && factor < 1.0 { factor } else { 1.0 }
}

/// Clips gradients: multiplies all gradients by one factor, if their [norm](grad_norm) is more than `max_norm`. Their norm is
/// then `max_norm`. Returns the norm before clipping.
///
/// The factor is that of `torch.nn.utils.clip_grad_norm_`: `max_norm` / (norm + 10<sup>−6</sup>), and at most 1. If the norm is
/// infinite or NaN, nothing changes.
///
/// The optimizers of this module don't need this function. [`Step::clip`](super::Step::clip) multiplies the gradients by the
/// factor in the update, together with the factor of a loss scale.
///
/// ```
/// use ulp::mixed;
///
/// let mut gradients = [3.0f32, 4.0];
/// assert_eq!(mixed::clip_grad_norm(&mut [&mut gradients[..]], 1.0), 5.0);
/// assert!((gradients[0] - 0.6).abs() < 1e-6);
/// ```
#[doc(alias("clip_grad_norm_", "clip_by_global_norm"))]
pub fn clip_grad_norm<G: Format>(tensors: &mut [&mut [G]], max_norm: f64) -> f64 {
    let norm = grad_norm(tensors.iter().map(|tensor| &**tensor));
    let factor = clip_factor(norm, max_norm);
    if factor < 1.0 {
        let mut wide = [0f32; TILE];
        for tile in tensors.iter_mut().flat_map(|tensor| tensor.chunks_mut(TILE)) {
            let numbers = &mut wide[..tile.len()];
            slice::cast(tile, numbers);
            slice::cast_scaled(numbers, factor as f32, tile, Cast::new());
        }
    }
    norm
}
