//! The runs. Each has a file. [`typed`] serves several.

pub(crate) mod block;
pub(crate) mod f32_apfloat;
pub(crate) mod f32_half;
#[cfg(feature = "mpfr")]
pub(crate) mod functions;
pub(crate) mod ieee;
pub(crate) mod layout;
pub(crate) mod narrow;
pub(crate) mod operators;
pub(crate) mod p3109;
pub(crate) mod simd;
pub(crate) mod text;
mod typed;
pub(crate) mod wide;
