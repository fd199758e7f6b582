//! The inherent methods of the types as a trait, so that code that is generic over formats can call them.

use core::cmp::Ordering;
use core::ops::{Add, Div, Mul, Neg, Rem, Sub};

use ulp::spec::{HasSign, Spec};
use ulp::{Float, Format};

/// Declares a trait of methods of the types, and implements it for all formats that have them.
macro_rules! methods {
    (
        $(#[$meta:meta])* $Trait:ident for $Spec:ident: $($bound:path),*;
        $($name:ident($($operand:ident: $kind:ty),*) -> $result:ty;)*
    ) => {
        $(#[$meta])*
        pub trait $Trait: $($bound +)* Sized {
            $(
                #[doc = concat!("The type's `", stringify!($name), "`.")]
                #[must_use]
                fn $name(self, $($operand: $kind),*) -> $result;
            )*
        }

        impl<S: $Spec> $Trait for Float<S> { $(
            fn $name(self, $($operand: $kind),*) -> $result {
                Self::$name(self, $($operand),*)
            }
        )* }
    };
}

methods! {
    /// The methods that every type has.
    Numbers for Spec: Format, PartialOrd, Add<Output = Self>, Sub<Output = Self>, Mul<Output = Self>, Div<Output = Self>,
        Rem<Output = Self>, TotalOrder;
    mul_add(a: Self, b: Self) -> Self;
    sqrt() -> Self;
    recip() -> Self;
    powi(n: i32) -> Self;
    rem_euclid(rhs: Self) -> Self;
    div_euclid(rhs: Self) -> Self;
    floor() -> Self;
    ceil() -> Self;
    round() -> Self;
    round_ties_even() -> Self;
    trunc() -> Self;
    fract() -> Self;
    min(other: Self) -> Self;
    max(other: Self) -> Self;
    minimum(other: Self) -> Self;
    maximum(other: Self) -> Self;
    clamp(min: Self, max: Self) -> Self;
    next_up() -> Self;
    next_down() -> Self;
    midpoint(other: Self) -> Self;
    to_degrees() -> Self;
    to_radians() -> Self;
    ulp() -> Self;
}

methods! {
    /// The further methods of a type with a sign.
    Signed for HasSign: Numbers, Neg<Output = Self>;
    abs() -> Self;
    signum() -> Self;
    copysign(sign: Self) -> Self;
}

/// The type's `total_cmp`, which takes references.
pub trait TotalOrder {
    /// Returns the order of two numbers (IEEE 754-2019, 5.10).
    #[must_use]
    fn total_order(self, other: Self) -> Ordering;
}

impl<S: Spec> TotalOrder for Float<S> {
    fn total_order(self, other: Self) -> Ordering {
        self.total_cmp(&other)
    }
}
