//! The choice of the instructions for each conversion. The instructions give the bits of the portable kernel.
//!
//! The instructions depend on control bits of the thread (FPCR): the rounding, flushing of subnormals, the NaN of results,
//! another format in place of binary16, and traps. If the control bits are not the default, no such instruction is used.
#![allow(unsafe_code, reason = "FPCR is read")]

use core::arch::asm;

use super::float16::{Bf16ToF16, F16ToBf16, F16ToF32, F32ToF16, F64ToF16, F64ToF32};
use super::token::Neon;
use crate::bulk::adapter::Adapter;
use crate::bulk::arch::portable::run;
use crate::bulk::element::Element;
use crate::bulk::out::Out;
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{Cast, Rounding};

const F64: Layout = Layout::BINARY64;
const F32: Layout = Layout::BINARY32;
const F16: Layout = Layout::BINARY16;
const BF16: Layout = Layout::BFLOAT16;

/// Converts with instructions for the two formats. Gives the destination back if no instructions serve these formats and this
/// cast.
#[inline]
pub(in crate::bulk) fn convert<'a, A: Adapter, S: Element, D: Element>(
    adapter: A,
    isa: Isa,
    src: &[S],
    dst: Out<'a, D>,
    cast: Cast,
) -> Result<&'a mut [D], Out<'a, D>> {
    /// A row: the two formats, the kernel, and the rounding of the kernel. An exact conversion names no rounding.
    macro_rules! row {
        ($from:ident => $to:ident, $Kernel:ident $(, $rounding:ident)?) => {
            // The `const` block keeps the rows of other formats from being compiled. A user's own type with an equal layout takes
            // the same instructions.
            if const { S::LAYOUT.const_eq($from) && D::LAYOUT.const_eq($to) } {
                if cast.has_ieee_overflow()
                    $(&& cast.rounds(Rounding::$rounding))?
                    && control_bits_are_default()
                    && let Some(token) = Neon::new()
                {
                    let mut kernel = adapter.adapt($Kernel::<S, D>::new(token, cast));
                    return Ok(run(isa, &mut kernel, src, dst));
                }
                return Err(dst);
            }
        };
    }
    let _ = A::SMALL_CODE;
    if !cast.overflows_alike() {
        return Err(dst);
    }
    if cfg!(target_endian = "big") {
        // On big-endian targets the compiler passes vectors to assembly in another order of lanes.
        return Err(dst);
    }
    row!(F32 => F16, F32ToF16, TiesToEven);
    row!(F16 => F32, F16ToF32);
    row!(BF16 => F16, Bf16ToF16, TiesToEven);
    row!(F16 => BF16, F16ToBf16, TiesToEven);
    row!(F64 => F16, F64ToF16, TiesToEven);
    row!(F64 => F32, F64ToF32, ToOdd);
    Err(dst)
}

/// Returns whether the thread has the default control bits: the thread rounds to nearest, keeps subnormals and NaNs, has IEEE's
/// binary16 and traps no exception.
///
/// All of FPCR is 0 in this case. An unknown bit that is set counts as not the default.
#[inline]
pub(crate) fn control_bits_are_default() -> bool {
    let fpcr: u64;
    // SAFETY: the instruction reads a register. Every CPU with NEON lets programs read the register.
    unsafe {
        asm!("mrs {}, fpcr", out(reg) fpcr, options(nomem, nostack, preserves_flags));
    }
    fpcr == 0
}
