//! Reading a slice once: its largest magnitude, and whether all of it is finite.

use crate::bulk::reduction::Amax;
use crate::cpu::Isa;
use crate::round::{Format, to_code};

/// The largest magnitude, as an `f32` (rounded, ties to even, from `f64`): NaN if any element is, 0 if there is none.
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

/// [`amax`] on this [`Isa`].
#[must_use]
pub fn amax_on<S: Format>(isa: Isa, src: &[S]) -> f32 {
    if src.is_empty() {
        return 0.0;
    }
    let mut amax = Amax::new();
    amax.read(isa, src);
    amax.value().cast()
}

/// The largest magnitude among the finite elements, 0 if there is none.
pub(super) fn finite_amax<S: Format>(isa: Isa, src: &[S]) -> f32 {
    let mut amax = Amax::of_finite();
    amax.read(isa, src);
    // Where nothing is finite the code is 0, which is a number of its own in a format without zero.
    if S::LAYOUT.has_zero() || src.iter().any(|&x| S::LAYOUT.is_finite(to_code(x))) {
        amax.value().cast()
    } else {
        0.0
    }
}

/// Whether no element is an infinity or a NaN.
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

/// [`all_finite`] on this [`Isa`].
#[must_use]
pub fn all_finite_on<S: Format>(isa: Isa, src: &[S]) -> bool {
    /// Bytes between looks at the result.
    const STRIDE: usize = 1 << 16;
    src.chunks(STRIDE / size_of::<S>()).all(|part| {
        let mut amax = Amax::new();
        amax.read(isa, part);
        amax.is_finite()
    })
}
