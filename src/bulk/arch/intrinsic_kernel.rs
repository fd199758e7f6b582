//! The common parts of kernels that are written with instructions.

/// The number of elements in a step. A block is one element or a multiple of a step.
pub(super) const LANES: usize = 16;

/// Declares a kernel that converts `LANES` elements at a time. The kernel holds a token, which proves that the CPU has the
/// instructions.
macro_rules! intrinsic_kernel {
    (
        $(#[$meta:meta])*
        $name:ident<$(const $constant:ident: $type:ty,)* S, D> by $Token:ident, $from:literal => $to:literal bytes,
        |$src:ident, $dst:ident| $step:block
    ) => {
        $(#[$meta])*
        pub(super) struct $name<$(const $constant: $type,)* S, D> {
            #[allow(dead_code, reason = "it is there to prove that the CPU has the instructions")]
            token: $Token,
            cast: $crate::round::Cast,
            formats: core::marker::PhantomData<(S, D)>,
        }

        impl<$(const $constant: $type,)* S, D> $name<$($constant,)* S, D> {
            /// Makes the kernel. `cast` must be the cast that the instructions do. The kernel uses `cast` for the rest of a slice
            /// that is shorter than a step.
            pub(super) fn new(token: $Token, cast: $crate::round::Cast) -> Self {
                Self { token, cast, formats: core::marker::PhantomData }
            }
        }

        // SAFETY: each step stores LANES results, and the steps cover the block. Otherwise `cast_scalar` writes every element of
        // `dst`.
        unsafe impl<$(const $constant: $type,)* S, D> $crate::bulk::kernel::Kernel for $name<$($constant,)* S, D>
        where
            S: $crate::bulk::element::Element,
            D: $crate::bulk::element::Element,
        {
            type Src = S;
            type Dst = D;
            const IDEMPOTENT: bool = true;

            #[inline(always)]
            fn block<const N: usize>(
                &mut self,
                _: usize,
                src: &[S; N],
                dst: &mut [core::mem::MaybeUninit<D>; N],
            ) {
                use $crate::bulk::arch::intrinsic_kernel::LANES;

                assert!(size_of::<S>() == $from && size_of::<D>() == $to);
                if N % LANES != 0 {
                    return $crate::bulk::kernels::convert::cast_scalar(self.cast, src, dst);
                }
                for first in (0..N).step_by(LANES) {
                    // SAFETY: `self.token` proves that the CPU has the instructions. LANES numbers from `first` on lie in the
                    // block, since N is a multiple of LANES. The numbers have the sizes asserted above.
                    unsafe {
                        let $src = src.as_ptr().add(first).cast::<u8>();
                        let $dst = dst.as_mut_ptr().add(first).cast::<u8>();
                        $step
                    }
                }
            }
        }
    };
}

pub(super) use intrinsic_kernel;
