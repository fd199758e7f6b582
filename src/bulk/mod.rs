//! Work on whole slices: kernels, and the loops of each ISA. A kernel defines the work on an element. An ISA defines how the loop
//! over the elements is compiled.
//!
//! A [`Kernel`] is branch-free code on a block of elements. The loop of each ISA inlines the kernel, and the compiler vectorizes
//! the loop with the instructions of the ISA. Kernels and the loop name no ISA. Only `select.rs` of an architecture names both
//! kernels and ISAs. `select.rs` chooses the instructions for each conversion.

mod adapter;
mod arch;
mod conversion;
mod driver;
mod element;
pub(crate) mod factors;
mod kernel;
mod kernels;
pub(crate) mod multipliers;
pub(crate) mod out;
pub(crate) mod philox;
pub(crate) mod reduction;
pub(crate) mod small_code;
mod stochastic;
pub(crate) mod subnormal;

pub(crate) use arch::{Lookup, Narrowing, control_bits_are_default, dispatch, fetch, fetch_next_page, run};
pub(crate) use conversion::{convert, convert_scaled, in_pieces};
pub(crate) use element::Element;
pub(crate) use kernel::{BLOCK, Kernel, Loops, Multiversion};
pub(crate) use kernels::cast_block;
pub(crate) use out::Out;
pub(crate) use stochastic::convert_stochastically;
