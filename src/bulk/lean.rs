//! Loops of which little is compiled, for conversions between formats known only at run time.

use core::mem::MaybeUninit;

#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
use super::aarch64;
use super::convert::{Convert, TiesToEven};
use super::frame::{Frame, Lean};
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
use super::x86_64;
use super::{Isa, run};
use crate::round::{Cast, Format};

/// [`convert`](super::convert()) for a [`BLOCK`](super::BLOCK) of elements or more.
#[inline]
pub(crate) fn convert_lean<S: Format, D: Format>(
    isa: Isa,
    src: &[S],
    dst: &mut [MaybeUninit<D>],
    cast: Cast,
) {
    if cast == Cast::new() {
        convert_lean_by_default(isa, src, dst);
    } else {
        convert_lean_by(isa, src, dst, cast);
    }
}

/// The same with the loop for the default cast alone.
#[inline]
pub(crate) fn convert_lean_by_default<S: Format, D: Format>(
    isa: Isa,
    src: &[S],
    dst: &mut [MaybeUninit<D>],
) {
    if !convert_overridden(isa, src, dst, Cast::new()) {
        run(isa, &mut Lean.around(Convert::new(TiesToEven)), src, dst);
    }
}

/// The same with the loop for all casts alone.
#[inline]
pub(crate) fn convert_lean_by<S: Format, D: Format>(
    isa: Isa,
    src: &[S],
    dst: &mut [MaybeUninit<D>],
    cast: Cast,
) {
    if !convert_overridden(isa, src, dst, cast) {
        run(isa, &mut Lean.around(Convert::new(cast)), src, dst);
    }
}

/// Converts a [`BLOCK`](super::BLOCK) of elements or more with an instruction of the CPU, if there is one. Returns whether it did.
#[inline]
pub(crate) fn convert_overridden<S: Format, D: Format>(
    isa: Isa,
    src: &[S],
    dst: &mut [MaybeUninit<D>],
    cast: Cast,
) -> bool {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    return x86_64::convert(Lean, isa, src, dst, cast);
    #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
    return aarch64::convert(Lean, isa, src, dst, cast);
    #[cfg(not(any(
        all(target_arch = "x86_64", target_feature = "sse2"),
        all(target_arch = "aarch64", target_feature = "neon")
    )))]
    {
        let _ = (isa, src, dst, cast);
        false
    }
}

/// A conversion of bytes by looking them up.
pub(crate) struct Lookup(
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))] x86_64::Lookup,
    #[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))] core::convert::Infallible,
);

impl Lookup {
    /// `results` are those of the bytes from 0 to 255, little-endian. `None` if there is no faster way to look them up than to
    /// convert.
    pub(crate) fn new(isa: Isa, results: &[u8]) -> Option<Self> {
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
        return x86_64::Lookup::new(isa, results).map(Self);
        #[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
        {
            let _ = (isa, results);
            None
        }
    }

    /// Converts a [`BLOCK`](super::BLOCK) of bytes or more.
    pub(crate) fn convert(&self, src: &[u8], dst: &mut [u8]) {
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
        self.0.convert(src, dst);
        #[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
        {
            let _ = (src, dst);
            match self.0 {}
        }
    }
}
