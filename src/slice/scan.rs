//! Reads a slice once, to find its largest magnitude, or to find whether all elements are finite.

use crate::bulk::reduction::Amax;
use crate::cpu::Isa;
use crate::round::{Format, to_code};

/// Returns the largest magnitude, as an `f32`. An `f64` is rounded to `f32`, ties to even. The result is NaN if an element is
/// NaN, and 0 if there is no element.
///
/// ```
/// use ulp::slice;
///
/// assert_eq!(slice::amax(&[1.0f32, -3.0, 2.0]), 3.0);
/// assert!(slice::amax(&[1.0, f64::NAN]).is_nan());
/// assert_eq!(slice::amax::<f32>(&[]), 0.0);
/// ```
#[doc(alias("absmax", "aminmax"))]
#[must_use]
pub fn amax<S: Format>(src: &[S]) -> f32 {
    amax_on(Isa::detect(), src)
}

/// Does what [`amax`] does, on this [`Isa`].
#[must_use]
pub fn amax_on<S: Format>(isa: Isa, src: &[S]) -> f32 {
    if src.is_empty() {
        return 0.0;
    }
    let mut amax = Amax::new();
    amax.read(isa, src);
    amax.value().cast()
}

/// Returns the largest magnitude among the finite elements, or 0 if no element is finite.
pub(crate) fn finite_amax<S: Format>(isa: Isa, src: &[S]) -> f32 {
    let mut amax = Amax::of_finite();
    amax.read(isa, src);
    // If no element is finite, the code is 0. In a format without zero, code 0 is a number.
    if S::LAYOUT.has_zero() || src.iter().any(|&x| S::LAYOUT.is_finite(to_code(x))) {
        amax.value().cast()
    } else {
        0.0
    }
}

/// Returns whether no element is an infinity or a NaN.
///
/// ```
/// use ulp::{F16, slice};
///
/// assert!(slice::all_finite(&[F16::MAX, F16::MIN]));
/// assert!(!slice::all_finite(&[F16::MAX, F16::NAN]));
/// ```
#[doc(alias = "isfinite")]
#[must_use]
pub fn all_finite<S: Format>(src: &[S]) -> bool {
    all_finite_on(Isa::detect(), src)
}

/// Does what [`all_finite`] does, on this [`Isa`].
#[must_use]
pub fn all_finite_on<S: Format>(isa: Isa, src: &[S]) -> bool {
    /// The number of bytes after which the result is checked, so that the function can return early.
    const STRIDE: usize = 1 << 16;
    src.chunks(STRIDE / size_of::<S>()).all(|part| {
        let mut amax = Amax::new();
        amax.read(isa, part);
        amax.is_finite()
    })
}
