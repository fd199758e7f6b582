//! The CPU that the program runs on.

mod isa;

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
pub(crate) use isa::Level;
pub use isa::{Isa, UnknownIsa};
