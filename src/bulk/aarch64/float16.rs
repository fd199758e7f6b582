//! Conversions to and from 16 bits by `fcvtn` and `fcvtl`.
//!
//! They are written in assembly, since the compiler's functions for them are newer than the oldest Rust that this crate takes. What
//! they do depends on the control bits of the thread, which the table of overrides has looked at; and as floating-point
//! instructions they raise the thread's sticky flags, so `preserves_flags` would be a lie.

#[allow(clippy::wildcard_imports, reason = "instructions, by their own names")]
use core::arch::aarch64::*;
use core::arch::asm;

use crate::bulk::step::kernel;

kernel! {
    /// `fcvtn`.
    F32ToF16<S, D>, 4 => 2 bytes, |src, dst| {
        for half in 0..2 {
            let x = src.add(32 * half);
            let [low, high] = [vld1q_f32(x.cast()), vld1q_f32(x.add(16).cast())];
            vst1q_u16(dst.add(16 * half).cast(), narrowed(low, high));
        }
    }
}

kernel! {
    /// `fcvtl`.
    F16ToF32<S, D>, 2 => 4 bytes, |src, dst| {
        for half in 0..2 {
            let [low, high] = widened(vld1q_u16(src.add(16 * half).cast()));
            let to = dst.add(32 * half);
            vst1q_f32(to.cast(), low);
            vst1q_f32(to.add(16).cast(), high);
        }
    }
}

kernel! {
    /// A bfloat16 is the upper half of an f32, which `fcvtn` rounds.
    Bf16ToF16<S, D>, 2 => 2 bytes, |src, dst| {
        for half in 0..2 {
            let x = vld1q_u16(src.add(16 * half).cast());
            let low = vreinterpretq_f32_u32(vshll_n_u16::<16>(vget_low_u16(x)));
            let high = vreinterpretq_f32_u32(vshll_high_n_u16::<16>(x));
            vst1q_u16(dst.add(16 * half).cast(), narrowed(low, high));
        }
    }
}

kernel! {
    /// `fcvtl`, and integers.
    F16ToBf16<S, D>, 2 => 2 bytes, |src, dst| {
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

kernel! {
    /// Rounds to odd in f32, which leaves enough bits for `fcvtn` to round as if it were the first.
    F64ToF16<S, D>, 8 => 2 bytes, |src, dst| {
        for half in 0..2 {
            let x = src.add(64 * half);
            let [low, high] = [rounded_to_odd(x), rounded_to_odd(x.add(32))];
            vst1q_u16(dst.add(16 * half).cast(), narrowed(low, high));
        }
    }
}

kernel! {
    /// Rounds to odd.
    F64ToF32<S, D>, 8 => 4 bytes, |src, dst| {
        for quarter in 0..4 {
            vst1q_f32(dst.add(16 * quarter).cast(), rounded_to_odd(src.add(32 * quarter)));
        }
    }
}

/// Eight f32 rounded to f16.
///
/// # Safety
/// The CPU must have NEON.
#[inline(always)]
unsafe fn narrowed(low: float32x4_t, high: float32x4_t) -> uint16x8_t {
    let to;
    // SAFETY: NEON has these instructions; they touch no more than these registers and the sticky flags. `to` is written before `high`
    // is read, and `out` (not `lateout`) keeps the two apart.
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

/// Eight f16 as f32.
///
/// # Safety
/// The CPU must have NEON.
#[inline(always)]
unsafe fn widened(x: uint16x8_t) -> [float32x4_t; 2] {
    let (low, high);
    // SAFETY: NEON has these instructions; they touch no more than these registers and the sticky flags. `low` is written before `x`
    // is read for the last time, and `out` (not `lateout`) keeps the two apart.
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

/// Four f32 rounded to bfloat16, in the upper half of each.
///
/// # Safety
/// The CPU must have NEON.
#[inline(always)]
unsafe fn rounded_to_bf16(x: float32x4_t) -> uint32x4_t {
    // SAFETY: the feature is the caller's to promise.
    unsafe {
        let bits = vreinterpretq_u32_f32(x);
        let odd = vandq_u32(vshrq_n_u32::<16>(bits), vdupq_n_u32(1));
        let bump = vaddq_u32(odd, vdupq_n_u32(0x7fff));
        // A NaN is cut.
        vaddq_u32(bits, vandq_u32(bump, vceqq_f32(x, x)))
    }
}

/// Four f64 rounded to odd in f32.
///
/// # Safety
/// The CPU must have NEON, and `src` be four f64 that may be read.
#[inline(always)]
unsafe fn rounded_to_odd(src: *const u8) -> float32x4_t {
    // SAFETY: as above.
    unsafe {
        let low = vcvtx_f32_f64(vld1q_f64(src.cast()));
        vcvtx_high_f32_f64(low, vld1q_f64(src.add(16).cast()))
    }
}
