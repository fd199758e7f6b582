//! Turns codes of up to 8 bits into products in `f32`, in lanes.

use super::encode::expand;
use super::pack;
use super::plan::Plan;
use super::small_code::{Decode, Scales};
use crate::bulk::multipliers::{MULTIPLIERS as BLOCKS, Multipliers};
use crate::bulk::{self, Lookup, Multiversion};
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{Cast, Format, from_code};
use crate::slice;

/// The numbers between two passes. They stay in the nearest cache.
pub(super) const TILE: usize = 2048;
/// The smallest number of elements for which a table pays.
const MANY: usize = 1 << 12;

/// The parts of a scheme that the lanes need.
pub(super) struct Fast {
    element: Decode,
    bits: u32,
    scales: Scales,
    /// The lookup of elements as bfloat16.
    lookup: Option<Lookup>,
}

impl Fast {
    /// Prepares a scheme for `numbers` elements.
    pub(super) fn new(plan: &Plan, tensor_scale: f32, isa: Isa, numbers: usize) -> Option<Self> {
        if !bulk::control_bits_are_default() {
            return None;
        }
        let element = Decode::new(plan.element.layout)?;
        let lookup = if numbers < MANY {
            None
        } else {
            let mut table = Table {
                element,
                results: [[0; 2]; 256],
            };
            bulk::dispatch(isa, &mut table);
            Lookup::new(isa, table.results.as_flattened())
        };
        Some(Self {
            element,
            bits: plan.element.bits,
            scales: Scales::new(plan, tensor_scale),
            lookup,
        })
    }

    /// Dequantizes numbers in blocks of `size`, from the number of index `first` on. `first_scale` is the index of the scale of
    /// the first block. Returns whether the numbers were written. An element or a multiplier that is not finite prevents writing.
    pub(super) fn dequantize<D: Format>(
        &self,
        isa: Isa,
        scratch: &mut Scratch,
        (elements, first): (&[u8], usize),
        (scales, first_scale): (&[u8], usize),
        size: usize,
        dst: &mut [D],
    ) -> bool {
        let len = dst.len();
        let codes = if self.bits == 8 {
            &elements[first..first + len]
        } else {
            let mut task = Unpack {
                elements,
                bits: self.bits,
                first,
                codes: &mut scratch.codes[..len],
            };
            bulk::dispatch(isa, &mut task);
            &scratch.codes[..len]
        };
        let blocks = len.div_ceil(size);
        let Scratch {
            by, each, products, ..
        } = scratch;
        by.log2_size = if blocks == 1 {
            usize::BITS - 1
        } else {
            size.ilog2()
        };
        let mut check = Check {
            fast: self,
            codes,
            scales,
            first: first_scale,
            blocks,
            by,
            fails: false,
        };
        bulk::dispatch(isa, &mut check);
        if check.fails {
            return false;
        }
        // The lookup multiplies 16 numbers at once.
        let has_steps = blocks == 1 || size.is_power_of_two() && size >= 16;
        if let Some(lookup) = &self.lookup
            && has_steps
        {
            if const { is_direct::<D>() } {
                lookup.convert_scaled(codes, by, dst);
            } else {
                by.are_powers = false;
                let products = &mut products[..len];
                lookup.convert_scaled(codes, by, products);
                slice::cast_on(isa, products, dst, Cast::new());
            }
            return true;
        }
        let factors = Factors {
            decode: self.element,
            codes,
            size,
            multipliers: &by.factors[..blocks],
            each: &mut each[..len],
        };
        if const { is_direct::<D>() } {
            bulk::dispatch(isa, &mut Products { factors, dst });
        } else {
            let products = &mut products[..len];
            let mut task = Products {
                factors,
                dst: &mut *products,
            };
            bulk::dispatch(isa, &mut task);
            slice::cast_on(isa, products, dst, Cast::new());
        }
        true
    }
}

/// Returns whether the lanes write this format: `f32` or bfloat16, without other bits in their storage.
const fn is_direct<D: Format>() -> bool {
    let layout = D::LAYOUT;
    (layout.const_eq(Layout::BINARY32) || layout.const_eq(Layout::BFLOAT16))
        && layout.bits() as usize == 8 * size_of::<D>()
}

/// A table of all elements as bfloat16. Codes of less than a byte come one a byte.
struct Table {
    element: Decode,
    results: [[u8; 2]; 256],
}

impl Multiversion for Table {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        for (code, result) in self.results.iter_mut().enumerate() {
            let number = self.element.number(code as u8).to_bits();
            *result = ((number >> 16) as u16).to_le_bytes();
        }
    }
}

/// The memory of a tile between two passes.
#[repr(align(64))]
pub(super) struct Scratch {
    codes: [u8; TILE],
    by: Multipliers,
    each: [f32; TILE],
    products: [f32; TILE],
}

impl Scratch {
    pub(super) const fn new() -> Self {
        Self {
            codes: [0; TILE],
            by: Multipliers {
                factors: [0.0; BLOCKS],
                shifts: [0; BLOCKS],
                log2_size: 0,
                are_powers: false,
                are_normal: false,
            },
            each: [0.0; TILE],
            products: [0.0; TILE],
        }
    }
}

struct Unpack<'a> {
    elements: &'a [u8],
    bits: u32,
    first: usize,
    codes: &'a mut [u8],
}

impl Multiversion for Unpack<'_> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        pack::unpack(self.elements, self.bits, self.first, self.codes);
    }
}

/// Finds the multipliers of blocks, and finds whether all numbers are finite.
struct Check<'a> {
    fast: &'a Fast,
    codes: &'a [u8],
    scales: &'a [u8],
    first: usize,
    blocks: usize,
    by: &'a mut Multipliers,
    fails: bool,
}

impl Multiversion for Check<'_> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        let Fast {
            element, scales, ..
        } = self.fast;
        let multipliers = &mut self.by.factors[..self.blocks];
        scales.multipliers(self.scales, self.first, multipliers);
        let (mut fails, mut are_powers) = (false, self.by.log2_size >= 5);
        let mut are_normal = true;
        let (least, most) = element.exponents;
        for (multiplier, shift) in multipliers.iter().zip(&mut self.by.shifts) {
            let bits = multiplier.to_bits();
            let exponent = (bits >> 23) as i32 - 127;
            fails |= exponent > 127;
            are_normal &= exponent + least >= -126;
            are_powers &= bits << 9 == 0 && exponent + most <= 127;
            *shift = u32::from((exponent << 7) as u16) * 0x1_0001;
        }
        self.by.are_powers = are_powers && are_normal;
        self.by.are_normal = are_normal;
        self.fails = fails || element.has_special(self.codes);
    }
}

/// Elements, and the multipliers of their blocks.
struct Factors<'a> {
    decode: Decode,
    codes: &'a [u8],
    size: usize,
    multipliers: &'a [f32],
    /// The multiplier of each number.
    each: &'a mut [f32],
}

/// Elements times multipliers.
struct Products<'a, D> {
    factors: Factors<'a>,
    dst: &'a mut [D],
}

impl<D: Format> Multiversion for Products<'_, D> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        let Factors {
            decode,
            codes,
            size,
            multipliers,
            each,
        } = &mut self.factors;
        expand(multipliers, *size, each);
        for ((dst, &code), multiplier) in self.dst.iter_mut().zip(*codes).zip(&**each) {
            *dst = rounded(multiplier * decode.number(code));
        }
    }
}

/// Rounds a product to `f32` or bfloat16, ties to even. An infinity stays an infinity. No product is NaN.
#[inline(always)]
fn rounded<D: Format>(product: f32) -> D {
    let bits = product.to_bits();
    if const { D::LAYOUT.const_eq(Layout::BINARY32) } {
        from_code(bits as u64)
    } else {
        let rounded = bits + (0x7fff + (bits >> 16 & 1));
        from_code((rounded >> 16) as u64)
    }
}

/// Returns how many numbers are done at once, if blocks of `cols` columns follow one another.
pub(super) fn step(cols: usize) -> usize {
    if cols > TILE {
        TILE
    } else if cols >= TILE / 8 && !cols.is_power_of_two() {
        // The lookup takes one such block, or blocks of a power of two.
        cols
    } else {
        cols * (TILE / cols).min(BLOCKS)
    }
}
