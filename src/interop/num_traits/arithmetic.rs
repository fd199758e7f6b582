//! num-traits' arithmetic: all of it calls the type's own.

use crate::Format;
use crate::format::{from_code, to_code};
use crate::interop::assert_one;

/// Traits that every format has.
#[doc(hidden)]
#[macro_export]
macro_rules! __float_type_arithmetic {
    ($name:ident) => {
        /// Of a format without the number 1 it doesn't compile where it is used.
        impl $crate::__private::num_traits::One for $name {
            #[inline]
            fn one() -> Self {
                $crate::__private::exact_one()
            }
        }

        /// Of a format without the number 1 it doesn't compile where it is used.
        impl $crate::__private::num_traits::ConstOne for $name {
            const ONE: Self = $crate::__private::exact_one();
        }

        impl $crate::__private::num_traits::Inv for $name {
            type Output = Self;

            #[inline]
            fn inv(self) -> Self {
                self.recip()
            }
        }

        impl $crate::__private::num_traits::Inv for &$name {
            type Output = $name;

            #[inline]
            fn inv(self) -> $name {
                self.recip()
            }
        }

        impl $crate::__private::num_traits::MulAdd for $name {
            type Output = Self;

            #[inline]
            fn mul_add(self, a: Self, b: Self) -> Self {
                Self::mul_add(self, a, b)
            }
        }

        impl $crate::__private::num_traits::MulAddAssign for $name {
            #[inline]
            fn mul_add_assign(&mut self, a: Self, b: Self) {
                *self = Self::mul_add(*self, a, b);
            }
        }

        impl $crate::__private::num_traits::Euclid for $name {
            #[inline]
            fn div_euclid(&self, v: &Self) -> Self {
                Self::div_euclid(*self, *v)
            }

            #[inline]
            fn rem_euclid(&self, v: &Self) -> Self {
                Self::rem_euclid(*self, *v)
            }
        }

        impl $crate::__private::num_traits::float::TotalOrder for $name {
            #[inline]
            fn total_cmp(&self, other: &Self) -> ::core::cmp::Ordering {
                Self::total_cmp(self, other)
            }
        }

        $crate::__float_type_pow!($name, powi: i8, u8, i16, u16, i32);
    };
}

/// Powers with exponents that become those of an inherent method without loss, on values and references.
#[doc(hidden)]
#[macro_export]
macro_rules! __float_type_pow {
    ($name:ident, $method:ident: $($exponent:ty),*) => { $(
        impl $crate::__private::num_traits::Pow<$exponent> for $name {
            type Output = $name;

            #[inline]
            fn pow(self, n: $exponent) -> $name {
                $name::$method(self, n.into())
            }
        }

        impl $crate::__private::num_traits::Pow<&$exponent> for $name {
            type Output = $name;

            #[inline]
            fn pow(self, n: &$exponent) -> $name {
                $name::$method(self, (*n).into())
            }
        }

        impl $crate::__private::num_traits::Pow<$exponent> for &$name {
            type Output = $name;

            #[inline]
            fn pow(self, n: $exponent) -> $name {
                $name::$method(*self, n.into())
            }
        }

        impl $crate::__private::num_traits::Pow<&$exponent> for &$name {
            type Output = $name;

            #[inline]
            fn pow(self, n: &$exponent) -> $name {
                $name::$method(*self, (*n).into())
            }
        }
    )* };
}

/// Traits for which a format needs a zero.
#[doc(hidden)]
#[macro_export]
macro_rules! __float_type_num {
    ($name:ident) => {
        impl $crate::__private::num_traits::Zero for $name {
            #[inline]
            fn zero() -> Self {
                Self(0)
            }

            #[inline]
            fn is_zero(&self) -> bool {
                $crate::__private::is_zero(*self)
            }
        }

        impl $crate::__private::num_traits::ConstZero for $name {
            const ZERO: Self = Self(0);
        }

        impl $crate::__private::num_traits::Num for $name {
            type FromStrRadixErr = $crate::ParseFloatError;

            /// In radix 10, what `FromStr` parses. In others, digits with or without a point, and a sign; in those that are a power
            /// of two, an exponent of 2 may follow after `p`, unless that is a digit. `inf`, `infinity` and `nan` are what they
            /// are in every radix. Rounded once, from the exact value, ties to even.
            ///
            /// # Errors
            /// As of `FromStr`. `Unsupported` is a radix that is not in 2..=36, and so are digits of a radix that is neither 10
            /// nor a power of two, if they, read as an integer, or the power of the radix that is 1 in the last of their
            /// places pass 2<sup>128</sup>.
            fn from_str_radix(
                text: &str,
                radix: u32,
            ) -> ::core::result::Result<Self, Self::FromStrRadixErr> {
                $crate::__private::from_str_radix(text, radix)
            }
        }
    };
}

/// Traits for which a format needs a zero and a sign.
#[doc(hidden)]
#[macro_export]
macro_rules! __float_type_signed {
    ($name:ident) => {
        /// As of `f32`: zeros and NaNs are positive or negative, too, by their sign bit.
        impl $crate::__private::num_traits::Signed for $name {
            #[inline]
            fn abs(&self) -> Self {
                Self::abs(*self)
            }

            #[inline]
            fn abs_sub(&self, other: &Self) -> Self {
                if *self <= *other {
                    Self(0)
                } else {
                    *self - *other
                }
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
    };
}

#[inline]
pub const fn exact_one<F: Format>() -> F {
    const { assert_one(F::LAYOUT) };
    from_code(F::LAYOUT.power_of_two_code(0))
}

#[inline]
pub fn is_zero<F: Format>(number: F) -> bool {
    F::LAYOUT.is_zero(to_code(number))
}
