//! Codes of 8 bits and fewer to products in `f32`, in lanes.

use super::plan::{Codes, Plan, widened};
use super::{pack, stream};
use crate::bulk::{self, Task};
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{Cast, Format};
use crate::slice;

/// Numbers between two passes: they stay in the nearest cache.
const TILE: usize = 1024;
/// The most blocks in a tile.
const BLOCKS: usize = 64;

/// How the lanes read a code of 8 bits or fewer.
#[derive(Clone, Copy, Debug)]
struct Decode {
    magnitude: u32,
    max: u32,
    hidden: u32,
    /// From the fraction of a code up to that of an `f32`, and what is then added to the exponent.
    up: u32,
    rebias: u32,
    /// What the code of a subnormal number counts.
    unit: f32,
    sign: u32,
    sign_up: u32,
    /// The code of −0, if it is not one.
    refused: u32,
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
            refused: if layout.has_negative_zero() {
                u32::MAX
            } else {
                layout.sign_mask() as u32
            },
        })
    }

    /// The number of a code, and whether it is none that is finite: then it is another.
    #[inline(always)]
    fn number(self, code: u8) -> (f32, bool) {
        let code = code as u32;
        let magnitude = code & self.magnitude;
        let normal = (magnitude << self.up).wrapping_add(self.rebias);
        let subnormal = (magnitude as i32 as f32 * self.unit).to_bits();
        let bits = if magnitude < self.hidden {
            subnormal
        } else {
            normal
        };
        let sign = (code & self.sign) << self.sign_up;
        let special = magnitude > self.max || code == self.refused;
        (f32::from_bits(bits | sign), special)
    }
}

/// What the lanes need of a scheme.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fast {
    element: Decode,
    bits: u32,
}

impl Fast {
    pub(super) fn new(plan: &Plan) -> Option<Self> {
        if !bulk::has_default_modes() {
            return None;
        }
        Some(Self {
            element: Decode::new(plan.element.layout)?,
            bits: plan.element.bits,
        })
    }

    /// Dequantizes blocks of `size` numbers that follow one another, from the one of index `first` on. `multipliers` are theirs.
    /// Returns whether it did: it can't where an element or a multiplier is not finite.
    pub(super) fn dequantize<D: Format>(
        &self,
        isa: Isa,
        scratch: &mut Scratch,
        elements: &[u8],
        first: usize,
        (size, multipliers): (usize, &[f32]),
        dst: &mut [D],
    ) -> bool {
        let mut task = Tile {
            fast: *self,
            elements,
            first,
            len: dst.len(),
            size,
            multipliers,
            scratch,
            special: false,
        };
        bulk::perform(isa, &mut task);
        if task.special {
            return false;
        }
        slice::cast_on(isa, &task.scratch.products[..dst.len()], dst, Cast::new());
        true
    }
}

/// A tile between its passes.
pub(super) struct Scratch {
    codes: [u8; TILE],
    products: [f32; TILE],
}

impl Scratch {
    pub(super) const fn new() -> Self {
        Self {
            codes: [0; TILE],
            products: [0.0; TILE],
        }
    }
}

struct Tile<'a> {
    fast: Fast,
    elements: &'a [u8],
    first: usize,
    len: usize,
    size: usize,
    multipliers: &'a [f32],
    scratch: &'a mut Scratch,
    special: bool,
}

impl Task for Tile<'_> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        match self.size {
            16 => self.blocks::<16>(),
            32 => self.blocks::<32>(),
            _ => self.blocks::<64>(),
        }
    }
}

impl Tile<'_> {
    #[inline(always)]
    fn blocks<const N: usize>(&mut self) {
        let Fast { element, bits } = self.fast;
        let codes = &mut self.scratch.codes[..self.len];
        pack::unpack(self.elements, bits, self.first, codes);
        let products = &mut self.scratch.products[..self.len];
        let mut special = false;
        let each = codes.chunks(self.size).zip(products.chunks_mut(self.size));
        for ((codes, products), &multiplier) in each.zip(self.multipliers) {
            special |= multiplier.to_bits() & 0x7f80_0000 == 0x7f80_0000;
            let (chunks, rest) = codes.as_chunks::<N>();
            let (product_chunks, product_rest) = products.as_chunks_mut::<N>();
            for (codes, products) in chunks.iter().zip(product_chunks) {
                special |= multiply(element, multiplier, codes, products);
            }
            special |= multiply(element, multiplier, rest, product_rest);
        }
        self.special = special;
    }
}

/// Whether some number was none.
#[inline(always)]
fn multiply(element: Decode, multiplier: f32, codes: &[u8], products: &mut [f32]) -> bool {
    let mut specials = 0;
    for (&code, product) in codes.iter().zip(products) {
        let (number, special) = element.number(code);
        specials |= special as u32;
        *product = multiplier * number;
    }
    specials != 0
}

/// The scales of some blocks, times the tensor's.
pub(super) struct Multipliers {
    scale: Codes,
    decode: Option<Decode>,
    tensor_scale: f32,
    divides: bool,
    values: [f32; BLOCKS],
}

impl Multipliers {
    /// Only where the modes of the thread are the default.
    pub(super) fn new(plan: &Plan, tensor_scale: f32) -> Self {
        Self {
            scale: plan.scale,
            decode: Decode::new(plan.scale.layout),
            tensor_scale,
            divides: plan.divides,
            values: [0.0; BLOCKS],
        }
    }

    /// Those of so many blocks from the one of index `first` on.
    pub(super) fn of(&mut self, scales: &[u8], first: usize, blocks: usize) -> &[f32] {
        let values = &mut self.values[..blocks];
        let is = |layout| self.scale.layout.same(layout);
        if is(Layout::E8M0FNU) {
            for (value, &code) in values.iter_mut().zip(&scales[first..]) {
                // 2^-127 is subnormal, and code 255 is NaN.
                let bits = match code {
                    0 => 1 << 22,
                    255 => f32::NAN.to_bits(),
                    code => (code as u32) << 23,
                };
                *value = f32::from_bits(bits);
            }
        } else if let (Some(decode), 8) = (self.decode, self.scale.bits) {
            for (value, &code) in values.iter_mut().zip(&scales[first..]) {
                let (number, special) = decode.number(code);
                *value = if special { f32::NAN } else { number };
            }
        } else {
            for (value, index) in values.iter_mut().zip(first..) {
                let code = stream::get(scales, self.scale.bits, index);
                *value = widened(self.scale.layout, code);
            }
        }
        for value in &mut *values {
            *value = if self.divides {
                *value / self.tensor_scale
            } else {
                *value * self.tensor_scale
            };
        }
        values
    }
}

/// How many whole blocks of so many columns are in a tile; none of large blocks.
pub(super) const fn blocks_of_tile(cols: usize) -> usize {
    if cols < TILE / BLOCKS { 0 } else { TILE / cols }
}

/// Pieces of large blocks are no longer.
pub(super) const PIECE: usize = TILE;
