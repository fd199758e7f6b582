//! Methods on the exponent of a number, with the names of C.

use super::Float;
use super::spec::Spec;
use crate::arithmetic::ieee;
use crate::round::Rounding;

/// Methods on exponents, with the names of C and numpy.
impl<S: Spec> Float<S> {
    /// Returns self · 2<sup>n</sup>, rounded once, ties to even. Zeros, infinities and NaNs stay.
    /// [`ieee::scale_b`](crate::ieee::scale_b) takes another rounding.
    ///
    /// ```
    /// use ulp::F16;
    ///
    /// assert_eq!(F16::from_f32(1.5).ldexp(-3).to_f32(), 0.1875);
    /// assert_eq!(F16::MAX.ldexp(1), F16::INFINITY);
    /// ```
    #[doc(alias = "scaleB")]
    #[inline]
    #[must_use]
    pub const fn ldexp(self, n: i32) -> Self {
        ieee::scale_b(self, n, Rounding::TiesToEven).0
    }

    /// Returns self · 2<sup>n</sup>, as [`ldexp`](Self::ldexp) does. C has both names, which differ only in radices other than 2.
    #[inline]
    #[must_use]
    pub const fn scalbn(self, n: i32) -> Self {
        self.ldexp(n)
    }

    /// Returns m and n for which the number is m · 2<sup>n</sup>, with |m| at least 0.5 and less than 1. Zeros, infinities and
    /// NaNs are returned unchanged, with n = 0.
    ///
    /// m is exact in every shipped format of 8 bits and more. The 4- and 6-bit formats lack some numbers between 0.5 and 1. In
    /// these formats m is rounded, ties to even.
    ///
    /// ```
    /// use ulp::Bf16;
    ///
    /// let (m, n) = Bf16::from_f32(-20.0).frexp();
    /// assert_eq!((m.to_f32(), n), (-0.625, 5));
    /// ```
    #[inline]
    #[must_use]
    pub const fn frexp(self) -> (Self, i32) {
        match self.ilogb() {
            // An exponent is far inside the range of an `i32`.
            Some(exponent) => (self.ldexp(-exponent - 1), exponent + 1),
            None => (self, 0),
        }
    }

    /// Returns the exponent of the leading bit, ⌊log<sub>2</sub> |self|⌋, as a number of the format, rounded once, ties to even.
    /// A zero gives −∞, an infinity gives ∞, and a NaN gives NaN. A format that lacks one of these results gives the result of a
    /// cast instead.
    ///
    /// ```
    /// use ulp::F16;
    ///
    /// assert_eq!(F16::from_f32(0.3).logb().to_f32(), -2.0);
    /// assert_eq!(F16::default().logb(), F16::NEG_INFINITY);
    /// ```
    #[doc(alias = "logB")]
    #[inline]
    #[must_use]
    pub const fn logb(self) -> Self {
        ieee::log_b(self).0
    }

    /// Returns the exponent of the leading bit, ⌊log<sub>2</sub> |self|⌋. Returns `None` for a zero, an infinity or a NaN.
    ///
    /// ```
    /// use ulp::F8E4M3Fn;
    ///
    /// assert_eq!(F8E4M3Fn::MAX.ilogb(), Some(8));
    /// assert_eq!(F8E4M3Fn::default().ilogb(), None);
    /// ```
    #[inline]
    #[must_use]
    pub const fn ilogb(self) -> Option<i32> {
        Self::LAYOUT.leading_exponent(self.code())
    }

    /// Returns the next number after this one in the direction of `toward`, as C's function of two arguments does. If the numbers
    /// are equal, the result is `toward`. If one is a NaN, the result is a NaN. [`next_up`](Self::next_up) and
    /// [`next_down`](Self::next_down) have a fixed direction.
    ///
    /// ```
    /// use ulp::F16;
    ///
    /// let one = F16::from_f32(1.0);
    /// assert_eq!(one.nextafter(F16::MAX), one + F16::EPSILON);
    /// assert_eq!(one.nextafter(one), one);
    /// ```
    #[inline]
    #[must_use]
    pub const fn nextafter(self, toward: Self) -> Self {
        Self::from_code(Self::LAYOUT.next_toward(self.code(), toward.code()))
    }
}
