//! [`Cast`]: the conversion from any format to any other with one rounding.

use crate::format::Layout;
use crate::round;
use crate::round::{Flags, Overflow, Rounding};

/// A way to convert: a [`Rounding`] and an [`Overflow`].
///
/// ```
/// use ulp::{Cast, F8E4M3Fn, F16, Flags, Format, Layout, Rounding};
///
/// // Numbers: F16 to F8E4M3Fn, toward zero.
/// let x = F16::from_f32(0.3);
/// let (y, flags) = x.cast_with::<F8E4M3Fn>(Cast::new().rounding(Rounding::TowardZero));
/// assert_eq!((y.to_f32(), flags), (0.28125, Flags::INEXACT));
///
/// // Codes: any layout to any other layout, in constants too.
/// const ONE: (u64, Flags) = Cast::new().convert(Layout::BINARY64, Layout::BFLOAT16, 1f64.to_bits());
/// assert_eq!(ONE, (0x3f80, Flags::NONE));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub struct Cast {
    pub(crate) rounding: Rounding,
    pub(crate) overflow: Overflow,
}

impl Cast {
    /// Returns the default cast: ties to even and IEEE overflow.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            rounding: Rounding::TiesToEven,
            overflow: Overflow::Ieee,
        }
    }

    /// Returns this cast with another rounding.
    #[must_use]
    pub const fn rounding(self, rounding: Rounding) -> Self {
        Self { rounding, ..self }
    }

    /// Returns this cast with another treatment of overflow.
    #[must_use]
    pub const fn overflow(self, overflow: Overflow) -> Self {
        Self { overflow, ..self }
    }

    /// Returns this cast with [`Overflow::Saturate`].
    #[must_use]
    pub const fn saturating(self) -> Self {
        self.overflow(Overflow::Saturate)
    }

    /// Returns whether this cast has the given rounding. The function compares. A `match` would keep a loop from vectorizing
    /// where the rounding is known only at run time.
    #[inline(always)]
    pub(crate) const fn rounds(self, rounding: Rounding) -> bool {
        self.rounding as u8 == rounding as u8
    }

    #[inline(always)]
    pub(crate) const fn rounds_to_nearest(self) -> bool {
        self.rounds(Rounding::TiesToEven) || self.rounds(Rounding::TiesToAway)
    }

    /// Returns whether an infinity stays an infinity in a format that has one.
    #[inline(always)]
    pub(crate) const fn keeps_infinity(self) -> bool {
        matches!(self.overflow, Overflow::Ieee | Overflow::SaturateFinite)
    }

    /// Returns whether overflow of finite numbers may give an infinity. Infinities then stay infinities.
    #[inline(always)]
    pub(crate) const fn has_ieee_overflow(self) -> bool {
        matches!(self.overflow, Overflow::Ieee)
    }

    /// Returns whether finite and infinite numbers overflow to one result. Instructions and tables are made for these casts.
    #[inline(always)]
    #[allow(dead_code, reason = "not every architecture has instructions for conversions")]
    pub(crate) const fn overflows_alike(self) -> bool {
        !matches!(self.overflow, Overflow::SaturateFinite)
    }

    /// Converts a code of `from` to the code of `to` with an equal value. If `to` has no equal value, the value is rounded once.
    ///
    /// Bits of `bits` above the width of `from` are ignored. Bits of the result above the width of `to` are 0.
    ///
    /// - *NaN.* If both formats have payloads (IEEE's), a NaN keeps its sign and its top payload bits, and becomes quiet (IEEE
    ///   754-2019, 6.2.3). The conversion instructions of CPUs do this too. Otherwise a NaN becomes the canonical NaN and keeps
    ///   its sign. FNUZ's NaN has no sign. If `to` has no NaN, the result is the largest number of `to`, with INVALID, like in
    ///   CUDA. A signaling NaN raises INVALID.
    /// - *Zero.* In a format without −0, −0 becomes +0, and a negative number that is rounded to zero becomes +0. In a format
    ///   without zero, the result is the smallest number, for zero and for every smaller number.
    /// - *Sign.* In a format without sign, a negative number other than zero gives NaN, and raises INVALID. If the format has no
    ///   NaN, the result is the smallest number.
    /// - *Infinities and overflow.* [`Overflow`] describes the result. An infinity is not rounded.
    ///
    /// The function has no branch that depends on `bits`. If the layouts are constants, all values derived from the layouts are
    /// constants too, and a loop that calls the function vectorizes.
    #[inline(always)]
    pub const fn convert(self, from: Layout, to: Layout, bits: u64) -> (u64, Flags) {
        let (from, bits) = if round::can_jam(from, to, 32) {
            (from.truncated(32), round::shift_right_jam(bits, 32))
        } else {
            (from, bits)
        };
        match round::word_bits(from, to) {
            0..=32 => {
                let (code, flags) = round::word32::cast(self, from, to, bits as u32);
                (code as u64, flags)
            }
            33..=64 => round::word64::cast(self, from, to, bits),
            _ => {
                let (code, flags) = round::word128::cast(self, from, to, bits as u128);
                (code as u64, flags)
            }
        }
    }

    /// Converts like [`convert`](Self::convert), for layouts that are no constants. This function is compiled once, where
    /// `convert` is compiled in each caller.
    pub(crate) const fn convert_at_run_time(self, from: Layout, to: Layout, bits: u64) -> (u64, Flags) {
        self.convert(from, to, bits)
    }
}
