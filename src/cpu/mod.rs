//! The CPU that the program runs on: [`Isa`], and the levels of instruction sets of each architecture.

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod x86_64;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
use x86_64 as levels;

#[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
mod compiled;
#[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
use compiled as levels;

mod isa;

pub use isa::{Isa, UnknownIsa};
pub(crate) use levels::Level;
