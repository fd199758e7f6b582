//! Sums and products of many numbers, computed in `f64` and rounded once. The sum of no numbers is −0, like the sum of no `f32`s.
//! −0 is the number that changes no other number in a sum.

use crate::bulk::conversion::convert;
use crate::bulk::out::Out;
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{Cast, Format, from_code};

/// The number of elements that are widened at a time.
const TILE: usize = 256;
/// The number of partial results. Each partial result takes every 16th number, and operations do not wait for each other. If
/// `f64` rounds, the result depends on this number. It is therefore equal on every CPU.
const LANES: usize = 16;

/// The partial sums or products of the numbers taken before.
struct Partial<O> {
    lanes: [f64; LANES],
    neutral: f64,
    operation: O,
}

impl<O: Fn(f64, f64) -> f64> Partial<O> {
    /// Makes the partial results. `neutral` is the value that changes no number.
    fn new(neutral: f64, operation: O) -> Self {
        Self {
            lanes: [neutral; LANES],
            neutral,
            operation,
        }
    }

    /// Takes the next numbers. Their count must be a multiple of `LANES`, except for the last numbers.
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
        let widened = Out::new(&mut wide[..numbers.len()]);
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
        // CPUs differ in the NaN that they make, and in the NaN that they keep.
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

/// Returns the sum of a slice, added in `f64` and rounded once. The result is the result of `numbers.iter().sum()`, but this
/// function is faster.
///
/// Every 16th number is added to one of 16 partial sums, and then the partial sums are added. The result is equal on every CPU.
/// The sum of no numbers is −0, like the sum of no `f32`s. A sum that is a NaN is the canonical NaN.
///
/// ```
/// use ulp::{F16, slice};
///
/// let numbers = [F16::from_f32(1.0), F16::from_f32(0.0004), F16::from_f32(0.0004)];
/// assert_eq!(slice::sum(&numbers).to_f32(), 1.0009766);
/// // Added one after another, each sum rounded, the two small numbers are lost.
/// assert_eq!((numbers[0] + numbers[1] + numbers[2]).to_f32(), 1.0);
/// ```
#[must_use]
pub fn sum_slice<F: Format>(numbers: &[F]) -> F {
    Partial::new(-0.0, add).slice(numbers)
}

/// Returns the product of a slice, multiplied in `f64` and rounded once. The result is the result of `numbers.iter().product()`,
/// but this function is faster. The product of no numbers is 1.
///
/// Every 16th number is multiplied into one of 16 partial products, and then the partial products are multiplied. The result is
/// equal on every CPU.
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
