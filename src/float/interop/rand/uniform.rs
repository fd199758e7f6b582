//! rand: random numbers of a format.

use core::cmp::Ordering;

use super::rand::Rng;
use super::rand::distr::uniform::{Error, SampleBorrow, SampleUniform, UniformSampler};
use super::rand::distr::{Distribution, StandardUniform};

use crate::arithmetic::order::min_max;
use crate::float::{
    Float,
    constants::one,
    spec::{HasZero, Spec},
};
use crate::format::Layout;
use crate::round::{Format, Rounding, from_code, to_code, unpacked::Unpacked};

/// Draws a multiple of the step below 1 ([`Finfo::epsneg`](crate::Finfo)) from 0 to below 1. All these multiples are equally
/// likely. In all formats except the narrowest, there are 2<sup>p</sup> multiples, where p is the precision. For `F16`, the
/// numbers are n / 2048.
///
/// A draw takes the upper bits of one `u32`, or of one `u64` if the format has more than 32 bits of precision. A format without 1
/// doesn't compile.
impl<S: HasZero> Distribution<Float<S>> for StandardUniform {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Float<S> {
        random(rng)
    }
}

/// Draws a real number of 64 random bits, evenly distributed over the range, and rounds the number down to the format. The
/// probability of a number is proportional to the distance to the next number. The end of a half-open range is never drawn. The
/// end of an inclusive range can be drawn, because the range ends before the number after it.
///
/// A draw takes one `u64`. A range with an end that is not finite is an error. An empty range is an error too. The distance of
/// the ends may be past the largest number.
impl<S: Spec> SampleUniform for Float<S> {
    type Sampler = UniformRange<Self>;
}

/// Returns a number from 0 to below 1.
#[inline]
fn random<F: Format>(rng: &mut (impl Rng + ?Sized)) -> F {
    const { one(F::LAYOUT) };
    let layout = F::LAYOUT;
    let bits = layout.epsilon_below_exponent().unsigned_abs();
    let word = if bits <= u32::BITS {
        (rng.next_u32() as u64) << 32
    } else {
        rng.next_u64()
    };
    // `steps` is 0 in a format whose only number below 1 is 0.
    let steps = word >> 1 >> (63 - bits);
    let number = Unpacked::new(false, 127 - bits as i32, steps as u128);
    from_code(layout.round_or_zero(Rounding::TiesToEven, number).0)
}

/// The numbers from `low` to `last`, for `rand::distr::Uniform`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct UniformRange<F> {
    low: F,
    last: F,
}

/// The order of the ends of a range.
fn order<F: Format>(low: F, high: F) -> Result<Ordering, Error> {
    let layout = F::LAYOUT;
    let (low, high) = (to_code(low), to_code(high));
    match layout.compare(low, high) {
        Some(order) if layout.is_finite(low) && layout.is_finite(high) => Ok(order),
        _ => Err(Error::NonFinite),
    }
}

impl<F: Format> UniformSampler for UniformRange<F> {
    type X = F;

    fn new<A: SampleBorrow<F>, B: SampleBorrow<F>>(low: A, high: B) -> Result<Self, Error> {
        let (low, high) = (*low.borrow(), *high.borrow());
        match order(low, high)? {
            Ordering::Less => Ok(Self {
                low,
                last: from_code(F::LAYOUT.next_down(to_code(high))),
            }),
            _ => Err(Error::EmptyRange),
        }
    }

    fn new_inclusive<A: SampleBorrow<F>, B: SampleBorrow<F>>(
        low: A,
        high: B,
    ) -> Result<Self, Error> {
        let (low, last) = (*low.borrow(), *high.borrow());
        match order(low, last)? {
            Ordering::Greater => Err(Error::EmptyRange),
            _ => Ok(Self { low, last }),
        }
    }

    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> F {
        let layout = F::LAYOUT;
        let (low, last) = (to_code(self.low), to_code(self.last));
        let fraction = Unpacked::new(false, 127 - 64, rng.next_u64() as u128);
        let start = layout.unpack(low);
        let length = sum(next_number(layout, last), start.map(Unpacked::negated));
        let offset = fraction.zip(length).and_then(|(x, y)| x.product(y));
        match sum(start, offset) {
            _ if offset.is_none() => self.low,
            place => {
                let (code, _) = layout.round_or_zero(Rounding::TowardNegative, place);
                // If the length is not exact, the length may be too long.
                min_max(from_code(code), self.last, false, false)
            }
        }
    }
}

/// Returns the next larger number, as if the exponent had no upper bound.
fn next_number(layout: Layout, code: u64) -> Option<Unpacked> {
    if code == layout.max_code() {
        sum(layout.unpack(code), layout.unpack(layout.ulp(code)))
    } else {
        layout.unpack(layout.next_up(code))
    }
}

/// Returns the sum. `None` stands for 0.
fn sum(a: Option<Unpacked>, b: Option<Unpacked>) -> Option<Unpacked> {
    match (a, b) {
        (Some(a), Some(b)) => a.plus(b),
        _ => a.or(b),
    }
}
