//! Operations on binary16 by the conversions of F16C: one call of what is compiled for it, where the CPU has it.
#![allow(
    unsafe_code,
    reason = "functions compiled for a CPU feature are unsafe to call without it"
)]

use core::arch::x86_64::{
    _MM_FROUND_TO_NEAREST_INT as NEAREST, _mm_cvtph_ps, _mm_cvtps_ph, _mm_cvtsi32_si128,
    _mm_cvtsi128_si32, _mm_cvtss_f32, _mm_set_ss, _mm_sqrt_ss,
};

use super::by_f32;
use crate::cpu::Isa;
use crate::format::Layout;

#[inline]
#[target_feature(enable = "f16c")]
fn widen(code: u16) -> f32 {
    _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(code.into())))
}

#[inline]
#[target_feature(enable = "f16c")]
fn narrow(x: f32) -> u16 {
    _mm_cvtsi128_si32(_mm_cvtps_ph::<NEAREST>(_mm_set_ss(x))) as u16
}

/// [`narrow`], where the compilation target has F16C.
#[cfg(target_feature = "f16c")]
#[inline(always)]
pub(super) fn from_f32(x: f32) -> u16 {
    // SAFETY: this function exists only where the compilation target has F16C.
    unsafe { narrow(x) }
}

/// [`widen`], where the compilation target has F16C.
#[cfg(target_feature = "f16c")]
#[inline(always)]
pub(super) fn to_f32(code: u16) -> f32 {
    // SAFETY: this function exists only where the compilation target has F16C.
    unsafe { widen(code) }
}

macro_rules! operations {
    ($($name:ident($($operand:ident),*) = $wide:expr;)*) => { $(
        /// The code of the result, unless it is a NaN, or the CPU lacks the instructions.
        #[inline]
        pub(super) fn $name($($operand: u16),*) -> Option<u16> {
            #[inline]
            #[target_feature(enable = "f16c")]
            fn compiled($($operand: u16),*) -> u16 {
                $(let $operand = widen($operand);)*
                narrow($wide)
            }

            if !Isa::has_f16c() {
                return None;
            }
            // SAFETY: the CPU has F16C.
            let code = unsafe { compiled($($operand),*) };
            (!Layout::BINARY16.is_nan(code.into())).then_some(code)
        }
    )* };
}
operations! {
    add(a, b) = a + b;
    sub(a, b) = a - b;
    mul(a, b) = a * b;
    div(a, b) = a / b;
    rem(a, b) = a % b;
    sqrt(a) = _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(a)));
    mul_add(a, b, c) = {
        let (sum, error) = by_f32::multiply_add(a, b, c);
        by_f32::to_odd(sum, error)
    };
}
