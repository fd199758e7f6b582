//! `Float`, and powers with any exponent, for the formats that have elementary functions.

use num_traits::{Pow, Signed};

use super::arithmetic::powers;
use super::float_core::{common, forward, integer_decode};
use crate::float::{Float, spec::HasElementary};

/// Calls the methods of the type that have these names.
impl<S: HasElementary> num_traits::Float for Float<S> {
    common!();

    #[inline]
    fn abs_sub(self, other: Self) -> Self {
        Signed::abs_sub(&self, &other)
    }

    forward! {
        mul_add(a: Self, b: Self) -> Self;
        powf(n: Self) -> Self;
        sqrt() -> Self;
        exp() -> Self;
        exp2() -> Self;
        ln() -> Self;
        log(base: Self) -> Self;
        log2() -> Self;
        log10() -> Self;
        cbrt() -> Self;
        hypot(other: Self) -> Self;
        sin() -> Self;
        cos() -> Self;
        tan() -> Self;
        asin() -> Self;
        acos() -> Self;
        atan() -> Self;
        atan2(other: Self) -> Self;
        sin_cos() -> (Self, Self);
        exp_m1() -> Self;
        ln_1p() -> Self;
        sinh() -> Self;
        cosh() -> Self;
        tanh() -> Self;
        asinh() -> Self;
        acosh() -> Self;
        atanh() -> Self;
        copysign(sign: Self) -> Self;
    }
}

powers! {
    powf: HasElementary, Float<S>;
}
