//! One block, number by number: what every other path must give.

use super::blocks::Block;
use super::plan::{Plan, widened};
use super::quotient::Divisor;
use super::{BlockError, Counts, stream};
use crate::arithmetic::ieee;
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{Cast, Flags, Format, Rounding};
use crate::slice;

/// Numbers that are converted at a time: they stay in the nearest cache.
const TILE: usize = 1024;

/// What the first pass over a block finds.
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

    /// The amax that the rule of a scale takes: infinity stands for a block of infinities and zeros.
    fn amax(self) -> f32 {
        if self.amax == 0 && self.infinities > 0 {
            f32::INFINITY
        } else {
            f32::from_bits(self.amax)
        }
    }
}

/// Quantizes a block.
pub(super) fn quantize<S: Format>(
    plan: &Plan,
    (isa, tensor_scale, cast): (Isa, f32, Cast),
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
        stream::put(scales, plan.scale.bits, block.index, code);
        counts.nans = 0;
        for segment in block.segments(cols) {
            counts.nans += segment.len();
            for index in segment {
                stream::put(elements, plan.element.bits, index, 0);
            }
        }
        return Ok(counts);
    }
    let (factor, divisor) = plan.tensor_factors(tensor_scale);
    let (code, _) = plan
        .rule
        .scale_of(scan.amax(), factor, divisor, element, scale);
    stream::put(scales, plan.scale.bits, block.index, code);
    let divisor = plan.divisor(code, tensor_scale);
    for segment in block.segments(cols) {
        let first = segment.start;
        widen(isa, &src[segment], |nth, numbers| {
            for (index, &x) in (first + nth..).zip(numbers) {
                let code = round(divisor, cast, element, x, &mut counts);
                stream::put(elements, plan.element.bits, index, code);
            }
        });
    }
    Ok(counts)
}

/// The element of a number.
fn round(divisor: Divisor, cast: Cast, element: Layout, x: f32, counts: &mut Counts) -> u64 {
    let (code, flags) = divisor.round(cast, element, x);
    let zero = code & element.magnitude_mask() == 0 && !element.is_nan(code);
    let magnitude = x.to_bits() << 1;
    let finite = magnitude < f32::INFINITY.to_bits() << 1;
    counts.saturated += usize::from(finite && flags.contains(Flags::OVERFLOW));
    counts.became_zero += usize::from(zero && magnitude != 0);
    code
}

/// Dequantizes numbers of one block from the one of index `first` on.
pub(super) fn dequantize<D: Format>(
    plan: &Plan,
    isa: Isa,
    elements: &[u8],
    first: usize,
    multiplier: f32,
    dst: &mut [D],
) {
    let mut tile = [0f32; TILE];
    for (nth, dst) in dst.chunks_mut(TILE).enumerate() {
        let tile = &mut tile[..dst.len()];
        for (index, product) in (first + nth * TILE..).zip(&mut *tile) {
            let code = stream::get(elements, plan.element.bits, index);
            let element = widened(plan.element.layout, code);
            (*product, _) = ieee::mul(multiplier, element, Rounding::TiesToEven);
        }
        slice::cast_on(isa, tile, dst, Cast::new());
    }
}

/// Calls `each` for the numbers as `f32`, a tile at a time, and how many stand before it.
fn widen<S: Format>(isa: Isa, src: &[S], mut each: impl FnMut(usize, &[f32])) {
    let mut tile = [0f32; TILE];
    for (nth, src) in src.chunks(TILE).enumerate() {
        let tile = &mut tile[..src.len()];
        slice::cast_on(isa, src, tile, Cast::new());
        each(nth * TILE, tile);
    }
}
