//! Exports bulk casts. `golden.mjs` calls them with numbers of tables and compares the results.
#![no_std]

use core::slice::{from_raw_parts, from_raw_parts_mut};

use ulp::{
    Bf16, F4E2M1Fn, F6E2M3Fn, F6E3M2Fn, F8E3M4, F8E4M3, F8E4M3B11Fnuz, F8E4M3Fn, F8E4M3Fnuz,
    F8E5M2, F8E5M2Fnuz, F16, Format, Isa, slice,
};

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// Returns whether the loops use vectors.
#[unsafe(no_mangle)]
pub extern "C" fn is_simd128() -> bool {
    "simd128".parse() == Ok(Isa::detect())
}

/// # Safety
/// Both pointers are aligned, to `len` elements each of memory that overlaps nothing.
unsafe fn cast<S: Format, D: Format>(from: *const S, to: *mut D, len: usize) {
    // SAFETY: the caller keeps the conditions of this function. Every bit pattern is a number of a `Format`.
    let (from, to) = unsafe { (from_raw_parts(from, len), from_raw_parts_mut(to, len)) };
    slice::cast(from, to);
}

macro_rules! casts {
    ($($format:ty: $to:ident, $from:ident;)*) => { $(
        /// # Safety
        /// The conditions of [`cast`].
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $to(from: *const f32, to: *mut $format, len: usize) {
            // SAFETY: the caller keeps the conditions of `cast`.
            unsafe { cast(from, to, len) }
        }

        /// # Safety
        /// The conditions of [`cast`].
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $from(from: *const $format, to: *mut f32, len: usize) {
            // SAFETY: the caller keeps the conditions of `cast`.
            unsafe { cast(from, to, len) }
        }
    )* };
}

casts! {
    F16: to_float16, from_float16;
    Bf16: to_bfloat16, from_bfloat16;
    F8E4M3Fn: to_float8_e4m3fn, from_float8_e4m3fn;
    F8E5M2: to_float8_e5m2, from_float8_e5m2;
    F8E4M3: to_float8_e4m3, from_float8_e4m3;
    F8E3M4: to_float8_e3m4, from_float8_e3m4;
    F8E4M3Fnuz: to_float8_e4m3fnuz, from_float8_e4m3fnuz;
    F8E5M2Fnuz: to_float8_e5m2fnuz, from_float8_e5m2fnuz;
    F8E4M3B11Fnuz: to_float8_e4m3b11fnuz, from_float8_e4m3b11fnuz;
    F6E2M3Fn: to_float6_e2m3fn, from_float6_e2m3fn;
    F6E3M2Fn: to_float6_e3m2fn, from_float6_e3m2fn;
    F4E2M1Fn: to_float4_e2m1fn, from_float4_e2m1fn;
}
