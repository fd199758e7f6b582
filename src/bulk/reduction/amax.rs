//! The largest magnitude.

use super::{Reduction, reduce};
use crate::cpu::Isa;
use crate::round::{Bits, Format, from_code, to_code};

/// The number of maxima kept side by side. Vectors are reduced only at the end.
const LANES: usize = 64;

/// The codes of the largest magnitudes read before. The codes of infinities and NaNs lie above all others. If `FINITE` is true,
/// infinities and NaNs are left out.
#[derive(Clone, Copy)]
pub(crate) struct Amax<S: Format, const FINITE: bool>([S::Bits; LANES]);

impl<S: Format> Amax<S, false> {
    pub(crate) fn new() -> Self {
        Self::empty()
    }
}

impl<S: Format> Amax<S, true> {
    pub(crate) fn of_finite() -> Self {
        Self::empty()
    }
}

impl<S: Format, const FINITE: bool> Amax<S, FINITE> {
    fn empty() -> Self {
        Self([S::Bits::from_u64(0); LANES])
    }

    pub(crate) fn read(&mut self, isa: Isa, src: &[S]) {
        reduce(isa, self, src);
    }

    /// Returns the largest magnitude, or 0 if nothing was read.
    pub(crate) fn value(&self) -> S {
        from_code(self.code())
    }

    pub(crate) fn is_finite(&self) -> bool {
        self.code() <= S::LAYOUT.max_code()
    }

    fn code(&self) -> u64 {
        let zero = S::Bits::from_u64(0);
        self.0.iter().fold(zero, |a, &b| a.max(b)).to_u64()
    }
}

impl<S: Format, const FINITE: bool> Reduction for Amax<S, FINITE> {
    type Element = S;

    #[inline(always)]
    fn take<const N: usize>(&mut self, elements: &[S; N]) {
        let layout = S::LAYOUT;
        // If the NaN is the code of -0, its sign bit puts the NaN above all other codes.
        let nan = if layout.nan_is_negative_zero() {
            layout.sign_mask()
        } else {
            u64::MAX
        };
        let mut lanes = self.0;
        for (max, &element) in lanes.iter_mut().zip(elements) {
            let code = to_code(element);
            let magnitude = code & layout.magnitude_mask();
            let order = if FINITE {
                // If the NaN is the code of -0, its magnitude is 0.
                let is_finite = magnitude <= layout.max_code();
                if is_finite { magnitude } else { 0 }
            } else if code == nan {
                code
            } else {
                magnitude
            };
            *max = S::Bits::from_u64(order).max(*max);
        }
        self.0 = lanes;
    }
}
