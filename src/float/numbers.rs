//! The methods that compute.

use core::cmp::Ordering;

use super::Float;
use super::spec::{HasSign, Spec};
use crate::arithmetic::{
    ieee, native,
    powers::{DEGREES, RADIANS},
};
use crate::round::Rounding;

/// # Arithmetic
/// Under the names that `f32`'s has.
impl<S: Spec> Float<S> {
    /// self · a + b, rounded once.
    #[doc(alias("fma", "fusedMultiplyAdd"))]
    #[inline]
    #[must_use]
    pub fn mul_add(self, a: Self, b: Self) -> Self {
        native::mul_add(self, a, b)
    }

    /// The square root, rounded once; NaN of what is less than 0.
    #[inline]
    #[must_use]
    pub fn sqrt(self) -> Self {
        native::sqrt(self)
    }

    /// 1 / self, rounded once.
    #[doc(alias = "reciprocal")]
    #[inline]
    #[must_use]
    pub fn recip(self) -> Self {
        native::div(Self::from_code(Self::LAYOUT.power_of_two_code(0)), self)
    }

    /// self<sup>n</sup>. The 0th power is 1, of a NaN too.
    ///
    /// It is computed to 96 bits or more, and then rounded.
    #[doc(alias = "pown")]
    #[inline]
    #[must_use]
    pub const fn powi(self, n: i32) -> Self {
        Self::from_code(Self::LAYOUT.power(self.code(), n))
    }

    /// The remainder of the Euclidean division: the least self − rhs · n that is not negative, rounded once.
    ///
    /// Rounding may give |rhs|: of −2<sup>−20</sup>, say, and 1. A zero has the sign of `self`.
    #[inline]
    #[must_use]
    pub const fn rem_euclid(self, rhs: Self) -> Self {
        Self::from_code(Self::LAYOUT.rem_euclid(self.code(), rhs.code()))
    }

    /// The integer n for which self − rhs · n is the remainder of the Euclidean division, rounded once.
    #[inline]
    #[must_use]
    pub const fn div_euclid(self, rhs: Self) -> Self {
        Self::from_code(Self::LAYOUT.div_euclid(self.code(), rhs.code()))
    }
}

/// # Rounding to integers
impl<S: Spec> Float<S> {
    /// The largest integer that is not greater.
    #[inline]
    #[must_use]
    pub const fn floor(self) -> Self {
        ieee::round_to_integral(self, Rounding::TowardNegative).0
    }

    /// The smallest integer that is not less.
    #[inline]
    #[must_use]
    pub const fn ceil(self) -> Self {
        ieee::round_to_integral(self, Rounding::TowardPositive).0
    }

    /// The nearest integer; of a tie, the one farther from 0.
    #[inline]
    #[must_use]
    pub const fn round(self) -> Self {
        ieee::round_to_integral(self, Rounding::TiesToAway).0
    }

    /// The nearest integer; of a tie, the even one.
    #[doc(alias("rint", "roundeven", "nearbyint"))]
    #[inline]
    #[must_use]
    pub const fn round_ties_even(self) -> Self {
        ieee::round_to_integral(self, Rounding::TiesToEven).0
    }

    /// The number without its fraction.
    #[inline]
    #[must_use]
    pub const fn trunc(self) -> Self {
        ieee::round_to_integral(self, Rounding::TowardZero).0
    }

    /// What [`trunc`](Self::trunc) takes away: the fraction, with the sign of the number.
    #[doc(alias = "modf")]
    #[inline]
    #[must_use]
    pub const fn fract(self) -> Self {
        Self::from_code(Self::LAYOUT.fract(self.code()))
    }
}

/// # Comparison
impl<S: Spec> Float<S> {
    /// The lesser of two, where −0 is less than +0; of a number and a NaN, the number.
    #[doc(alias("fmin", "minimumNumber"))]
    #[inline]
    #[must_use]
    pub const fn min(self, other: Self) -> Self {
        Self::from_code(Self::LAYOUT.extreme(self.code(), other.code(), false, false))
    }

    /// The greater of two, where −0 is less than +0; of a number and a NaN, the number.
    #[doc(alias("fmax", "maximumNumber"))]
    #[inline]
    #[must_use]
    pub const fn max(self, other: Self) -> Self {
        Self::from_code(Self::LAYOUT.extreme(self.code(), other.code(), true, false))
    }

    /// The lesser of two, where −0 is less than +0; NaN if one is (IEEE 754-2019, 9.6).
    #[doc(alias = "fminimum")]
    #[inline]
    #[must_use]
    pub const fn minimum(self, other: Self) -> Self {
        Self::from_code(Self::LAYOUT.extreme(self.code(), other.code(), false, true))
    }

    /// The greater of two, where −0 is less than +0; NaN if one is (IEEE 754-2019, 9.6).
    #[doc(alias = "fmaximum")]
    #[inline]
    #[must_use]
    pub const fn maximum(self, other: Self) -> Self {
        Self::from_code(Self::LAYOUT.extreme(self.code(), other.code(), true, true))
    }

    /// `min` if less than that, `max` if greater than that, else itself, a NaN too.
    ///
    /// # Panics
    /// If `min` is greater than `max`, or one of them is a NaN.
    #[doc(alias = "clip")]
    #[inline]
    #[must_use]
    #[track_caller]
    pub const fn clamp(self, min: Self, max: Self) -> Self {
        assert!(
            matches!(
                Self::LAYOUT.compare(min.code(), max.code()),
                Some(Ordering::Less | Ordering::Equal)
            ),
            "min > max, or one of them is a NaN"
        );
        match (
            Self::LAYOUT.compare(self.code(), min.code()),
            Self::LAYOUT.compare(self.code(), max.code()),
        ) {
            (Some(Ordering::Less), _) => min,
            (_, Some(Ordering::Greater)) => max,
            _ => self,
        }
    }

    /// An order of all codes: numbers by value, −0 before +0, NaNs outside of them by their signs (IEEE 754-2019, 5.10).
    #[doc(alias = "totalOrder")]
    #[inline]
    #[must_use]
    pub const fn total_cmp(&self, other: &Self) -> Ordering {
        Self::LAYOUT.total_order((*self).code(), (*other).code())
    }
}

/// # Neighbours
impl<S: Spec> Float<S> {
    /// The least number that is greater (IEEE 754-2019, 5.3.1). The largest number of a format without infinities stays
    /// what it is, and so do ∞ and NaN.
    #[doc(alias = "nextUp")]
    #[inline]
    #[must_use]
    pub const fn next_up(self) -> Self {
        Self::from_code(Self::LAYOUT.next_up(self.code()))
    }

    /// The greatest number that is less (IEEE 754-2019, 5.3.1). The smallest number of a format without infinities stays
    /// what it is, and so do −∞ and NaN.
    #[doc(alias = "nextDown")]
    #[inline]
    #[must_use]
    pub const fn next_down(self) -> Self {
        Self::from_code(Self::LAYOUT.next_down(self.code()))
    }
}

/// # Means and angles
impl<S: Spec> Float<S> {
    /// The mean of two numbers, rounded once.
    #[inline]
    #[must_use]
    pub const fn midpoint(self, other: Self) -> Self {
        Self::from_code(Self::LAYOUT.midpoint(self.code(), other.code()))
    }

    /// Radians to degrees: the product with 180 / π, of which 64 bits are taken, rounded once.
    #[doc(alias = "rad2deg")]
    #[inline]
    #[must_use]
    pub const fn to_degrees(self) -> Self {
        Self::from_code(Self::LAYOUT.scale(self.code(), DEGREES))
    }

    /// Degrees to radians: the product with π / 180, of which 64 bits are taken, rounded once.
    #[doc(alias = "deg2rad")]
    #[inline]
    #[must_use]
    pub const fn to_radians(self) -> Self {
        Self::from_code(Self::LAYOUT.scale(self.code(), RADIANS))
    }
}

/// # The unit in the last place
impl<S: Spec> Float<S> {
    /// The unit in the last place: the distance to the next number up in magnitude, for the largest as if there were one.
    ///
    /// Of zero, the smallest positive number; of an infinity, +∞; of a NaN, itself.
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

    /// Returns 1 with the sign of the number, also for a zero or an infinity; a NaN for a NaN.
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
