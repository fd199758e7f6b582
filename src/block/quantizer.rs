//! [`Quantizer`]: the constants with which loops over lanes quantize. The loops make elements of up to 8 bits, and round ties to
//! even, saturating.
//!
//! Elements of a block are multiplied by the reciprocal of the scale. The product is exact if the scale is a power of two. For
//! other scales, elements are multiplied by two numbers, one certainly below the reciprocal and one above. If both products round
//! to one element, the exact quotient between them rounds to that element too. If the products round to two elements, the
//! quotient is so near a tie that `f64` must decide: by the rounded quotient, or by the sign of a remainder (see `Narrowing`).
//!
//! If numbers and scales have few bits, as bfloat16 and E4M3 have, many quotients are ties, and all other quotients are far from
//! ties. The product with the rounded reciprocal is then enough. Without its last bits, the product is a tie exactly if the
//! quotient is a tie.
//!
//! The `f64` quotient decides rightly. Take a tie as an integer t. With at most 4 fraction bits, t < 2<sup>6</sup>. The divisor
//! is a scale times a tensor scale. The divisor is an integer D < 2<sup>48</sup> times a power of two. A quotient that is not t
//! differs from t by at least 1/D, more than 2<sup>−48</sup>. Half a unit in the last place of an `f64` next to t is at most
//! 2<sup>−48</sup>. The quotient is therefore not rounded to t. The argument holds for scales too, which are rounded from `f64`
//! quotients: their ties have 12 bits, or 25 in `f32`, and the divisor, the largest element times a tensor scale, has 29.

use super::ScaleRule;
use super::encode::BlockFactor;
use super::lanes::{Narrow32, Narrow64};
use super::plan::{Plan, widened};
use crate::bulk;
use crate::bulk::factors::{Factors, Products};
use crate::format::Layout;
use crate::round::Cast;

/// The constants of a scheme and a tensor scale.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quantizer {
    pub(super) element: ElementEncoder,
    scales: ScaleEncoder,
    /// The factor of all numbers. A number is multiplied by it, and then divided by the scale of its block.
    factor: f64,
    divisor: f64,
    /// True if a quotient that is not a tie is far from every tie.
    short: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct ElementEncoder {
    pub(super) narrow: Narrow32,
    pub(super) narrow64: Narrow64,
    pub(super) max: u32,
    /// The shift from the sign of an `f32` to the sign of an element.
    pub(super) sign_shift: u32,
    /// The code with the bits of −0, which no element may have, if the format has no −0.
    pub(super) reserved: Option<u8>,
    /// The addend that turns the exponent of a product into the exponent of the number to add. The low byte of the sum is then
    /// the code.
    addend: u32,
}

impl ElementEncoder {
    #[inline]
    fn new(layout: Layout) -> Option<Self> {
        let narrow = Narrow32::new(layout)?;
        let fraction_bits = layout.fraction_bits();
        // The shifted exponents that `low_code` adds to the steps count from this number.
        let excess = (narrow.min_normal >> narrow.drop) + (narrow.drop << fraction_bits);
        Some(Self {
            narrow,
            narrow64: Narrow64::new(layout)?,
            max: layout.max_code() as u32,
            sign_shift: 32 - layout.bits(),
            reserved: (!layout.has_negative_zero()).then_some(layout.sign_mask() as u8),
            addend: (narrow.drop << 23) + (excess.wrapping_neg() & 0xff),
        })
    }

    /// Returns the bits of the number that rounds a product when it is added, with this sign. The bits are those that
    /// [`Narrow32::sum`] adds, plus an even number of steps. An even number leaves ties as they are.
    #[inline(always)]
    pub(super) fn magic(&self, product: f32, sign: u32) -> u32 {
        const EXPONENT: u32 = f32::INFINITY.to_bits();
        let exponent = (product.to_bits() & EXPONENT).max(self.narrow.min_normal);
        exponent.wrapping_add(self.addend) | sign
    }

    /// Returns the code of a sum in the low byte, if the number is not past the largest element.
    #[inline(always)]
    pub(super) fn low_code(&self, sum: u32, magic: u32) -> u32 {
        sum.wrapping_add(magic >> self.narrow.drop)
    }

    /// Returns the sign bit of an element.
    pub(super) fn sign(&self) -> u8 {
        ((1u32 << 31) >> self.sign_shift) as u8
    }

    /// Clears the sign of zeros, if the format has no −0.
    #[inline(always)]
    pub(super) fn clear_sign_of_zeros(&self, codes: &mut [u8]) {
        if let Some(reserved) = self.reserved {
            for code in codes {
                *code = if *code == reserved { 0 } else { *code };
            }
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum ScaleEncoder {
    /// E8M0. The exponent is the upper bits of the sum of amax and `addend`, plus `offset`.
    Power { addend: u32, offset: i32 },
    /// The rounded quotient of amax and `max`.
    Nearest {
        narrow: Narrow64,
        max: f64,
        /// The code of a scale, and its number.
        least: (u64, f64),
        largest: (u64, f64),
        one: u64,
    },
}

/// The factors of the elements of blocks, and the scales to write, one entry a block.
#[derive(Clone, Debug)]
pub(super) struct BlockFactors<const N: usize> {
    pub(super) below: [f32; N],
    pub(super) divisor: [f64; N],
    /// The codes of the scales.
    pub(super) scale: [u32; N],
    /// True if the block has no factor here, and needs exact arithmetic.
    pub(super) fails: [bool; N],
}

impl<const N: usize> BlockFactors<N> {
    #[inline]
    pub(super) const fn new() -> Self {
        Self {
            below: [0.0; N],
            divisor: [1.0; N],
            scale: [0; N],
            fails: [false; N],
        }
    }

    #[inline(always)]
    pub(super) fn of(&self, block: usize) -> BlockFactor {
        BlockFactor {
            below: self.below[block],
            divisor: self.divisor[block],
        }
    }
}

const INFINITY: u32 = f32::INFINITY.to_bits();
/// The number of bits that a number, or a tie times the divisor, may have. Within this limit, a quotient that is no tie is
/// farther from every tie than a product moves when it is snapped.
const SNAP_BITS: u32 = 23 - Factors::SNAP;
/// Larger products are left to exact arithmetic.
const LARGE: f32 = (1u128 << 100) as f32;

impl Quantizer {
    /// Returns the constants for numbers of `precision` significant bits, or `None` if the loops don't support the scheme.
    #[inline]
    pub(super) fn new(plan: &Plan, tensor_scale: f32, cast: Cast, precision: u32) -> Option<Self> {
        let (element, scale) = (plan.element.layout, plan.scale.layout);
        if cast != Cast::new().saturating() || element.bits() > 8 || !bulk::control_bits_are_default() {
            return None;
        }
        let max = widened(element, element.max_code());
        let (factor, divisor) = if plan.divides {
            (tensor_scale as f64, 1.0)
        } else {
            (1.0, tensor_scale as f64)
        };
        // The code below counts the bits of the significands of a number, and of a tie times the divisor. Two such numbers that
        // differ do so by at least 2^-n of their size, where n is the larger count.
        let tensor_bits = 24 - tensor_scale.to_bits().trailing_zeros().min(23);
        let ties = element.fraction_bits() + 2 + scale.precision();
        let (number_bits, tie_bits) = if plan.divides {
            (precision + tensor_bits, ties)
        } else {
            (precision, ties + tensor_bits)
        };
        let scales = if scale.const_eq(Layout::E8M0FNU) {
            if (factor, divisor) != (1.0, 1.0) || element.max_exponent() < 1 {
                return None;
            }
            ScaleEncoder::power(plan.rule, element, max)
        } else {
            let narrow = Narrow64::new(scale)?;
            let ties_are_short = scale.fraction_bits() <= 10 || scale.const_eq(Layout::BINARY32);
            if element.fraction_bits() > 4 || !ties_are_short {
                return None;
            }
            let least = if scale.const_eq(Layout::BINARY32) {
                scale.min_normal_code()
            } else {
                scale.min_positive_code()
            };
            let with_value = |code| (code, widened(scale, code) as f64);
            ScaleEncoder::Nearest {
                narrow,
                max: max as f64 * divisor,
                least: with_value(least),
                largest: with_value(scale.max_code()),
                one: scale.power_of_two_code(0),
            }
        };
        Some(Self {
            element: ElementEncoder::new(element)?,
            short: number_bits.max(tie_bits) <= SNAP_BITS,
            scales,
            factor,
            divisor,
        })
    }

    pub(super) fn products(&self) -> Products {
        match self.scales {
            ScaleEncoder::Power { .. } => Products::Exact,
            ScaleEncoder::Nearest { .. } if self.short => Products::Snapped,
            ScaleEncoder::Nearest { .. } => Products::Between,
        }
    }

    /// Returns the factor of all numbers. A number is multiplied by it before the division.
    pub(super) fn factor(&self) -> f64 {
        self.factor
    }

    /// Returns the factors of blocks of `size` numbers.
    pub(super) fn factors<'a, const N: usize>(&self, size: usize, blocks: &'a BlockFactors<N>) -> Factors<'a> {
        Factors {
            products: self.products(),
            size,
            below: &blocks.below,
            divisor: &blocks.divisor,
            factor: self.factor,
        }
    }

    /// Finds the factors of blocks with these largest magnitudes, given as bits. There are at most N blocks.
    #[inline(always)]
    pub(super) fn find_factors<const N: usize>(&self, amax: &[u32], to: &mut BlockFactors<N>) {
        let each = amax.iter().zip(&mut to.scale).zip(&mut to.below);
        let each = each.zip(&mut to.fails).zip(&mut to.divisor);
        match self.scales {
            ScaleEncoder::Power { addend, offset } => {
                for ((((&amax, scale), below), fails), _) in each {
                    let code = (((amax + addend) >> 23) as i32 + offset).max(0);
                    // 2^-127, the reciprocal of the scale with code 254, is not a normal number.
                    *fails = code >= 254 || amax >= INFINITY;
                    *scale = code as u32;
                    *below = f32::from_bits(((254 - code.min(254)) as u32) << 23);
                }
            }
            ScaleEncoder::Nearest {
                narrow,
                max,
                least,
                largest,
                one,
            } => {
                let shrink = if self.short { 1.0 } else { 1.0 - Factors::MARGIN };
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
                    // The negation catches a NaN too.
                    *fails = !(*below >= f32::MIN_POSITIVE && amax * *below < LARGE);
                }
            }
        }
    }

    /// Returns whether an element of this magnitude, given as bits, may be past the largest element. If the largest magnitude of
    /// a block is not past the largest element, no other magnitude is.
    #[inline(always)]
    pub(super) fn may_saturate(&self, amax: u32, below: f32) -> bool {
        let product = f32::from_bits(amax) * below * Factors::TO_ABOVE;
        let sum = self.element.narrow.sum(product);
        self.element.narrow.code(sum) > self.element.max
    }
}

impl ScaleEncoder {
    /// Returns the encoder of a rule of powers of two. In every rule, the exponent steps where the fraction of amax passes a
    /// point. From that point on, `addend` makes the fraction carry into the exponent.
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
                // The step is at 1.5 · M, which is exact.
                let step = 1.5 * max;
                offset += (max.to_bits() >> 23) as i32 - (step.to_bits() >> 23) as i32;
                ONE - fraction(step)
            }
        };
        Self::Power { addend, offset }
    }
}
