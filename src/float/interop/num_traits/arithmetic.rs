//! num-traits' arithmetic: each trait calls the methods of the type.

use core::cmp::Ordering;

use num_traits::float::TotalOrder;
use num_traits::{ConstOne, ConstZero, Euclid, Inv, MulAdd, MulAddAssign, Num, One, Pow, Signed, Zero};

use crate::float::{
    Float,
    spec::{HasSign, HasZero, Spec},
};
use crate::text::{self, ParseFloatError};

/// A format without the number 1 does not compile where this trait is used.
impl<S: Spec> One for Float<S> {
    #[inline]
    fn one() -> Self {
        Self::ONE
    }
}

/// A format without the number 1 does not compile where this trait is used.
impl<S: Spec> ConstOne for Float<S> {
    const ONE: Self = Self::ONE;
}

impl<S: Spec> Inv for Float<S> {
    type Output = Self;

    #[inline]
    fn inv(self) -> Self {
        self.recip()
    }
}

impl<S: Spec> Inv for &Float<S> {
    type Output = Float<S>;

    #[inline]
    fn inv(self) -> Float<S> {
        self.recip()
    }
}

impl<S: Spec> MulAdd for Float<S> {
    type Output = Self;

    #[inline]
    fn mul_add(self, a: Self, b: Self) -> Self {
        Self::mul_add(self, a, b)
    }
}

impl<S: Spec> MulAddAssign for Float<S> {
    #[inline]
    fn mul_add_assign(&mut self, a: Self, b: Self) {
        *self = Self::mul_add(*self, a, b);
    }
}

impl<S: Spec> Euclid for Float<S> {
    #[inline]
    fn div_euclid(&self, v: &Self) -> Self {
        Self::div_euclid(*self, *v)
    }

    #[inline]
    fn rem_euclid(&self, v: &Self) -> Self {
        Self::rem_euclid(*self, *v)
    }
}

impl<S: Spec> TotalOrder for Float<S> {
    #[inline]
    fn total_cmp(&self, other: &Self) -> Ordering {
        Self::total_cmp(self, other)
    }
}

/// Powers on values and references, by a method of the type.
macro_rules! powers {
    ($($method:ident: $bound:ident, $exponent:ty;)*) => { $(
        impl<S: $bound> Pow<$exponent> for Float<S> {
            type Output = Float<S>;

            #[inline]
            fn pow(self, n: $exponent) -> Float<S> {
                Self::$method(self, n.into())
            }
        }

        impl<S: $bound> Pow<&$exponent> for Float<S> {
            type Output = Float<S>;

            #[inline]
            fn pow(self, n: &$exponent) -> Float<S> {
                Self::$method(self, (*n).into())
            }
        }

        impl<S: $bound> Pow<$exponent> for &Float<S> {
            type Output = Float<S>;

            #[inline]
            fn pow(self, n: $exponent) -> Float<S> {
                Float::$method(*self, n.into())
            }
        }

        impl<S: $bound> Pow<&$exponent> for &Float<S> {
            type Output = Float<S>;

            #[inline]
            fn pow(self, n: &$exponent) -> Float<S> {
                Float::$method(*self, (*n).into())
            }
        }
    )* };
}
#[cfg(feature = "libm")]
pub(super) use powers;
powers! {
    powi: Spec, i8;
    powi: Spec, u8;
    powi: Spec, i16;
    powi: Spec, u16;
    powi: Spec, i32;
}

impl<S: HasZero> Zero for Float<S> {
    #[inline]
    fn zero() -> Self {
        Self::ZERO
    }

    #[inline]
    fn is_zero(&self) -> bool {
        Self::LAYOUT.is_zero(self.code())
    }
}

impl<S: HasZero> ConstZero for Float<S> {
    const ZERO: Self = Self::ZERO;
}

impl<S: HasZero> Num for Float<S> {
    type FromStrRadixErr = ParseFloatError;

    /// Parses a number in a radix. Radix 10 takes the texts of `FromStr`. Other radices take digits with or without a point, and
    /// a sign. In a radix that is a power of two, an exponent of 2 may follow after `p`, unless `p` is a digit. `inf`, `infinity`
    /// and `nan` have their meaning in every radix. The exact value is rounded once, ties to even.
    ///
    /// # Errors
    /// The errors are those of `FromStr`. A radix outside of 2..=36 is `Unsupported`. Too many digits are `Unsupported` in a
    /// radix that is neither 10 nor a power of two. The limit is 2<sup>128</sup> for the digits as an integer, and for the power
    /// of the radix that is 1 in the last place.
    fn from_str_radix(text: &str, radix: u32) -> Result<Self, ParseFloatError> {
        text::parse_radix(Self::LAYOUT, text, radix).map(Self::from_code)
    }
}

/// The signs are those of `f32`: a zero or a NaN is positive or negative by its sign bit.
impl<S: HasZero + HasSign> Signed for Float<S> {
    #[inline]
    fn abs(&self) -> Self {
        Self::abs(*self)
    }

    #[inline]
    fn abs_sub(&self, other: &Self) -> Self {
        if *self <= *other { Self::ZERO } else { *self - *other }
    }

    #[inline]
    fn signum(&self) -> Self {
        Self::signum(*self)
    }

    #[inline]
    fn is_positive(&self) -> bool {
        self.is_sign_positive()
    }

    #[inline]
    fn is_negative(&self) -> bool {
        self.is_sign_negative()
    }
}
