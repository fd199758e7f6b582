//! The thread's floating-point modes: rounding, flush-to-zero and denormals-are-zero. Functions that promise not to depend on the
//! modes give the same bits under all of them, and leave the modes unchanged. (Sticky flags may change.)
//!
//! Operators, elementary functions, `cast_scaled` and `mixed` compute in `f32` or `f64`. They make no such promise, and are not
//! tested here.

mod blocks;
mod bytes;
mod casts;
mod modes;
mod numbers;
#[cfg_attr(target_arch = "x86_64", path = "mxcsr.rs")]
#[cfg_attr(target_arch = "aarch64", path = "fpcr.rs")]
mod register;
mod slices;
mod text;
