//! Sums and products of many numbers: in `f64`, rounded once. The sum of none is −0, as `f32` has it: the number that changes no
//! other.

use super::convert;
use super::uninit::as_uninit;
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{Cast, Format, from_code};

/// Numbers that are widened at a time.
const TILE: usize = 256;
/// Partial results, of every so-many-th number, so that no operation waits for the last one. Their number is part of the result
/// where `f64` rounds, and the same everywhere.
const LANES: usize = 16;

/// What was added up, or multiplied, so far.
struct Partial<O> {
    lanes: [f64; LANES],
    neutral: f64,
    operation: O,
}

impl<O: Fn(f64, f64) -> f64> Partial<O> {
    /// `neutral` is what changes no number.
    fn new(neutral: f64, operation: O) -> Self {
        Self {
            lanes: [neutral; LANES],
            neutral,
            operation,
        }
    }

    /// Takes the next numbers: so many that they end a row of lanes, or the last.
    #[inline]
    fn take<F: Format>(&mut self, numbers: &[F]) {
        if const { F::LAYOUT.is_within(Layout::BINARY32) } {
            self.take_as::<F, f32>(numbers, self.neutral as f32);
        } else {
            self.take_as::<F, f64>(numbers, self.neutral);
        }
    }

    #[inline]
    fn take_as<F: Format, W: Format + Into<f64>>(&mut self, numbers: &[F], neutral: W) {
        let mut wide = [neutral; TILE];
        let widened = as_uninit(&mut wide[..numbers.len()]);
        convert(Isa::detect(), numbers, widened, Cast::new());
        let rows = numbers.len().div_ceil(LANES);
        for row in wide.chunks_exact(LANES).take(rows) {
            for (lane, &x) in self.lanes.iter_mut().zip(row) {
                *lane = (self.operation)(*lane, x.into());
            }
        }
    }

    fn finish<F: Format>(self) -> F {
        let result = self.lanes.into_iter().fold(self.neutral, self.operation);
        // CPUs differ in which NaN they make, and which they keep.
        let result = if result.is_nan() { f64::NAN } else { result };
        result.cast()
    }

    #[inline]
    fn iterator<F: Format>(mut self, mut numbers: impl Iterator<Item = F>) -> F {
        let mut tile = [const { from_code(0) }; TILE];
        loop {
            let mut filled = 0;
            for slot in &mut tile {
                let Some(number) = numbers.next() else { break };
                *slot = number;
                filled += 1;
            }
            self.take(&tile[..filled]);
            if filled < TILE {
                return self.finish();
            }
        }
    }

    #[inline]
    fn slice<F: Format>(mut self, numbers: &[F]) -> F {
        for tile in numbers.chunks(TILE) {
            self.take(tile);
        }
        self.finish()
    }
}

const fn add(a: f64, b: f64) -> f64 {
    a + b
}

const fn multiply(a: f64, b: f64) -> f64 {
    a * b
}

#[inline]
pub(crate) fn sum<F: Format>(numbers: impl Iterator<Item = F>) -> F {
    Partial::new(-0.0, add).iterator(numbers)
}

#[inline]
pub(crate) fn product<F: Format>(numbers: impl Iterator<Item = F>) -> F {
    Partial::new(1.0, multiply).iterator(numbers)
}

/// The sum of a slice, added in `f64` and rounded once: what `numbers.iter().sum()` gives, faster.
///
/// Every 16th number goes into one of 16 partial sums, and those are added up: the same on every CPU. The sum of none is −0, as
/// that of `f32`s is; one that is not a number is the canonical NaN.
///
/// ```
/// use ulp::{F16, slice};
///
/// let numbers = [F16::from_f32(1.0), F16::from_f32(0.0004), F16::from_f32(0.0004)];
/// assert_eq!(slice::sum(&numbers).to_f32(), 1.0009766);
/// // One after the other, each rounded, both are lost.
/// assert_eq!((numbers[0] + numbers[1] + numbers[2]).to_f32(), 1.0);
/// ```
#[must_use]
pub fn sum_slice<F: Format>(numbers: &[F]) -> F {
    Partial::new(-0.0, add).slice(numbers)
}

/// The product of a slice, multiplied in `f64` and rounded once: what `numbers.iter().product()` gives, faster. Of none, 1.
///
/// Every 16th number goes into one of 16 partial products, and those are multiplied: the same on every CPU.
///
/// ```
/// use ulp::{F8E5M2, slice};
///
/// assert_eq!(slice::product(&[2, 3, 4].map(F8E5M2::from_int)).to_f32(), 24.0);
/// ```
#[must_use]
pub fn product_slice<F: Format>(numbers: &[F]) -> F {
    Partial::new(1.0, multiply).slice(numbers)
}
