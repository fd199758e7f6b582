//! The loop compiled for the instruction sets of x86-64.
#![allow(
    unsafe_code,
    reason = "functions compiled for a CPU feature are unsafe to call without it"
)]

mod float16;
mod float8;
mod lookup;
mod overrides;

use core::mem::MaybeUninit;

pub(super) use overrides::convert;

use super::isa::{Isa, Level};
use super::{Kernel, blocks};
use crate::{Cast, Format};

/// A block too small for vectors.
#[inline(always)]
fn one_by_one<S: Format, D: Format>(cast: Cast, src: &[S], dst: &mut [MaybeUninit<D>]) {
    for (dst, &src) in dst.iter_mut().zip(src) {
        dst.write(src.cast_with(cast).0);
    }
}

macro_rules! loops {
    ($($level:ident = $name:ident, $features:literal;)*) => {
        $(
            #[target_feature(enable = $features)]
            fn $name<K: Kernel>(kernel: &mut K, src: &[K::Src], dst: &mut [MaybeUninit<K::Dst>]) {
                blocks(kernel, src, dst);
            }
        )*

        /// Runs a kernel with the instruction set of `isa`.
        #[inline]
        pub(super) fn run<K: Kernel>(
            isa: Isa,
            kernel: &mut K,
            src: &[K::Src],
            dst: &mut [MaybeUninit<K::Dst>],
        ) {
            match isa.level() {
                Level::Portable => blocks(kernel, src, dst),
                $(
                    // SAFETY: an `Isa` of this level exists only where the CPU has these features (`Level::is_here`).
                    Level::$level => unsafe { $name(kernel, src, dst) },
                )*
            }
        }
    };
}

loops! {
    Avx2 = avx2, "avx2,f16c";
    Avx512 = avx512, "avx2,f16c,avx512f,avx512bw,avx512vl,avx512dq";
    Avx512Vbmi = avx512_vbmi, "avx2,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi";
    Avx512Bf16 = avx512_bf16, "avx2,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512bf16";
}
