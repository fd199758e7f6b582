//! Sums and products of many numbers: in `f64`, rounded once.

use crate::format::from_code;
use crate::{Format, slice};

/// Numbers that are widened at a time.
const TILE: usize = 64;
/// Partial results, of every so-many-th number, so that no operation waits for the last one. Their number is part of the result
/// where `f64` rounds, and the same everywhere.
const LANES: usize = 16;

/// Folds numbers with an operation that has this neutral element.
#[inline(always)]
fn fold<F: Format>(
    numbers: impl Iterator<Item = F>,
    neutral: f64,
    operation: impl Fn(f64, f64) -> f64,
) -> F {
    let mut tile = [const { from_code(0) }; TILE];
    let mut wide = [neutral; TILE];
    let mut partial = [neutral; LANES];
    let mut filled = 0;
    let mut add = |tile: &[F]| {
        slice::cast(tile, &mut wide[..tile.len()]);
        wide[tile.len()..].fill(neutral);
        for row in wide.chunks_exact(LANES) {
            for (partial, &x) in partial.iter_mut().zip(row) {
                *partial = operation(*partial, x);
            }
        }
    };
    for number in numbers {
        tile[filled] = number;
        filled += 1;
        if filled == TILE {
            add(&tile);
            filled = 0;
        }
    }
    add(&tile[..filled]);
    partial.into_iter().fold(neutral, operation).cast()
}

/// The sum; of none −0, as `f32` has it: the number that changes no other.
#[inline]
pub fn sum<F: Format>(numbers: impl Iterator<Item = F>) -> F {
    fold(numbers, -0.0, |a, b| a + b)
}

/// The product; of none 1.
#[inline]
pub fn product<F: Format>(numbers: impl Iterator<Item = F>) -> F {
    fold(numbers, 1.0, |a, b| a * b)
}
