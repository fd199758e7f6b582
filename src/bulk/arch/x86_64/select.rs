//! The choice of the loop for each ISA, and of the instructions for each conversion. The instructions give the bits of the
//! portable kernel.
//!
//! Some instructions obey control bits of the thread (MXCSR), or trap if the thread does not mask their exceptions. These
//! instructions are used only if the control bits are the default. The instructions of AVX-512 used here raise no exceptions and
//! name their own rounding. Only one control bit, denormals-are-zero, affects these instructions. It matters only if a
//! subnormal number has a result other than zero. A cast to nearest or toward zero rounds all subnormals to zero if the other
//! format has fewer exponents, and then the bit does not matter.
#![allow(unsafe_code, reason = "tokens are made without a second look at the CPU, and MXCSR is read")]

use core::arch::asm;
use core::arch::x86_64::{
    _MM_FROUND_NO_EXC as QUIETLY, _MM_FROUND_TO_NEAREST_INT as NEAREST, _MM_FROUND_TO_NEG_INF as DOWN, _MM_FROUND_TO_POS_INF as UP,
    _MM_FROUND_TO_ZERO as ZERO,
};
use core::mem::MaybeUninit;

use super::float8::{self, F32To8};
use super::float8_via_f16::{self, F32To8ViaF16};
use super::float16::{
    Bf16ToF16, Bf16ToF32, Bf16ToF32Shifted, F16ToF32, F16ToF32Wide, F32ToF16, F32ToF16Wide, F64ToF16, F64ToF32, ToBf16,
};
use super::lookup::{self, Lookup8, Lookup16, Lookup32, LookupAny};
use super::lookup_scaled::{BY_INSTRUCTION, BY_INTEGERS, LookupScaled, SHIFTS};
use super::token::{Avx2, Avx512, Bf16, Sse2, Vbmi};
use crate::bulk::adapter::{Adapter, Unchanged};
use crate::bulk::element::Element;
use crate::bulk::kernel::{Kernel, Loops, Multiversion};
use crate::bulk::multipliers::Multipliers;
use crate::bulk::out::Out;
use crate::cpu::{Isa, Level};
use crate::format::Layout;
use crate::round::{Cast, Rounding};

const F64: Layout = Layout::BINARY64;
const F32: Layout = Layout::BINARY32;
const F16: Layout = Layout::BINARY16;
const BF16: Layout = Layout::BFLOAT16;

/// Runs a kernel over a slice with the instruction set of `isa`. Only kernels written for VBMI and AVX512-BF16 use these two
/// sets.
#[inline]
pub(crate) fn run<'a, K: Kernel>(isa: Isa, kernel: &mut K, src: &[K::Src], dst: Out<'a, K::Dst>) -> &'a mut [K::Dst] {
    // SAFETY: an `Isa` exists only for a level that the CPU has. Each level has the instructions of all levels before it.
    unsafe {
        match isa.level() {
            Level::Sse2 => Sse2::new_unchecked().run(kernel, src, dst),
            Level::Avx2 => Avx2::new_unchecked().run(kernel, src, dst),
            _ if const { matches!(K::LOOPS, Loops::BlocksOfHalfWidth) } => Avx2::new_unchecked().run(kernel, src, dst),
            Level::Avx512 | Level::Avx512Vbmi | Level::Avx512Bf16 => Avx512::new_unchecked().run(kernel, src, dst),
        }
    }
}

/// Does work that is not a loop over one slice, with the instruction set of `isa`.
#[inline]
pub(crate) fn dispatch<T: Multiversion>(isa: Isa, work: &mut T) {
    // SAFETY: an `Isa` exists only for a level that the CPU has. Each level has the instructions of all levels before it.
    unsafe {
        match isa.level() {
            Level::Sse2 => Sse2::new_unchecked().dispatch(work),
            Level::Avx2 => Avx2::new_unchecked().dispatch(work),
            Level::Avx512 | Level::Avx512Vbmi | Level::Avx512Bf16 => {
                Avx512::new_unchecked().dispatch(work);
            }
        }
    }
}

/// Converts by a table, by instructions for the two formats, or in two steps. Gives the destination back if none of these ways
/// serves.
#[inline]
pub(in crate::bulk) fn convert_by_any<'a, A: Adapter, S: Element, D: Element>(
    adapter: A,
    isa: Isa,
    src: &[S],
    dst: Out<'a, D>,
    cast: Cast,
) -> Result<&'a mut [D], Out<'a, D>> {
    convert_by_table(adapter, isa, src, dst, cast)
        .or_else(|dst| convert(adapter, isa, src, dst, cast))
        .or_else(|dst| convert_via_f32(isa, src, dst, cast))
}

/// Converts by instructions for the two formats. Gives the destination back if no instructions serve these formats, this cast and
/// this ISA.
#[inline]
pub(in crate::bulk) fn convert<'a, A: Adapter, S: Element, D: Element>(
    adapter: A,
    isa: Isa,
    src: &[S],
    dst: Out<'a, D>,
    cast: Cast,
) -> Result<&'a mut [D], Out<'a, D>> {
    if !cast.overflows_alike() {
        return Err(dst);
    }
    /// A row: the kernel, the token of its instructions, and the rounding of the kernel. A kernel with all roundings names no
    /// rounding.
    macro_rules! row {
        ($Token:ident, $kernel:expr $(, $rounding:ident)?) => {
            if $(cast.rounds(Rounding::$rounding) &&)? let Some(token) = $Token::new(isa) {
                return Ok(token.run(&mut adapter.adapt($kernel(token)), src, dst));
            }
        };
    }
    /// Rows for the roundings of `vcvtps2ph` in AVX-512.
    macro_rules! rows {
        ($Kernel:ident) => {
            row!(
                Avx512,
                |token| $Kernel::<{ NEAREST | QUIETLY }, S, D>::new(token, cast),
                TiesToEven
            );
            row!(
                Avx512,
                |token| $Kernel::<{ ZERO | QUIETLY }, S, D>::new(token, cast),
                TowardZero
            );
            if control_bits_are_default() {
                row!(
                    Avx512,
                    |token| $Kernel::<{ UP | QUIETLY }, S, D>::new(token, cast),
                    TowardPositive
                );
                row!(
                    Avx512,
                    |token| $Kernel::<{ DOWN | QUIETLY }, S, D>::new(token, cast),
                    TowardNegative
                );
            }
        };
    }
    if isa.level() == Level::Sse2 {
        return Err(dst);
    }
    if const { float8::supports(S::LAYOUT, D::LAYOUT) } {
        if cast.keeps_infinity() {
            row!(Avx512, F32To8::<S, D, false>::new, TiesToEven);
        } else {
            row!(Avx512, F32To8::<S, D, true>::new, TiesToEven);
        }
    }
    if const { float8_via_f16::supports(S::LAYOUT, D::LAYOUT) && !A::SMALL_CODE } && control_bits_are_default() {
        row!(Avx512, |token| F32To8ViaF16::<S, D>::new(token, cast));
    }
    if !cast.keeps_infinity() {
        return Err(dst);
    }
    if const { has_layouts::<S, D>(F32, F16) } {
        rows!(F32ToF16Wide);
        if control_bits_are_default() {
            row!(Avx2, |token| F32ToF16::<NEAREST, S, D>::new(token, cast), TiesToEven);
            row!(Avx2, |token| F32ToF16::<ZERO, S, D>::new(token, cast), TowardZero);
            row!(Avx2, |token| F32ToF16::<UP, S, D>::new(token, cast), TowardPositive);
            row!(Avx2, |token| F32ToF16::<DOWN, S, D>::new(token, cast), TowardNegative);
        }
    } else if const { has_layouts::<S, D>(F16, F32) } {
        row!(Avx512, |token| F16ToF32Wide::<S, D>::new(token, cast));
        if control_bits_are_default() {
            row!(Avx2, |token| F16ToF32::<S, D>::new(token, cast));
        }
    } else if const { has_layouts::<S, D>(F32, BF16) || has_layouts::<S, D>(F16, BF16) } {
        row!(Bf16, ToBf16::<S, D>::new, TiesToEven);
    } else if const { has_layouts::<S, D>(BF16, F32) } {
        if const { !A::SMALL_CODE } {
            row!(Vbmi, |token| Bf16ToF32::<S, D>::new(token, cast));
        }
        row!(Avx512, |token| Bf16ToF32Shifted::<S, D>::new(token, cast));
    } else if const { has_layouts::<S, D>(BF16, F16) } {
        rows!(Bf16ToF16);
    } else if const { has_layouts::<S, D>(F64, F16) } {
        rows!(F64ToF16);
    } else if const { has_layouts::<S, D>(F64, F32) } && control_bits_are_default() {
        row!(Avx512, |token| F64ToF32::<S, D>::new(token, cast), ToOdd);
    }
    Err(dst)
}

/// Converts in two steps, through f32. There must be instructions for each step, and none for the direct conversion. Otherwise
/// gives the destination back.
///
/// Every number of 16 bits is an f32. An f64 is rounded to odd in the first step. The f32 then keeps enough bits for a correct
/// rounding in the second step, to 8 bits or to bfloat16.
#[inline]
fn convert_via_f32<'a, S: Element, D: Element>(
    isa: Isa,
    src: &[S],
    dst: Out<'a, D>,
    cast: Cast,
) -> Result<&'a mut [D], Out<'a, D>> {
    /// The number of elements that are converted at a time. Their copies in f32 stay in the nearest cache.
    const TILE: usize = 1024;
    /// The number of elements from which on two steps pay.
    const TWO_STEPS_PAY: usize = 128;
    let from_f64 = const { S::LAYOUT.const_eq(F64) };
    let to_bf16 = const { has_layouts::<S, D>(F64, BF16) };
    let to_8_bits = const {
        (S::LAYOUT.const_eq(F64) || S::LAYOUT.const_eq(F16) || S::LAYOUT.const_eq(BF16)) && float8::supports(F32, D::LAYOUT)
    };
    let serves = if to_bf16 {
        isa.level() >= Level::Avx512Bf16 && cast.keeps_infinity()
    } else {
        to_8_bits && isa.level() >= Level::Avx512
    };
    if !serves
        || src.len() < TWO_STEPS_PAY
        || !cast.overflows_alike()
        || !cast.rounds(Rounding::TiesToEven)
        || from_f64 && !control_bits_are_default()
    {
        return Err(dst);
    }
    let exactly = if from_f64 {
        Cast::new().rounding(Rounding::ToOdd)
    } else {
        Cast::new()
    };
    let mut tile = [MaybeUninit::<f32>::uninit(); TILE];
    Ok(dst.write_pieces(TILE, TILE, |start, dst| {
        let src = &src[start..][..dst.len()];
        let wide = Out::uninit(&mut tile[..src.len()]);
        let Ok(wide) = convert(Unchanged, isa, src, wide, exactly) else {
            unreachable!("the table has a row for it");
        };
        let Ok(narrow) = convert(Unchanged, isa, wide, dst, cast) else {
            unreachable!("the table has a row for it");
        };
        narrow
    }))
}

/// Converts by a table. Gives the destination back if there is no table for these formats, this cast and this ISA.
///
/// This function is separate from [`convert`], since the compiler spends time to compute a table wherever this function is named.
#[inline]
fn convert_by_table<'a, A: Adapter, S: Element, D: Element>(
    adapter: A,
    isa: Isa,
    src: &[S],
    dst: Out<'a, D>,
    cast: Cast,
) -> Result<&'a mut [D], Out<'a, D>> {
    if const { !lookup::supports(S::LAYOUT, D::LAYOUT) } || cast != Cast::new() {
        return Err(dst);
    }
    let Some(token) = Vbmi::new(isa) else {
        return Err(dst);
    };
    Ok(if const { size_of::<D>() == 1 } {
        token.run(&mut adapter.adapt(Lookup8::<S, D>::new(token)), src, dst)
    } else if const { size_of::<D>() == 2 } {
        token.run(&mut adapter.adapt(Lookup16::<S, D>::new(token)), src, dst)
    } else {
        token.run(&mut adapter.adapt(Lookup32::<S, D>::new(token)), src, dst)
    })
}

/// A conversion of bytes to 1, 2 or 4 bytes. The table is made at run time.
pub(crate) struct Lookup {
    token: Vbmi,
    bf16: Option<Bf16>,
    table: lookup::Table,
    repeated_sign: Option<u8>,
    size: usize,
}

impl Lookup {
    /// Makes a conversion. `results` are the little-endian results of the bytes from 0 to 255. Returns `None` if this ISA can't
    /// look up the results.
    pub(crate) fn new(isa: Isa, results: &[u8]) -> Option<Self> {
        let token = Vbmi::new(isa)?;
        let size = results.len() / 256;
        let table = match size {
            1 => lookup::split::<1>(token, results.as_chunks().0),
            2 => lookup::split::<2>(token, results.as_chunks().0),
            4 => lookup::split::<4>(token, results.as_chunks().0),
            _ => None,
        }?;
        Some(Self {
            token,
            bf16: Bf16::new(isa),
            repeated_sign: table.repeated_sign(),
            table,
            size,
        })
    }

    /// Converts 64 bytes or more.
    pub(crate) fn convert(&self, src: &[u8], dst: &mut [u8]) {
        match self.size {
            1 => self.run::<1>(src, dst),
            2 => self.run::<2>(src, dst),
            _ => self.run::<4>(src, dst),
        }
    }

    /// Converts bytes by the upper 16 bits of their `f32`s, and multiplies each number by the multiplier of its block. The
    /// results are `f32` or bfloat16, rounded ties to even. The thread must have the default control bits.
    pub(crate) fn convert_scaled<D: Element>(&self, src: &[u8], by: &Multipliers, dst: &mut [D]) {
        assert!(D::LAYOUT.const_eq(F32) || D::LAYOUT.const_eq(BF16));
        assert!(self.size == 2 && D::LAYOUT.bits() as usize == 8 * size_of::<D>());
        if let Some(sign) = self.repeated_sign {
            self.run_scaled::<D, true>(sign, src, by, dst);
        } else {
            self.run_scaled::<D, false>(0, src, by, dst);
        }
    }

    fn run_scaled<D: Element, const REPEATED: bool>(&self, sign: u8, src: &[u8], by: &Multipliers, dst: &mut [D]) {
        let Self { token, table, .. } = self;
        let dst = Out::new(dst);
        if const { size_of::<D>() == 2 } {
            if by.are_powers {
                let kernel = &mut LookupScaled::<D, REPEATED, SHIFTS>::new(*token, table, sign, by);
                token.run(kernel, src, dst);
                return;
            }
            if by.are_normal
                && let Some(bf16) = self.bf16
            {
                let kernel = &mut LookupScaled::<D, REPEATED, BY_INSTRUCTION>::new_with_bf16(*token, bf16, table, sign, by);
                bf16.run(kernel, src, dst);
                return;
            }
        }
        let kernel = &mut LookupScaled::<D, REPEATED, BY_INTEGERS>::new(*token, table, sign, by);
        token.run(kernel, src, dst);
    }

    fn run<const SIZE: usize>(&self, src: &[u8], dst: &mut [u8]) {
        let dst = Out::new(dst.as_chunks_mut::<SIZE>().0);
        let Self { token, table, .. } = self;
        if let Some(sign) = self.repeated_sign {
            let mut kernel = LookupAny::<SIZE, true>::new(*token, table, sign);
            token.run(&mut kernel, src, dst);
        } else {
            let mut kernel = LookupAny::<SIZE, false>::new(*token, table, 0);
            token.run(&mut kernel, src, dst);
        }
    }
}

/// Returns whether the two formats have these layouts. A user's own type with an equal layout takes the same instructions.
///
/// In a `const` block, this function keeps the rows of other formats from being compiled.
const fn has_layouts<S: Element, D: Element>(from: Layout, to: Layout) -> bool {
    S::LAYOUT.const_eq(from) && D::LAYOUT.const_eq(to)
}

/// Returns whether the thread has the default control bits: it rounds to nearest, keeps subnormals and masks all exceptions.
#[inline]
pub(crate) fn control_bits_are_default() -> bool {
    const DEFAULT: u32 = 0x1f80;
    const STICKY_FLAGS: u32 = 0x3f;
    let mut mxcsr = 0u32;
    // SAFETY: the instruction stores the 4 bytes of the register to the variable. Every x86-64 CPU has the register.
    unsafe {
        asm!("stmxcsr [{}]", in(reg) &raw mut mxcsr, options(nostack, preserves_flags));
    }
    mxcsr & !STICKY_FLAGS == DEFAULT
}
