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
use super::encode::{BETWEEN, By, EXACT, MARGIN, SNAP_BITS, SNAPPED, TO_ABOVE};
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
    /// Whether quotients that are no ties are far from them.
    short: bool,
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
    /// What makes an exponent that of the number to be added, and the low byte of a sum the code.
    addend: u32,
}

impl Element {
    fn new(layout: Layout) -> Option<Self> {
        let narrow = Narrow32::new(layout)?;
        let fraction_bits = layout.fraction_bits();
        // The shifted exponents that `low_code` adds to the steps count from here.
        let excess = (narrow.min_normal >> narrow.drop) + (narrow.drop << fraction_bits);
        Some(Self {
            narrow,
            narrow64: Narrow64::new(layout)?,
            max: layout.max_code() as u32,
            sign_shift: 32 - layout.bits(),
            refused: (!layout.has_negative_zero()).then_some(layout.sign_mask() as u8),
            addend: (narrow.drop << 23) + (excess.wrapping_neg() & 0xff),
        })
    }

    /// The bits of the number that a product is rounded by adding, with this sign. They are those that [`Narrow32::sum`] adds, and an
    /// even number of steps, which leaves ties as they are.
    #[inline(always)]
    pub(super) fn magic(&self, product: f32, sign: u32) -> u32 {
        const EXPONENT: u32 = f32::INFINITY.to_bits();
        let exponent = (product.to_bits() & EXPONENT).max(self.narrow.min_normal);
        exponent.wrapping_add(self.addend) | sign
    }

    /// The code of a sum in its low byte, if the number is not past the largest.
    #[inline(always)]
    pub(super) fn low_code(&self, sum: u32, magic: u32) -> u32 {
        sum.wrapping_add(magic >> self.narrow.drop)
    }

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
            divisor: [1.0; N],
            scale: [0; N],
            fails: [false; N],
        }
    }

    #[inline(always)]
    pub(super) fn by(&self, block: usize) -> By {
        By {
            below: self.below[block],
            divisor: self.divisor[block],
        }
    }
}

const INFINITY: u32 = f32::INFINITY.to_bits();
/// Products past this are left to exact arithmetic.
const LARGE: f32 = (1u128 << 100) as f32;

impl Fast {
    pub(super) fn new(plan: &Plan, tensor_scale: f32, cast: Cast) -> Option<Self> {
        let (element, scale) = (plan.element.layout, plan.scale.layout);
        if cast != Cast::new().saturating()
            || element.bits() > 8
            || !bulk::control_bits_are_default()
        {
            return None;
        }
        let max = widened(element, element.max_code());
        let tensor_scale = tensor_scale as f64;
        let (factor, divisor) = if plan.divides {
            (tensor_scale, 1.0)
        } else {
            (1.0, tensor_scale)
        };
        // A tie, the scale and the tensor's scale as integers have so many bits.
        let ties = element.fraction_bits() + 2;
        let tensor_bits = 24 - (divisor as f32).to_bits().trailing_zeros().min(23);
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
            element: Element::new(element)?,
            short: ties + scale.precision() + tensor_bits <= SNAP_BITS,
            scales,
            factor,
            divisor,
        })
    }

    /// How elements are multiplied.
    pub(super) fn how(&self) -> u8 {
        match self.scales {
            Scales::Power { .. } => EXACT,
            Scales::Nearest { .. } if self.short => SNAPPED,
            Scales::Nearest { .. } => BETWEEN,
        }
    }

    /// What numbers are multiplied by in `f64`, before they are divided.
    pub(super) fn factor(&self) -> f64 {
        self.factor
    }

    /// What the blocks of these largest magnitudes have, given as bits: at most N.
    #[inline(always)]
    pub(super) fn multipliers<const N: usize>(&self, amax: &[u32], to: &mut Multipliers<N>) {
        let each = amax.iter().zip(&mut to.scale).zip(&mut to.below);
        let each = each.zip(&mut to.fails).zip(&mut to.divisor);
        match self.scales {
            Scales::Power { addend, offset } => {
                for ((((&amax, scale), below), fails), _) in each {
                    let code = (((amax + addend) >> 23) as i32 + offset).max(0);
                    // 2^-127, the reciprocal of what code 254 stands for, is no normal number.
                    *fails = code >= 254 || amax >= INFINITY;
                    *scale = code as u32;
                    *below = f32::from_bits(((254 - code.min(254)) as u32) << 23);
                }
            }
            Scales::Nearest {
                narrow,
                max,
                least,
                largest,
                one,
            } => {
                let shrink = if self.short { 1.0 } else { 1.0 - MARGIN };
                for ((((&amax, scale), below), fails), divisor) in each {
                    let amax = f32::from_bits(amax);
                    let sum = narrow.sum((amax as f64 * self.factor) / max);
                    let found = (narrow.code(sum), narrow.value(sum));
                    let found = if found.0 < least.0 { least } else { found };
                    let found = if found.0 > largest.0 { largest } else { found };
                    let (code, value) = if amax == 0.0 { (one, 1.0) } else { found };
                    *divisor = value * self.divisor;
                    *below = (self.factor / *divisor * shrink) as f32;
                    *scale = code as u32;
                    // A NaN fails too.
                    *fails = !(*below >= f32::MIN_POSITIVE && amax * *below < LARGE);
                }
            }
        }
    }

    /// Whether an element of this magnitude, given as bits, may be past the largest one. If the largest magnitude of a block isn't, no
    /// other is.
    #[inline(always)]
    pub(super) fn may_saturate(&self, amax: u32, below: f32) -> bool {
        let product = f32::from_bits(amax) * below * TO_ABOVE;
        let sum = self.element.narrow.sum(product);
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
