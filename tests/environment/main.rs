//! The thread's floating-point modes, rounding, flush-to-zero and denormals-are-zero: what promises not to depend on them gives the same
//! bits under all, and leaves them as they are. (Sticky flags may change.)
//!
//! Operators, elementary functions, `cast_scaled` and `mixed` compute in `f32` or `f64`; they promise no such thing, and are not here.

#![cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#![allow(unsafe_code, reason = "modes are set by instructions")]

mod bytes;
mod casts;
mod modes;
mod numbers;
#[cfg_attr(target_arch = "x86_64", path = "mxcsr.rs")]
#[cfg_attr(target_arch = "aarch64", path = "fpcr.rs")]
mod register;
#[path = "../sampled/mod.rs"]
mod sampled;
mod slices;
mod text;
#[path = "../simd/world.rs"]
#[allow(dead_code, reason = "shared with the tests of bulk conversion")]
mod world;

/// Calls a function generic over formats once for every shipped one of at most 16 bits.
macro_rules! for_every_narrow_format {
    ($function:ident) => {{
        use ulp::*;
        $function::<F16>();
        $function::<Bf16>();
        $function::<F8E4M3Fn>();
        $function::<F8E5M2>();
        $function::<F8E4M3>();
        $function::<F8E3M4>();
        $function::<F8E4M3Fnuz>();
        $function::<F8E5M2Fnuz>();
        $function::<F8E4M3B11Fnuz>();
        $function::<F8E8M0Fnu>();
        $function::<F6E2M3Fn>();
        $function::<F6E3M2Fn>();
        $function::<F4E2M1Fn>();
    }};
}
pub(crate) use for_every_narrow_format;
