//! Operations on binary16 by the conversions of F16C. Each operation is one call of a function that is compiled for F16C, on a
//! CPU that has F16C.
#![allow(unsafe_code, reason = "functions compiled for a CPU feature are unsafe to call without it")]
#![allow(clippy::unused_self, reason = "a token is a proof, and has no data")]

use core::arch::x86_64::{
    _MM_FROUND_TO_NEAREST_INT as NEAREST, _mm_cvtph_ps, _mm_cvtps_ph, _mm_cvtsi32_si128, _mm_cvtsi128_si32, _mm_cvtss_f32,
    _mm_set_ss, _mm_sqrt_ss,
};

use super::by_f32;
use crate::cpu::{Isa, Level};
use crate::format::Layout;

/// Proof that the CPU has F16C.
#[derive(Clone, Copy)]
pub(super) struct F16c(());

impl F16c {
    /// Returns the token if the CPU has F16C. Every level with AVX2 has F16C.
    #[inline]
    pub(super) fn new() -> Option<Self> {
        let has_f16c = cfg!(target_feature = "f16c") || Isa::has(Level::Avx2);
        has_f16c.then_some(Self(()))
    }

    /// The token on a compilation target that has F16C.
    #[cfg(target_feature = "f16c")]
    pub(super) const COMPILED: Self = Self(());

    /// Rounds an `f32`, ties to even.
    #[inline(always)]
    pub(super) fn narrow(self, x: f32) -> u16 {
        // SAFETY: the token proves that the CPU has F16C.
        unsafe { narrow(x) }
    }

    /// Computes a function of one number in `f32`, and rounds the result.
    #[inline]
    pub(super) fn through_f32(self, code: u16, f: impl Fn(f32) -> f32) -> u16 {
        #[inline]
        #[target_feature(enable = "f16c")]
        fn compiled(code: u16, f: impl Fn(f32) -> f32) -> u16 {
            narrow(f(widen(code)))
        }

        // SAFETY: the token proves that the CPU has F16C.
        unsafe { compiled(code, f) }
    }

    #[cfg(target_feature = "f16c")]
    #[inline(always)]
    pub(super) fn widen(self, code: u16) -> f32 {
        // SAFETY: the token proves that the CPU has F16C.
        unsafe { widen(code) }
    }
}

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

macro_rules! operations {
    ($($name:ident($($operand:ident),*) = $wide:expr;)*) => { $(
        impl F16c {
            /// Returns the code of the result, or `None` if the result is a NaN.
            #[inline]
            pub(super) fn $name(self, $($operand: u16),*) -> Option<u16> {
                #[inline]
                #[target_feature(enable = "f16c")]
                fn compiled($($operand: u16),*) -> u16 {
                    $(let $operand = widen($operand);)*
                    narrow($wide)
                }

                // SAFETY: the token proves that the CPU has F16C.
                let code = unsafe { compiled($($operand),*) };
                (!Layout::BINARY16.is_nan(code.into())).then_some(code)
            }
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
