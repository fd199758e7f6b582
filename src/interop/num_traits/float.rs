//! `Float`, and powers with any exponent, for the formats that have elementary functions.

use num_traits::{Float, Signed};

use crate::{Bf16, F16};

macro_rules! float {
    ($($name:ident)*) => { $(
        /// The methods of the type, under these names too.
        impl Float for $name {
            crate::__float_type_float_common!();

            #[inline]
            fn abs_sub(self, other: Self) -> Self {
                Signed::abs_sub(&self, &other)
            }

            crate::__float_type_forward! {
                mul_add(a: Self, b: Self) -> Self;
                powf(n: Self) -> Self;
                sqrt() -> Self;
                exp() -> Self;
                exp2() -> Self;
                ln() -> Self;
                log(base: Self) -> Self;
                log2() -> Self;
                log10() -> Self;
                cbrt() -> Self;
                hypot(other: Self) -> Self;
                sin() -> Self;
                cos() -> Self;
                tan() -> Self;
                asin() -> Self;
                acos() -> Self;
                atan() -> Self;
                atan2(other: Self) -> Self;
                sin_cos() -> (Self, Self);
                exp_m1() -> Self;
                ln_1p() -> Self;
                sinh() -> Self;
                cosh() -> Self;
                tanh() -> Self;
                asinh() -> Self;
                acosh() -> Self;
                atanh() -> Self;
                copysign(sign: Self) -> Self;
            }
        }

        crate::__float_type_pow!($name, powf: $name);
    )* };
}
float!(F16 Bf16);
