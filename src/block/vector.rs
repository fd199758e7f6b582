//! Quantizes rows of small blocks, and large blocks, in lanes.

use super::blocks::Block;
use super::encode::{BlockFactor, encode, encode_by_quotients, expand, largest, largest_of_blocks, zero_codes, zeros};
use super::plan::Plan;
use super::quantizer::{BlockFactors, Quantizer};
use super::{Counts, pack};
use crate::bulk::factors::{BETWEEN, EXACT, Factors, Narrowed, SNAPPED};
use crate::bulk::{self, Multiversion, Narrowing};
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{Cast, Format};
use crate::slice;

/// The number of elements that one pass leaves for the next pass. These elements stay in the nearest cache.
const CHUNK: usize = 2048;
/// The number of elements that are fetched ahead at once. A CPU waits for few lines at a time.
const FETCHED: usize = 256;
/// The largest number of blocks in a chunk.
const BLOCKS: usize = 128;
/// The numbers of columns of a block for which it pays to quantize whole rows of blocks at once.
pub(super) const SMALL: core::ops::RangeInclusive<usize> = CHUNK / BLOCKS..=256;

/// Quantizes neighbouring blocks of one row. `first` is the index of the first number, and `first_scale` is the index of the
/// first scale. Returns the counts. The function calls `exactly` with the places of blocks that need exact arithmetic.
#[allow(clippy::too_many_arguments, reason = "the two sides of the work, and how to do it")]
pub(super) fn quantize_row<S: Format>(
    plan: &Plan,
    quantizer: &Quantizer,
    isa: Isa,
    src: &[S],
    (first, first_scale): (usize, usize),
    elements: &mut [u8],
    scales: &mut [u8],
    mut exactly: impl FnMut(usize, &mut [u8], &mut [u8]),
) -> Counts {
    let size = plan.blocks.cols();
    let len = CHUNK / size * size;
    let mut chunk = RowChunk {
        quantizer,
        narrowing: Narrowing::new(isa, plan.element.layout),
        size,
        codes: Aligned([0; CHUNK]),
        below: Aligned([0.0; CHUNK]),
        amax: [0; BLOCKS],
        factors: BlockFactors::new(),
        fails: false,
        counts: Counts::default(),
    };
    for (nth, src) in src.chunks(len).enumerate() {
        on_lanes(isa, &mut chunk, src);
        let (first, first_scale) = (first + nth * len, first_scale + nth * (len / size));
        let blocks = src.len().div_ceil(size);
        let codes = &chunk.codes.0[..src.len()];
        pack(isa, codes, plan.element.bits, first, elements);
        pack::scales(&chunk.factors.scale[..blocks], plan.scale, first_scale, scales);
        if chunk.fails {
            for block in 0..blocks {
                if chunk.factors.fails[block] {
                    exactly(first_scale + block, elements, scales);
                }
            }
        }
    }
    chunk.counts
}

/// Work on numbers of the two formats that lanes hold directly, `f32` and bfloat16.
trait LaneWork {
    fn run<T: Format>(&mut self, src: &[T]);
}

/// Does the work on a chunk or less. Numbers of other formats are widened first. Widening is exact.
fn on_lanes<S: Format>(isa: Isa, work: &mut impl LaneWork, src: &[S]) {
    if const { S::LAYOUT.const_eq(Layout::BINARY32) || S::LAYOUT.const_eq(Layout::BFLOAT16) } {
        bulk::dispatch(isa, &mut LaneTask { work, src });
    } else {
        let mut wide = [0f32; CHUNK];
        let src = {
            let wide = &mut wide[..src.len()];
            slice::cast_on(isa, src, wide, Cast::new());
            &*wide
        };
        bulk::dispatch(isa, &mut LaneTask { work, src });
    }
}

struct LaneTask<'a, W, T> {
    work: &'a mut W,
    src: &'a [T],
}

impl<W: LaneWork, T: Format> Multiversion for LaneTask<'_, W, T> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        self.work.run(self.src);
    }
}

/// An array whose vectors touch one cache line each.
#[repr(align(64))]
struct Aligned<T>(T);

/// A chunk of blocks of one row.
struct RowChunk<'a> {
    quantizer: &'a Quantizer,
    narrowing: Option<Narrowing>,
    size: usize,
    codes: Aligned<[u8; CHUNK]>,
    below: Aligned<[f32; CHUNK]>,
    amax: [u32; BLOCKS],
    factors: BlockFactors<BLOCKS>,
    /// True if a block has no factor.
    fails: bool,
    counts: Counts,
}

impl LaneWork for RowChunk<'_> {
    #[inline(always)]
    fn run<T: Format>(&mut self, src: &[T]) {
        let Self { quantizer, size, .. } = *self;
        let narrowing = self.narrowing.as_ref().filter(|_| Narrowing::reads::<T>(size));
        let amax = &mut self.amax[..src.len().div_ceil(size)];
        let whole = src.len() / size;
        match narrowing {
            Some(narrowing) => {
                narrowing.largest_of_blocks(&src[..whole * size], size, &mut amax[..whole]);
                largest_of_blocks(&src[whole * size..], size, &mut amax[whole..]);
            }
            None => largest_of_blocks(src, size, amax),
        }
        quantizer.find_factors(amax, &mut self.factors);
        let BlockFactors { below, fails, .. } = &self.factors;
        let (mut any_fails, mut saturates) = (false, false);
        for ((&amax, &below), &fails) in amax.iter().zip(below).zip(fails) {
            any_fails |= fails;
            saturates |= quantizer.may_saturate(amax, below);
        }
        self.fails = any_fails;
        if any_fails {
            self.encode_without_failed(src);
            return;
        }
        let codes = &mut self.codes.0[..src.len()];
        if let Some(narrowing) = narrowing {
            let by = quantizer.factors(size, &self.factors);
            self.counts += narrow(quantizer, narrowing, saturates, &by, src, codes);
            return;
        }
        expand(&below[..amax.len()], size, &mut self.below.0[..src.len()]);
        let saturated = encode_by(quantizer, saturates, &self.below.0, src, codes);
        let saturated = saturated.unwrap_or_else(|| {
            let blocks = src.chunks(size).zip(codes.chunks_mut(size));
            let each = blocks.zip(&self.factors.divisor);
            each.map(|((src, codes), &divisor)| encode_by_quotients(quantizer, divisor, src, codes))
                .sum()
        });
        self.counts += count_zeros(quantizer, saturated, src, codes);
    }
}

impl RowChunk<'_> {
    /// Encodes the blocks that don't need exact arithmetic.
    #[inline(always)]
    fn encode_without_failed<T: Format>(&mut self, src: &[T]) {
        let Self { quantizer, size, .. } = *self;
        let codes = self.codes.0[..src.len()].chunks_mut(size);
        for (block, (src, codes)) in src.chunks(size).zip(codes).enumerate() {
            if !self.factors.fails[block] {
                let BlockFactor { below, divisor } = self.factors.of(block);
                self.below.0[..src.len()].fill(below);
                let saturated = encode_by(quantizer, true, &self.below.0, src, codes);
                let saturated = saturated.unwrap_or_else(|| encode_by_quotients(quantizer, divisor, src, codes));
                self.counts += count_zeros(quantizer, saturated, src, codes);
            }
        }
    }
}

/// Encodes numbers by instructions.
#[inline(always)]
fn narrow<T: Format>(
    quantizer: &Quantizer,
    narrowing: &Narrowing,
    saturates: bool,
    by: &Factors<'_>,
    src: &[T],
    codes: &mut [u8],
) -> Counts {
    let Narrowed { saturated, became_zero } = narrowing.encode(src, by, saturates, codes);
    quantizer.element.clear_sign_of_zeros(codes);
    Counts {
        saturated,
        became_zero,
        ..Counts::default()
    }
}

/// Encodes numbers, each multiplied by the factor at its place. Returns the number of saturated numbers, or `None` if quotients
/// in `f64` must decide.
#[inline(always)]
fn encode_by<T: Format>(quantizer: &Quantizer, saturates: bool, below: &[f32], src: &[T], codes: &mut [u8]) -> Option<usize> {
    let element = quantizer.element;
    let found = match (quantizer.products() as u8, saturates) {
        (EXACT, false) => encode::<T, EXACT, false>(element, below, src, codes),
        (EXACT, true) => encode::<T, EXACT, true>(element, below, src, codes),
        (SNAPPED, false) => encode::<T, SNAPPED, false>(element, below, src, codes),
        (SNAPPED, true) => encode::<T, SNAPPED, true>(element, below, src, codes),
        (_, false) => encode::<T, BETWEEN, false>(element, below, src, codes),
        (_, true) => encode::<T, BETWEEN, true>(element, below, src, codes),
    };
    (found.near_tie == 0).then_some(found.saturated as usize)
}

/// Counts the zeros among codes. If the format has no −0, the function takes the sign from zeros.
#[inline(always)]
fn count_zeros<T: Format>(quantizer: &Quantizer, saturated: usize, src: &[T], codes: &mut [u8]) -> Counts {
    let mut became_zero = zero_codes(codes, quantizer.element.sign());
    if became_zero > 0 {
        became_zero -= zeros(src);
    }
    quantizer.element.clear_sign_of_zeros(codes);
    Counts {
        saturated,
        became_zero,
        ..Counts::default()
    }
}

/// Quantizes a block of any shape, unless a number of the block needs exact arithmetic.
pub(super) fn quantize_block<S: Format>(
    plan: &Plan,
    quantizer: &Quantizer,
    isa: Isa,
    (src, cols): (&[S], usize),
    block: &Block,
    elements: &mut [u8],
    scales: &mut [u8],
) -> Option<Counts> {
    let pieces = || {
        block.segments(cols).flat_map(|segment| {
            let end = segment.end;
            segment.step_by(CHUNK).map(move |start| start..end.min(start + CHUNK))
        })
    };
    let mut scan = LargestMagnitude { largest: 0 };
    for piece in pieces() {
        on_lanes(isa, &mut scan, &src[piece]);
    }
    let (amax, mut factors) = ([scan.largest], BlockFactors::<1>::new());
    quantizer.find_factors(&amax, &mut factors);
    if factors.fails[0] {
        return None;
    }
    let below = factors.below[0];
    let mut segment = Segment {
        quantizer,
        narrowing: Narrowing::new(isa, plan.element.layout),
        factors,
        saturates: quantizer.may_saturate(amax[0], below),
        below: Aligned([below; CHUNK]),
        codes: Aligned([0; CHUNK]),
        counts: Counts::default(),
    };
    for piece in pieces() {
        on_lanes(isa, &mut segment, &src[piece.clone()]);
        let codes = &segment.codes.0[..piece.len()];
        pack(isa, codes, plan.element.bits, piece.start, elements);
    }
    plan.scale.put(scales, block.index, segment.factors.scale[0] as u64);
    Some(segment.counts)
}

/// Finds the largest magnitude of a block.
struct LargestMagnitude {
    largest: u32,
}

impl LaneWork for LargestMagnitude {
    #[inline(always)]
    fn run<T: Format>(&mut self, src: &[T]) {
        for src in src.chunks(FETCHED) {
            bulk::fetch_next_page(src);
            self.largest = self.largest.max(largest(src));
        }
    }
}

/// A piece of a row of a block.
struct Segment<'a> {
    quantizer: &'a Quantizer,
    narrowing: Option<Narrowing>,
    factors: BlockFactors<1>,
    saturates: bool,
    below: Aligned<[f32; CHUNK]>,
    codes: Aligned<[u8; CHUNK]>,
    counts: Counts,
}

impl LaneWork for Segment<'_> {
    #[inline(always)]
    fn run<T: Format>(&mut self, src: &[T]) {
        let Self {
            quantizer, saturates, ..
        } = *self;
        let codes = &mut self.codes.0[..src.len()];
        if let Some(narrowing) = self.narrowing.as_ref().filter(|_| Narrowing::reads::<T>(CHUNK)) {
            let by = quantizer.factors(CHUNK, &self.factors);
            self.counts += narrow(quantizer, narrowing, saturates, &by, src, codes);
            return;
        }
        let saturated = encode_by(quantizer, saturates, &self.below.0, src, codes);
        let saturated = saturated.unwrap_or_else(|| encode_by_quotients(quantizer, self.factors.divisor[0], src, codes));
        self.counts += count_zeros(quantizer, saturated, src, codes);
    }
}

/// Writes codes to their place in the stream.
#[inline]
fn pack(isa: Isa, codes: &[u8], bits: u32, first: usize, stream: &mut [u8]) {
    let mut task = PackCodes {
        codes,
        bits,
        first,
        stream,
    };
    bulk::dispatch(isa, &mut task);
}

struct PackCodes<'a> {
    codes: &'a [u8],
    bits: u32,
    first: usize,
    stream: &'a mut [u8],
}

impl Multiversion for PackCodes<'_> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        pack::codes(self.codes, self.bits, self.first, self.stream);
    }
}
