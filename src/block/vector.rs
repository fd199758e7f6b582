//! Rows of small blocks, and large blocks, as lanes.

use super::blocks::Block;
use super::encode::{By, encode, lanes, largest, zero_codes, zeros};
use super::fast::{Fast, Multipliers};
use super::plan::Plan;
use super::{Counts, pack, stream};
use crate::bulk::{self, Task};
use crate::cpu::Isa;
use crate::round::Format;

/// Numbers between two passes: they stay in the nearest cache.
const TILE: usize = 2048;
/// The most blocks in a tile.
const BLOCKS: usize = 128;
/// The fewest columns of small blocks: below, and above this many times the blocks of a tile, lanes don't pay.
pub(super) const SMALL: core::ops::RangeInclusive<usize> = TILE / BLOCKS..=256;

/// Quantizes blocks of one row that follow one another. `first` is the index of the first number, and `first_scale` of the first
/// scale. Returns the counts, and calls `exactly` for the places of blocks that need exact arithmetic.
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
    let mut task = Rows {
        fast,
        size,
        src: &[],
        codes: [0; TILE],
        amax: [0; BLOCKS],
        multipliers: Multipliers::new(),
        fails: false,
        counts: Counts::default(),
    };
    for (nth, src) in src.chunks(len).enumerate() {
        task.src = src;
        bulk::perform(isa, &mut task);
        let (first, first_scale) = (first + nth * len, first_scale + nth * (len / size));
        let blocks = src.len().div_ceil(size);
        let codes = &task.codes[..src.len()];
        pack(isa, codes, plan.element.bits, first, elements);
        pack::scales(
            &task.multipliers.scale[..blocks],
            plan.scale.bits,
            first_scale,
            scales,
        );
        if task.fails {
            for block in 0..blocks {
                if task.multipliers.fails[block] {
                    exactly(first_scale + block, elements, scales);
                }
            }
        }
    }
    task.counts
}

/// A tile of blocks of one row.
struct Rows<'a, S> {
    fast: &'a Fast,
    size: usize,
    src: &'a [S],
    codes: [u8; TILE],
    amax: [u32; BLOCKS],
    multipliers: Multipliers<BLOCKS>,
    /// Whether some multiplier fails.
    fails: bool,
    counts: Counts,
}

impl<S: Format> Task for Rows<'_, S> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        match (self.size, self.fast.is_exact()) {
            (32, true) => self.blocks::<32, true>(),
            (16, true) => self.blocks::<16, true>(),
            (_, true) => self.blocks::<64, true>(),
            (16, false) => self.blocks::<16, false>(),
            (_, false) => self.blocks::<64, false>(),
        }
    }
}

impl<S: Format> Rows<'_, S> {
    #[inline(always)]
    fn blocks<const N: usize, const EXACT: bool>(&mut self) {
        let Self {
            fast, size, src, ..
        } = *self;
        let fast = *fast;
        let blocks = src.len().div_ceil(size);
        let mut smallest = [u32::MAX; N];
        // Blocks of as many numbers as are looked at together need no loops of their own.
        let (whole, rest): (&[[S; N]], _) = if size == N {
            src.as_chunks()
        } else {
            (&[][..], src)
        };
        for (amax, src) in self.amax.iter_mut().zip(whole) {
            *amax = largest::<S, N>(src, &mut smallest);
        }
        for (amax, src) in self.amax[whole.len()..].iter_mut().zip(rest.chunks(size)) {
            *amax = largest::<S, N>(src, &mut smallest);
        }
        self.amax[blocks..].fill(0);
        fast.multipliers(&self.amax, &mut self.multipliers);
        self.fails = self
            .multipliers
            .fails
            .iter()
            .fold(false, |any, &fails| any | fails);
        let mut saturates = false;
        for (&amax, &above) in self.amax.iter().zip(&self.multipliers.above) {
            saturates |= fast.may_saturate(amax, above);
        }
        if self.fails {
            self.some_blocks::<N, EXACT>();
            return;
        }
        self.counts.saturated += if saturates {
            self.encode::<N, EXACT, true>(&fast)
        } else {
            self.encode::<N, EXACT, false>(&fast)
        };
        let codes = &mut self.codes[..src.len()];
        let any_zero = smallest.iter().fold(u32::MAX, |all, &one| all.min(one)) == 0;
        let zeros = if any_zero { zeros(src) } else { 0 };
        self.counts.became_zero += zero_codes(codes, fast.element.sign()) - zeros;
        fast.element.correct(codes);
    }

    #[inline(always)]
    fn encode<const N: usize, const EXACT: bool, const SATURATES: bool>(
        &mut self,
        fast: &Fast,
    ) -> usize {
        let Self {
            size,
            src,
            codes,
            multipliers,
            ..
        } = self;
        let codes = &mut codes[..src.len()];
        let (whole, rest): (&[[S; N]], _) = if *size == N {
            src.as_chunks()
        } else {
            (&[][..], *src)
        };
        let (codes, rest_codes) = codes.split_at_mut(whole.len() * N);
        let (codes, _) = codes.as_chunks_mut();
        let mut saturated = 0;
        for (block, (src, codes)) in whole.iter().zip(codes).enumerate() {
            saturated += lanes::<S, N, EXACT, SATURATES>(fast, multipliers.by(block), src, codes);
        }
        let rest = rest.chunks(*size).zip(rest_codes.chunks_mut(*size));
        for (block, (src, codes)) in (whole.len()..).zip(rest) {
            saturated += encode::<S, N, EXACT, SATURATES>(fast, multipliers.by(block), src, codes);
        }
        saturated
    }

    /// Those blocks that don't need exact arithmetic.
    #[inline(always)]
    fn some_blocks<const N: usize, const EXACT: bool>(&mut self) {
        let Self {
            fast,
            size,
            src,
            codes,
            multipliers,
            counts,
            ..
        } = self;
        let each = src.chunks(*size).zip(codes[..src.len()].chunks_mut(*size));
        for (block, (src, codes)) in each.enumerate() {
            if !multipliers.fails[block] {
                let by = multipliers.by(block);
                counts.saturated += encode::<S, N, EXACT, true>(fast, by, src, codes);
                counts.became_zero += zero_codes(codes, fast.element.sign()) - zeros(src);
                fast.element.correct(codes);
            }
        }
    }
}

/// Quantizes a block of any shape, if no number of it needs exact arithmetic.
pub(super) fn quantize_block<S: Format>(
    plan: &Plan,
    fast: &Fast,
    isa: Isa,
    (src, cols): (&[S], usize),
    block: &Block,
    elements: &mut [u8],
    scales: &mut [u8],
) -> Option<Counts> {
    let mut scan = Scan {
        src,
        cols,
        block,
        largest: 0,
    };
    bulk::perform(isa, &mut scan);
    let (amax, mut multipliers) = ([scan.largest], Multipliers::new());
    fast.multipliers(&amax, &mut multipliers);
    if multipliers.fails[0] {
        return None;
    }
    let by = multipliers.by(0);
    let mut task = Segment {
        fast,
        by,
        saturates: fast.may_saturate(amax[0], by.above),
        src: &[],
        codes: [0; TILE],
        counts: Counts::default(),
    };
    for segment in block.segments(cols) {
        let first = segment.start;
        for (nth, src) in src[segment].chunks(TILE).enumerate() {
            task.src = src;
            bulk::perform(isa, &mut task);
            let first = first + nth * TILE;
            let codes = &task.codes[..src.len()];
            pack(isa, codes, plan.element.bits, first, elements);
        }
    }
    stream::put(
        scales,
        plan.scale.bits,
        block.index,
        multipliers.scale[0] as u64,
    );
    Some(task.counts)
}

/// Writes codes to where they belong.
fn pack(isa: Isa, codes: &[u8], bits: u32, first: usize, stream: &mut [u8]) {
    let mut task = Pack {
        codes,
        bits,
        first,
        stream,
    };
    bulk::perform(isa, &mut task);
}

struct Pack<'a> {
    codes: &'a [u8],
    bits: u32,
    first: usize,
    stream: &'a mut [u8],
}

impl Task for Pack<'_> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        pack::codes(self.codes, self.bits, self.first, self.stream);
    }
}

/// The largest magnitude of a block.
struct Scan<'a, S> {
    src: &'a [S],
    cols: usize,
    block: &'a Block,
    largest: u32,
}

impl<S: Format> Task for Scan<'_, S> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        for segment in self.block.segments(self.cols) {
            let largest = largest::<S, 64>(&self.src[segment], &mut [0; 64]);
            self.largest = self.largest.max(largest);
        }
    }
}

/// A piece of a row of a block.
struct Segment<'a, S> {
    fast: &'a Fast,
    by: By,
    saturates: bool,
    src: &'a [S],
    codes: [u8; TILE],
    counts: Counts,
}

impl<S: Format> Task for Segment<'_, S> {
    #[inline(always)]
    fn run<const LANES: usize>(&mut self) {
        let Self { fast, by, src, .. } = *self;
        let fast = *fast;
        let codes = &mut self.codes[..src.len()];
        self.counts.saturated += match (fast.is_exact(), self.saturates) {
            (true, _) => encode::<S, 64, true, true>(&fast, by, src, codes),
            (false, false) => encode::<S, 64, false, false>(&fast, by, src, codes),
            (false, true) => encode::<S, 64, false, true>(&fast, by, src, codes),
        };
        self.counts.became_zero += zero_codes(codes, fast.element.sign()) - zeros(src);
        fast.element.correct(codes);
    }
}
