//! Conversions that `From` promises, and other crates' traits: on the shipped formats, and on formats declared here as anybody's
//! crate may declare them, with the features and without.
#![allow(clippy::float_cmp, reason = "the values compared are exact")]

/// Whether a type has a trait: an inherent constant goes before a trait's, if its bounds hold.
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

/// Calls a macro with the names of all shipped formats in brackets, and then with whatever else it is given.
macro_rules! shipped {
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
