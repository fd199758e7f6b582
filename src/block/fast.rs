//! [`Fast`]: what the lanes need of a scheme, for schemes that they serve: elements of 8 bits and fewer, ties to even, saturating.
//!
//! Elements of a block are multiplied by the reciprocal of its scale. That is exact where the scale is a power of two. Elsewhere they
//! are multiplied by two numbers, one certainly below the reciprocal and one above: where both products round to one element, so does
//! the exact quotient between them; where they don't, the quotient is so near a tie that it is computed in `f64`.
//!
//! The `f64` quotient decides rightly. Take a tie as an integer t: with at most 4 fraction bits, t < 2<sup>6</sup>. The divisor, a scale
//! times a tensor's scale, is an integer D < 2<sup>48</sup> times a power of two. A quotient that is not t differs from t by at least
//! 1/D, more than 2<sup>−48</sup>, and half a unit in the last place of an `f64` next to t is 2<sup>−48</sup> at most: the quotient is
//! not rounded to t. Scales are rounded from `f64` quotients for the same reason: their ties have 12 bits, or 25 in `f32`, and the
//! divisor, the largest element times a tensor's scale, 29.

use super::ScaleRule;
use super::encode::By;
use super::lanes::{Narrow32, Narrow64};
use super::plan::{Plan, widened};
use crate::bulk;
use crate::format::Layout;
use crate::round::Cast;

/// A scheme with its tensor scale.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fast {
    pub(super) element: Element,
    scales: Scales,
    /// What numbers are multiplied by, then divided by beside the scale of their block.
    factor: f64,
    divisor: f64,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Element {
    pub(super) narrow: Narrow32,
    pub(super) narrow64: Narrow64,
    pub(super) max: u32,
    /// From the sign of an `f32` down to that of an element.
    pub(super) sign_shift: u32,
    /// The code of −0, if it is not one.
    pub(super) refused: Option<u8>,
}

impl Element {
    /// The sign of an element.
    pub(super) fn sign(&self) -> u8 {
        ((1u32 << 31) >> self.sign_shift) as u8
    }

    /// Takes the sign from zeros, if there is no −0.
    #[inline(always)]
    pub(super) fn correct(&self, codes: &mut [u8]) {
        if let Some(refused) = self.refused {
            for code in codes {
                *code = if *code == refused { 0 } else { *code };
            }
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Scales {
    /// E8M0, whose exponent follows from the upper bits of amax and something.
    Power { addend: u32, offset: i32 },
    /// The quotient of amax and `max`, rounded.
    Nearest {
        narrow: Narrow64,
        max: f64,
        /// Codes and their numbers.
        least: (u64, f64),
        largest: (u64, f64),
        one: u64,
    },
}

/// What the elements of blocks are multiplied by, and the scales that are written, block by block.
#[derive(Clone, Debug)]
pub(super) struct Multipliers<const N: usize> {
    pub(super) below: [f32; N],
    pub(super) above: [f32; N],
    pub(super) divisor: [f64; N],
    /// The codes of the scales.
    pub(super) scale: [u32; N],
    /// Whether these are none: the block needs exact arithmetic.
    pub(super) fails: [bool; N],
}

impl<const N: usize> Multipliers<N> {
    pub(super) const fn new() -> Self {
        Self {
            below: [0.0; N],
            above: [0.0; N],
            divisor: [1.0; N],
            scale: [0; N],
            fails: [false; N],
        }
    }

    #[inline(always)]
    pub(super) fn by(&self, block: usize) -> By {
        By {
            below: self.below[block],
            above: self.above[block],
            divisor: self.divisor[block],
        }
    }
}

const INFINITY: u32 = f32::INFINITY.to_bits();
/// Products past this are left to exact arithmetic.
const LARGE: f32 = (1u128 << 100) as f32;

/// Farther from a reciprocal than two roundings to `f32` can lead, relative to it.
const MARGIN: f64 = 1.0 / (1 << 22) as f64;

impl Fast {
    pub(super) fn new(plan: &Plan, tensor_scale: f32, cast: Cast) -> Option<Self> {
        let (element, scale) = (plan.element.layout, plan.scale.layout);
        if cast != Cast::new().saturating() || element.bits() > 8 || !bulk::has_default_modes() {
            return None;
        }
        let max = widened(element, element.max_code());
        let tensor_scale = tensor_scale as f64;
        let (factor, divisor) = if plan.divides {
            (tensor_scale, 1.0)
        } else {
            (1.0, tensor_scale)
        };
        let scales = if scale.same(Layout::E8M0FNU) {
            if (factor, divisor) != (1.0, 1.0) || element.max_exponent() < 1 {
                return None;
            }
            Scales::power(plan.rule, element, max)
        } else {
            let narrow = Narrow64::new(scale)?;
            let ties_are_short = scale.fraction_bits() <= 10 || scale.same(Layout::BINARY32);
            if element.fraction_bits() > 4 || !ties_are_short {
                return None;
            }
            let least = if scale.same(Layout::BINARY32) {
                scale.min_normal_code()
            } else {
                scale.min_positive_code()
            };
            let with_value = |code| (code, widened(scale, code) as f64);
            Scales::Nearest {
                narrow,
                max: max as f64 * divisor,
                least: with_value(least),
                largest: with_value(scale.max_code()),
                one: scale.power_of_two_code(0),
            }
        };
        Some(Self {
            element: Element {
                narrow: Narrow32::new(element)?,
                narrow64: Narrow64::new(element)?,
                max: element.max_code() as u32,
                sign_shift: 32 - element.bits(),
                refused: (!element.has_negative_zero()).then_some(element.sign_mask() as u8),
            },
            scales,
            factor,
            divisor,
        })
    }

    /// Whether elements are multiplied by the exact reciprocal.
    pub(super) fn is_exact(&self) -> bool {
        matches!(self.scales, Scales::Power { .. })
    }

    /// What numbers are multiplied by in `f64`, before they are divided.
    pub(super) fn factor(&self) -> f64 {
        self.factor
    }

    /// What the blocks of these largest magnitudes have, given as bits. The arrays may be longer than there are blocks.
    #[inline(always)]
    pub(super) fn multipliers<const N: usize>(&self, amax: &[u32; N], to: &mut Multipliers<N>) {
        match self.scales {
            Scales::Power { addend, offset } => {
                for (block, &amax) in amax.iter().enumerate() {
                    let code = (((amax + addend) >> 23) as i32 + offset).max(0);
                    // 2^-127, the reciprocal of what code 254 stands for, is no normal number.
                    to.fails[block] = code >= 254 || amax >= INFINITY;
                    to.scale[block] = code as u32;
                    let reciprocal = f32::from_bits(((254 - code.min(254)) as u32) << 23);
                    to.below[block] = reciprocal;
                    to.above[block] = reciprocal;
                }
            }
            Scales::Nearest {
                narrow,
                max,
                least,
                largest,
                one,
            } => {
                for (block, &amax) in amax.iter().enumerate() {
                    let amax = f32::from_bits(amax);
                    let sum = narrow.sum((amax as f64 * self.factor) / max);
                    let found = (narrow.code(sum), narrow.value(sum));
                    let found = if found.0 < least.0 { least } else { found };
                    let found = if found.0 > largest.0 { largest } else { found };
                    let (code, value) = if amax == 0.0 { (one, 1.0) } else { found };
                    let divisor = value * self.divisor;
                    let reciprocal = self.factor / divisor;
                    let below = (reciprocal * (1.0 - MARGIN)) as f32;
                    let above = (reciprocal * (1.0 + MARGIN)) as f32;
                    // A NaN fails too.
                    to.fails[block] = !(below >= f32::MIN_POSITIVE && amax * above < LARGE);
                    to.scale[block] = code as u32;
                    to.below[block] = below;
                    to.above[block] = above;
                    to.divisor[block] = divisor;
                }
            }
        }
    }

    /// Whether an element of this magnitude, given as bits, may be past the largest one. If the largest magnitude of a block isn't, no
    /// other is.
    #[inline(always)]
    pub(super) fn may_saturate(&self, amax: u32, above: f32) -> bool {
        let sum = self.element.narrow.sum(f32::from_bits(amax) * above);
        self.element.narrow.code(sum) > self.element.max
    }
}

impl Scales {
    /// Every rule steps where the fraction of amax passes some point: there `addend` has it carry into the exponent.
    fn power(rule: ScaleRule, element: Layout, max: f32) -> Self {
        const ONE: u32 = 1 << 23;
        let fraction = |x: f32| x.to_bits() & (ONE - 1);
        let mut offset = -element.max_exponent();
        let addend = match rule {
            ScaleRule::Up => ONE - 1 - fraction(max),
            ScaleRule::Floor => 0,
            ScaleRule::Ceil => ONE - 1,
            ScaleRule::Even => 1 << (22 - element.fraction_bits()),
            ScaleRule::Nearest => {
                // Up from 1.5 · M on, which is exact.
                let step = 1.5 * max;
                offset += (max.to_bits() >> 23) as i32 - (step.to_bits() >> 23) as i32;
                ONE - fraction(step)
            }
        };
        Self::Power { addend, offset }
    }
}
