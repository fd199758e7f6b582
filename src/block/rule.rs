//! [`ScaleRule`]: which scale a block has.

use core::fmt;

use super::quotient::Factor;
use crate::format::Layout;
use crate::round::{Cast, Flags};

/// How the scale of a block follows from the largest magnitude *a* among its finite elements and the largest finite element *M* (448
/// for E4M3).
///
/// Below, *E*(x) is ⌊log<sub>2</sub> x⌋. Where the tensor has a scale, *a* is divided by it first. All is computed exactly.
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
    /// The least power of two with which no element overflows: the least 2<sup>e</sup> with a ≤ M · 2<sup>e</sup>. The default of
    /// scales in E8M0.
    Up,
    /// a / M, rounded once to the scale's format, ties to even; at least its smallest positive number, or for `f32` its smallest
    /// normal one. The default of all other scales.
    Nearest,
    /// 2<sup>E(a) − E(M)</sup>: OCP Microscaling Formats 1.0, 6.3. The largest elements may saturate.
    Floor,
    /// 2<sup>⌈log<sub>2</sub> a⌉ − E(M)</sup>.
    Ceil,
    /// 2<sup>E(b) − E(M)</sup>, where b is a rounded to as many fraction bits as an element has, ties up.
    Even,
}

impl ScaleRule {
    /// All rules.
    pub const ALL: [Self; 5] = [Self::Up, Self::Nearest, Self::Floor, Self::Ceil, Self::Even];

    /// The rule that a scale of this format has if nothing else is said.
    pub(super) const fn default_of(scale: Layout) -> Self {
        if is_power_of_two(scale) {
            Self::Up
        } else {
            Self::Nearest
        }
    }

    /// The name, in lower case.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Nearest => "nearest",
            Self::Floor => "floor",
            Self::Ceil => "ceil",
            Self::Even => "even",
        }
    }

    /// Whether a scale of this format can follow the rule: all but [`Nearest`](Self::Nearest) need E8M0, or another format of powers
    /// of two alone.
    pub(super) const fn serves(self, scale: Layout) -> bool {
        matches!(self, Self::Nearest) || is_power_of_two(scale)
    }

    /// The code of the scale of a block.
    ///
    /// `amax` is the largest magnitude among its finite elements; its sign is ignored. Zero gives code 0 of a format of powers of two,
    /// and 1.0 of any other. Infinity, for a block that has no number but infinities and zeros, gives the largest finite scale. NaN
    /// gives NaN and raises INVALID.
    ///
    /// The scale is at least the smallest positive and at most the largest number of its format: UNDERFLOW or OVERFLOW is raised where
    /// this changes it, and INEXACT with them. [`Nearest`](Self::Nearest) raises what rounding raises.
    ///
    /// A rule that the scale's format can't follow, a tensor scale that is not positive and finite, and elements of more than 40
    /// significant bits raise INVALID: the code is then NaN's, or that of the largest number where there is no NaN.
    pub const fn scale(
        self,
        amax: f32,
        tensor_scale: f32,
        element: Layout,
        scale: Layout,
    ) -> (u64, Flags) {
        if !is_positive(tensor_scale) || element.precision() > 40 {
            return scale.invalid();
        }
        let divisor = Factor::of_f32(tensor_scale);
        self.scale_of(amax, Factor::ONE, divisor, element, scale)
    }

    /// The same for a block whose elements are multiplied by `factor` and divided by `divisor`.
    pub(super) const fn scale_of(
        self,
        amax: f32,
        factor: Factor,
        divisor: Factor,
        element: Layout,
        scale: Layout,
    ) -> (u64, Flags) {
        // By bits: comparisons of floats obey the modes of the thread.
        const INFINITY: u32 = f32::INFINITY.to_bits() << 1;
        let magnitude = amax.to_bits() << 1;
        if !self.serves(scale) || magnitude > INFINITY {
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
                Cast::new().convert(Layout::BINARY32, scale, one)
            };
        }
        let amax = Factor::of_f32(amax).times(factor);
        let max = Factor::new(element, element.max_code());
        let scaled = amax.over(divisor, false);
        let exponent = match self {
            Self::Nearest => return nearest(amax, divisor, max, scale),
            Self::Up => {
                let least = amax.over(max.times(divisor), false);
                least.exponent + (least.significand << 1 != 0) as i32
            }
            Self::Floor => scaled.exponent - element.max_exponent(),
            Self::Ceil => {
                scaled.exponent + (scaled.significand << 1 != 0) as i32 - element.max_exponent()
            }
            Self::Even => {
                // The carry out of the significand, its topmost bit and the element's fraction.
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

const fn nearest(amax: Factor, divisor: Factor, max: Factor, scale: Layout) -> (u64, Flags) {
    let quotient = amax.over(max.times(divisor), false);
    let (code, flags) = scale.round(Cast::new().saturating(), quotient);
    // Every reader of f32 scales multiplies by them in f32, many with subnormals taken for zero.
    let least = if scale.same(Layout::BINARY32) {
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

/// Whether every number of a format is a power of two, as E8M0's are.
const fn is_power_of_two(layout: Layout) -> bool {
    layout.fraction_bits() == 0 && !layout.has_zero()
}

/// Whether a number can be a tensor's scale.
pub(super) const fn is_positive(x: f32) -> bool {
    0 < x.to_bits() && x.to_bits() < f32::INFINITY.to_bits()
}

/// `up`, `nearest`, `floor`, `ceil`, or `even`.
impl fmt::Display for ScaleRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
