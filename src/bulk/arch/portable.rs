//! The portable architecture. The compiler chooses all instructions. There is one level: the one that the program is compiled
//! for.

use core::convert::Infallible;

use crate::bulk::adapter::Adapter;
use crate::bulk::driver::drive;
use crate::bulk::element::Element;
use crate::bulk::factors::{Factors, Narrowed};
use crate::bulk::kernel::{Kernel, Multiversion};
use crate::bulk::multipliers::Multipliers;
use crate::bulk::out::Out;
use crate::cpu::{Isa, Level};
use crate::format::Layout;
use crate::round::Cast;

/// Runs a kernel over a slice.
#[inline]
pub(crate) fn run<'a, K: Kernel>(isa: Isa, kernel: &mut K, src: &[K::Src], dst: Out<'a, K::Dst>) -> &'a mut [K::Dst] {
    let Level::Compiled = isa.level();
    drive(kernel, src, dst)
}

/// Does work that is not a loop over one slice.
#[inline]
pub(crate) fn dispatch<T: Multiversion>(isa: Isa, work: &mut T) {
    let Level::Compiled = isa.level();
    work.run::<4>();
}

/// Returns whether this thread rounds to nearest, keeps subnormals and traps no exception. Returns false where this is unknown.
#[inline]
#[cfg(not(all(target_arch = "aarch64", target_feature = "neon")))]
pub(crate) const fn control_bits_are_default() -> bool {
    // WebAssembly has no control bits.
    cfg!(target_family = "wasm")
}

/// Gives the destination back, since there are no instructions for conversions.
#[inline]
#[cfg_attr(
    all(target_arch = "aarch64", target_feature = "neon"),
    allow(dead_code, reason = "aarch64 has instructions")
)]
pub(in crate::bulk) fn convert<'a, A: Adapter, S: Element, D: Element>(
    _: A,
    _: Isa,
    _: &[S],
    dst: Out<'a, D>,
    _: Cast,
) -> Result<&'a mut [D], Out<'a, D>> {
    let _ = A::SMALL_CODE;
    Err(dst)
}

#[cfg(not(all(target_arch = "aarch64", target_feature = "neon")))]
pub(in crate::bulk) use convert as convert_by_any;

/// Returns false, since there are no stores past the caches.
#[inline]
pub(in crate::bulk) fn pays_to_stream<S, D: Copy>(_: &Out<'_, D>) -> bool {
    false
}

/// Writes by `write`, in one piece.
#[inline]
pub(in crate::bulk) fn stream<'a, S, D: Copy>(
    src: &[S],
    dst: Out<'a, D>,
    mut write: impl for<'p> FnMut(&[S], Out<'p, D>) -> &'p mut [D],
) -> &'a mut [D] {
    write(src, dst)
}

/// Does nothing: the hardware reads ahead.
#[inline(always)]
pub(crate) fn fetch<T>(_: &[T], _: usize) {}

/// Does nothing: the hardware reads ahead.
#[inline(always)]
pub(crate) fn fetch_next_page<T>(_: &[T]) {}

/// A conversion by table. No architecture that uses this module has such a conversion.
pub(crate) struct Lookup(Infallible);

impl Lookup {
    pub(crate) fn new(_: Isa, _: &[u8]) -> Option<Self> {
        None
    }

    pub(crate) fn convert(&self, _: &[u8], _: &mut [u8]) {
        match self.0 {}
    }

    pub(crate) fn convert_scaled<D: Element>(&self, _: &[u8], _: &Multipliers, _: &mut [D]) {
        match self.0 {}
    }
}

/// A conversion of blocks. No architecture that uses this module has such a conversion.
pub(crate) struct Narrowing(Infallible);

impl Narrowing {
    pub(crate) const fn new(_: Isa, _: Layout) -> Option<Self> {
        None
    }

    pub(crate) const fn reads<S: Element>(_: usize) -> bool {
        false
    }

    pub(crate) fn largest_of_blocks<S: Element>(&self, _: &[S], _: usize, _: &mut [u32]) {
        match self.0 {}
    }

    pub(crate) fn encode<S: Element>(&self, _: &[S], _: &Factors<'_>, _: bool, _: &mut [u8]) -> Narrowed {
        match self.0 {}
    }
}
