//! The thread's floating-point modes: casts give the same bits under all of them, and leave them as they are.
//!
//! A thread runs Rust's own floating-point code in the default modes only. Between setting others and restoring them nothing
//! happens here but the casts, which promise to do without.

use std::hint::black_box;

use ulp::{Bf16, Cast, F8E4M3Fn, F8E5M2, F16, Format, Isa, slice};

use crate::world::{
    E4M3B20, assert_same, bulk, casts, code, expected, inputs, number, sample, scalar,
};

#[cfg(target_arch = "x86_64")]
mod register {
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
    pub(super) fn modes() -> Vec<u32> {
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
    pub(super) fn get() -> u32 {
        let mut mxcsr = 0u32;
        // SAFETY: stores the register to the variable.
        unsafe { asm!("stmxcsr [{}]", in(reg) &raw mut mxcsr, options(nostack, preserves_flags)) };
        mxcsr & !STICKY_FLAGS
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

    const ROUNDINGS: u64 = 22;
    /// What else changes results: FIZ, AH, NEP, FZ16, FZ, DN and AHP.
    const OTHERS: [u64; 7] = [0, 1, 2, 19, 24, 25, 26];

    /// The rounding modes, with and without each of the other bits that this CPU has: those that it lacks stay 0.
    ///
    /// Exceptions stay masked, as on x86-64.
    pub(super) fn modes() -> Vec<u64> {
        let default = get();
        let others = OTHERS.map(|bit| 1 << bit);
        // SAFETY: nothing runs before the default is set again.
        unsafe { set(others.iter().sum()) };
        let here = get();
        // SAFETY: likewise.
        unsafe { set(default) };
        let others = others.into_iter().filter(|other| here & other != 0);
        [0].into_iter()
            .chain(others)
            .flat_map(|other| [0, 1, 2, 3].map(|rounding| rounding << ROUNDINGS | other))
            .collect()
    }

    /// The control bits.
    pub(super) fn get() -> u64 {
        let fpcr: u64;
        // SAFETY: reads a register that every thread may.
        unsafe { asm!("mrs {}, fpcr", out(reg) fpcr, options(nostack, preserves_flags)) };
        fpcr
    }

    /// # Safety
    /// Until the default is set again, the thread must run no floating-point code of Rust.
    pub(super) unsafe fn set(mode: u64) {
        // SAFETY: writes defined bits of a register that every thread may; the rest is the caller's to see to.
        unsafe { asm!("msr fpcr, {}", in(reg) mode, options(nostack)) };
    }
}

/// Does `work`, which must not panic, in each mode, and in the default looks at what it made.
fn in_each_mode<T>(made: &mut T, work: impl Fn(&mut T), check: impl Fn(&T, &str)) {
    let default = register::get();
    for mode in register::modes() {
        // SAFETY: `work` only casts, and casts don't depend on the mode: that is what is tested.
        unsafe { register::set(mode) };
        work(black_box(made));
        let left = register::get();
        // SAFETY: the mode that the thread was in.
        unsafe { register::set(default) };
        assert_eq!(left, mode, "control bits are left as they were");
        check(made, &format!("mode {mode:#x}"));
    }
}

fn few<F: Format>() -> Vec<F> {
    if size_of::<F>() > 2 {
        sample(10_000)
    } else {
        inputs()
    }
}

fn check<S: Format, D: Format>() {
    let src: Vec<S> = few();
    for cast in casts() {
        let right: Vec<D> = expected(&src, cast);
        for isa in Isa::available() {
            in_each_mode(
                &mut right.clone(),
                |is| {
                    is.fill(D::MAX);
                    bulk(isa, &src, is, cast);
                },
                |is, mode| assert_same(isa, &(cast, mode), &src, is, &right),
            );
        }
    }
    one_by_one::<S, D>(&src);
}

/// The conversion of one number.
fn one_by_one<S: Format, D: Format>(src: &[S]) {
    for cast in casts() {
        let right: Vec<_> = src.iter().map(|&x| scalar::<S, D>(x, cast)).collect();
        in_each_mode(
            &mut right.clone(),
            |is| {
                for (is, &x) in is.iter_mut().zip(src) {
                    *is = scalar(x, cast);
                }
            },
            |is, mode| {
                for ((is, right), &x) in is.iter().zip(&right).zip(src) {
                    let (is, right) = ((code(is.0), is.1), (code(right.0), right.1));
                    assert_eq!(is, right, "{:#x}, {cast:?}, {mode}", code(x));
                }
            },
        );
    }
}

/// What else reads numbers and doesn't compute with them.
fn counts_and_scans<S: Format>() {
    let finite = |x: &S| scalar::<S, f64>(*x, Cast::new()).0.is_finite();
    let tame: Vec<S> = few::<S>().into_iter().filter(finite).collect();
    // Of these the largest is subnormal.
    let small: Vec<S> = (0..100).map(number).collect();
    for isa in Isa::available() {
        let all = |dst: &mut [F16]| {
            let counts = slice::cast_counted_on(isa, &tame, dst, Cast::new());
            let largest = slice::amax_on(isa, &small).to_bits();
            (counts, largest, slice::all_finite_on(isa, &tame))
        };
        let mut dst = vec![F16::MAX; tame.len()];
        let right = all(&mut dst);
        in_each_mode(
            &mut (dst, right),
            |(dst, is)| *is = all(dst),
            |(_, is), mode| assert_eq!(*is, right, "{} on {isa}, {mode}", S::DTYPE),
        );
    }
}

#[test]
fn to_and_from_float16() {
    check::<f32, F16>();
    check::<F16, f32>();
    check::<f64, F16>();
}

#[test]
fn to_and_from_bfloat16() {
    check::<f32, Bf16>();
    check::<Bf16, f32>();
    check::<F16, Bf16>();
    check::<Bf16, F16>();
}

#[test]
fn to_and_from_8_bits() {
    check::<f32, F8E4M3Fn>();
    check::<f32, F8E5M2>();
    check::<f32, E4M3B20>();
    check::<F8E4M3Fn, f32>();
    check::<F8E4M3Fn, F16>();
    check::<F8E5M2, f32>();
}

#[test]
fn counting_and_scanning() {
    counts_and_scans::<f32>();
    counts_and_scans::<F16>();
}

/// The modes are set at all: a division sees them.
#[test]
fn the_modes_are_set() {
    let default = register::get();
    let mut thirds = std::collections::BTreeSet::new();
    for mode in register::modes() {
        let (mut one, three) = ([1f32; 4], [3f32; 4]);
        // SAFETY: the loop below is all that runs; it is floating-point code whose result is looked at only to see that the mode
        // was set.
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
