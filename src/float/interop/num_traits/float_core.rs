//! `FloatCore`, for formats that have all special numbers of IEEE 754's formats, and `FloatConst`.

use num_traits::FloatConst;
use num_traits::float::FloatCore;

use crate::float::{
    Float,
    spec::{HasInfinities, HasNan, HasZero},
};
use crate::round::{Format, to_code};

/// Implements trait methods by the inherent methods of equal names.
macro_rules! forward {
    ($($method:ident($($operand:ident: $of:ty),*) -> $result:ty;)*) => { $(
        #[inline]
        fn $method(self $(, $operand: $of)*) -> $result {
            Self::$method(self $(, $operand)*)
        }
    )* };
}

/// The methods that both `FloatCore` and `Float` have.
macro_rules! common {
    () => {
        #[inline]
        fn infinity() -> Self {
            Self::INFINITY
        }

        #[inline]
        fn neg_infinity() -> Self {
            Self::NEG_INFINITY
        }

        #[inline]
        fn nan() -> Self {
            Self::NAN
        }

        #[inline]
        fn neg_zero() -> Self {
            -Self::default()
        }

        #[inline]
        fn min_value() -> Self {
            Self::MIN
        }

        #[inline]
        fn min_positive_value() -> Self {
            Self::MIN_POSITIVE
        }

        #[inline]
        fn epsilon() -> Self {
            Self::EPSILON
        }

        #[inline]
        fn max_value() -> Self {
            Self::MAX
        }

        /// Returns the significand as an integer, the exponent of the unit of the significand, and the sign. Infinities and NaNs
        /// are decoded like numbers. A format with an exponent that doesn't fit an `i16` doesn't compile.
        #[inline]
        fn integer_decode(self) -> (u64, i16, i8) {
            integer_decode(self)
        }

        forward! {
            is_nan() -> bool;
            is_infinite() -> bool;
            is_finite() -> bool;
            is_normal() -> bool;
            is_subnormal() -> bool;
            classify() -> core::num::FpCategory;
            floor() -> Self;
            ceil() -> Self;
            round() -> Self;
            trunc() -> Self;
            fract() -> Self;
            abs() -> Self;
            signum() -> Self;
            is_sign_positive() -> bool;
            is_sign_negative() -> bool;
            min(other: Self) -> Self;
            max(other: Self) -> Self;
            clamp(min: Self, max: Self) -> Self;
            recip() -> Self;
            powi(n: i32) -> Self;
            to_degrees() -> Self;
            to_radians() -> Self;
        }
    };
}
#[cfg(feature = "libm")]
pub(super) use {common, forward};

/// Calls the methods of the type that have these names. In a format without −0, `neg_zero` is 0.
impl<S: HasZero + HasInfinities + HasNan> FloatCore for Float<S> {
    common!();
}

macro_rules! float_const {
    ($($constant:ident)*) => {
        /// Each constant is rounded once from its exact value.
        impl<S: HasZero + HasInfinities + HasNan> FloatConst for Float<S> { $(
            #[inline]
            fn $constant() -> Self {
                Self::$constant
            }
        )* }
    };
}
float_const! {
    E FRAC_1_PI FRAC_1_SQRT_2 FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3 FRAC_PI_4 FRAC_PI_6 FRAC_PI_8 LN_10 LN_2
    LOG10_2 LOG10_E LOG2_10 LOG2_E PI SQRT_2 TAU
}

/// Decodes as num-traits decodes `f32`. The exponent field of a subnormal number counts one lower, and its fraction is doubled.
#[inline]
pub(super) fn integer_decode<F: Format>(number: F) -> (u64, i16, i8) {
    const {
        let least = F::LAYOUT.bias() + F::LAYOUT.fraction_bits() as i32;
        let most = (1 << F::LAYOUT.exponent_bits()) - least;
        let limit = i16::MAX as i32;
        assert!(
            least <= limit && -limit <= least && most <= limit,
            "exponents of the format are no i16"
        );
    };
    let layout = F::LAYOUT;
    let parts = layout.decode(to_code(number));
    let significand = if parts.exponent == 0 {
        parts.fraction << 1
    } else {
        parts.fraction | layout.hidden_bit()
    };
    let exponent = parts.exponent as i32 - layout.bias() - layout.fraction_bits() as i32;
    (significand, exponent as i16, if parts.sign { -1 } else { 1 })
}
