//! num-traits: what a type declares decides which of its traits the type has.

mod arithmetic;
#[doc(hidden)]
pub mod constants;
mod convert;
#[cfg(feature = "libm")]
mod float;
mod float_core;

pub use arithmetic::{exact_one, is_zero};
pub use convert::{from_float, from_str_radix, num_cast, to_integer};
pub use float_core::{constant, integer_decode};

/// num-traits' traits: those of all formats, and those for which a format needs some of `sign zero infinities nan`, which are
/// looked up first.
#[doc(hidden)]
#[macro_export]
macro_rules! __float_type_num_traits {
    ($name:ident, $bits:ty, [$($has:ident)*]) => {
        $crate::__float_type_bounded!($name);
        $crate::__float_type_bytes!($name, $bits);
        $crate::__float_type_convert!($name);
        $crate::__float_type_arithmetic!($name);
        $crate::__float_type_num_traits!($name [- - - -] $($has)*);
    };
    ($name:ident [- $zero:tt $infinities:tt $nan:tt] sign $($rest:ident)*) => {
        $crate::__float_type_num_traits!($name [+ $zero $infinities $nan] $($rest)*);
    };
    ($name:ident [$sign:tt - $infinities:tt $nan:tt] zero $($rest:ident)*) => {
        $crate::__float_type_num_traits!($name [$sign + $infinities $nan] $($rest)*);
    };
    ($name:ident [$sign:tt $zero:tt - $nan:tt] infinities $($rest:ident)*) => {
        $crate::__float_type_num_traits!($name [$sign $zero + $nan] $($rest)*);
    };
    ($name:ident [$sign:tt $zero:tt $infinities:tt -] nan $($rest:ident)*) => {
        $crate::__float_type_num_traits!($name [$sign $zero $infinities +] $($rest)*);
    };
    ($name:ident $has:tt $other:ident $($rest:ident)*) => {
        $crate::__float_type_num_traits!($name $has $($rest)*);
    };
    ($name:ident [+ + + +]) => {
        $crate::__float_type_num!($name);
        $crate::__float_type_signed!($name);
        $crate::__float_type_float_core!($name);
    };
    ($name:ident [+ + $infinities:tt $nan:tt]) => {
        $crate::__float_type_num!($name);
        $crate::__float_type_signed!($name);
    };
    ($name:ident [$sign:tt + $infinities:tt $nan:tt]) => {
        $crate::__float_type_num!($name);
    };
    ($name:ident $has:tt) => {};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __float_type_bounded {
    ($name:ident) => {
        /// The finite limits, as of `f32`.
        impl $crate::__private::num_traits::Bounded for $name {
            #[inline]
            fn min_value() -> Self {
                Self::MIN
            }

            #[inline]
            fn max_value() -> Self {
                Self::MAX
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __float_type_bytes {
    ($name:ident, $bits:ty) => {
        impl $crate::__private::num_traits::ToBytes for $name {
            type Bytes = [u8; size_of::<$bits>()];

            #[inline]
            fn to_be_bytes(&self) -> Self::Bytes {
                Self::to_be_bytes(*self)
            }

            #[inline]
            fn to_le_bytes(&self) -> Self::Bytes {
                Self::to_le_bytes(*self)
            }
        }

        impl $crate::__private::num_traits::FromBytes for $name {
            type Bytes = [u8; size_of::<$bits>()];

            #[inline]
            fn from_be_bytes(bytes: &Self::Bytes) -> Self {
                Self::from_be_bytes(*bytes)
            }

            #[inline]
            fn from_le_bytes(bytes: &Self::Bytes) -> Self {
                Self::from_le_bytes(*bytes)
            }
        }
    };
}
