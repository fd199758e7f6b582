//! The table of instructions that do the work of the converting kernel, with the same bits.
//!
//! Some of them obey control bits of the thread (MXCSR: `vcvtps2ph` under denormals-are-zero), and all may trap where its
//! exceptions are unmasked. Where the control bits are not the default, none of them is used.

use core::arch::asm;
use core::arch::x86_64::{
    _MM_FROUND_TO_NEAREST_INT as NEAREST, _MM_FROUND_TO_NEG_INF as DOWN,
    _MM_FROUND_TO_POS_INF as UP, _MM_FROUND_TO_ZERO as ZERO,
};
use core::marker::PhantomData;
use core::mem::MaybeUninit;

use super::float8::{self, F32To8};
use super::float8_by_16::{self, F32To8By16};
use super::float16::{
    Bf16ToF16, Bf16ToF32, F16ToBf16, F16ToF32, F16ToF32Wide, F32ToBf16, F32ToF16, F32ToF16Wide,
    F64ToF16, F64ToF32,
};
use super::lookup::{self, Lookup16, Lookup32};
use crate::simd::isa::{Isa, Level};
use crate::simd::lean::Lean;
use crate::{Cast, Format, Layout, Rounding};

const F64: Layout = Layout::BINARY64;
const F32: Layout = Layout::BINARY32;
const F16: Layout = Layout::BINARY16;
const BF16: Layout = Layout::BFLOAT16;

/// Converts with an instruction of the CPU, if the table has one for these formats, cast and ISA. Returns whether it did.
#[inline]
pub(in crate::simd) fn convert<const LEAN: bool, S: Format, D: Format>(
    isa: Isa,
    src: &[S],
    dst: &mut [MaybeUninit<D>],
    cast: Cast,
) -> bool {
    /// A row: the level and its loop, the kernel, and optionally the rounding that it needs.
    macro_rules! row {
        ($level:ident, $run:ident, $kernel:expr $(, $rounding:ident)?) => {
            if isa.level() >= Level::$level $(&& cast.rounds(Rounding::$rounding))? {
                // SAFETY: the CPU has the features of `isa`, and those of this level are among them.
                unsafe {
                    if LEAN {
                        super::$run(&mut Lean($kernel), src, dst);
                    } else {
                        super::$run(&mut $kernel, src, dst);
                    }
                }
                return true;
            }
        };
    }
    /// Rows for the roundings that `vcvtps2ph` has.
    macro_rules! rows {
        ($level:ident, $run:ident, $Kernel:ident) => {
            row!(
                $level,
                $run,
                $Kernel::<NEAREST, S, D>::new(cast),
                TiesToEven
            );
            row!($level, $run, $Kernel::<ZERO, S, D>::new(cast), TowardZero);
            row!($level, $run, $Kernel::<UP, S, D>::new(cast), TowardPositive);
            row!(
                $level,
                $run,
                $Kernel::<DOWN, S, D>::new(cast),
                TowardNegative
            );
        };
    }
    if isa.level() == Level::Portable || !control_bits_are_default() {
        return false;
    }
    if const { float8::serves(S::LAYOUT, D::LAYOUT) } {
        if cast.keeps_infinity() {
            row!(Avx512, avx512, F32To8::<S, D, false>::new(), TiesToEven);
        } else {
            row!(Avx512, avx512, F32To8::<S, D, true>::new(), TiesToEven);
        }
    }
    if const { float8_by_16::serves(S::LAYOUT, D::LAYOUT) } {
        row!(Avx512, avx512, F32To8By16::<S, D>::new(cast));
    }
    if !cast.keeps_infinity() {
        return false;
    }
    if const { is::<S, D>(F32, F16) } {
        rows!(Avx512, avx512, F32ToF16Wide);
        rows!(Avx2, avx2, F32ToF16);
    } else if const { is::<S, D>(F16, F32) } {
        row!(Avx512, avx512, F16ToF32Wide::<S, D>::new(cast));
        row!(Avx2, avx2, F16ToF32::<S, D>::new(cast));
    } else if const { is::<S, D>(F32, BF16) } {
        row!(
            Avx512Bf16,
            avx512_bf16,
            F32ToBf16::<S, D>::new(cast),
            TiesToEven
        );
    } else if const { is::<S, D>(BF16, F32) } {
        row!(Avx512, avx512, Bf16ToF32::<S, D>::new(cast));
    } else if const { is::<S, D>(F16, BF16) } {
        row!(
            Avx512Bf16,
            avx512_bf16,
            F16ToBf16::<S, D>::new(cast),
            TiesToEven
        );
    } else if const { is::<S, D>(BF16, F16) } {
        rows!(Avx512, avx512, Bf16ToF16);
    } else if const { is::<S, D>(F64, F16) } {
        rows!(Avx512, avx512, F64ToF16);
    } else if const { is::<S, D>(F64, F32) } {
        row!(Avx512, avx512, F64ToF32::<S, D>::new(cast), ToOdd);
    }
    false
}

/// Converts by looking up in a table, if there is one for these formats, cast and ISA. Returns whether it did.
///
/// Apart from [`convert`], since a table takes time to be computed wherever this function is named.
#[inline]
pub(in crate::simd) fn look_up<S: Format, D: Format>(
    isa: Isa,
    src: &[S],
    dst: &mut [MaybeUninit<D>],
    cast: Cast,
) -> bool {
    if const { !lookup::serves(S::LAYOUT, D::LAYOUT) }
        || isa.level() < Level::Avx512Vbmi
        || cast != Cast::new()
    {
        return false;
    }
    // SAFETY: the CPU has the features of `isa`, and those of this level are among them.
    unsafe {
        if const { size_of::<D>() == 2 } {
            super::avx512_vbmi(&mut Lookup16(PhantomData::<(S, D)>), src, dst);
        } else {
            super::avx512_vbmi(&mut Lookup32(PhantomData::<(S, D)>), src, dst);
        }
    }
    true
}

/// Whether these are the formats, by their layouts: a user's own type takes the same instructions.
///
/// In a `const` block, it keeps the rows of other formats from being compiled.
const fn is<S: Format, D: Format>(from: Layout, to: Layout) -> bool {
    S::LAYOUT.same(from) && D::LAYOUT.same(to)
}

/// Whether the thread rounds to nearest, keeps subnormals and masks all exceptions, as it does unless told otherwise.
#[inline]
fn control_bits_are_default() -> bool {
    const DEFAULT: u32 = 0x1f80;
    const STICKY_FLAGS: u32 = 0x3f;
    let mut mxcsr = 0u32;
    // SAFETY: stores the 4 bytes of the register, which every x86-64 CPU has, to the variable.
    unsafe {
        asm!("stmxcsr [{}]", in(reg) &raw mut mxcsr, options(nostack, preserves_flags));
    }
    mxcsr & !STICKY_FLAGS == DEFAULT
}
