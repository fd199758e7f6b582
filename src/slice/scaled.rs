//! Casting with a factor: what fp8 and loss scaling need.

use core::mem::MaybeUninit;

use super::same_length;
use crate::bulk;
use crate::bulk::uninit;
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{Cast, Format};

/// Elements between two conversions, if neither format is `f32`: they stay in the first-level cache.
const TILE: usize = 1024;

/// Multiplies every element by `scale` in `f32`, and casts the product as `cast` says, on the best [`Isa`] of this CPU.
///
/// The product is rounded as `f32` products are, so it depends on the thread's rounding mode. A format wider than `f32` doesn't
/// compile.
///
/// ```
/// use ulp::{Cast, F8E4M3Fn, slice};
///
/// let x = [1000.0f32, -3.0];
/// let scale = F8E4M3Fn::MAX.to_f32() / slice::amax(&x);
/// let mut to = [F8E4M3Fn::default(); 2];
/// slice::cast_scaled(&x, scale, &mut to, Cast::new().saturating());
/// assert_eq!(to[0], F8E4M3Fn::MAX);
///
/// let mut back = [0f32; 2];
/// slice::cast_scaled(&to, 1.0 / scale, &mut back, Cast::new());
/// assert_eq!(back[0].round(), 1000.0);
/// ```
///
/// # Panics
/// If the slices differ in length; the message has both.
#[inline]
#[track_caller]
pub fn cast_scaled<S: Format, D: Format>(src: &[S], scale: f32, dst: &mut [D], cast: Cast) {
    cast_scaled_on(Isa::detect(), src, scale, dst, cast);
}

/// [`cast_scaled`] on this [`Isa`].
///
/// # Panics
/// If the slices differ in length; the message has both.
#[track_caller]
pub fn cast_scaled_on<S: Format, D: Format>(
    isa: Isa,
    src: &[S],
    scale: f32,
    dst: &mut [D],
    cast: Cast,
) {
    const {
        assert!(
            S::LAYOUT.is_within(Layout::BINARY32),
            "cast_scaled takes formats that f32 has all values of"
        );
    }
    same_length(src.len(), dst.len());
    let to = uninit::as_uninit(dst);
    if const { S::LAYOUT.same(Layout::BINARY32) } {
        return bulk::convert_scaled(isa, src, scale, to, cast);
    }
    if const { D::LAYOUT.same(Layout::BINARY32) } && cast.keeps_infinity() {
        // The product is the result.
        return bulk::convert_scaled(isa, src, scale, to, Cast::new());
    }
    let mut wide = [MaybeUninit::<f32>::uninit(); TILE];
    for (src, dst) in src.chunks(TILE).zip(dst.chunks_mut(TILE)) {
        let wide = &mut wide[..src.len()];
        bulk::convert(isa, src, wide, Cast::new());
        let wide = uninit::assume_init(wide);
        bulk::convert_scaled(isa, wide, scale, uninit::as_uninit(dst), cast);
    }
}
