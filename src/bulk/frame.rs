//! What stands around a kernel that converts: nothing, a factor, or a choice of fewer loops.
#![allow(unsafe_code, reason = "results are multiplied where they are")]

use core::mem::MaybeUninit;

use super::{Kernel, Loops};
use crate::format::Layout;
use crate::round::{Format, from_code, to_code};

/// Makes a kernel of a kernel.
pub(super) trait Frame: Copy {
    /// Whether little code matters more than the speed of rare casts.
    #[cfg_attr(
        not(all(target_arch = "x86_64", target_feature = "sse2")),
        allow(dead_code, reason = "no other architecture has code for rare casts")
    )]
    const LEAN: bool = false;
    type Framed<S: Format, D: Format, K: Kernel<Src = S, Dst = D>>: Kernel<Src = S, Dst = D>;

    fn around<S: Format, D: Format, K: Kernel<Src = S, Dst = D>>(
        self,
        kernel: K,
    ) -> Self::Framed<S, D, K>;
}

/// The kernel as it is.
#[derive(Clone, Copy)]
pub(super) struct Plain;

impl Frame for Plain {
    type Framed<S: Format, D: Format, K: Kernel<Src = S, Dst = D>> = K;

    #[inline(always)]
    fn around<S: Format, D: Format, K: Kernel<Src = S, Dst = D>>(self, kernel: K) -> K {
        kernel
    }
}

/// The kernel with few loops compiled of it, for slices of a [`BLOCK`](super::BLOCK) or more.
#[derive(Clone, Copy)]
pub(super) struct Lean;

impl Frame for Lean {
    const LEAN: bool = true;
    type Framed<S: Format, D: Format, K: Kernel<Src = S, Dst = D>> = Few<K>;

    #[inline(always)]
    fn around<S: Format, D: Format, K: Kernel<Src = S, Dst = D>>(self, kernel: K) -> Few<K> {
        Few(kernel)
    }
}

pub(super) struct Few<K>(K);

impl<K: Kernel> Kernel for Few<K> {
    type Src = K::Src;
    type Dst = K::Dst;
    const REPEATABLE: bool = K::REPEATABLE;
    /// The formats of a byte are many.
    const LOOPS: Loops = if size_of::<K::Src>() == 1 || size_of::<K::Dst>() == 1 {
        Loops::Few
    } else {
        Loops::Blocks
    };

    #[inline(always)]
    fn block<const N: usize>(
        &mut self,
        first: usize,
        src: &[K::Src; N],
        dst: &mut [MaybeUninit<K::Dst>; N],
    ) {
        self.0.block(first, src, dst);
    }
}

/// The kernel between an `f32` and another format, with a factor on the `f32`.
#[derive(Clone, Copy)]
pub(super) struct Scaled(pub(super) f32);

impl Frame for Scaled {
    type Framed<S: Format, D: Format, K: Kernel<Src = S, Dst = D>> = Times<K>;

    #[inline(always)]
    fn around<S: Format, D: Format, K: Kernel<Src = S, Dst = D>>(self, kernel: K) -> Times<K> {
        let Self(scale) = self;
        Times { scale, kernel }
    }
}

pub(super) struct Times<K> {
    scale: f32,
    kernel: K,
}

impl<K> Times<K> {
    #[inline(always)]
    fn product<F: Format>(&self, x: F) -> F {
        let x = f32::from_bits(to_code(x) as u32);
        from_code((x * self.scale).to_bits() as u64)
    }
}

impl<S: Format, D: Format, K: Kernel<Src = S, Dst = D>> Kernel for Times<K> {
    type Src = S;
    type Dst = D;
    const REPEATABLE: bool = K::REPEATABLE;

    #[inline(always)]
    fn block<const N: usize>(&mut self, first: usize, src: &[S; N], dst: &mut [MaybeUninit<D>; N]) {
        let f32 = Layout::BINARY32;
        assert!(S::LAYOUT.same(f32) || D::LAYOUT.same(f32));
        if S::LAYOUT.same(f32) {
            let mut products = *src;
            for x in &mut products {
                *x = self.product(*x);
            }
            self.kernel.block(first, &products, dst);
        } else {
            let mut wide = [MaybeUninit::uninit(); N];
            self.kernel.block(first, src, &mut wide);
            for (dst, wide) in dst.iter_mut().zip(wide) {
                // SAFETY: a kernel initialises all of its block.
                dst.write(self.product(unsafe { wide.assume_init() }));
            }
        }
    }
}
