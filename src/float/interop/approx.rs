//! approx: comparison with a tolerance, as for `f32`.

use approx::{AbsDiffEq, RelativeEq, UlpsEq};

use crate::arithmetic::ulps_between;
use crate::float::{Float, spec::HasSign};

/// The default tolerance is the step from 1 to the next larger number. Infinities are not equal, because the
/// difference of two equal infinities is no number.
impl<S: HasSign> AbsDiffEq for Float<S> {
    type Epsilon = Self;

    #[inline]
    fn default_epsilon() -> Self {
        Self::EPSILON
    }

    #[inline]
    fn abs_diff_eq(&self, other: &Self, epsilon: Self) -> bool {
        (*self - *other).abs() <= epsilon
    }
}

/// The tolerance is relative to the larger of the two magnitudes. Numbers within `epsilon` are equal too.
impl<S: HasSign> RelativeEq for Float<S> {
    #[inline]
    fn default_max_relative() -> Self {
        Self::EPSILON
    }

    #[inline]
    fn relative_eq(&self, other: &Self, epsilon: Self, max_relative: Self) -> bool {
        if self == other {
            return true;
        }
        if self.is_infinite() || other.is_infinite() {
            return false;
        }
        let difference = (*self - *other).abs();
        difference <= epsilon || difference <= self.abs().max(other.abs()) * max_relative
    }
}

/// Numbers of one sign are equal if they are at most `max_ulps` steps apart ([`ulps_between`](crate::ulps_between)). Numbers
/// within `epsilon` are equal too.
impl<S: HasSign> UlpsEq for Float<S> {
    #[inline]
    fn default_max_ulps() -> u32 {
        4
    }

    #[inline]
    fn ulps_eq(&self, other: &Self, epsilon: Self, max_ulps: u32) -> bool {
        self.abs_diff_eq(other, epsilon)
            || self.is_sign_negative() == other.is_sign_negative() && ulps_between(*self, *other) <= max_ulps as u64
    }
}
