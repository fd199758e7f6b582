//! Tokens. A token proves that this CPU has an instruction set. Each token has the loops that are compiled for its set.
#![allow(unsafe_code, reason = "functions compiled for a CPU feature are unsafe to call without it")]

use crate::bulk::kernel::{Kernel, Multiversion};
use crate::bulk::out::Out;
use crate::cpu::{Isa, Level};

macro_rules! tokens {
    ($($(#[$doc:meta])* $Token:ident, $level:ident: $name:ident = $features:literal, $lanes:literal;)*) => {
        /// The loop, compiled for each instruction set.
        mod loops {
            use crate::bulk::driver::drive;
            use crate::bulk::kernel::Kernel;
            use crate::bulk::out::Out;

            $(
                // The loop is never inlined. An inlined loop would be compiled into every caller and would be hard to find.
                #[inline(never)]
                #[target_feature(enable = $features)]
                pub(super) fn $name<K: Kernel>(kernel: &mut K, src: &[K::Src], dst: Out<'_, K::Dst>) {
                    // The slice is not returned. Returning the slice would add code to each loop.
                    drive(kernel, src, dst);
                }
            )*
        }

        /// Other work, compiled for each instruction set.
        #[allow(dead_code, reason = "no work uses VBMI or AVX512-BF16 yet")]
        mod works {
            use crate::bulk::kernel::Multiversion;

            $(
                #[inline(never)]
                #[target_feature(enable = $features)]
                pub(super) fn $name<T: Multiversion>(work: &mut T) {
                    work.run::<$lanes>();
                }
            )*
        }

        $(
            $(#[$doc])*
            #[derive(Clone, Copy)]
            pub(super) struct $Token(());

            #[allow(dead_code, reason = "all tokens have the same functions")]
            impl $Token {
                /// Returns the token if the CPU has the instruction set.
                #[inline]
                pub(super) fn new(isa: Isa) -> Option<Self> {
                    // An `Isa` exists only for levels that the CPU has. Each level has all instructions of the levels before it.
                    (isa.level() >= Level::$level).then_some(Self(()))
                }

                /// Returns the token without a check of the CPU.
                ///
                /// # Safety
                /// The CPU has the instruction set.
                #[inline(always)]
                pub(super) unsafe fn new_unchecked() -> Self {
                    Self(())
                }

                /// Runs a kernel over a slice.
                #[inline]
                pub(super) fn run<'a, K: Kernel>(
                    self,
                    kernel: &mut K,
                    src: &[K::Src],
                    dst: Out<'a, K::Dst>,
                ) -> &'a mut [K::Dst] {
                    // SAFETY: the token proves that the CPU has the features that the loop is compiled for. `drive` in the loop
                    // initialises the whole slice.
                    unsafe { dst.written_by(|dst| loops::$name(kernel, src, dst)) }
                }

                /// Does work that is not a loop over one slice.
                #[inline]
                pub(super) fn dispatch<T: Multiversion>(self, work: &mut T) {
                    // SAFETY: the token proves that the CPU has the features that the work is compiled for.
                    unsafe { works::$name(work) }
                }
            }
        )*
    };
}
tokens! {
    /// SSE2. Every x86-64 CPU has SSE2.
    Sse2, Sse2: portable = "sse2", 4;
    /// AVX2 and F16C.
    Avx2, Avx2: avx2 = "avx2,f16c", 8;
    /// AVX-512 F, BW, VL and DQ, and AVX2.
    Avx512, Avx512: avx512 = "avx2,f16c,avx512f,avx512bw,avx512vl,avx512dq", 16;
    /// The instructions of [`Avx512`], and VBMI.
    Vbmi, Avx512Vbmi: avx512_vbmi = "avx2,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi", 16;
    /// The instructions of [`Vbmi`], and AVX512-BF16.
    Bf16, Avx512Bf16: avx512_bf16 = "avx2,f16c,avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512bf16", 16;
}
