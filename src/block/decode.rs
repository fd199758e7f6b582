//! Turns codes of up to 8 bits into products in `f32`, in lanes.

use super::encode::expand;
use super::pack;
use super::plan::Plan;
use super::small_code::{Decode, Scales};
use crate::bulk::{self, Lookup, Multiversion};
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{Cast, Format, from_code};
use crate::slice;

/// The numbers between two passes. They stay in the nearest cache.
pub(super) const TILE: usize = 2048;
/// The largest number of blocks in a tile.
const BLOCKS: usize = 128;
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
        let mut check = Check {
            fast: self,
            codes,
            scales,
            first: first_scale,
            multipliers: &mut scratch.multipliers[..blocks],
            shifts: &mut scratch.shifts[..blocks],
            fails: false,
            are_powers: false,
        };
        bulk::dispatch(isa, &mut check);
        let Check {
            fails, are_powers, ..
        } = check;
        if fails {
            return false;
        }
        let elements = if let (Some(lookup), 64..) = (&self.lookup, len) {
            let halves = &mut scratch.halves[..len];
            lookup.convert(codes, halves.as_flattened_mut());
            Elements::Halves(halves)
        } else {
            Elements::Codes(self.element, codes)
        };
        let Scratch {
            multipliers,
            shifts,
            each,
            each_shift,
            products,
            ..
        } = scratch;
        let (multipliers, shifts) = (&multipliers[..blocks], &shifts[..blocks]);
        let (each, each_shift) = (&mut each[..len], &mut each_shift[..len]);
        if const { D::LAYOUT.same(Layout::BINARY32) || D::LAYOUT.same(Layout::BFLOAT16) } {
            let mut task = Products {
                elements,
                size,
                multipliers,
                shifts,
                are_powers,
                each,
                each_shift,
                dst,
            };
            bulk::dispatch(isa, &mut task);
        } else {
            let products = &mut products[..len];
            let mut task = Products {
                elements,
                size,
                multipliers,
                shifts,
                are_powers,
                each,
                each_shift,
                dst: &mut *products,
            };
            bulk::dispatch(isa, &mut task);
            slice::cast_on(isa, products, dst, Cast::new());
        }
        true
    }
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
    halves: [[u8; 2]; TILE],
    multipliers: [f32; BLOCKS],
    shifts: [u16; BLOCKS],
    each: [f32; TILE],
    each_shift: [u16; TILE],
    products: [f32; TILE],
}

impl Scratch {
    pub(super) const fn new() -> Self {
        Self {
            codes: [0; TILE],
            halves: [[0; 2]; TILE],
            multipliers: [0.0; BLOCKS],
            shifts: [0; BLOCKS],
            each: [0.0; TILE],
            each_shift: [0; TILE],
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
    multipliers: &'a mut [f32],
    /// The addends to the bits of a bfloat16, if the multipliers are powers of two.
    shifts: &'a mut [u16],
    fails: bool,
    /// True if the multipliers are powers of two and all products are normal numbers.
    are_powers: bool,
}

impl Multiversion for Check<'_> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        let Fast {
            element, scales, ..
        } = self.fast;
        scales.multipliers(self.scales, self.first, self.multipliers);
        let (mut fails, mut are_powers) = (false, true);
        let (least, most) = element.exponents;
        for (multiplier, shift) in self.multipliers.iter().zip(&mut *self.shifts) {
            let bits = multiplier.to_bits();
            let exponent = (bits >> 23) as i32 - 127;
            fails |= exponent > 127;
            are_powers &= bits << 9 == 0 && exponent + least >= -126 && exponent + most <= 127;
            *shift = (exponent << 7) as u16;
        }
        self.fails = fails || element.has_special(self.codes);
        self.are_powers = are_powers;
    }
}

/// The elements of a tile.
#[derive(Clone, Copy)]
enum Elements<'a> {
    Codes(Decode, &'a [u8]),
    /// Elements as bfloat16.
    Halves(&'a [[u8; 2]]),
}

/// Elements times multipliers.
struct Products<'a, D> {
    elements: Elements<'a>,
    size: usize,
    multipliers: &'a [f32],
    shifts: &'a [u16],
    are_powers: bool,
    /// The multiplier of each number, or its shift.
    each: &'a mut [f32],
    each_shift: &'a mut [u16],
    dst: &'a mut [D],
}

impl<D: Format> Multiversion for Products<'_, D> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        let Self {
            dst,
            each,
            each_shift,
            size,
            ..
        } = self;
        if let Elements::Halves(halves) = self.elements
            && self.are_powers
            && const { D::LAYOUT.same(Layout::BFLOAT16) }
        {
            expand(self.shifts, *size, each_shift);
            for ((dst, &half), &shift) in dst.iter_mut().zip(halves).zip(&**each_shift) {
                let half = u16::from_le_bytes(half);
                let is_zero = half << 1 == 0;
                *dst = from_code(half.wrapping_add(if is_zero { 0 } else { shift }) as u64);
            }
            return;
        }
        expand(self.multipliers, *size, each);
        match self.elements {
            Elements::Codes(decode, codes) => {
                for ((dst, &code), multiplier) in dst.iter_mut().zip(codes).zip(&**each) {
                    *dst = rounded(multiplier * decode.number(code));
                }
            }
            Elements::Halves(halves) => {
                for ((dst, &half), multiplier) in dst.iter_mut().zip(halves).zip(&**each) {
                    let half = u16::from_le_bytes(half) as u32;
                    *dst = rounded(multiplier * f32::from_bits(half << 16));
                }
            }
        }
    }
}

/// Rounds a product to `f32` or bfloat16, ties to even. An infinity stays an infinity. No product is NaN.
#[inline(always)]
fn rounded<D: Format>(product: f32) -> D {
    let bits = product.to_bits();
    if const { D::LAYOUT.same(Layout::BINARY32) } {
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
    } else {
        cols * (TILE / cols).min(BLOCKS)
    }
}
