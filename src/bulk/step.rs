//! What kernels written in instructions share.

/// The elements of a step; blocks are multiples of it, or one element.
pub(super) const LANES: usize = 16;

/// A kernel that does `LANES` elements at a time.
macro_rules! kernel {
    (
        $(#[$meta:meta])*
        $name:ident<$(const $constant:ident: $type:ty,)* S, D>, $from:literal => $to:literal bytes,
        |$src:ident, $dst:ident| $step:block
    ) => {
        $(#[$meta])*
        pub(super) struct $name<$(const $constant: $type,)* S, D> {
            cast: $crate::Cast,
            formats: core::marker::PhantomData<(S, D)>,
        }

        impl<$(const $constant: $type,)* S, D> $name<$($constant,)* S, D> {
            /// `cast` is what the instructions do, for what is left of a slice shorter than a step.
            pub(super) fn new(cast: $crate::Cast) -> Self {
                Self { cast, formats: core::marker::PhantomData }
            }
        }

        impl<$(const $constant: $type,)* S: $crate::Format, D: $crate::Format> $crate::bulk::Kernel
            for $name<$($constant,)* S, D>
        {
            type Src = S;
            type Dst = D;
            const REPEATABLE: bool = true;

            #[inline(always)]
            fn block<const N: usize>(
                &mut self,
                _: usize,
                src: &[S; N],
                dst: &mut [core::mem::MaybeUninit<D>; N],
            ) {
                use $crate::bulk::step::LANES;

                assert!(size_of::<S>() == $from && size_of::<D>() == $to);
                if N % LANES != 0 {
                    return $crate::bulk::convert::one_by_one(self.cast, src, dst);
                }
                for first in (0..N).step_by(LANES) {
                    // SAFETY: the table of overrides runs this where the CPU has the instructions. LANES numbers from `first` on
                    // lie in the block, of the sizes asserted above.
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

pub(super) use kernel;
