//! The thread's floating-point modes: rounding, flush-to-zero and denormals-are-zero. Functions that promise not to depend on the
//! modes give the same bits under all of them, and leave the modes unchanged. (Sticky flags may change.)
//!
//! Operators, elementary functions, `cast_scaled` and `mixed` compute in `f32` or `f64`. They make no such promise, and are not
//! tested here.

#![cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#![allow(unsafe_code, reason = "modes are set by instructions")]

#[macro_use]
#[path = "../for_every_format/mod.rs"]
mod for_every_format;

mod blocks;
mod bytes;
mod casts;
mod modes;
mod numbers;
#[cfg_attr(target_arch = "x86_64", path = "mxcsr.rs")]
#[cfg_attr(target_arch = "aarch64", path = "fpcr.rs")]
mod register;
#[path = "../sampling/mod.rs"]
mod sampling;
mod slices;
#[path = "../simd/support.rs"]
#[allow(dead_code, reason = "shared with the tests of bulk conversion")]
mod support;
mod text;
