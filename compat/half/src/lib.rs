//! The interface of the crate `half`, version 2.7.1, with the types of [`ulp`].
//!
//! ```
//! use half::prelude::*;
//!
//! assert_eq!(f16::from_f32(0.1).to_f32(), 0.099975586);
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;

pub mod slice;
#[cfg(feature = "alloc")]
pub mod vec;

#[allow(non_camel_case_types, reason = "the names of half")]
mod names {
    /// [`ulp::F16`].
    pub type f16 = ulp::F16;
    /// [`ulp::Bf16`].
    pub type bf16 = ulp::Bf16;
}
pub use names::{bf16, f16};

/// The names that most programs import.
pub mod prelude {
    #[doc(no_inline)]
    pub use crate::slice::{HalfBitsSliceExt, HalfFloatSliceExt};
    #[cfg(feature = "alloc")]
    #[doc(no_inline)]
    pub use crate::vec::{HalfBitsVecExt, HalfFloatVecExt};
    #[doc(no_inline)]
    pub use crate::{bf16, f16};
}

mod private {
    /// The types that the bits of a `u16` can be read as.
    pub trait SealedHalf: ulp::Format<Bits = u16> {}
    impl SealedHalf for crate::f16 {}
    impl SealedHalf for crate::bf16 {}

    /// The types that the traits of slices and vectors extend.
    pub trait Sealed {}
    impl<H: SealedHalf> Sealed for [H] {}
    impl Sealed for [u16] {}
    #[cfg(feature = "alloc")]
    impl<T> Sealed for alloc::vec::Vec<T> where [T]: Sealed {}
}
