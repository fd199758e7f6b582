//! Reading a slice once: its largest magnitude, and whether all of it is finite.

use core::mem::MaybeUninit;

use crate::bulk::{self, Kernel, uninit};
use crate::cpu::Isa;
use crate::round::{Bits, Format, from_code, to_code};

/// The largest magnitude, as an `f32` (rounded, ties to even, from `f64`): NaN if any element is, 0 if there is none.
///
/// ```
/// use ulp::slice;
///
/// assert_eq!(slice::amax(&[1.0f32, -3.0, 2.0]), 3.0);
/// assert!(slice::amax(&[1.0, f64::NAN]).is_nan());
/// assert_eq!(slice::amax::<f32>(&[]), 0.0);
/// ```
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
    let mut max = Max::new();
    max.look_at(isa, src);
    from_code::<S>(max.code()).cast()
}

/// Whether no element is an infinity or a NaN.
///
/// ```
/// use ulp::{F16, slice};
///
/// assert!(slice::all_finite(&[F16::MAX, F16::MIN]));
/// assert!(!slice::all_finite(&[F16::MAX, F16::NAN]));
/// ```
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
        let mut max = Max::new();
        max.look_at(isa, part);
        max.is_finite()
    })
}

/// Maxima kept side by side, so that vectors need not be reduced before the end.
const LANES: usize = 64;

/// The largest codes so far: those of the largest magnitudes, with infinities and NaNs above all others.
pub(crate) struct Max<S: Format>([S::Bits; LANES]);

impl<S: Format> Max<S> {
    pub(crate) fn new() -> Self {
        Self([S::Bits::from_u64(0); LANES])
    }

    pub(crate) fn look_at(&mut self, isa: Isa, src: &[S]) {
        bulk::run(isa, self, src, uninit::nothing(src.len()));
    }

    /// The largest of all, 0 if there is none.
    fn code(&self) -> u64 {
        self.0.map(Bits::to_u64).into_iter().fold(0, u64::max)
    }

    pub(crate) fn is_finite(&self) -> bool {
        self.code() <= S::LAYOUT.max_code()
    }
}

impl<S: Format> Kernel for Max<S> {
    type Src = S;
    type Dst = ();
    const REPEATABLE: bool = true;

    #[inline(always)]
    fn block<const N: usize>(&mut self, _: usize, src: &[S; N], _: &mut [MaybeUninit<()>; N]) {
        let layout = S::LAYOUT;
        // Where the NaN is the code of -0, its sign puts it above all others.
        let nan = if layout.nan_is_negative_zero() {
            layout.sign_mask()
        } else {
            u64::MAX
        };
        let mut lanes = self.0;
        for (max, &src) in lanes.iter_mut().zip(src) {
            let code = to_code(src);
            let rank = if code == nan {
                code
            } else {
                code & layout.magnitude_mask()
            };
            *max = S::Bits::from_u64(rank).max(*max);
        }
        self.0 = lanes;
    }
}
