//! `rand_distr`: the distributions from which the other distributions are made.

use super::rand::Rng;
use super::rand_distr::{Distribution, Exp1, Open01, OpenClosed01, StandardNormal};

use crate::float::{
    Float,
    constants::one,
    spec::{HasSign, HasZero, Spec},
};
use crate::format::Layout;
use crate::round::{Cast, Format, from_code, unpacked::Unpacked};

/// Draws from the normal distribution in `f64`, and rounds the number once.
impl<S: HasSign> Distribution<Float<S>> for StandardNormal {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Float<S> {
        let x: f64 = self.sample(rng);
        Float::from_f64(x)
    }
}

/// Draws from the exponential distribution in `f64`, and rounds the number once.
impl<S: Spec> Distribution<Float<S>> for Exp1 {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Float<S> {
        let x: f64 = self.sample(rng);
        Float::from_f64(x)
    }
}

/// Draws an odd multiple of half the step below 1 ([`Finfo::epsneg`](crate::Finfo)), neither 0 nor 1. All these multiples are
/// equally likely. For `F16` the numbers are (2n + 1) / 2048.
impl<S: HasZero> Distribution<Float<S>> for Open01 {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Float<S> {
        const { assert!(steps_below_one(Float::<S>::LAYOUT) > 0, "the format has no number between 0 and 1") };
        multiple(rng, 1, |n| 2 * n + 1)
    }
}

/// Draws a multiple of the step below 1 ([`Finfo::epsneg`](crate::Finfo)) above 0 and up to 1. All these multiples are equally
/// likely. For `F16` the numbers are (n + 1) / 2048.
impl<S: HasZero> Distribution<Float<S>> for OpenClosed01 {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> Float<S> {
        const { one(Float::<S>::LAYOUT) };
        multiple(rng, 0, |n| n + 1)
    }
}

/// Returns the number of bits of the number of steps from 0 to 1.
const fn steps_below_one(layout: Layout) -> u32 {
    layout.epsilon_below_exponent().unsigned_abs()
}

/// Returns a multiple of the step below 1. The multiple is a random integer of as many bits as the number of steps from 0 to 1,
/// minus `fewer`.
#[inline]
fn multiple<F: Format>(rng: &mut (impl Rng + ?Sized), fewer: u32, of: impl Fn(u64) -> u64) -> F {
    let bits = steps_below_one(F::LAYOUT);
    let random = (rng.next_u64() >> 1) >> (63 - (bits - fewer));
    let number = Unpacked::new(false, 127 - bits as i32, of(random) as u128);
    from_code(match number {
        Some(number) => F::LAYOUT.round(Cast::new(), number).0,
        None => 0,
    })
}
