//! Does rows of small blocks, and large blocks, in lanes.

use super::blocks::Block;
use super::encode::{
    BETWEEN, By, EXACT, SNAPPED, encode, encode_by_quotients, expand, largest, largest_of_blocks,
    zero_codes, zeros,
};
use super::fast::{Fast, Multipliers};
use super::plan::Plan;
use super::{Counts, pack};
use crate::bulk::{self, Multiversion};
use crate::cpu::Isa;
use crate::format::Layout;
use crate::round::{Cast, Format};
use crate::slice;

/// The numbers between two passes. They stay in the nearest cache.
const TILE: usize = 2048;
/// The largest number of blocks in a tile.
const BLOCKS: usize = 128;
/// The columns of small blocks. Lanes don't pay for fewer columns, or for more columns.
pub(super) const SMALL: core::ops::RangeInclusive<usize> = TILE / BLOCKS..=256;

/// Quantizes neighbouring blocks of one row. `first` is the index of the first number, and `first_scale` is the index of the
/// first scale. Returns the counts. The function calls `exactly` with the places of blocks that need exact arithmetic.
#[allow(
    clippy::too_many_arguments,
    reason = "the two sides of the work, and how to do it"
)]
pub(super) fn quantize_row<S: Format>(
    plan: &Plan,
    fast: &Fast,
    isa: Isa,
    src: &[S],
    (first, first_scale): (usize, usize),
    elements: &mut [u8],
    scales: &mut [u8],
    mut exactly: impl FnMut(usize, &mut [u8], &mut [u8]),
) -> Counts {
    let size = plan.blocks.cols();
    let len = TILE / size * size;
    let mut rows = Rows {
        fast,
        size,
        codes: Aligned([0; TILE]),
        below: Aligned([0.0; TILE]),
        amax: [0; BLOCKS],
        multipliers: Multipliers::new(),
        fails: false,
        counts: Counts::default(),
    };
    for (nth, src) in src.chunks(len).enumerate() {
        on_lanes(isa, &mut rows, src);
        let (first, first_scale) = (first + nth * len, first_scale + nth * (len / size));
        let blocks = src.len().div_ceil(size);
        let codes = &rows.codes.0[..src.len()];
        pack(isa, codes, plan.element.bits, first, elements);
        pack::scales(
            &rows.multipliers.scale[..blocks],
            plan.scale,
            first_scale,
            scales,
        );
        if rows.fails {
            for block in 0..blocks {
                if rows.multipliers.fails[block] {
                    exactly(first_scale + block, elements, scales);
                }
            }
        }
    }
    rows.counts
}

/// Work on numbers of the two formats that lanes hold directly, `f32` and bfloat16.
trait Work {
    fn run<T: Format>(&mut self, src: &[T]);
}

/// Does work on a tile or less. Numbers of other formats are widened first. Widening is exact.
fn on_lanes<S: Format>(isa: Isa, work: &mut impl Work, src: &[S]) {
    if const { S::LAYOUT.const_eq(Layout::BINARY32) || S::LAYOUT.const_eq(Layout::BFLOAT16) } {
        bulk::dispatch(isa, &mut Job { work, src });
    } else {
        let mut wide = [0f32; TILE];
        let src = {
            let wide = &mut wide[..src.len()];
            slice::cast_on(isa, src, wide, Cast::new());
            &*wide
        };
        bulk::dispatch(isa, &mut Job { work, src });
    }
}

struct Job<'a, W, T> {
    work: &'a mut W,
    src: &'a [T],
}

impl<W: Work, T: Format> Multiversion for Job<'_, W, T> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        self.work.run(self.src);
    }
}

/// An array whose vectors touch one cache line each.
#[repr(align(64))]
struct Aligned<T>(T);

/// A tile of blocks of one row.
struct Rows<'a> {
    fast: &'a Fast,
    size: usize,
    codes: Aligned<[u8; TILE]>,
    below: Aligned<[f32; TILE]>,
    amax: [u32; BLOCKS],
    multipliers: Multipliers<BLOCKS>,
    /// True if a multiplier fails.
    fails: bool,
    counts: Counts,
}

impl Work for Rows<'_> {
    #[inline(always)]
    fn run<T: Format>(&mut self, src: &[T]) {
        let Self { fast, size, .. } = *self;
        let amax = &mut self.amax[..src.len().div_ceil(size)];
        largest_of_blocks(src, size, amax);
        fast.multipliers(amax, &mut self.multipliers);
        let Multipliers { below, fails, .. } = &self.multipliers;
        let (mut any_fails, mut saturates) = (false, false);
        for ((&amax, &below), &fails) in amax.iter().zip(below).zip(fails) {
            any_fails |= fails;
            saturates |= fast.may_saturate(amax, below);
        }
        self.fails = any_fails;
        if any_fails {
            self.some_blocks(src);
            return;
        }
        let codes = &mut self.codes.0[..src.len()];
        expand(&below[..amax.len()], size, &mut self.below.0[..src.len()]);
        let saturated = encode_by(fast, saturates, &self.below.0, src, codes);
        let saturated = saturated.unwrap_or_else(|| {
            let blocks = src.chunks(size).zip(codes.chunks_mut(size));
            let each = blocks.zip(&self.multipliers.divisor);
            each.map(|((src, codes), &divisor)| encode_by_quotients(fast, divisor, src, codes))
                .sum()
        });
        self.counts += finish(fast, saturated, src, codes);
    }
}

impl Rows<'_> {
    /// Encodes the blocks that don't need exact arithmetic.
    #[inline(always)]
    fn some_blocks<T: Format>(&mut self, src: &[T]) {
        let Self { fast, size, .. } = *self;
        let codes = self.codes.0[..src.len()].chunks_mut(size);
        for (block, (src, codes)) in src.chunks(size).zip(codes).enumerate() {
            if !self.multipliers.fails[block] {
                let By { below, divisor } = self.multipliers.by(block);
                self.below.0[..src.len()].fill(below);
                let saturated = encode_by(fast, true, &self.below.0, src, codes);
                let saturated =
                    saturated.unwrap_or_else(|| encode_by_quotients(fast, divisor, src, codes));
                self.counts += finish(fast, saturated, src, codes);
            }
        }
    }
}

/// Encodes numbers, each multiplied by the factor at its place. Returns the number of saturated numbers, or `None` if quotients
/// in `f64` must decide.
#[inline(always)]
fn encode_by<T: Format>(
    fast: &Fast,
    saturates: bool,
    below: &[f32],
    src: &[T],
    codes: &mut [u8],
) -> Option<usize> {
    let element = fast.element;
    let found = match (fast.how(), saturates) {
        (EXACT, false) => encode::<T, EXACT, false>(element, below, src, codes),
        (EXACT, true) => encode::<T, EXACT, true>(element, below, src, codes),
        (SNAPPED, false) => encode::<T, SNAPPED, false>(element, below, src, codes),
        (SNAPPED, true) => encode::<T, SNAPPED, true>(element, below, src, codes),
        (_, false) => encode::<T, BETWEEN, false>(element, below, src, codes),
        (_, true) => encode::<T, BETWEEN, true>(element, below, src, codes),
    };
    (found.differ == 0).then_some(found.saturated as usize)
}

/// Counts the zeros among codes. If the format has no −0, the function takes the sign from zeros.
#[inline(always)]
fn finish<T: Format>(fast: &Fast, saturated: usize, src: &[T], codes: &mut [u8]) -> Counts {
    let mut became_zero = zero_codes(codes, fast.element.sign());
    if became_zero > 0 {
        became_zero -= zeros(src);
    }
    fast.element.correct(codes);
    Counts {
        saturated,
        became_zero,
        ..Counts::default()
    }
}

/// Quantizes a block of any shape, unless a number of the block needs exact arithmetic.
pub(super) fn quantize_block<S: Format>(
    plan: &Plan,
    fast: &Fast,
    isa: Isa,
    (src, cols): (&[S], usize),
    block: &Block,
    elements: &mut [u8],
    scales: &mut [u8],
) -> Option<Counts> {
    let pieces = || {
        block.segments(cols).flat_map(|segment| {
            let end = segment.end;
            segment
                .step_by(TILE)
                .map(move |start| start..end.min(start + TILE))
        })
    };
    let mut scan = Scan { largest: 0 };
    for piece in pieces() {
        on_lanes(isa, &mut scan, &src[piece]);
    }
    let (amax, mut multipliers) = ([scan.largest], Multipliers::<1>::new());
    fast.multipliers(&amax, &mut multipliers);
    if multipliers.fails[0] {
        return None;
    }
    let by: By = multipliers.by(0);
    let mut segment = Segment {
        fast,
        divisor: by.divisor,
        saturates: fast.may_saturate(amax[0], by.below),
        below: Aligned([by.below; TILE]),
        codes: Aligned([0; TILE]),
        counts: Counts::default(),
    };
    for piece in pieces() {
        on_lanes(isa, &mut segment, &src[piece.clone()]);
        let codes = &segment.codes.0[..piece.len()];
        pack(isa, codes, plan.element.bits, piece.start, elements);
    }
    plan.scale
        .put(scales, block.index, multipliers.scale[0] as u64);
    Some(segment.counts)
}

/// Finds the largest magnitude of a block.
struct Scan {
    largest: u32,
}

impl Work for Scan {
    #[inline(always)]
    fn run<T: Format>(&mut self, src: &[T]) {
        self.largest = self.largest.max(largest(src));
    }
}

/// A piece of a row of a block.
struct Segment<'a> {
    fast: &'a Fast,
    divisor: f64,
    saturates: bool,
    below: Aligned<[f32; TILE]>,
    codes: Aligned<[u8; TILE]>,
    counts: Counts,
}

impl Work for Segment<'_> {
    #[inline(always)]
    fn run<T: Format>(&mut self, src: &[T]) {
        let Self {
            fast,
            divisor,
            saturates,
            ..
        } = *self;
        let codes = &mut self.codes.0[..src.len()];
        let saturated = encode_by(fast, saturates, &self.below.0, src, codes);
        let saturated = saturated.unwrap_or_else(|| encode_by_quotients(fast, divisor, src, codes));
        self.counts += finish(fast, saturated, src, codes);
    }
}

/// Writes codes to their place in the stream.
fn pack(isa: Isa, codes: &[u8], bits: u32, first: usize, stream: &mut [u8]) {
    let mut task = Pack {
        codes,
        bits,
        first,
        stream,
    };
    bulk::dispatch(isa, &mut task);
}

struct Pack<'a> {
    codes: &'a [u8],
    bits: u32,
    first: usize,
    stream: &'a mut [u8],
}

impl Multiversion for Pack<'_> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        pack::codes(self.codes, self.bits, self.first, self.stream);
    }
}
