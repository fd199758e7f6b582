//! The operators on values and references, and sums and products.

use core::iter::{Product, Sum};
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};

use super::Float;
use super::spec::{HasSign, Spec};
use crate::arithmetic::native;
use crate::bulk::reduction;

/// An operator and its assigning form: `Add add AddAssign add_assign`.
macro_rules! operators {
    ($($Op:ident $op:ident $Assign:ident $assign:ident, $does:literal;)*) => { $(
        #[doc = concat!($does, ", rounded once, ties to even.")]
        impl<S: Spec> $Op for Float<S> {
            type Output = Self;

            #[inline]
            fn $op(self, rhs: Self) -> Self {
                native::$op(self, rhs)
            }
        }

        impl<S: Spec> $Op<&Self> for Float<S> {
            type Output = Self;

            #[inline]
            fn $op(self, rhs: &Self) -> Self {
                native::$op(self, *rhs)
            }
        }

        impl<S: Spec> $Op<Float<S>> for &Float<S> {
            type Output = Float<S>;

            #[inline]
            fn $op(self, rhs: Float<S>) -> Float<S> {
                native::$op(*self, rhs)
            }
        }

        // The two references have lifetimes of their own, because `RefNum` of num-traits asks for this.
        impl<S: Spec> $Op<&Float<S>> for &Float<S> {
            type Output = Float<S>;

            #[inline]
            fn $op(self, rhs: &Float<S>) -> Float<S> {
                native::$op(*self, *rhs)
            }
        }

        impl<S: Spec> $Assign for Float<S> {
            #[inline]
            fn $assign(&mut self, rhs: Self) {
                *self = native::$op(*self, rhs);
            }
        }

        impl<S: Spec> $Assign<&Self> for Float<S> {
            #[inline]
            fn $assign(&mut self, rhs: &Self) {
                *self = native::$op(*self, *rhs);
            }
        }
    )* };
}
operators! {
    Add add AddAssign add_assign, "The sum";
    Sub sub SubAssign sub_assign, "The difference";
    Mul mul MulAssign mul_assign, "The product";
    Div div DivAssign div_assign, "The quotient";
    Rem rem RemAssign rem_assign, "The remainder of division cut to an integer, with the sign of the dividend: exact";
}

/// Returns the number with the other sign. A NaN changes its sign too, if NaNs have signs. Zero stays zero in a format without
/// −0.
impl<S: HasSign> Neg for Float<S> {
    type Output = Self;

    #[inline]
    fn neg(self) -> Self {
        Self::from_code(Self::LAYOUT.negate(self.code()))
    }
}

impl<S: HasSign> Neg for &Float<S> {
    type Output = Float<S>;

    #[inline]
    fn neg(self) -> Float<S> {
        -*self
    }
}

/// Adds the numbers in `f64`, and rounds the sum once.
impl<S: Spec> Sum for Float<S> {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        reduction::sum(numbers)
    }
}

impl<'a, S: Spec> Sum<&'a Self> for Float<S> {
    fn sum<I: Iterator<Item = &'a Self>>(numbers: I) -> Self {
        reduction::sum(numbers.copied())
    }
}

/// Multiplies the numbers in `f64`, and rounds the product once.
impl<S: Spec> Product for Float<S> {
    fn product<I: Iterator<Item = Self>>(numbers: I) -> Self {
        reduction::product(numbers)
    }
}

impl<'a, S: Spec> Product<&'a Self> for Float<S> {
    fn product<I: Iterator<Item = &'a Self>>(numbers: I) -> Self {
        reduction::product(numbers.copied())
    }
}
