//! The thread's floating-point modes: text means and becomes the same under all of them.
//!
//! A thread runs Rust's own floating-point code in the default modes only. Between setting others and restoring them nothing
//! happens here but parsing and printing, which promise to do without.
#![allow(unsafe_code, reason = "modes are set by instructions")]

use std::fmt::Write;
use std::hint::black_box;

use super::*;

#[cfg(target_arch = "x86_64")]
mod register {
    //! MXCSR.

    use std::arch::asm;

    /// Every rounding, with subnormals as they are and as zeros; exceptions masked.
    pub(super) fn modes() -> Vec<u32> {
        let subnormals = [0, 1 << 15 | 1 << 6];
        (0..4)
            .flat_map(|rounding| subnormals.map(|zeros| rounding << 13 | zeros | 0x3f << 7))
            .collect()
    }

    pub(super) fn get() -> u32 {
        let mut mode = 0u32;
        // SAFETY: stores the register to the variable.
        unsafe { asm!("stmxcsr [{}]", in(reg) &raw mut mode, options(nostack, preserves_flags)) };
        mode & !0x3f
    }

    /// # Safety
    /// Until the default is set again, the thread must run no floating-point code of Rust.
    pub(super) unsafe fn set(mode: u32) {
        // SAFETY: loads the register from the variable, with no reserved bit set; the rest is the caller's to see to.
        unsafe { asm!("ldmxcsr [{}]", in(reg) &raw const mode, options(nostack)) };
    }
}

#[cfg(target_arch = "aarch64")]
mod register {
    //! FPCR.

    use std::arch::asm;

    /// Every rounding, with subnormals as they are and as zeros.
    pub(super) fn modes() -> Vec<u64> {
        let subnormals = [0, 1 << 24 | 1 << 19];
        (0..4)
            .flat_map(|rounding| subnormals.map(|zeros| rounding << 22 | zeros))
            .collect()
    }

    pub(super) fn get() -> u64 {
        let mode: u64;
        // SAFETY: reads a register that every thread may.
        unsafe { asm!("mrs {}, fpcr", out(reg) mode, options(nostack, preserves_flags)) };
        mode
    }

    /// # Safety
    /// Until the default is set again, the thread must run no floating-point code of Rust.
    pub(super) unsafe fn set(mode: u64) {
        // SAFETY: writes defined bits of a register that every thread may; the rest is the caller's to see to.
        unsafe { asm!("msr fpcr, {}", in(reg) mode, options(nostack)) };
    }
}

/// All ways to print a number, and what they parse back as.
fn print_and_parse<F: Text>(
    codes: &[u64],
    texts: &mut String,
    parsed: &mut Vec<Result<F, ParseFloatError>>,
) {
    texts.clear();
    parsed.clear();
    for &code in codes {
        let number = number::<F>(code);
        let start = texts.len();
        // A `String` never fails.
        let _ = write!(texts, "{number}");
        parsed.push(texts[start..].parse());
        let _ = writeln!(texts, " {number:?} {number:+09e} {number:.3} {number:.2e}");
    }
    parsed.push("1.00048828125000000000000000000000000000001".parse());
    parsed.push("0.00000000000000000000000000000000000000006".parse());
}

fn check<F: Text>() {
    let codes: Vec<u64> = (0..1 << F::LAYOUT.bits()).step_by(11).collect();
    let (mut right, mut right_parsed) = (String::new(), Vec::new());
    print_and_parse::<F>(&codes, &mut right, &mut right_parsed);
    let (mut is, mut parsed) = (right.clone(), right_parsed.clone());
    let default = register::get();
    for mode in register::modes() {
        // SAFETY: parsing and printing don't depend on the mode: that is what is tested.
        unsafe { register::set(mode) };
        print_and_parse::<F>(black_box(&codes), &mut is, &mut parsed);
        let left = register::get();
        // SAFETY: the mode that the thread was in.
        unsafe { register::set(default) };
        assert_eq!(left, mode, "control bits are left as they were");
        assert!(is == right, "mode {mode:#x}");
        let codes = |numbers: &[Result<F, _>]| -> Vec<_> {
            numbers.iter().map(|number| number.map(code)).collect()
        };
        assert_eq!(codes(&parsed), codes(&right_parsed), "mode {mode:#x}");
    }
}

#[test]
fn in_every_mode() {
    check::<F16>();
    check::<Bf16>();
    check::<F8E4M3Fn>();
    check::<F8E8M0Fnu>();
}

/// The modes are set at all: a division sees them.
#[test]
fn the_modes_are_set() {
    let default = register::get();
    let mut thirds = std::collections::BTreeSet::new();
    for mode in register::modes() {
        let (mut one, three) = ([1f32; 4], [3f32; 4]);
        // SAFETY: the loop below is all that runs; its result is looked at only to see that the mode was set.
        unsafe { register::set(mode) };
        for (one, three) in black_box(&mut one).iter_mut().zip(black_box(&three)) {
            *one /= three;
        }
        black_box(&mut one);
        // SAFETY: the mode that the thread was in.
        unsafe { register::set(default) };
        thirds.insert(one[0].to_bits());
    }
    assert_eq!(thirds.len(), 2, "rounded down and up: {thirds:x?}");
}
