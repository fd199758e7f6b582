//! The methods that compute.

use core::cmp::Ordering;

use super::Float;
use super::spec::{HasSign, Spec};
use crate::arithmetic::{
    by_floats, ieee, native, order,
    powers::{Constant, DEGREES, RADIANS},
};
use crate::round::Rounding;

/// # Arithmetic
/// These methods have the names of the methods of `f32`.
impl<S: Spec> Float<S> {
    /// Returns self · a + b, rounded once.
    #[doc(alias("fma", "fusedMultiplyAdd"))]
    #[inline]
    #[must_use]
    pub fn mul_add(self, a: Self, b: Self) -> Self {
        native::mul_add(self, a, b)
    }

    /// Returns the square root, rounded once. The square root of a negative number is NaN.
    #[inline]
    #[must_use]
    pub fn sqrt(self) -> Self {
        native::sqrt(self)
    }

    /// Returns 1 / self, rounded once.
    #[doc(alias = "reciprocal")]
    #[inline]
    #[must_use]
    pub fn recip(self) -> Self {
        native::div(Self::from_code(Self::LAYOUT.power_of_two_code(0)), self)
    }

    /// Returns self<sup>n</sup>. The 0th power is 1, even for a NaN.
    ///
    /// The power is computed to 96 bits or more, and then rounded.
    #[doc(alias = "pown")]
    #[inline]
    #[must_use]
    pub fn powi(self, n: i32) -> Self {
        match by_floats::power(self, n) {
            Some(power) => power,
            None => Self::from_code(Self::LAYOUT.power(self.code(), n)),
        }
    }

    /// Returns the remainder of the Euclidean division: the least self − rhs · n that is not negative, rounded once.
    ///
    /// Rounding may give |rhs|, for example for −2<sup>−20</sup> and 1. A zero has the sign of `self`.
    #[inline]
    #[must_use]
    pub const fn rem_euclid(self, rhs: Self) -> Self {
        Self::from_code(Self::LAYOUT.rem_euclid(self.code(), rhs.code()))
    }

    /// Returns the integer n for which self − rhs · n is the remainder of the Euclidean division, rounded once.
    #[inline]
    #[must_use]
    pub const fn div_euclid(self, rhs: Self) -> Self {
        Self::from_code(Self::LAYOUT.div_euclid(self.code(), rhs.code()))
    }
}

/// # Rounding to integers
impl<S: Spec> Float<S> {
    /// Returns the largest integer that is not greater than the number.
    #[inline]
    #[must_use]
    pub fn floor(self) -> Self {
        self.round_to_integral(Rounding::TowardNegative)
    }

    /// Returns the smallest integer that is not less than the number.
    #[inline]
    #[must_use]
    pub fn ceil(self) -> Self {
        self.round_to_integral(Rounding::TowardPositive)
    }

    /// Returns the nearest integer. A tie gives the integer farther from 0.
    #[inline]
    #[must_use]
    pub fn round(self) -> Self {
        self.round_to_integral(Rounding::TiesToAway)
    }

    /// Returns the nearest integer. A tie gives the even integer.
    #[doc(alias("rint", "roundeven", "nearbyint"))]
    #[inline]
    #[must_use]
    pub fn round_ties_even(self) -> Self {
        self.round_to_integral(Rounding::TiesToEven)
    }

    /// Returns the number without its fraction.
    #[inline]
    #[must_use]
    pub fn trunc(self) -> Self {
        self.round_to_integral(Rounding::TowardZero)
    }

    /// Returns the fraction of the number, with the sign of the number. [`trunc`](Self::trunc) removes this fraction.
    #[doc(alias = "modf")]
    #[inline]
    #[must_use]
    pub fn fract(self) -> Self {
        match by_floats::fract(self) {
            Some(fraction) => fraction,
            None => Self::from_code(Self::LAYOUT.fract(self.code())),
        }
    }
}

impl<S: Spec> Float<S> {
    #[inline(always)]
    fn round_to_integral(self, rounding: Rounding) -> Self {
        match by_floats::round_to_integral(self, rounding) {
            Some(integer) => integer,
            None => ieee::round_to_integral(self, rounding).0,
        }
    }
}

/// # Comparison
impl<S: Spec> Float<S> {
    /// Returns the lesser of two numbers. −0 is less than +0. If one of the two is a NaN, the other is returned.
    #[doc(alias("fmin", "minimumNumber"))]
    #[inline]
    #[must_use]
    pub const fn min(self, other: Self) -> Self {
        order::min_max(self, other, false, false)
    }

    /// Returns the greater of two numbers. −0 is less than +0. If one of the two is a NaN, the other is returned.
    #[doc(alias("fmax", "maximumNumber"))]
    #[inline]
    #[must_use]
    pub const fn max(self, other: Self) -> Self {
        order::min_max(self, other, true, false)
    }

    /// Returns the lesser of two numbers. −0 is less than +0. If one of the two is a NaN, the result is NaN (IEEE 754-2019, 9.6).
    #[doc(alias = "fminimum")]
    #[inline]
    #[must_use]
    pub const fn minimum(self, other: Self) -> Self {
        order::min_max(self, other, false, true)
    }

    /// Returns the greater of two numbers. −0 is less than +0. If one of the two is a NaN, the result is NaN (IEEE 754-2019,
    /// 9.6).
    #[doc(alias = "fmaximum")]
    #[inline]
    #[must_use]
    pub const fn maximum(self, other: Self) -> Self {
        order::min_max(self, other, true, true)
    }

    /// Returns `min` if the number is less than `min`, and `max` if the number is greater than `max`. Otherwise returns the
    /// number itself. A NaN stays a NaN.
    ///
    /// # Panics
    /// If `min` is greater than `max`, or if one of the two is a NaN.
    #[doc(alias = "clip")]
    #[inline]
    #[must_use]
    #[track_caller]
    pub const fn clamp(self, min: Self, max: Self) -> Self {
        assert!(order::is_at_most(min, max), "min > max, or one of them is a NaN");
        let above = if order::is_less(self, min) { min } else { self };
        if order::is_less(max, self) { max } else { above }
    }

    /// Returns the order of two numbers in an order of all codes. Numbers are ordered by value, with −0 before +0. NaNs come
    /// before or after all numbers, by their signs (IEEE 754-2019, 5.10).
    #[doc(alias = "totalOrder")]
    #[inline]
    #[must_use]
    pub const fn total_cmp(&self, other: &Self) -> Ordering {
        order::total_order(*self, *other)
    }
}

/// # Neighbours
impl<S: Spec> Float<S> {
    /// Returns the least number that is greater (IEEE 754-2019, 5.3.1). In a format without infinities, the largest number is
    /// returned unchanged. ∞ and NaN are returned unchanged too.
    #[doc(alias = "nextUp")]
    #[inline]
    #[must_use]
    pub const fn next_up(self) -> Self {
        Self::from_code(Self::LAYOUT.next_up(self.code()))
    }

    /// Returns the greatest number that is less (IEEE 754-2019, 5.3.1). In a format without infinities, the smallest number is
    /// returned unchanged. −∞ and NaN are returned unchanged too.
    #[doc(alias = "nextDown")]
    #[inline]
    #[must_use]
    pub const fn next_down(self) -> Self {
        Self::from_code(Self::LAYOUT.next_down(self.code()))
    }
}

/// # Means and angles
impl<S: Spec> Float<S> {
    /// Returns the mean of two numbers, rounded once.
    #[inline]
    #[must_use]
    pub const fn midpoint(self, other: Self) -> Self {
        Self::from_code(Self::LAYOUT.midpoint(self.code(), other.code()))
    }

    /// Converts radians to degrees. The product with 64 bits of 180 / π is rounded once.
    #[doc(alias = "rad2deg")]
    #[inline]
    #[must_use]
    pub fn to_degrees(self) -> Self {
        self.scale_by(DEGREES)
    }

    /// Converts degrees to radians. The product with 64 bits of π / 180 is rounded once.
    #[doc(alias = "deg2rad")]
    #[inline]
    #[must_use]
    pub fn to_radians(self) -> Self {
        self.scale_by(RADIANS)
    }
}

impl<S: Spec> Float<S> {
    #[inline(always)]
    fn scale_by(self, constant: Constant) -> Self {
        match by_floats::scale(self, constant.nearest) {
            Some(product) => product,
            None => Self::from_code(Self::LAYOUT.scale(self.code(), constant.exact)),
        }
    }
}

/// # The unit in the last place
impl<S: Spec> Float<S> {
    /// Returns the unit in the last place: the distance to the next number up in magnitude. For the largest number, the distance
    /// is computed as if there were a next number.
    ///
    /// Zero gives the smallest positive number, an infinity gives +∞, and a NaN gives itself.
    #[doc(alias = "spacing")]
    #[inline]
    #[must_use]
    pub const fn ulp(self) -> Self {
        Self::from_code(Self::LAYOUT.ulp(self.code()))
    }
}

/// # The sign
impl<S: HasSign> Float<S> {
    /// Returns the magnitude.
    #[doc(alias = "fabs")]
    #[inline]
    #[must_use]
    pub const fn abs(self) -> Self {
        Self::from_code(Self::LAYOUT.copy_sign(self.code(), false))
    }

    /// Returns 1 with the sign of the number. A zero or an infinity gives ±1 too. A NaN gives a NaN.
    #[doc(alias = "sign")]
    #[inline]
    #[must_use]
    pub const fn signum(self) -> Self {
        let layout = Self::LAYOUT;
        Self::from_code(match layout.nan_of(&[self.code()]) {
            Some((nan, _)) => nan,
            None => layout.copy_sign(layout.power_of_two_code(0), layout.is_negative(self.code())),
        })
    }

    /// Returns the magnitude of this number with the sign of another.
    #[doc(alias = "copySign")]
    #[inline]
    #[must_use]
    pub const fn copysign(self, sign: Self) -> Self {
        let negative = Self::LAYOUT.is_negative(sign.code());
        Self::from_code(Self::LAYOUT.copy_sign(self.code(), negative))
    }
}
