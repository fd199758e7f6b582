//! Conversions to and from 16 bits by `fcvtn` and `fcvtl`.
//!
//! The instructions are written in assembly. The compiler's functions for them are newer than the oldest Rust version that this
//! crate supports. The instructions depend on the control bits of the thread, which `select.rs` has checked. They are
//! floating-point instructions and raise the thread's sticky flags. `preserves_flags` would therefore be wrong.
#![allow(unsafe_code, reason = "instructions by their names, on pointers")]

#[allow(clippy::wildcard_imports, reason = "instructions, by their own names")]
use core::arch::aarch64::*;
use core::arch::asm;

use super::token::Neon;
use crate::bulk::arch::intrinsic_kernel::intrinsic_kernel;

intrinsic_kernel! {
    /// `fcvtn`.
    F32ToF16<S, D> by Neon, 4 => 2 bytes, |src, dst| {
        for half in 0..2 {
            let x = src.add(32 * half);
            let [low, high] = [vld1q_f32(x.cast()), vld1q_f32(x.add(16).cast())];
            vst1q_u16(dst.add(16 * half).cast(), narrowed(low, high));
        }
    }
}

intrinsic_kernel! {
    /// `fcvtl`.
    F16ToF32<S, D> by Neon, 2 => 4 bytes, |src, dst| {
        for half in 0..2 {
            let [low, high] = widened(vld1q_u16(src.add(16 * half).cast()));
            let to = dst.add(32 * half);
            vst1q_f32(to.cast(), low);
            vst1q_f32(to.add(16).cast(), high);
        }
    }
}

intrinsic_kernel! {
    /// A bfloat16 is the upper half of an f32. `fcvtn` rounds the f32.
    Bf16ToF16<S, D> by Neon, 2 => 2 bytes, |src, dst| {
        for half in 0..2 {
            let x = vld1q_u16(src.add(16 * half).cast());
            let low = vreinterpretq_f32_u32(vshll_n_u16::<16>(vget_low_u16(x)));
            let high = vreinterpretq_f32_u32(vshll_high_n_u16::<16>(x));
            vst1q_u16(dst.add(16 * half).cast(), narrowed(low, high));
        }
    }
}

intrinsic_kernel! {
    /// `fcvtl`, and then integer instructions.
    F16ToBf16<S, D> by Neon, 2 => 2 bytes, |src, dst| {
        for half in 0..2 {
            let [low, high] = widened(vld1q_u16(src.add(16 * half).cast()));
            let low = vshrn_n_u32::<16>(rounded_to_bf16(low));
            vst1q_u16(
                dst.add(16 * half).cast(),
                vshrn_high_n_u32::<16>(low, rounded_to_bf16(high)),
            );
        }
    }
}

intrinsic_kernel! {
    /// Rounds to odd in f32. The f32 keeps enough bits for `fcvtn` to round correctly.
    F64ToF16<S, D> by Neon, 8 => 2 bytes, |src, dst| {
        for half in 0..2 {
            let x = src.add(64 * half);
            let [low, high] = [rounded_to_odd(x), rounded_to_odd(x.add(32))];
            vst1q_u16(dst.add(16 * half).cast(), narrowed(low, high));
        }
    }
}

intrinsic_kernel! {
    /// Rounds to odd.
    F64ToF32<S, D> by Neon, 8 => 4 bytes, |src, dst| {
        for quarter in 0..4 {
            vst1q_f32(dst.add(16 * quarter).cast(), rounded_to_odd(src.add(32 * quarter)));
        }
    }
}

/// Rounds eight f32 to f16.
///
/// # Safety
/// The CPU must have NEON.
#[inline(always)]
unsafe fn narrowed(low: float32x4_t, high: float32x4_t) -> uint16x8_t {
    let to;
    // SAFETY: NEON has these instructions. They change only these registers and the sticky flags. `to` is written before `high`
    // is read. `out` (not `lateout`) keeps the two registers apart.
    unsafe {
        asm!(
            "fcvtn {to:v}.4h, {low:v}.4s",
            "fcvtn2 {to:v}.8h, {high:v}.4s",
            to = out(vreg) to,
            low = in(vreg) low,
            high = in(vreg) high,
            options(pure, nomem, nostack),
        );
    }
    to
}

/// Widens eight f16 to f32.
///
/// # Safety
/// The CPU must have NEON.
#[inline(always)]
unsafe fn widened(x: uint16x8_t) -> [float32x4_t; 2] {
    let (low, high);
    // SAFETY: NEON has these instructions. They change only these registers and the sticky flags. `low` is written before `x` is
    // read for the last time. `out` (not `lateout`) keeps the two registers apart.
    unsafe {
        asm!(
            "fcvtl {low:v}.4s, {x:v}.4h",
            "fcvtl2 {high:v}.4s, {x:v}.8h",
            low = out(vreg) low,
            high = lateout(vreg) high,
            x = in(vreg) x,
            options(pure, nomem, nostack),
        );
    }
    [low, high]
}

/// Rounds four f32 to bfloat16. Each result is in the upper half of its lane.
///
/// # Safety
/// The CPU must have NEON.
#[inline(always)]
unsafe fn rounded_to_bf16(x: float32x4_t) -> uint32x4_t {
    // SAFETY: the caller promises NEON.
    unsafe {
        let bits = vreinterpretq_u32_f32(x);
        let odd = vandq_u32(vshrq_n_u32::<16>(bits), vdupq_n_u32(1));
        let increment = vaddq_u32(odd, vdupq_n_u32(0x7fff));
        // A NaN is cut instead of rounded.
        vaddq_u32(bits, vandq_u32(increment, vceqq_f32(x, x)))
    }
}

/// Rounds four f64 to odd in f32.
///
/// # Safety
/// The CPU must have NEON. `src` must point to four readable f64.
#[inline(always)]
unsafe fn rounded_to_odd(src: *const u8) -> float32x4_t {
    // SAFETY: the caller promises NEON and four readable f64.
    unsafe {
        let low = vcvtx_f32_f64(vld1q_f64(src.cast()));
        vcvtx_high_f32_f64(low, vld1q_f64(src.add(16).cast()))
    }
}
