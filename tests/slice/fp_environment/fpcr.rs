//! The register FPCR.

use std::arch::asm;

const ROUNDINGS: u64 = 22;
/// The other bits that change results: FIZ, AH, NEP, FZ16, FZ, DN and AHP.
const OTHERS: [u64; 7] = [0, 1, 2, 19, 24, 25, 26];

/// Returns the rounding modes, with and without each of the other bits that this CPU has. Bits that the CPU lacks stay 0.
///
/// Exceptions stay masked, as on x86-64.
pub(crate) fn modes() -> Vec<u64> {
    let default = get();
    let others = OTHERS.map(|bit| 1 << bit);
    // SAFETY: nothing runs before the default is set again.
    unsafe { set(others.iter().sum()) };
    let here = get();
    // SAFETY: this restores the default.
    unsafe { set(default) };
    let others = others.into_iter().filter(|other| here & other != 0);
    [0].into_iter()
        .chain(others)
        .flat_map(|other| [0, 1, 2, 3].map(|rounding| rounding << ROUNDINGS | other))
        .collect()
}

/// Returns the control bits.
pub(crate) fn get() -> u64 {
    let fpcr: u64;
    // SAFETY: the instruction reads a register that every thread may read.
    unsafe { asm!("mrs {}, fpcr", out(reg) fpcr, options(nostack, preserves_flags)) };
    fpcr
}

/// # Safety
/// Until the default is set again, the thread must run no floating-point code of Rust.
pub(crate) unsafe fn set(mode: u64) {
    // SAFETY: the instruction writes defined bits of a register that every thread may write. The caller keeps the other
    // condition.
    unsafe { asm!("msr fpcr, {}", in(reg) mode, options(nostack)) };
}
