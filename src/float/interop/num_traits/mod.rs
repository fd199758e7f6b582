//! num-traits: the special numbers of a format decide which traits its numbers have.

mod arithmetic;
mod convert;
#[cfg(feature = "libm")]
mod float;
mod float_core;

use num_traits::{Bounded, FromBytes, ToBytes};

use crate::float::{Float, spec::Spec};
use crate::round::Bits;

/// The limits are the finite limits, as for `f32`.
impl<S: Spec> Bounded for Float<S> {
    #[inline]
    fn min_value() -> Self {
        Self::MIN
    }

    #[inline]
    fn max_value() -> Self {
        Self::MAX
    }
}

impl<S: Spec> ToBytes for Float<S> {
    type Bytes = <S::Bits as Bits>::Bytes;

    #[inline]
    fn to_be_bytes(&self) -> Self::Bytes {
        Self::to_be_bytes(*self)
    }

    #[inline]
    fn to_le_bytes(&self) -> Self::Bytes {
        Self::to_le_bytes(*self)
    }
}

impl<S: Spec> FromBytes for Float<S> {
    type Bytes = <S::Bits as Bits>::Bytes;

    #[inline]
    fn from_be_bytes(bytes: &Self::Bytes) -> Self {
        Self::from_be_bytes(*bytes)
    }

    #[inline]
    fn from_le_bytes(bytes: &Self::Bytes) -> Self {
        Self::from_le_bytes(*bytes)
    }
}
