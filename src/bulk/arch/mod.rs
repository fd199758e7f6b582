//! The bulk work of each architecture, under equal names: the loops of each ISA, and the instructions that convert.
//!
//! Only this file chooses the architecture.

#[cfg(any(
    all(target_arch = "x86_64", target_feature = "sse2"),
    all(target_arch = "aarch64", target_feature = "neon")
))]
mod intrinsic_kernel;

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod x86_64;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
use x86_64 as here;

#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
mod aarch64;
#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
use aarch64 as here;

#[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
mod portable;
#[cfg(not(any(
    all(target_arch = "x86_64", target_feature = "sse2"),
    all(target_arch = "aarch64", target_feature = "neon")
)))]
use portable as here;

pub(crate) use here::{Lookup, Narrowing, control_bits_are_default, dispatch, fetch, fetch_next_page, run};
pub(super) use here::{convert, convert_by_any, pays_to_stream, stream};
