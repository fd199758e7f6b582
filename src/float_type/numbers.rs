//! The methods of a type that compute.

/// Inherent methods, under the names that `f32` has.
#[doc(hidden)]
#[macro_export]
macro_rules! __float_type_numbers {
    ($name:ident) => {
        #[allow(dead_code, reason = "a private type need not use all that it gets")]
        impl $name {
            /// self · a + b, rounded once.
            #[inline]
            #[must_use]
            pub fn mul_add(self, a: Self, b: Self) -> Self {
                $crate::__private::mul_add(self, a, b)
            }

            /// The square root, rounded once; NaN of what is less than 0.
            #[inline]
            #[must_use]
            pub fn sqrt(self) -> Self {
                $crate::__private::sqrt(self)
            }

            /// 1 / self, rounded once.
            #[inline]
            #[must_use]
            pub fn recip(self) -> Self {
                $crate::__private::div($crate::__private::one(), self)
            }

            /// self<sup>n</sup>. The 0th power is 1, of a NaN too.
            ///
            /// It is computed to 96 bits or more, and then rounded.
            #[inline]
            #[must_use]
            pub const fn powi(self, n: i32) -> Self {
                $crate::__private::powi(self, n)
            }

            /// The remainder of the Euclidean division: the least self − rhs · n that is not negative, rounded once.
            ///
            /// Rounding may give |rhs|: of −2<sup>−20</sup>, say, and 1. A zero has the sign of `self`.
            #[inline]
            #[must_use]
            pub const fn rem_euclid(self, rhs: Self) -> Self {
                $crate::__private::rem_euclid(self, rhs)
            }

            /// The integer n for which self − rhs · n is the remainder of the Euclidean division, rounded once.
            #[inline]
            #[must_use]
            pub const fn div_euclid(self, rhs: Self) -> Self {
                $crate::__private::div_euclid(self, rhs)
            }

            /// The largest integer that is not greater.
            #[inline]
            #[must_use]
            pub const fn floor(self) -> Self {
                $crate::__private::round(self, $crate::Rounding::TowardNegative)
            }

            /// The smallest integer that is not less.
            #[inline]
            #[must_use]
            pub const fn ceil(self) -> Self {
                $crate::__private::round(self, $crate::Rounding::TowardPositive)
            }

            /// The nearest integer; of a tie, the one farther from 0.
            #[inline]
            #[must_use]
            pub const fn round(self) -> Self {
                $crate::__private::round(self, $crate::Rounding::TiesToAway)
            }

            /// The nearest integer; of a tie, the even one.
            #[inline]
            #[must_use]
            pub const fn round_ties_even(self) -> Self {
                $crate::__private::round(self, $crate::Rounding::TiesToEven)
            }

            /// The number without its fraction.
            #[inline]
            #[must_use]
            pub const fn trunc(self) -> Self {
                $crate::__private::round(self, $crate::Rounding::TowardZero)
            }

            /// What [`trunc`](Self::trunc) takes away: the fraction, with the sign of the number.
            #[inline]
            #[must_use]
            pub const fn fract(self) -> Self {
                $crate::__private::fract(self)
            }

            /// The lesser of two, where −0 is less than +0; of a number and a NaN, the number.
            #[inline]
            #[must_use]
            pub const fn min(self, other: Self) -> Self {
                $crate::__private::min(self, other)
            }

            /// The greater of two, where −0 is less than +0; of a number and a NaN, the number.
            #[inline]
            #[must_use]
            pub const fn max(self, other: Self) -> Self {
                $crate::__private::max(self, other)
            }

            /// The lesser of two, where −0 is less than +0; NaN if one is (IEEE 754-2019, 9.6).
            #[inline]
            #[must_use]
            pub const fn minimum(self, other: Self) -> Self {
                $crate::__private::minimum(self, other)
            }

            /// The greater of two, where −0 is less than +0; NaN if one is (IEEE 754-2019, 9.6).
            #[inline]
            #[must_use]
            pub const fn maximum(self, other: Self) -> Self {
                $crate::__private::maximum(self, other)
            }

            /// `min` if less than that, `max` if greater than that, else itself, a NaN too.
            ///
            /// # Panics
            /// If `min` is greater than `max`, or one of them is a NaN.
            #[inline]
            #[must_use]
            #[track_caller]
            pub const fn clamp(self, min: Self, max: Self) -> Self {
                $crate::__private::clamp(self, min, max)
            }

            /// An order of all codes: numbers by value, −0 before +0, NaNs outside of them by their signs (IEEE 754-2019, 5.10).
            #[inline]
            #[must_use]
            pub const fn total_cmp(&self, other: &Self) -> ::core::cmp::Ordering {
                $crate::__private::total_cmp(*self, *other)
            }

            /// The least number that is greater (IEEE 754-2019, 5.3.1). The largest number of a format without infinities stays
            /// what it is, and so do ∞ and NaN.
            #[inline]
            #[must_use]
            pub const fn next_up(self) -> Self {
                $crate::__private::next_up(self)
            }

            /// The greatest number that is less (IEEE 754-2019, 5.3.1). The smallest number of a format without infinities stays
            /// what it is, and so do −∞ and NaN.
            #[inline]
            #[must_use]
            pub const fn next_down(self) -> Self {
                $crate::__private::next_down(self)
            }

            /// The mean of two numbers, rounded once.
            #[inline]
            #[must_use]
            pub const fn midpoint(self, other: Self) -> Self {
                $crate::__private::midpoint(self, other)
            }

            /// Radians to degrees: the product with 180 / π, of which 64 bits are taken, rounded once.
            #[inline]
            #[must_use]
            pub const fn to_degrees(self) -> Self {
                $crate::__private::to_degrees(self)
            }

            /// Degrees to radians: the product with π / 180, of which 64 bits are taken, rounded once.
            #[inline]
            #[must_use]
            pub const fn to_radians(self) -> Self {
                $crate::__private::to_radians(self)
            }

            /// The unit in the last place: the distance to the next number up in magnitude, for the largest as if there were one.
            ///
            /// Of zero, the smallest positive number; of an infinity, +∞; of a NaN, itself.
            #[inline]
            #[must_use]
            pub const fn ulp(self) -> Self {
                $crate::__private::ulp(self)
            }
        }

        $crate::__float_type_integers! {
            $name:
            i8 from_i8 to_i8, i16 from_i16 to_i16, i32 from_i32 to_i32, i64 from_i64 to_i64,
            i128 from_i128 to_i128, isize from_isize to_isize,
            u8 from_u8 to_u8, u16 from_u16 to_u16, u32 from_u32 to_u32, u64 from_u64 to_u64,
            u128 from_u128 to_u128, usize from_usize to_usize,
        }
    };
}

/// Conversions from and to integers.
#[doc(hidden)]
#[macro_export]
macro_rules! __float_type_integers {
    ($name:ident: $($integer:ident $from:ident $to:ident,)*) => {
        #[allow(dead_code, reason = "a private type need not use all that it gets")]
        impl $name { $(
            #[doc = concat!("The number nearest to an `", stringify!($integer), "`, ties to even.")]
            #[inline]
            #[must_use]
            pub const fn $from(x: $integer) -> Self {
                $crate::ieee::$from(x, $crate::Rounding::TiesToEven).0
            }

            #[doc = concat!(
                "The number without its fraction, as an `", stringify!($integer), "`: the nearest there is, and 0 for a NaN, as \
                 `as` does.",
            )]
            #[inline]
            #[must_use]
            pub const fn $to(self) -> $integer {
                $crate::ieee::$to(self, $crate::Rounding::TowardZero).0
            }
        )* }
    };
}
