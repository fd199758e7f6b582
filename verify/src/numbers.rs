//! The methods of the types, which are inherent, as a trait: what is generic over formats can call them then.

use core::cmp::Ordering;
use core::ops::{Add, Div, Mul, Neg, Rem, Sub};

use ulp::{
    Bf16, F4E2M1Fn, F6E2M3Fn, F6E3M2Fn, F8E3M4, F8E4M3, F8E4M3B11Fnuz, F8E4M3Fn, F8E4M3Fnuz,
    F8E5M2, F8E5M2Fnuz, F8E8M0Fnu, F16, Format,
};

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

/// Implements [`Numbers`], and [`Signed`] where asked, for types of `float_type!`.
#[macro_export]
macro_rules! impl_numbers {
    ($($name:ty [$($has:ident),*];)*) => { $(
        impl $crate::numbers::Numbers for $name {
            $crate::impl_numbers! {
                @ $name:
                mul_add(a: Self, b: Self) -> Self; sqrt() -> Self; recip() -> Self; powi(n: i32) -> Self;
                rem_euclid(rhs: Self) -> Self; div_euclid(rhs: Self) -> Self;
                floor() -> Self; ceil() -> Self; round() -> Self; round_ties_even() -> Self; trunc() -> Self; fract() -> Self;
                min(other: Self) -> Self; max(other: Self) -> Self;
                minimum(other: Self) -> Self; maximum(other: Self) -> Self; clamp(min: Self, max: Self) -> Self;
                next_up() -> Self; next_down() -> Self; midpoint(other: Self) -> Self;
                to_degrees() -> Self; to_radians() -> Self; ulp() -> Self;
            }

            fn total_cmp(self, other: Self) -> ::core::cmp::Ordering {
                <$name>::total_cmp(&self, &other)
            }
        }

        $($crate::impl_numbers!(@@ $has $name);)*
    )* };
    (@ $type:ty: $($name:ident($($operand:ident: $kind:ty),*) -> $result:ty;)*) => { $(
        fn $name(self, $($operand: $kind),*) -> $result {
            <$type>::$name(self, $($operand),*)
        }
    )* };
    (@@ sign $name:ty) => {
        impl $crate::numbers::Signed for $name {
            $crate::impl_numbers! {
                @ $name: abs() -> Self; signum() -> Self; copysign(sign: Self) -> Self;
            }
        }
    };
    (@@ $other:ident $name:ty) => {};
}

impl_numbers! {
    F16 [sign];
    Bf16 [sign];
    F8E4M3Fn [sign];
    F8E5M2 [sign];
    F8E4M3 [sign];
    F8E3M4 [sign];
    F8E4M3Fnuz [sign];
    F8E5M2Fnuz [sign];
    F8E4M3B11Fnuz [sign];
    F8E8M0Fnu [];
    F6E2M3Fn [sign];
    F6E3M2Fn [sign];
    F4E2M1Fn [sign];
}
