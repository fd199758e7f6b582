//! MXCSR.

use std::arch::asm;

const DENORMALS_ARE_ZERO: u32 = 1 << 6;
const EXCEPTIONS_MASKED: u32 = 0x3f << 7;
const ROUNDINGS: u32 = 13;
const FLUSH_TO_ZERO: u32 = 1 << 15;
const STICKY_FLAGS: u32 = 0x3f;

/// The rounding modes, with and without both treatments of subnormals.
///
/// Exceptions stay masked. For vectors of SSE2 the compiler shifts integers by way of floating-point instructions, which raise
/// some, so unmasked ones are beyond what a program can promise.
pub(crate) fn modes() -> Vec<u32> {
    let subnormals = [
        0,
        DENORMALS_ARE_ZERO,
        FLUSH_TO_ZERO,
        DENORMALS_ARE_ZERO | FLUSH_TO_ZERO,
    ];
    (0..4)
        .flat_map(|rounding| subnormals.map(|subnormal| rounding << ROUNDINGS | subnormal))
        .map(|mode| EXCEPTIONS_MASKED | mode)
        .collect()
}

/// The control bits.
pub(crate) fn get() -> u32 {
    let mut mxcsr = 0u32;
    // SAFETY: stores the register to the variable.
    unsafe { asm!("stmxcsr [{}]", in(reg) &raw mut mxcsr, options(nostack, preserves_flags)) };
    mxcsr & !STICKY_FLAGS
}

/// # Safety
/// Until the default is set again, the thread must run no floating-point code of Rust.
pub(crate) unsafe fn set(mode: u32) {
    // SAFETY: loads the register from the variable, with no reserved bit set; the rest is the caller's to see to.
    unsafe { asm!("ldmxcsr [{}]", in(reg) &raw const mode, options(nostack)) };
}
