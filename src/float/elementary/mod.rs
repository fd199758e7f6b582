//! Elementary functions of [`F16`](crate::F16) and [`Bf16`](crate::Bf16), through `f64`, and exponentials of `Bf16` through `f32`.
//!
//! A number is widened to `f64`, which is exact; the function is computed there, by the crate `libm` and never by the
//! system's library, so that the bits are the same everywhere; and the result is rounded to the format once. An error in the
//! last places of an `f64` changes that only if it reaches a midpoint of two neighbours of the format, and no function of one
//! argument comes that near to one: `ulp-verify functions` asks them all, of all 65,536 codes, against MPFR.

mod bfloat16;
mod exp_log;
mod through_f64;

use core::f64::consts::{LOG2_E, LOG10_E};

use crate::float::{Float, spec::HasElementary};
use exp_log::{exponential, logarithm};
use through_f64::{of_one, of_two};

/// Methods, a line each: how `x` and, if there is one, the other operand become the result.
macro_rules! functions {
    ($($(#[$doc:meta])* fn $name:ident($x:ident $(, $y:ident)?) = $result:expr;)*) => {
        /// # Elementary functions (feature `libm`), with the names that they have on `f32`.
        ///
        /// A function of one argument is *correctly rounded*: it gives the number nearest to the exact value, ties to even,
        /// for every input, where `f32`'s in std promise nothing. Those of two arguments are computed in `f64` and rounded
        /// once: of 10,000,000 random pairs each, none is misrounded. The bits are the same on every CPU and system.
        ///
        /// Infinities, zeros and their signs are as IEEE 754-2019, 9.2.1, has them. A NaN gives itself, quieted, with its
        /// sign and payload; an invalid operation, such as the logarithm of a negative number, the canonical NaN.
        ///
        /// They compute in `f64`, or in `f32` where that is enough, and, as all of Rust does, expect the thread to round to nearest.
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

            /// Sine and cosine: `(self.sin(), self.cos())`.
            #[must_use]
            #[inline]
            pub fn sin_cos(self) -> (Self, Self) {
                (self.sin(), self.cos())
            }
        }
    };
}

functions! {
    /// e<sup>x</sup>. Of −∞ it is 0.
    fn exp(x) = exponential(x, LOG2_E, libm::exp);

    /// 2<sup>x</sup>. Of −∞ it is 0; of an integer it is exact, if that is a number of the format.
    fn exp2(x) = exponential(x, 1.0, libm::exp2);

    /// e<sup>x</sup> − 1, as exact for small x as for others. Of ±0 it is ±0, of −∞ it is −1.
    fn exp_m1(x) = of_one(x, libm::expm1);

    /// The natural logarithm. Of ±0 it is −∞, of a negative number NaN.
    fn ln(x) = logarithm(x, 1.0, libm::log);

    /// The logarithm to base 2. Of ±0 it is −∞, of a negative number NaN; of a power of two it is exact.
    fn log2(x) = logarithm(x, LOG2_E, libm::log2);

    /// The logarithm to base 10. Of ±0 it is −∞, of a negative number NaN.
    fn log10(x) = logarithm(x, LOG10_E, libm::log10);

    /// ln(1 + x), as exact for small x as for others. Of ±0 it is ±0, of −1 it is −∞, below NaN.
    fn ln_1p(x) = of_one(x, libm::log1p);

    /// The logarithm to a base, as the quotient of the natural logarithms of both: NaN if one is of a negative number, or if
    /// they are both zero or both infinite.
    fn log(x, base) = of_two(x, base, |x, base| libm::log(x) / libm::log(base));

    /// x<sup>y</sup>, C's and IEEE's `pow`. NaN for finite x < 0 and y that is not an integer.
    ///
    /// With y = ±0 it is 1 for every x, and with x = 1 for every y, also where the other is a quiet NaN; with x = −1 and
    /// infinite y it is 1. Of ±0 it is ±∞ (y a negative odd integer), ∞ (other y < 0), ±0 (y a positive odd integer) or 0
    /// (other y > 0).
    fn powf(x, y) = of_two(x, y, libm::pow);

    /// √(x² + y²), without overflow on the way. With an infinity it is ∞, even if the other is a quiet NaN.
    fn hypot(x, y) = of_two(x, y, libm::hypot);

    /// The sine of an angle in radians. Of ±0 it is ±0, of an infinity NaN.
    fn sin(x) = of_one(x, libm::sin);

    /// The cosine of an angle in radians. Of an infinity it is NaN.
    fn cos(x) = of_one(x, libm::cos);

    /// The tangent of an angle in radians. Of ±0 it is ±0, of an infinity NaN.
    fn tan(x) = of_one(x, libm::tan);

    /// The arc sine, −π/2 to π/2. Of ±0 it is ±0, of |x| > 1 NaN.
    fn asin(x) = of_one(x, libm::asin);

    /// The arc cosine, 0 to π. Of |x| > 1 it is NaN.
    fn acos(x) = of_one(x, libm::acos);

    /// The arc tangent, −π/2 to π/2. Of ±0 it is ±0.
    fn atan(x) = of_one(x, libm::atan);

    /// The angle from the positive x axis to the point (`x`, `self`), −π to π: the arc tangent of `self` / `x` in the quadrant
    /// of both signs. Never invalid: both may be zero or infinite.
    fn atan2(y, x) = of_two(y, x, atan2);

    /// The hyperbolic sine. Of ±0 it is ±0.
    fn sinh(x) = of_one(x, libm::sinh);

    /// The hyperbolic cosine. Of an infinity it is ∞.
    fn cosh(x) = of_one(x, libm::cosh);

    /// The hyperbolic tangent. Of ±0 it is ±0, of ±∞ it is ±1.
    fn tanh(x) = of_one(x, libm::tanh);

    /// The inverse hyperbolic sine. Of ±0 it is ±0.
    fn asinh(x) = of_one(x, libm::asinh);

    /// The inverse hyperbolic cosine. Of x < 1 it is NaN.
    fn acosh(x) = of_one(x, acosh);

    /// The inverse hyperbolic tangent. Of ±0 it is ±0, of ±1 it is ±∞, of |x| > 1 NaN.
    fn atanh(x) = of_one(x, libm::atanh);

    /// The cube root, of negative numbers too. Of ±0 it is ±0.
    fn cbrt(x) = of_one(x, libm::cbrt);
}

/// `libm` 0.2.16 gives numbers where there is no inverse, below −2: `acosh(-6540.0)` is -15.47.
fn acosh(x: f64) -> f64 {
    if x < 1.0 { f64::NAN } else { libm::acosh(x) }
}

/// The arc tangent of a tiny number is smaller than it by less than an `f64` can say, but it may be a tie of `Bf16`'s
/// subnormals, which is to be rounded down then. A quotient of two significands of 11 bits that is no tie is not as near to one.
fn atan2(y: f64, x: f64) -> f64 {
    let angle = libm::atan2(y, x);
    if angle != 0.0 && angle.abs() < f64::EPSILON {
        f64::from_bits(angle.to_bits() - 1)
    } else {
        angle
    }
}
