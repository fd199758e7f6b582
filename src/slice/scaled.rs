//! Casts with a factor, and finds the factor that fits a tensor into a narrow format. fp8 and loss scaling need such factors.

use core::mem::MaybeUninit;

use super::{assert_within_f32, same_length, scan};
use crate::bulk::{self, Out};
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{Cast, Format};

/// The number of elements that are converted at a time, if neither format is `f32`. Their copies in `f32` stay in the nearest
/// cache.
const TILE: usize = 1024;

/// Returns the scale of a tensor in the format `D`. Divide the tensor by the scale to fill the range of `D`. Multiply the numbers
/// of `D` by the scale to get the tensor back.
///
/// The scale is the largest magnitude among the finite elements, as an `f32`, divided in `f32` by the largest number of `D`. The
/// scale is at least 2<sup>−126</sup>, because some devices take subnormal numbers for 0. The scale is 1 if all finite elements
/// are 0, or if no element is finite. A scale is therefore always a positive, normal number.
///
/// ```
/// use ulp::{Cast, F8E4M3Fn, slice};
///
/// let x = [1000.0f32, -3.0, f32::INFINITY];
/// let scale = slice::scale_for::<F8E4M3Fn>(&x);
/// assert_eq!(scale, 1000.0 / 448.0);
///
/// let mut narrow = [F8E4M3Fn::default(); 3];
/// slice::cast_scaled(&x, 1.0 / scale, &mut narrow, Cast::new().saturating());
/// assert_eq!(narrow[0], F8E4M3Fn::MAX);
///
/// let mut back = [0f32; 3];
/// slice::cast_scaled(&narrow, scale, &mut back, Cast::new());
/// assert_eq!(back, [1000.0, -1.375 * scale, 1000.0]);
///
/// assert_eq!(slice::scale_for::<F8E4M3Fn>(&[0f32; 3]), 1.0);
/// ```
///
/// A format `D` that is wider than `f32` does not compile.
#[doc(alias("amax", "absmax"))]
#[must_use]
pub fn scale_for<D: Format>(src: &[impl Format]) -> f32 {
    const { assert_within_f32::<D>() };
    let largest = scan::finite_amax(Isa::detect(), src);
    if largest == 0.0 {
        return 1.0;
    }
    (largest / D::MAX.cast::<f32>()).clamp(f32::MIN_POSITIVE, f32::MAX)
}

/// Multiplies every element by `scale` in `f32`, and casts the product as `cast` says, on the best [`Isa`] of this CPU.
///
/// The product is rounded as `f32` products are, and depends on the rounding mode of the thread. A format wider than `f32`
/// doesn't compile.
///
/// Take the factor of a tensor from [`scale_for`], whose example shows how. A factor such as `D::MAX / amax` has faults. For a
/// tensor of zeros, the factor is infinite, and the results are NaN. For a tensor with a NaN or an infinity, the factor is NaN or
/// 0.
///
/// ```
/// use ulp::{Cast, F8E4M3Fn, slice};
///
/// let mut scaled = [F8E4M3Fn::default(); 3];
/// slice::cast_scaled(&[0.5f32, 3.0, 1000.0], 2.0, &mut scaled, Cast::new().saturating());
/// assert_eq!(scaled.map(F8E4M3Fn::to_f32), [1.0, 6.0, 448.0]);
/// ```
///
/// # Panics
/// If the slices differ in length. The message has both lengths.
#[doc(alias("quantize", "dequantize"))]
#[inline]
#[track_caller]
pub fn cast_scaled<S: Format, D: Format>(src: &[S], scale: f32, dst: &mut [D], cast: Cast) {
    const { assert_within_f32::<S>() };
    cast_scaled_on(Isa::detect(), src, scale, dst, cast);
}

/// Does what [`cast_scaled`] does, on this [`Isa`].
///
/// # Panics
/// If the slices differ in length. The message has both lengths.
#[track_caller]
pub fn cast_scaled_on<S: Format, D: Format>(isa: Isa, src: &[S], scale: f32, dst: &mut [D], cast: Cast) {
    const { assert_within_f32::<S>() };
    same_length(src.len(), dst.len());
    let dst = Out::new(dst);
    if const { S::LAYOUT.const_eq(Layout::BINARY32) } {
        bulk::convert_scaled(isa, src, scale, dst, cast);
        return;
    }
    if const { D::LAYOUT.const_eq(Layout::BINARY32) } && cast.keeps_infinity() {
        // The product is already the result.
        bulk::convert_scaled(isa, src, scale, dst, Cast::new());
        return;
    }
    let mut wide = [MaybeUninit::<f32>::uninit(); TILE];
    dst.write_pieces(TILE, TILE, |start, dst| {
        let src = &src[start..][..dst.len()];
        let wide = Out::uninit(&mut wide[..src.len()]);
        let wide = bulk::convert(isa, src, wide, Cast::new());
        bulk::convert_scaled(isa, wide, scale, dst, cast)
    });
}
