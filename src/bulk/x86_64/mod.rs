//! The loop compiled for the instruction sets of x86-64.
#![allow(
    unsafe_code,
    reason = "functions compiled for a CPU feature are unsafe to call without it"
)]

mod float16;
mod float8;
mod float8_by_16;
mod lookup;
mod overrides;
mod stream;

use core::mem::MaybeUninit;

pub(super) use lookup::Lookup;
pub(super) use overrides::{control_bits_are_default, convert, convert_by_f32, look_up};
pub(super) use stream::{pays, stream};

use super::{Kernel, Loops, Task, blocks};
use crate::cpu::{Isa, Level};

macro_rules! loops {
    ($($name:ident = $features:literal;)*) => {
        $(
            // Never inlined, lest the portable loop be compiled into every caller, where nobody finds it.
            #[inline(never)]
            #[target_feature(enable = $features)]
            fn $name<K: Kernel>(kernel: &mut K, src: &[K::Src], dst: &mut [MaybeUninit<K::Dst>]) {
                blocks(kernel, src, dst);
            }
        )*
    };
}

loops! {
    portable = "sse2";
    avx2 = "avx2,f16c";
    avx512 = "avx2,f16c,avx512f,avx512bw,avx512vl,avx512dq";
    avx512_vbmi = "avx2,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi";
    avx512_bf16 = "avx2,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512bf16";
}

/// Runs a kernel with the instruction set of `isa`. What VBMI and BF16 add is of use only to kernels written for them.
#[inline]
pub(super) fn run<K: Kernel>(
    isa: Isa,
    kernel: &mut K,
    src: &[K::Src],
    dst: &mut [MaybeUninit<K::Dst>],
) {
    match isa.level() {
        // SAFETY: every x86-64 CPU has SSE2.
        Level::Portable => unsafe { portable(kernel, src, dst) },
        // SAFETY: an `Isa` of this level exists only where the CPU has its features (`Level::is_here`).
        Level::Avx2 => unsafe { avx2(kernel, src, dst) },
        // SAFETY: likewise, and each level has the features of those before it.
        _ if const { matches!(K::LOOPS, Loops::Few) } => unsafe { avx2(kernel, src, dst) },
        // SAFETY: likewise.
        Level::Avx512 | Level::Avx512Vbmi | Level::Avx512Bf16 => unsafe {
            avx512(kernel, src, dst);
        },
    }
}

/// Tasks compiled for the instruction sets, and the numbers that a vector holds.
mod tasks {
    use super::Task;

    macro_rules! tasks {
        ($($name:ident = $features:literal, $lanes:literal;)*) => {
            $(
                #[inline(never)]
                #[target_feature(enable = $features)]
                pub(super) fn $name<T: Task>(task: &mut T) {
                    task.run::<$lanes>();
                }
            )*
        };
    }

    tasks! {
        portable = "sse2", 4;
        avx2 = "avx2,f16c", 8;
        avx512 = "avx2,f16c,avx512f,avx512bw,avx512vl,avx512dq", 16;
    }
}

/// Does a task with the instruction set of `isa`.
#[inline]
pub(super) fn perform<T: Task>(isa: Isa, task: &mut T) {
    match isa.level() {
        // SAFETY: every x86-64 CPU has SSE2.
        Level::Portable => unsafe { tasks::portable(task) },
        // SAFETY: an `Isa` of this level exists only where the CPU has its features (`Level::is_here`).
        Level::Avx2 => unsafe { tasks::avx2(task) },
        // SAFETY: likewise, and each level has the features of those before it.
        Level::Avx512 | Level::Avx512Vbmi | Level::Avx512Bf16 => unsafe { tasks::avx512(task) },
    }
}
