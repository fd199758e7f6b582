//! The table of instructions that do the work of the converting kernel, with the same bits.
//!
//! Some of them obey control bits of the thread (MXCSR), or trap where its exceptions are unmasked, and are used only where the
//! control bits are the default. Those of AVX-512 can raise no exceptions and have their own rounding; to those, of the control bits only
//! denormals-are-zero matters, where it makes a difference that a number close to zero isn't zero: not if it is rounded to nearest or
//! toward zero to a format of fewer exponents.

use core::arch::asm;
use core::arch::x86_64::{
    _MM_FROUND_NO_EXC as QUIETLY, _MM_FROUND_TO_NEAREST_INT as NEAREST,
    _MM_FROUND_TO_NEG_INF as DOWN, _MM_FROUND_TO_POS_INF as UP, _MM_FROUND_TO_ZERO as ZERO,
};
use core::marker::PhantomData;
use core::mem::MaybeUninit;

use super::float8::{self, F32To8};
use super::float8_by_16::{self, F32To8By16};
use super::float16::{
    Bf16ToF16, Bf16ToF32, F16ToF32, F16ToF32Wide, F32ToF16, F32ToF16Wide, F64ToF16, F64ToF32,
    ToBf16,
};
use super::lookup::{self, Lookup8, Lookup16, Lookup32};
use crate::bulk::frame::{Frame, Plain};
use crate::cpu::{Isa, Level};
use crate::format::Layout;
use crate::round::{Cast, Format, Rounding};

const F64: Layout = Layout::BINARY64;
const F32: Layout = Layout::BINARY32;
const F16: Layout = Layout::BINARY16;
const BF16: Layout = Layout::BFLOAT16;

/// Converts with an instruction of the CPU, if the table has one for these formats, cast and ISA. Returns whether it did.
#[inline]
pub(in crate::bulk) fn convert<F: Frame, S: Format, D: Format>(
    frame: F,
    isa: Isa,
    src: &[S],
    dst: &mut [MaybeUninit<D>],
    cast: Cast,
) -> bool {
    /// A row: the kernel, the level that it needs and its loop, and the one rounding that it has, if it hasn't all.
    macro_rules! row {
        ($kernel:expr, $level:ident, $run:ident $(, $rounding:ident)?) => {
            if isa.level() >= Level::$level $(&& cast.rounds(Rounding::$rounding))? {
                // SAFETY: the CPU has the features of `isa`, and those of this level are among them.
                unsafe { super::$run(&mut frame.around($kernel), src, dst) };
                return true;
            }
        };
    }
    /// Rows for the roundings that `vcvtps2ph` has in AVX-512.
    macro_rules! rows {
        ($Kernel:ident) => {
            row!(
                $Kernel::<{ NEAREST | QUIETLY }, S, D>::new(cast),
                Avx512,
                avx512,
                TiesToEven
            );
            row!(
                $Kernel::<{ ZERO | QUIETLY }, S, D>::new(cast),
                Avx512,
                avx512,
                TowardZero
            );
            if control_bits_are_default() {
                row!(
                    $Kernel::<{ UP | QUIETLY }, S, D>::new(cast),
                    Avx512,
                    avx512,
                    TowardPositive
                );
                row!(
                    $Kernel::<{ DOWN | QUIETLY }, S, D>::new(cast),
                    Avx512,
                    avx512,
                    TowardNegative
                );
            }
        };
    }
    if isa.level() == Level::Portable {
        return false;
    }
    if const { float8::serves(S::LAYOUT, D::LAYOUT) } {
        if cast.keeps_infinity() {
            row!(F32To8::<S, D, false>::new(), Avx512, avx512, TiesToEven);
        } else {
            row!(F32To8::<S, D, true>::new(), Avx512, avx512, TiesToEven);
        }
    }
    if const { float8_by_16::serves(S::LAYOUT, D::LAYOUT) && !F::LEAN }
        && control_bits_are_default()
    {
        row!(F32To8By16::<S, D>::new(cast), Avx512, avx512);
    }
    if !cast.keeps_infinity() {
        return false;
    }
    if const { is::<S, D>(F32, F16) } {
        rows!(F32ToF16Wide);
        if control_bits_are_default() {
            row!(F32ToF16::<NEAREST, S, D>::new(cast), Avx2, avx2, TiesToEven);
            row!(F32ToF16::<ZERO, S, D>::new(cast), Avx2, avx2, TowardZero);
            row!(F32ToF16::<UP, S, D>::new(cast), Avx2, avx2, TowardPositive);
            row!(
                F32ToF16::<DOWN, S, D>::new(cast),
                Avx2,
                avx2,
                TowardNegative
            );
        }
    } else if const { is::<S, D>(F16, F32) } {
        row!(F16ToF32Wide::<S, D>::new(cast), Avx512, avx512);
        if control_bits_are_default() {
            row!(F16ToF32::<S, D>::new(cast), Avx2, avx2);
        }
    } else if const { is::<S, D>(F32, BF16) } {
        row!(
            ToBf16(PhantomData::<(S, D)>),
            Avx512Bf16,
            avx512_bf16,
            TiesToEven
        );
    } else if const { is::<S, D>(BF16, F32) } {
        row!(Bf16ToF32::<S, D>::new(cast), Avx512, avx512);
    } else if const { is::<S, D>(F16, BF16) } {
        row!(
            ToBf16(PhantomData::<(S, D)>),
            Avx512Bf16,
            avx512_bf16,
            TiesToEven
        );
    } else if const { is::<S, D>(BF16, F16) } {
        rows!(Bf16ToF16);
    } else if const { is::<S, D>(F64, F16) } {
        rows!(F64ToF16);
    } else if const { is::<S, D>(F64, F32) } && control_bits_are_default() {
        row!(F64ToF32::<S, D>::new(cast), Avx512, avx512, ToOdd);
    }
    false
}

/// Converts by way of f32, where there are instructions for both steps and none for one. Returns whether it did.
///
/// Every number of 16 bits is an f32; an f64 is rounded to odd on the way, which leaves enough bits to round it as if it were the
/// first time.
#[inline]
pub(in crate::bulk) fn convert_by_f32<S: Format, D: Format>(
    isa: Isa,
    src: &[S],
    dst: &mut [MaybeUninit<D>],
    cast: Cast,
) -> bool {
    /// Numbers that stay in the nearest cache.
    const TILE: usize = 1024;
    /// Numbers from which on two calls pay.
    const LONG: usize = 128;
    let from_f64 = const { S::LAYOUT.same(F64) };
    if const {
        !(S::LAYOUT.same(F64) || S::LAYOUT.same(F16) || S::LAYOUT.same(BF16))
            || !float8::serves(F32, D::LAYOUT)
    } || isa.level() < Level::Avx512
        || src.len() < LONG
        || !cast.rounds(Rounding::TiesToEven)
        || from_f64 && !control_bits_are_default()
    {
        return false;
    }
    let exactly = if from_f64 {
        Cast::new().rounding(Rounding::ToOdd)
    } else {
        Cast::new()
    };
    let mut tile = [MaybeUninit::<f32>::uninit(); TILE];
    for (src, dst) in src.chunks(TILE).zip(dst.chunks_mut(TILE)) {
        let wide = &mut tile[..src.len()];
        assert!(
            convert(Plain, isa, src, wide, exactly),
            "it is in the table"
        );
        // SAFETY: an override initialises all of its destination.
        let wide = unsafe { &*(&raw const *wide as *const [f32]) };
        assert!(convert(Plain, isa, wide, dst, cast), "it is in the table");
    }
    true
}

/// Converts by looking up in a table, if there is one for these formats, cast and ISA. Returns whether it did.
///
/// Apart from [`convert`], since a table takes time to be computed wherever this function is named.
#[inline]
pub(in crate::bulk) fn look_up<F: Frame, S: Format, D: Format>(
    frame: F,
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
        if const { size_of::<D>() == 1 } {
            let kernel = Lookup8(PhantomData::<(S, D)>);
            super::avx512_vbmi(&mut frame.around(kernel), src, dst);
        } else if const { size_of::<D>() == 2 } {
            super::avx512_vbmi(&mut frame.around(Lookup16(PhantomData::<(S, D)>)), src, dst);
        } else {
            super::avx512_vbmi(&mut frame.around(Lookup32(PhantomData::<(S, D)>)), src, dst);
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
pub(in crate::bulk) fn control_bits_are_default() -> bool {
    const DEFAULT: u32 = 0x1f80;
    const STICKY_FLAGS: u32 = 0x3f;
    let mut mxcsr = 0u32;
    // SAFETY: stores the 4 bytes of the register, which every x86-64 CPU has, to the variable.
    unsafe {
        asm!("stmxcsr [{}]", in(reg) &raw mut mxcsr, options(nostack, preserves_flags));
    }
    mxcsr & !STICKY_FLAGS == DEFAULT
}
