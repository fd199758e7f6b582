//! Conversions by `From`, and traits of other crates. The formats are the shipped ones, and formats declared here the way any
//! crate may declare them. The tests run with the features and without them.
#![allow(clippy::float_cmp, reason = "the values compared are exact")]

/// Tells whether a type has a trait. An inherent constant takes precedence over a trait's constant, if its bounds hold.
#[cfg(any(feature = "num-traits", feature = "rand"))]
macro_rules! has {
    ($type:ty: $($trait:tt)+) => {{
        #[allow(dead_code, reason = "only one of the constants is named")]
        trait No {
            const HAS: bool = false;
        }
        impl<T> No for T {}

        #[allow(dead_code, reason = "only one of the constants is named")]
        struct Probe<T>(std::marker::PhantomData<T>);
        #[allow(dead_code, reason = "only one of the constants is named")]
        impl<T: $($trait)+> Probe<T> {
            const HAS: bool = true;
        }

        <Probe<$type>>::HAS
    }};
}

/// Calls a macro with the names of all shipped formats in brackets, followed by its other arguments.
macro_rules! for_every_format {
    ($callback:ident $($args:tt)*) => {
        ulp::for_each_format! { in_brackets $callback [$($args)*] }
    };
}

macro_rules! in_brackets {
    ($callback:ident [$($args:tt)*] $($format:ident)*) => {
        $callback! { [$($format)*] $($args)* }
    };
}

#[cfg(feature = "bytemuck")]
mod bytemuck;
mod declared;
mod exact;
#[cfg(feature = "half")]
mod half;
#[cfg(feature = "num-traits")]
mod num_traits;
#[cfg(feature = "rand")]
mod rand;
#[cfg(any(feature = "rand_distr", feature = "rand_distr_05"))]
mod rand_distr;
#[cfg(feature = "serde")]
mod serde;
#[cfg(feature = "serde")]
mod serde_formats;
mod small;
