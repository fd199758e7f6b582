//! The register MXCSR.

use std::arch::asm;

const DENORMALS_ARE_ZERO: u32 = 1 << 6;
const EXCEPTIONS_MASKED: u32 = 0x3f << 7;
const ROUNDINGS: u32 = 13;
const FLUSH_TO_ZERO: u32 = 1 << 15;
const STICKY_FLAGS: u32 = 0x3f;

/// Returns the rounding modes, with and without both treatments of subnormals.
///
/// Exceptions stay masked. For vectors of SSE2 the compiler shifts integers with floating-point instructions, which raise some
/// exceptions. A program can therefore promise nothing about unmasked exceptions.
pub(crate) fn modes() -> Vec<u32> {
    let subnormals = [0, DENORMALS_ARE_ZERO, FLUSH_TO_ZERO, DENORMALS_ARE_ZERO | FLUSH_TO_ZERO];
    (0..4)
        .flat_map(|rounding| subnormals.map(|subnormal| rounding << ROUNDINGS | subnormal))
        .map(|mode| EXCEPTIONS_MASKED | mode)
        .collect()
}

/// Returns the control bits.
pub(crate) fn get() -> u32 {
    let mut mxcsr = 0u32;
    // SAFETY: the instruction stores the register to the variable.
    unsafe { asm!("stmxcsr [{}]", in(reg) &raw mut mxcsr, options(nostack, preserves_flags)) };
    mxcsr & !STICKY_FLAGS
}

/// # Safety
/// Until the default is set again, the thread must run no floating-point code of Rust.
pub(crate) unsafe fn set(mode: u32) {
    // SAFETY: the instruction loads the register from the variable, with no reserved bit set. The caller keeps the other
    // condition.
    unsafe { asm!("ldmxcsr [{}]", in(reg) &raw const mode, options(nostack)) };
}
