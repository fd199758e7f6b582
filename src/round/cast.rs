//! [`Cast`]: from any format to any other, with one rounding.

use crate::format::Layout;
use crate::round;
use crate::round::{Flags, Overflow, Rounding};

/// How to convert: a [`Rounding`] and an [`Overflow`].
///
/// ```
/// use ulp::{Cast, F8E4M3Fn, F16, Flags, Format, Layout, Rounding};
///
/// // Numbers: F16 to F8E4M3Fn, toward zero.
/// let x = F16::from_f32(0.3);
/// let (y, flags) = x.cast_with::<F8E4M3Fn>(Cast::new().rounding(Rounding::TowardZero));
/// assert_eq!((y.to_f32(), flags), (0.28125, Flags::INEXACT));
///
/// // Codes: any layout to any other, in constants too.
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
    /// Ties to even and IEEE overflow: what a conversion does if nothing else is said.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            rounding: Rounding::TiesToEven,
            overflow: Overflow::Ieee,
        }
    }

    /// The same with this rounding.
    #[must_use]
    pub const fn rounding(self, rounding: Rounding) -> Self {
        Self { rounding, ..self }
    }

    /// The same with this treatment of overflow.
    #[must_use]
    pub const fn overflow(self, overflow: Overflow) -> Self {
        Self { overflow, ..self }
    }

    /// The same with [`Overflow::Saturate`].
    #[must_use]
    pub const fn saturating(self) -> Self {
        self.overflow(Overflow::Saturate)
    }

    /// Whether this is the rounding. A comparison rather than a `match`, which would keep a loop from vectorizing where the
    /// rounding is known only at run time.
    #[inline(always)]
    pub(crate) const fn rounds(self, rounding: Rounding) -> bool {
        self.rounding as u8 == rounding as u8
    }

    #[inline(always)]
    pub(crate) const fn rounds_to_nearest(self) -> bool {
        self.rounds(Rounding::TiesToEven) || self.rounds(Rounding::TiesToAway)
    }

    /// Whether an infinity stays one, where there is one.
    #[inline(always)]
    pub(crate) const fn keeps_infinity(self) -> bool {
        matches!(self.overflow, Overflow::Ieee | Overflow::SaturateFinite)
    }

    /// Whether what overflows may become an infinity, as infinities stay ones.
    #[inline(always)]
    pub(crate) const fn has_ieee_overflow(self) -> bool {
        matches!(self.overflow, Overflow::Ieee)
    }

    /// Whether finite and infinite numbers overflow alike: instructions and tables are made for these casts.
    #[inline(always)]
    pub(crate) const fn overflows_alike(self) -> bool {
        !matches!(self.overflow, Overflow::SaturateFinite)
    }

    /// Whether what lies past the largest finite number becomes the infinity, where there is one.
    #[inline(always)]
    pub(crate) const fn rounds_to_infinity(self) -> bool {
        self.has_ieee_overflow() && self.rounds_to_nearest()
    }

    /// Converts a code of `from` to the code of `to` that has its value, or, where there is none, rounds once.
    ///
    /// Bits of `bits` above the width of `from` are ignored; those of the result above the width of `to` are 0.
    ///
    /// - *NaN.* Between two formats with payloads (IEEE's), a NaN keeps its sign and its top payload bits and is made quiet
    ///   (IEEE 754-2019, 6.2.3), as the conversion instructions of CPUs do. Otherwise it becomes the canonical NaN with its
    ///   sign; FNUZ's has none. A format without NaN gives its largest number and raises INVALID, as CUDA does. A signaling
    ///   NaN raises INVALID.
    /// - *Zero.* −0 becomes +0 where there is no −0, and so does what rounds to it. A format without zero gives its smallest
    ///   number, for all that is smaller too.
    /// - *Sign.* A format without sign gives NaN (the smallest number, if it has no NaN) for what is negative and not zero,
    ///   and raises INVALID.
    /// - *Infinities and overflow.* As [`Overflow`] says; an infinity is not rounded.
    ///
    /// The function has no branch that depends on `bits`. Where the layouts are constants, so is everything derived from
    /// them, and a loop over it vectorizes.
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
}
