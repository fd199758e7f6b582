//! The methods of the types, which are inherent, as a trait: what is generic over formats can call them then.

use core::cmp::Ordering;
use core::ops::{Add, Div, Mul, Neg, Rem, Sub};

use ulp::spec::{HasSign, Spec};
use ulp::{Float, Format};

macro_rules! methods {
    (
        $(#[$meta:meta])* $Trait:ident: $($bound:path),*;
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
    };
}

methods! {
    /// What every type has.
    Numbers: Format, PartialOrd, Add<Output = Self>, Sub<Output = Self>, Mul<Output = Self>, Div<Output = Self>,
        Rem<Output = Self>;
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
    total_cmp(other: Self) -> Ordering;
    next_up() -> Self;
    next_down() -> Self;
    midpoint(other: Self) -> Self;
    to_degrees() -> Self;
    to_radians() -> Self;
    ulp() -> Self;
}

methods! {
    /// What a type with a sign has besides.
    Signed: Numbers, Neg<Output = Self>;
    abs() -> Self;
    signum() -> Self;
    copysign(sign: Self) -> Self;
}

macro_rules! forward {
    ($($name:ident($($operand:ident: $kind:ty),*) -> $result:ty;)*) => { $(
        fn $name(self, $($operand: $kind),*) -> $result {
            Self::$name(self, $($operand),*)
        }
    )* };
}

impl<S: Spec> Numbers for Float<S> {
    forward! {
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

    fn total_cmp(self, other: Self) -> Ordering {
        Self::total_cmp(&self, &other)
    }
}

impl<S: HasSign> Signed for Float<S> {
    forward! {
        abs() -> Self;
        signum() -> Self;
        copysign(sign: Self) -> Self;
    }
}
