//! Bulk work: kernels, which say what happens to an element, and ISAs, which say how a loop over elements is compiled.
//!
//! A [`Kernel`] is branch-free code on a block of elements. The loop of each ISA inlines it, and the compiler vectorizes it with what
//! the ISA has. Kernels and the loop name no ISA; an ISA names kernels in one place, `select.rs` of its architecture, which says
//! which instructions serve which conversion.

mod adapter;
mod arch;
mod conversion;
mod driver;
mod element;
mod kernel;
mod kernels;
pub(crate) mod out;
mod philox;
pub(crate) mod reduction;
pub(crate) mod small_code;
mod stochastic;

pub(crate) use arch::{Lookup, control_bits_are_default, dispatch, run};
pub(crate) use conversion::{convert, convert_scaled, in_pieces};
pub(crate) use element::Element;
pub(crate) use kernel::{BLOCK, Kernel, Loops, Multiversion};
pub(crate) use kernels::cast_block;
pub(crate) use out::Out;
pub(crate) use stochastic::convert_stochastically;
