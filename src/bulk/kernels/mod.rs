//! Kernels that every ISA compiles. No kernel here names an ISA.

pub(super) mod convert;
mod stochastic;

pub(crate) use convert::cast_block;
pub(super) use convert::{Convert, cast_element};
pub(super) use stochastic::ConvertStochastically;
