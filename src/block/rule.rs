//! [`ScaleRule`]: the rule that gives a block its scale.

use core::fmt;

use super::quotient::Factor;
use crate::format::Layout;
use crate::round::{Cast, Flags};

/// The rule that gives a block its scale. *a* is the largest magnitude among the finite elements of the block. *M* is the largest
/// finite element of the format (448 for E4M3).
///
/// *E*(x) is ⌊log<sub>2</sub> x⌋. If the tensor has a scale, *a* is divided by the tensor scale first. The quotient is exact.
///
/// ```
/// use ulp::block::ScaleRule;
/// use ulp::{Flags, Layout};
///
/// let e8m0 = |rule: ScaleRule| rule.scale(449.0, 1.0, Layout::E4M3FN, Layout::E8M0FNU).0;
/// assert_eq!(e8m0(ScaleRule::Up), 128); // 2: 449 fits
/// assert_eq!(e8m0(ScaleRule::Floor), 127); // 1: 449 becomes 448
///
/// const SCALE: (u64, Flags) = ScaleRule::Nearest.scale(449.0, 1.0, Layout::E4M3FN, Layout::BFLOAT16);
/// assert_eq!(SCALE, (0x3f80, Flags::INEXACT));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ScaleRule {
    /// The least power of two with which no element overflows: the least 2<sup>e</sup> with a ≤ M · 2<sup>e</sup>. Scales in E8M0
    /// have this rule by default.
    Up,
    /// a / M, rounded once to the format of the scale, ties to even. The scale is at least the smallest positive number of the
    /// format. An `f32` scale is at least the smallest normal `f32`. Scales in other formats than E8M0 have this rule by default.
    Nearest,
    /// 2<sup>E(a) − E(M)</sup>, as in OCP Microscaling Formats 1.0, 6.3. The largest elements may saturate.
    Floor,
    /// 2<sup>⌈log<sub>2</sub> a⌉ − E(M)</sup>.
    Ceil,
    /// 2<sup>E(b) − E(M)</sup>, where b is a rounded to as many fraction bits as an element has, ties up.
    Even,
}

impl ScaleRule {
    /// All rules.
    pub const ALL: [Self; 5] = [Self::Up, Self::Nearest, Self::Floor, Self::Ceil, Self::Even];

    /// Returns the default rule of scales in this format.
    pub(super) const fn default_of(scale: Layout) -> Self {
        if is_power_of_two(scale) { Self::Up } else { Self::Nearest }
    }

    /// Returns the name, in lower case.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Nearest => "nearest",
            Self::Floor => "floor",
            Self::Ceil => "ceil",
            Self::Even => "even",
        }
    }

    /// Returns whether scales of this format can follow the rule. All rules but [`Nearest`](Self::Nearest) need E8M0, or another
    /// format whose numbers are all powers of two.
    pub(super) const fn supports(self, scale: Layout) -> bool {
        matches!(self, Self::Nearest) || is_power_of_two(scale)
    }

    /// Returns the code of the scale of a block.
    ///
    /// `amax` is the largest magnitude among the finite elements of the block. The sign of `amax` is ignored. If `amax` is 0, the
    /// code is 0 in a format of powers of two, and the code of 1.0 in any other format. Infinity stands for a block of infinities
    /// and zeros, and gives the largest finite scale. NaN gives NaN and raises INVALID.
    ///
    /// The scale is at least the smallest positive number of its format, and at most the largest number. If this limit changes
    /// the scale, UNDERFLOW or OVERFLOW is raised together with INEXACT. [`Nearest`](Self::Nearest) raises the exceptions of its
    /// rounding.
    ///
    /// Three arguments raise INVALID: a rule that the format of the scale can't follow, a tensor scale that is not positive and
    /// finite, and an element format of more than 40 significant bits. The code is then NaN, or the largest number if the format
    /// has no NaN.
    #[inline]
    pub const fn scale(self, amax: f32, tensor_scale: f32, element: Layout, scale: Layout) -> (u64, Flags) {
        if !is_positive(tensor_scale) || element.precision() > 40 {
            return scale.invalid();
        }
        let divisor = Factor::of_f32(tensor_scale);
        self.scale_of(amax, Factor::ONE, divisor, element, scale)
    }

    /// Returns the scale of a block whose elements are multiplied by `factor` and divided by `divisor`.
    #[inline]
    pub(super) const fn scale_of(self, amax: f32, factor: Factor, divisor: Factor, element: Layout, scale: Layout) -> (u64, Flags) {
        // The comparison is one of bits, because comparisons of floats depend on the modes of the thread.
        const INFINITY: u32 = f32::INFINITY.to_bits() << 1;
        let magnitude = amax.to_bits() << 1;
        if !self.supports(scale) || magnitude > INFINITY {
            return scale.invalid();
        }
        if magnitude == INFINITY {
            return (scale.max_code(), Flags::OVERFLOW.union(Flags::INEXACT));
        }
        if magnitude == 0 {
            let one = Layout::BINARY32.power_of_two_code(0);
            return if is_power_of_two(scale) {
                (0, Flags::NONE)
            } else {
                Cast::new().convert_at_run_time(Layout::BINARY32, scale, one)
            };
        }
        let amax = Factor::of_f32(amax).times(factor);
        let max = Factor::new(element, element.max_code());
        let scaled = amax.divide_by(divisor, false);
        let exponent = match self {
            Self::Nearest => return nearest_scale(amax, divisor, max, scale),
            Self::Up => {
                let least = amax.divide_by(max.times(divisor), false);
                least.exponent + (least.significand << 1 != 0) as i32
            }
            Self::Floor => scaled.exponent - element.max_exponent(),
            Self::Ceil => scaled.exponent + (scaled.significand << 1 != 0) as i32 - element.max_exponent(),
            Self::Even => {
                // `half` carries out of the significand, past its topmost bit and the fraction of the element.
                let half = 1 << (62 - element.fraction_bits());
                let carry = scaled.significand.checked_add(half).is_none();
                scaled.exponent + carry as i32 - element.max_exponent()
            }
        };
        let flags = if exponent > scale.max_exponent() {
            Flags::OVERFLOW.union(Flags::INEXACT)
        } else if exponent < scale.min_exponent() {
            Flags::UNDERFLOW.union(Flags::INEXACT)
        } else {
            Flags::NONE
        };
        (scale.power_of_two_code(exponent), flags)
    }
}

#[inline]
const fn nearest_scale(amax: Factor, divisor: Factor, max: Factor, scale: Layout) -> (u64, Flags) {
    let quotient = amax.divide_by(max.times(divisor), false);
    let (code, flags) = scale.round(Cast::new().saturating(), quotient);
    // Every reader of `f32` scales multiplies by the scales in `f32`. Many readers take subnormal scales for zero.
    let least = if scale.const_eq(Layout::BINARY32) {
        scale.min_normal_code()
    } else {
        scale.min_positive_code()
    };
    if code < least {
        (least, Flags::UNDERFLOW.union(Flags::INEXACT))
    } else {
        (code, flags)
    }
}

/// Returns whether every number of a format is a power of two, as in E8M0.
const fn is_power_of_two(layout: Layout) -> bool {
    layout.fraction_bits() == 0 && !layout.has_zero()
}

/// Returns whether a number can be a tensor scale.
pub(super) const fn is_positive(x: f32) -> bool {
    0 < x.to_bits() && x.to_bits() < f32::INFINITY.to_bits()
}

/// Prints `up`, `nearest`, `floor`, `ceil`, or `even`.
impl fmt::Display for ScaleRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
