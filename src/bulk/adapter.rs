//! Adapters. An adapter turns a kernel that converts into another kernel: one with less compiled code, or one that also
//! multiplies.
#![allow(unsafe_code, reason = "kernels promise to initialise their results")]

use core::mem::MaybeUninit;

use super::element::Element;
use super::kernel::{Kernel, Loops, SMALL};
use super::subnormal::{any_below, least_with_normal_product, product};
use crate::format::Layout;

/// Turns a kernel into another kernel.
pub(super) trait Adapter: Copy {
    /// True if little code matters more than the speed of rare casts.
    const SMALL_CODE: bool = false;
    /// True if the adapter changes nothing.
    const IS_UNCHANGED: bool = false;
    type Adapted<K: Kernel<Src: Element, Dst: Element>>: Kernel<Src = K::Src, Dst = K::Dst>;

    fn adapt<K: Kernel<Src: Element, Dst: Element>>(self, kernel: K) -> Self::Adapted<K>;
}

/// The adapter that does not change the kernel.
#[derive(Clone, Copy)]
pub(super) struct Unchanged;

impl Adapter for Unchanged {
    const IS_UNCHANGED: bool = true;
    type Adapted<K: Kernel<Src: Element, Dst: Element>> = K;

    #[inline(always)]
    fn adapt<K: Kernel<Src: Element, Dst: Element>>(self, kernel: K) -> K {
        kernel
    }
}

/// The adapter that compiles few loops of the kernel. The slices have a [`BLOCK`](super::BLOCK) of elements or more.
#[derive(Clone, Copy)]
pub(super) struct SmallCode;

impl Adapter for SmallCode {
    const SMALL_CODE: bool = true;
    type Adapted<K: Kernel<Src: Element, Dst: Element>> = FewLoops<K>;

    #[inline(always)]
    fn adapt<K: Kernel<Src: Element, Dst: Element>>(self, kernel: K) -> FewLoops<K> {
        FewLoops(kernel)
    }
}

pub(super) struct FewLoops<K>(K);

// SAFETY: `block` calls a kernel, which promises to initialise all elements of `dst`.
unsafe impl<K: Kernel> Kernel for FewLoops<K> {
    type Src = K::Src;
    type Dst = K::Dst;
    const IDEMPOTENT: bool = K::IDEMPOTENT;
    /// There are many formats of one byte, and therefore fewer loops are compiled for them.
    const LOOPS: Loops = if size_of::<K::Src>() == 1 || size_of::<K::Dst>() == 1 {
        Loops::BlocksOfHalfWidth
    } else {
        Loops::Blocks
    };

    #[inline(always)]
    fn block<const N: usize>(&mut self, first: usize, src: &[K::Src; N], dst: &mut [MaybeUninit<K::Dst>; N]) {
        self.0.block(first, src, dst);
    }
}

/// The adapter that multiplies by a factor. The kernel converts between `f32` and another format, and the factor applies to the
/// `f32`.
#[derive(Clone, Copy)]
pub(super) struct ScaleBy(pub(super) f32);

impl Adapter for ScaleBy {
    type Adapted<K: Kernel<Src: Element, Dst: Element>> = Scaled<K>;

    #[inline(always)]
    fn adapt<K: Kernel<Src: Element, Dst: Element>>(self, kernel: K) -> Scaled<K> {
        let Self(factor) = self;
        let least = least_with_normal_product(factor);
        Scaled { factor, least, kernel }
    }
}

pub(super) struct Scaled<K> {
    factor: f32,
    /// The exponent from which on a product and its operand are normal.
    least: i32,
    kernel: K,
}

impl<K> Scaled<K> {
    /// Multiplies a block. The first numbers of the block tell whether the block has subnormals. The bits are equal both ways.
    #[inline(always)]
    fn multiply<E: Element, const N: usize>(&self, numbers: &mut [E; N]) {
        let wide = |x: E| f32::from_bits(x.code() as u32);
        let mut first = [0.0; SMALL];
        for (first, &x) in first.iter_mut().zip(&*numbers) {
            *first = wide(x);
        }
        if any_below(&first, self.least) {
            for x in numbers {
                *x = E::from_code(product(wide(*x), self.factor).to_bits() as u64);
            }
        } else {
            for x in numbers {
                *x = E::from_code((wide(*x) * self.factor).to_bits() as u64);
            }
        }
    }
}

// SAFETY: the inner kernel or the loop over `dst` writes `dst`. The inner kernel promises to initialise all elements, and the
// loop writes each element.
unsafe impl<K: Kernel<Src: Element, Dst: Element>> Kernel for Scaled<K> {
    type Src = K::Src;
    type Dst = K::Dst;
    const IDEMPOTENT: bool = K::IDEMPOTENT;

    #[inline(always)]
    fn block<const N: usize>(&mut self, first: usize, src: &[K::Src; N], dst: &mut [MaybeUninit<K::Dst>; N]) {
        let f32 = Layout::BINARY32;
        assert!(K::Src::LAYOUT.const_eq(f32) || K::Dst::LAYOUT.const_eq(f32));
        if K::Src::LAYOUT.const_eq(f32) {
            let mut products = *src;
            self.multiply(&mut products);
            self.kernel.block(first, &products, dst);
        } else {
            let mut wide = [MaybeUninit::uninit(); N];
            self.kernel.block(first, src, &mut wide);
            let mut products = [K::Dst::from_code(0); N];
            for (product, &wide) in products.iter_mut().zip(&wide) {
                // SAFETY: `block` of the kernel has initialised all of `wide`, as `Kernel` promises.
                *product = unsafe { wide.assume_init() };
            }
            self.multiply(&mut products);
            for (dst, &product) in dst.iter_mut().zip(&products) {
                dst.write(product);
            }
        }
    }
}
