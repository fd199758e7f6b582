//! Turns codes of up to 8 bits into products in `f32`, in lanes.

use super::encode::expand;
use super::pack;
use super::plan::{Codes, Plan, widened};
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

/// The way that lanes read a code of up to 8 bits.
#[derive(Clone, Copy, Debug)]
struct Decode {
    magnitude: u32,
    max: u32,
    hidden: u32,
    /// The shift from the fraction of a code to the fraction of an `f32`, then the addend of the exponent.
    up: u32,
    rebias: u32,
    /// The unit that the code of a subnormal number counts.
    unit: f32,
    sign: u32,
    sign_up: u32,
    /// The code with the bits of −0, if the format has no −0.
    refused: Option<u8>,
    /// The exponents of the smallest and the largest number.
    exponents: (i32, i32),
}

impl Decode {
    fn new(layout: Layout) -> Option<Self> {
        let serves = layout.bits() <= 8
            && layout.is_signed()
            && layout.has_zero()
            && layout.finest_exponent() >= -126
            && layout.max_exponent() <= 127;
        let up = 23 - layout.fraction_bits();
        serves.then(|| Self {
            magnitude: layout.magnitude_mask() as u32,
            max: layout.max_code() as u32,
            hidden: layout.hidden_bit() as u32,
            up,
            rebias: ((127 - layout.bias()) as u32).wrapping_shl(23),
            unit: f32::from_bits(((127 + layout.finest_exponent()) as u32) << 23),
            sign: layout.sign_mask() as u32,
            sign_up: 32 - layout.bits(),
            refused: (!layout.has_negative_zero()).then_some(layout.sign_mask() as u8),
            exponents: (layout.finest_exponent(), layout.max_exponent()),
        })
    }

    /// Returns the number of a code. For codes that `is_special` knows, the result is wrong.
    #[inline(always)]
    fn number(self, code: u8) -> f32 {
        let code = code as u32;
        let magnitude = code & self.magnitude;
        let normal = (magnitude << self.up).wrapping_add(self.rebias);
        let subnormal = (magnitude as i32 as f32 * self.unit).to_bits();
        let bits = if magnitude < self.hidden {
            subnormal
        } else {
            normal
        };
        f32::from_bits(bits | (code & self.sign) << self.sign_up)
    }

    /// Returns whether a code is an infinity or a NaN.
    #[inline(always)]
    fn is_special(self, code: u8) -> bool {
        code & self.magnitude as u8 > self.max as u8 || Some(code) == self.refused
    }

    #[inline(always)]
    fn has_special(self, codes: &[u8]) -> bool {
        if self.max == self.magnitude && self.refused.is_none() {
            return false;
        }
        let (magnitude, max) = (self.magnitude as u8, self.max as u8);
        let Some(refused) = self.refused else {
            return codes.iter().map(|code| code & magnitude).fold(0, u8::max) > max;
        };
        let special = |&code: &u8| (code & magnitude > max) as u8 | (code == refused) as u8;
        codes.iter().map(special).fold(0, u8::max) != 0
    }
}

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

/// The scales of blocks, times the tensor scale.
struct Scales {
    scale: Codes,
    how: How,
    tensor_scale: f32,
    divides: bool,
}

/// The way to read the codes of scales.
enum How {
    E8m0,
    /// The upper bits of an `f32`, 16 or 32 of them.
    Upper,
    Byte(Decode),
    Other,
}

impl Scales {
    /// Requires the default modes of the thread.
    fn new(plan: &Plan, tensor_scale: f32) -> Self {
        let scale = plan.scale;
        let how = if scale.is_reversed {
            How::Other
        } else if scale.layout.same(Layout::E8M0FNU) {
            How::E8m0
        } else if scale.layout.same(Layout::BINARY32) || scale.layout.same(Layout::BFLOAT16) {
            How::Upper
        } else if let (Some(decode), 8) = (Decode::new(scale.layout), scale.bits) {
            How::Byte(decode)
        } else {
            How::Other
        };
        Self {
            scale,
            how,
            tensor_scale,
            divides: plan.divides,
        }
    }

    /// Finds the multipliers of blocks, from the block of index `first` on.
    #[inline(always)]
    fn multipliers(&self, scales: &[u8], first: usize, multipliers: &mut [f32]) {
        match self.how {
            How::E8m0 => {
                for (multiplier, &code) in multipliers.iter_mut().zip(&scales[first..]) {
                    // 2^-127 is subnormal, and code 255 is NaN.
                    let bits = match code {
                        0 => 1 << 22,
                        255 => f32::NAN.to_bits(),
                        code => (code as u32) << 23,
                    };
                    *multiplier = f32::from_bits(bits);
                }
            }
            How::Upper if self.scale.bits == 32 => {
                let (codes, _) = scales.as_chunks();
                for (multiplier, &code) in multipliers.iter_mut().zip(&codes[first..]) {
                    *multiplier = f32::from_le_bytes(code);
                }
            }
            How::Upper => {
                let (codes, _) = scales.as_chunks();
                for (multiplier, &code) in multipliers.iter_mut().zip(&codes[first..]) {
                    *multiplier = f32::from_bits((u16::from_le_bytes(code) as u32) << 16);
                }
            }
            How::Byte(decode) => {
                for (multiplier, &code) in multipliers.iter_mut().zip(&scales[first..]) {
                    let number = decode.number(code);
                    let special = decode.is_special(code);
                    *multiplier = if special { f32::NAN } else { number };
                }
            }
            How::Other => {
                for (multiplier, index) in multipliers.iter_mut().zip(first..) {
                    let code = self.scale.get(scales, index);
                    *multiplier = widened(self.scale.layout, code);
                }
            }
        }
        for multiplier in multipliers {
            *multiplier = if self.divides {
                *multiplier / self.tensor_scale
            } else {
                *multiplier * self.tensor_scale
            };
        }
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
