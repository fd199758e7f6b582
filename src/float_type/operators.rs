//! The operators of a type, on values and references, and sums and products.

/// An operator and its assigning form: `Add add add_assign`.
#[doc(hidden)]
#[macro_export]
macro_rules! __float_type_operators {
    ($name:ident: $($Op:ident $op:ident $Assign:ident $assign:ident = $function:path, $does:literal;)*) => { $(
        #[doc = concat!($does, ", rounded once, ties to even.")]
        impl ::core::ops::$Op for $name {
            type Output = Self;

            #[inline]
            fn $op(self, rhs: Self) -> Self {
                $function(self, rhs)
            }
        }

        impl ::core::ops::$Op<&$name> for $name {
            type Output = $name;

            #[inline]
            fn $op(self, rhs: &$name) -> $name {
                $function(self, *rhs)
            }
        }

        impl ::core::ops::$Op<$name> for &$name {
            type Output = $name;

            #[inline]
            fn $op(self, rhs: $name) -> $name {
                $function(*self, rhs)
            }
        }

        // Of two lifetimes, as num-traits' `RefNum` asks.
        impl ::core::ops::$Op<&$name> for &$name {
            type Output = $name;

            #[inline]
            fn $op(self, rhs: &$name) -> $name {
                $function(*self, *rhs)
            }
        }

        impl ::core::ops::$Assign for $name {
            #[inline]
            fn $assign(&mut self, rhs: Self) {
                *self = $function(*self, rhs);
            }
        }

        impl ::core::ops::$Assign<&$name> for $name {
            #[inline]
            fn $assign(&mut self, rhs: &Self) {
                *self = $function(*self, *rhs);
            }
        }
    )* };
    ($name:ident) => {
        $crate::__float_type_operators! {
            $name:
            Add add AddAssign add_assign = $crate::__private::add, "The sum";
            Sub sub SubAssign sub_assign = $crate::__private::sub, "The difference";
            Mul mul MulAssign mul_assign = $crate::__private::mul, "The product";
            Div div DivAssign div_assign = $crate::__private::div, "The quotient";
            Rem rem RemAssign rem_assign = $crate::__private::rem, "The remainder of division cut to an integer, with the sign of the dividend: exact";
        }

        /// Added in `f64`, and rounded once.
        impl ::core::iter::Sum for $name {
            fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
                $crate::__private::sum(numbers)
            }
        }

        impl<'a> ::core::iter::Sum<&'a Self> for $name {
            fn sum<I: Iterator<Item = &'a Self>>(numbers: I) -> Self {
                $crate::__private::sum(numbers.copied())
            }
        }

        /// Multiplied in `f64`, and rounded once.
        impl ::core::iter::Product for $name {
            fn product<I: Iterator<Item = Self>>(numbers: I) -> Self {
                $crate::__private::product(numbers)
            }
        }

        impl<'a> ::core::iter::Product<&'a Self> for $name {
            fn product<I: Iterator<Item = &'a Self>>(numbers: I) -> Self {
                $crate::__private::product(numbers.copied())
            }
        }
    };
}
