//! [`Dequantizer`]: converts codes of up to 8 bits to `f32` and multiplies them by their scales, in lanes.

use super::encode::expand;
use super::lane_decoder::{Decoder, ScaleDecoder};
use super::pack;
use super::plan::Plan;
use crate::bulk::multipliers::{MULTIPLIERS as BLOCKS, Multipliers};
use crate::bulk::{self, Lookup, Multiversion};
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{Cast, Format, from_code};
use crate::slice;

/// The number of elements that one pass leaves for the next pass. These elements stay in the nearest cache.
pub(super) const CHUNK: usize = 2048;
/// The number of elements from which on a table pays.
const LOOKUP_PAYS: usize = 1 << 12;

/// The constants of a scheme and a tensor scale.
pub(super) struct Dequantizer {
    element: Decoder,
    bits: u32,
    scales: ScaleDecoder,
    /// The lookup of elements as bfloat16.
    lookup: Option<Lookup>,
}

impl Dequantizer {
    /// Returns the constants to dequantize `numbers` elements, or `None` if the loops don't support the scheme.
    #[inline]
    pub(super) fn new(plan: &Plan, tensor_scale: f32, isa: Isa, numbers: usize) -> Option<Self> {
        if !bulk::control_bits_are_default() {
            return None;
        }
        let element = Decoder::new(plan.element.layout)?;
        let lookup = if numbers < LOOKUP_PAYS {
            None
        } else {
            let mut table = ElementTable {
                element,
                results: [[0; 2]; 256],
            };
            bulk::dispatch(isa, &mut table);
            Lookup::new(isa, table.results.as_flattened())
        };
        Some(Self {
            element,
            bits: plan.element.bits,
            scales: ScaleDecoder::new(plan, tensor_scale),
            lookup,
        })
    }

    /// Dequantizes numbers in blocks of `size`, from the number of index `first` on. `first_scale` is the index of the scale of
    /// the first block. Returns false, and writes nothing, if an element or a multiplier is not finite.
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
            let mut task = UnpackCodes {
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
            multipliers,
            each,
            products,
            ..
        } = scratch;
        multipliers.log2_size = if blocks == 1 { usize::BITS - 1 } else { size.ilog2() };
        let mut task = FindMultipliers {
            dequantizer: self,
            codes,
            scales,
            first: first_scale,
            blocks,
            multipliers,
            fails: false,
        };
        bulk::dispatch(isa, &mut task);
        if task.fails {
            return false;
        }
        // The lookup multiplies 16 numbers at once.
        let has_steps = blocks == 1 || size.is_power_of_two() && size >= 16;
        if let Some(lookup) = &self.lookup
            && has_steps
        {
            if const { is_direct::<D>() } {
                lookup.convert_scaled(codes, multipliers, dst);
            } else {
                multipliers.are_powers = false;
                let products = &mut products[..len];
                lookup.convert_scaled(codes, multipliers, products);
                slice::cast_on(isa, products, dst, Cast::new());
            }
            return true;
        }
        let operands = Operands {
            decoder: self.element,
            codes,
            size,
            multipliers: &multipliers.factors[..blocks],
            each: &mut each[..len],
        };
        if const { is_direct::<D>() } {
            bulk::dispatch(isa, &mut Products { operands, dst });
        } else {
            let products = &mut products[..len];
            let mut task = Products {
                operands,
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
    (layout.const_eq(Layout::BINARY32) || layout.const_eq(Layout::BFLOAT16)) && layout.bits() as usize == 8 * size_of::<D>()
}

/// A table of the elements of all bytes, as bfloat16. A byte holds one code.
struct ElementTable {
    element: Decoder,
    results: [[u8; 2]; 256],
}

impl Multiversion for ElementTable {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        for (code, result) in self.results.iter_mut().enumerate() {
            let number = self.element.number(code as u8).to_bits();
            *result = ((number >> 16) as u16).to_le_bytes();
        }
    }
}

/// The results of one pass over a chunk, which the next pass reads.
#[repr(align(64))]
pub(super) struct Scratch {
    codes: [u8; CHUNK],
    multipliers: Multipliers,
    each: [f32; CHUNK],
    products: [f32; CHUNK],
}

impl Scratch {
    #[inline]
    pub(super) const fn new() -> Self {
        Self {
            codes: [0; CHUNK],
            multipliers: Multipliers {
                factors: [0.0; BLOCKS],
                shifts: [0; BLOCKS],
                log2_size: 0,
                are_powers: false,
                are_normal: false,
            },
            each: [0.0; CHUNK],
            products: [0.0; CHUNK],
        }
    }
}

struct UnpackCodes<'a> {
    elements: &'a [u8],
    bits: u32,
    first: usize,
    codes: &'a mut [u8],
}

impl Multiversion for UnpackCodes<'_> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        pack::unpack(self.elements, self.bits, self.first, self.codes);
    }
}

/// Computes the multipliers of blocks, and checks that all multipliers and elements are finite.
struct FindMultipliers<'a> {
    dequantizer: &'a Dequantizer,
    codes: &'a [u8],
    scales: &'a [u8],
    first: usize,
    blocks: usize,
    multipliers: &'a mut Multipliers,
    fails: bool,
}

impl Multiversion for FindMultipliers<'_> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        let Dequantizer { element, scales, .. } = self.dequantizer;
        let factors = &mut self.multipliers.factors[..self.blocks];
        scales.multipliers(self.scales, self.first, factors);
        let (mut fails, mut are_powers) = (false, self.multipliers.log2_size >= 5);
        let mut are_normal = true;
        let (least, most) = element.exponents;
        for (multiplier, shift) in factors.iter().zip(&mut self.multipliers.shifts) {
            let bits = multiplier.to_bits();
            let exponent = (bits >> 23) as i32 - 127;
            fails |= exponent > 127;
            are_normal &= exponent + least >= -126;
            are_powers &= bits << 9 == 0 && exponent + most <= 127;
            *shift = u32::from((exponent << 7) as u16) * 0x1_0001;
        }
        self.multipliers.are_powers = are_powers && are_normal;
        self.multipliers.are_normal = are_normal;
        self.fails = fails || element.has_special(self.codes);
    }
}

/// Elements, and the multipliers of their blocks.
struct Operands<'a> {
    decoder: Decoder,
    codes: &'a [u8],
    size: usize,
    multipliers: &'a [f32],
    /// The multiplier of each number.
    each: &'a mut [f32],
}

/// The products of elements and multipliers, and the place to write them.
struct Products<'a, D> {
    operands: Operands<'a>,
    dst: &'a mut [D],
}

impl<D: Format> Multiversion for Products<'_, D> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        let Operands {
            decoder,
            codes,
            size,
            multipliers,
            each,
        } = &mut self.operands;
        expand(multipliers, *size, each);
        for ((dst, &code), multiplier) in self.dst.iter_mut().zip(*codes).zip(&**each) {
            *dst = round_product(multiplier * decoder.number(code));
        }
    }
}

/// Rounds a product to `f32` or bfloat16, ties to even. An infinity stays an infinity. No product is NaN.
#[inline(always)]
fn round_product<D: Format>(product: f32) -> D {
    let bits = product.to_bits();
    if const { D::LAYOUT.const_eq(Layout::BINARY32) } {
        from_code(bits as u64)
    } else {
        let rounded = bits + (0x7fff + (bits >> 16 & 1));
        from_code((rounded >> 16) as u64)
    }
}

/// Returns the number of elements in a chunk, if blocks of `cols` columns follow one another.
pub(super) fn numbers_at_once(cols: usize) -> usize {
    if cols > CHUNK {
        CHUNK
    } else if cols >= CHUNK / 8 && !cols.is_power_of_two() {
        // The lookup takes one such block, or blocks of a power of two.
        cols
    } else {
        cols * (CHUNK / cols).min(BLOCKS)
    }
}
