//! Elementary functions of [`F16`](crate::F16) and [`Bf16`](crate::Bf16), through `f64`. Exponentials of `Bf16` go through `f32`.
//!
//! A number is widened to `f64`, which is exact. The crate `libm` computes the function. The library of the system is never used,
//! and the bits are therefore equal everywhere. The result is rounded to the format once. An error in the last places of an `f64`
//! matters only near a midpoint of two neighbours of the format. No function of one argument comes that near to a midpoint.
//! `ulp-verify functions` compares all functions with MPFR, on all 65,536 codes.
//!
//! Some functions take a shorter way first: `f32`, or a series with few terms. Its result counts if it is not near a tie.

mod bfloat16;
mod exp_log;
mod through_f32;
mod through_f64;
mod trigonometric;

use core::f64::consts::{LOG2_E, LOG10_E};

use crate::float::{Float, spec::HasElementary};
use exp_log::{exponential, logarithm, power, quotient_of_logarithms};
use through_f32::{of_one_f32, of_two_f32};
use through_f64::{of_one, of_two};
use trigonometric::sine;

/// The methods, one in each line. A line says how `x`, and the other operand if there is one, become the result.
macro_rules! functions {
    ($($(#[$doc:meta])* fn $name:ident($x:ident $(, $y:ident)?) = $result:expr;)*) => {
        /// # Elementary functions (feature `libm`), with the names that they have on `f32`.
        ///
        /// A function of one argument is *correctly rounded*. For every input the result is the number nearest to the exact
        /// value, ties to even. The functions of `f32` in std do not promise this. Functions of two arguments are computed
        /// in `f64` and rounded once. In a test of 10,000,000 random pairs for each of these functions, no result was misrounded.
        /// The bits are equal on every CPU and system.
        ///
        /// Infinities, zeros and their signs follow IEEE 754-2019, 9.2.1. A NaN gives itself, quieted, with its sign and payload.
        /// An invalid operation, such as the logarithm of a negative number, gives the canonical NaN.
        ///
        /// The functions compute in `f64`, or in `f32` where `f32` is enough. As all of Rust does, they expect the thread to
        /// round to nearest.
        ///
        /// ```
        /// use ulp::{Bf16, F16};
        ///
        /// assert_eq!(F16::from_f32(1.0).exp().to_f32(), 2.71875);
        /// assert_eq!(Bf16::from_f32(1000.0).log10().to_f32(), 3.0);
        /// assert!(F16::from_f32(-3.0).acosh().is_nan());
        /// assert_eq!(F16::from_f32(3.0).hypot(F16::from_f32(4.0)).to_f32(), 5.0);
        /// ```
        impl<S: HasElementary> Float<S> {
            $(
                $(#[$doc])*
                #[must_use]
                #[inline]
                pub fn $name(self $(, $y: Self)?) -> Self {
                    let $x = self;
                    $result
                }
            )*

            /// Returns the sine and the cosine: `(self.sin(), self.cos())`.
            #[must_use]
            #[inline]
            pub fn sin_cos(self) -> (Self, Self) {
                (self.sin(), self.cos())
            }
        }
    };
}

functions! {
    /// Returns e<sup>x</sup>. The result for −∞ is 0.
    fn exp(x) = exponential(x, LOG2_E, libm::exp);

    /// Returns 2<sup>x</sup>. The result for −∞ is 0. The result for an integer is exact, if the format has the exact result.
    fn exp2(x) = exponential(x, 1.0, libm::exp2);

    /// Returns e<sup>x</sup> − 1, without cancellation for small x. The result for ±0 is ±0, and for −∞ −1.
    fn exp_m1(x) = of_one(x, libm::expm1);

    /// Returns the natural logarithm. The result for ±0 is −∞, and for a negative number NaN.
    fn ln(x) = logarithm(x, 1.0, libm::log);

    /// Returns the logarithm to base 2. The result for ±0 is −∞, and for a negative number NaN. The result for a power of two is
    /// exact.
    fn log2(x) = logarithm(x, LOG2_E, libm::log2);

    /// Returns the logarithm to base 10. The result for ±0 is −∞, and for a negative number NaN.
    fn log10(x) = logarithm(x, LOG10_E, libm::log10);

    /// Returns ln(1 + x), without cancellation for small x. The result for ±0 is ±0, for −1 −∞, and for x < −1 NaN.
    fn ln_1p(x) = of_one_f32(x, libm::log1pf, libm::log1p);

    /// Returns the logarithm to a base: the quotient of the natural logarithms of both numbers. The result is NaN if one number
    /// is negative, or if both logarithms are zero or both are infinite.
    fn log(x, base) = quotient_of_logarithms(x, base);

    /// Returns x<sup>y</sup>, C's and IEEE's `pow`. The result is NaN for finite x < 0 and y that is not an integer.
    ///
    /// The result is 1 for y = ±0 and every x, and for x = 1 and every y, even if the other number is a quiet NaN. The result is
    /// 1 for x = −1 and infinite y. For x = ±0, the result is ±∞ (y a negative odd integer), ∞ (other y < 0), ±0 (y a positive
    /// odd integer) or 0 (other y > 0).
    fn powf(x, y) = power(x, y);

    /// Returns √(x² + y²), without overflow on the way. If one number is an infinity, the result is ∞, even if the other is a
    /// quiet NaN.
    fn hypot(x, y) = of_two(x, y, hypot);

    /// Returns the sine of an angle in radians. The result for ±0 is ±0, and for an infinity NaN.
    fn sin(x) = sine(x, 0, libm::sin);

    /// Returns the cosine of an angle in radians. The result for an infinity is NaN.
    fn cos(x) = sine(x, 1, libm::cos);

    /// Returns the tangent of an angle in radians. The result for ±0 is ±0, and for an infinity NaN.
    fn tan(x) = of_one(x, libm::tan);

    /// Returns the arc sine, −π/2 to π/2. The result for ±0 is ±0, and for |x| > 1 NaN.
    fn asin(x) = of_one_f32(x, libm::asinf, libm::asin);

    /// Returns the arc cosine, 0 to π. The result for |x| > 1 is NaN.
    fn acos(x) = of_one(x, libm::acos);

    /// Returns the arc tangent, −π/2 to π/2. The result for ±0 is ±0.
    fn atan(x) = of_one_f32(x, libm::atanf, libm::atan);

    /// Returns the angle from the positive x axis to the point (`x`, `self`), −π to π. The angle is the arc tangent of `self` /
    /// `x` in the quadrant of both signs. The function is never invalid: both numbers may be zero or infinite.
    fn atan2(y, x) = of_two_f32(y, x, libm::atan2f, atan2);

    /// Returns the hyperbolic sine. The result for ±0 is ±0.
    fn sinh(x) = of_one(x, libm::sinh);

    /// Returns the hyperbolic cosine. The result for an infinity is ∞.
    fn cosh(x) = of_one_f32(x, libm::coshf, libm::cosh);

    /// Returns the hyperbolic tangent. The result for ±0 is ±0, and for ±∞ ±1.
    fn tanh(x) = of_one_f32(x, libm::tanhf, libm::tanh);

    /// Returns the inverse hyperbolic sine. The result for ±0 is ±0.
    fn asinh(x) = of_one(x, libm::asinh);

    /// Returns the inverse hyperbolic cosine. The result for x < 1 is NaN.
    fn acosh(x) = of_one_f32(x, acosh_f32, acosh);

    /// Returns the inverse hyperbolic tangent. The result for ±0 is ±0, for ±1 ±∞, and for |x| > 1 NaN.
    fn atanh(x) = of_one_f32(x, libm::atanhf, libm::atanh);

    /// Returns the cube root. Negative numbers have one too. The result for ±0 is ±0.
    fn cbrt(x) = of_one_f32(x, libm::cbrtf, libm::cbrt);
}

/// `libm` 0.2.16 gives numbers below −2, where there is no inverse: `acosh(-6540.0)` is -15.47.
fn acosh(x: f64) -> f64 {
    if x < 1.0 { f64::NAN } else { libm::acosh(x) }
}

/// Does what [`acosh`] does.
fn acosh_f32(x: f32) -> f32 {
    if x < 1.0 { f32::NAN } else { libm::acoshf(x) }
}

/// The squares of a number of 16 bits are exact in `f64`, and no sum of squares leaves the exponents of `f64`. The errors of the sum
/// and the root never matter: the square of a tie is farther from every other sum of two squares.
fn hypot(x: f64, y: f64) -> f64 {
    if x.is_infinite() || y.is_infinite() {
        f64::INFINITY
    } else {
        libm::sqrt(x * x + y * y)
    }
}

/// Corrects `libm` for tiny quotients. The arc tangent of a tiny number is smaller than the number by less than an `f64` can
/// represent. If the number is a tie between subnormals of `Bf16`, the arc tangent must be rounded down. All other quotients of
/// two significands of 11 bits are farther from every tie.
fn atan2(y: f64, x: f64) -> f64 {
    let angle = libm::atan2(y, x);
    if angle != 0.0 && angle.abs() < f64::EPSILON {
        f64::from_bits(angle.to_bits() - 1)
    } else {
        angle
    }
}
