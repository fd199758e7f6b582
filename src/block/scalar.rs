//! Quantizes and dequantizes one block, number by number. Every other path must give these bits.

use super::blocks::Block;
use super::plan::{Plan, widened};
use super::quotient::Divisor;
use super::{BlockError, Counts};
use crate::arithmetic::ieee;
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{Cast, Flags, Format, Rounding};
use crate::slice;

/// The number of elements that are converted at a time. Their copies in `f32` stay in the nearest cache.
const CHUNK: usize = 1024;

/// The findings of the first pass over a block.
#[derive(Clone, Copy, Default)]
struct Scan {
    /// The bits of the largest finite magnitude.
    amax: u32,
    infinities: usize,
    nans: usize,
}

impl Scan {
    fn add(&mut self, numbers: &[f32]) {
        const INFINITY: u32 = f32::INFINITY.to_bits();
        for x in numbers {
            match x.to_bits() & (u32::MAX >> 1) {
                INFINITY => self.infinities += 1,
                magnitude @ ..INFINITY => self.amax = self.amax.max(magnitude),
                _ => self.nans += 1,
            }
        }
    }

    /// Returns the amax for the rule of a scale. Infinity stands for a block of infinities and zeros.
    fn amax(self) -> f32 {
        if self.amax == 0 && self.infinities > 0 {
            f32::INFINITY
        } else {
            f32::from_bits(self.amax)
        }
    }
}

/// Quantizes a block. `round` makes an element from the divisor, the number and the index.
pub(super) fn quantize<S: Format>(
    plan: &Plan,
    (isa, tensor_scale): (Isa, f32),
    mut round: impl FnMut(Divisor, f32, usize) -> (u64, Flags),
    (src, cols): (&[S], usize),
    block: &Block,
    elements: &mut [u8],
    scales: &mut [u8],
) -> Result<Counts, BlockError> {
    let mut scan = Scan::default();
    for segment in block.segments(cols) {
        widen(isa, &src[segment], |_, numbers| scan.add(numbers));
    }
    let (element, scale) = (plan.element.layout, plan.scale.layout);
    let mut counts = Counts {
        infinities: scan.infinities,
        nans: scan.nans,
        ..Counts::default()
    };
    if scan.nans > 0 && element.nan_code().is_none() {
        let refused = BlockError::Nan { scale: block.index };
        let code = scale.nan_code().ok_or(refused)?;
        plan.scale.put(scales, block.index, code);
        counts.nans = 0;
        for segment in block.segments(cols) {
            counts.nans += segment.len();
            for index in segment {
                plan.element.put(elements, index, 0);
            }
        }
        return Ok(counts);
    }
    let (factor, divisor) = plan.tensor_factors(tensor_scale);
    let (code, _) = plan.rule.scale_of(scan.amax(), factor, divisor, element, scale);
    plan.scale.put(scales, block.index, code);
    let divisor = plan.divisor(code, tensor_scale);
    for segment in block.segments(cols) {
        let first = segment.start;
        widen(isa, &src[segment], |nth, numbers| {
            for (index, &x) in (first + nth..).zip(numbers) {
                let (code, flags) = round(divisor, x, index);
                count(element, x, code, flags, &mut counts);
                plan.element.put(elements, index, code);
            }
        });
    }
    Ok(counts)
}

/// Adds a number to the counts.
fn count(element: Layout, x: f32, code: u64, flags: Flags, counts: &mut Counts) {
    let zero = code & element.magnitude_mask() == 0 && !element.is_nan(code);
    let magnitude = x.to_bits() << 1;
    let finite = magnitude < f32::INFINITY.to_bits() << 1;
    counts.saturated += usize::from(finite && flags.contains(Flags::OVERFLOW));
    counts.became_zero += usize::from(zero && magnitude != 0);
}

/// Dequantizes numbers of one block, from the number of index `first` on.
pub(super) fn dequantize<D: Format>(plan: &Plan, isa: Isa, elements: &[u8], first: usize, multiplier: f32, dst: &mut [D]) {
    let mut chunk = [0f32; CHUNK];
    for (nth, dst) in dst.chunks_mut(CHUNK).enumerate() {
        let chunk = &mut chunk[..dst.len()];
        for (index, product) in (first + nth * CHUNK..).zip(&mut *chunk) {
            let code = plan.element.get(elements, index);
            let element = widened(plan.element.layout, code);
            (*product, _) = ieee::mul(multiplier, element, Rounding::TiesToEven);
        }
        slice::cast_on(isa, chunk, dst, Cast::new());
    }
}

/// Calls `each` with the numbers as `f32`, a chunk at a time. The first argument is the index of the first number of the chunk.
fn widen<S: Format>(isa: Isa, src: &[S], mut each: impl FnMut(usize, &[f32])) {
    let mut chunk = [0f32; CHUNK];
    for (nth, src) in src.chunks(CHUNK).enumerate() {
        let chunk = &mut chunk[..src.len()];
        slice::cast_on(isa, src, chunk, Cast::new());
        each(nth * CHUNK, chunk);
    }
}
