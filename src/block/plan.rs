//! [`Plan`]: a scheme as what the work needs of it, whether its formats are types or values.

use super::blocks::Block;
use super::fast::Fast;
use super::quotient::{Divisor, Factor};
use super::rule::is_positive;
use super::{BlockError, Blocks, Counts, ScaleRule, Scheme, decode, scalar, stream, vector};
use crate::cpu::Isa;
use crate::float::Dtype;
use crate::format::Layout;
use crate::round::{Cast, Format};

/// Numbers in memory: how they are read, how many bits each takes, and what they are called.
#[derive(Clone, Copy)]
pub(super) struct Codes {
    pub(super) layout: Layout,
    pub(super) bits: u32,
    pub(super) name: &'static str,
}

impl Codes {
    const fn of(dtype: Dtype) -> Self {
        Self {
            layout: dtype.layout(),
            bits: dtype.bits(),
            name: dtype.name(),
        }
    }

    /// How many bytes so many take; `usize::MAX` where none holds it, which no slice has.
    fn bytes(self, numbers: usize) -> usize {
        let bits = numbers as u128 * self.bits as u128;
        usize::try_from(bits.div_ceil(8)).unwrap_or(usize::MAX)
    }

    /// Whether `f32` has all values.
    const fn is_narrow(self) -> bool {
        self.layout.is_within(Layout::BINARY32)
    }
}

/// A scheme.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    pub(super) element: Codes,
    pub(super) scale: Codes,
    pub(super) blocks: Blocks,
    pub(super) rule: ScaleRule,
    pub(super) tensor_scale: bool,
    pub(super) divides: bool,
}

impl Plan {
    pub(super) const fn of(scheme: Scheme) -> Self {
        Self {
            element: Codes::of(scheme.element),
            scale: Codes::of(scheme.scale),
            blocks: scheme.blocks,
            rule: scheme.rule,
            tensor_scale: scheme.tensor_scale,
            divides: scheme.divides,
        }
    }

    /// What the elements of a block with this scale are divided by. The code must be positive and finite.
    pub(super) fn divisor(&self, code: u64, tensor_scale: f32) -> Divisor {
        let scale = Factor::new(self.scale.layout, code);
        let (factor, divisor) = self.tensor_factors(tensor_scale);
        Divisor {
            factor,
            divisor: scale.times(divisor),
        }
    }

    /// What the tensor's scale multiplies numbers by, and what it divides them by.
    pub(super) fn tensor_factors(&self, tensor_scale: f32) -> (Factor, Factor) {
        let tensor_scale = Factor::of_f32(tensor_scale);
        if self.divides {
            (tensor_scale, Factor::ONE)
        } else {
            (Factor::ONE, tensor_scale)
        }
    }

    /// Refuses what doesn't fit, and returns how many rows there are.
    fn check(
        &self,
        len: usize,
        cols: usize,
        tensor_scale: f32,
        elements: usize,
        scales: usize,
    ) -> Result<usize, BlockError> {
        let element = self.element.layout;
        if !self.element.is_narrow() || !element.is_signed() || !element.has_zero() {
            return Err(BlockError::Element(self.element.name));
        }
        if !self.scale.is_narrow() {
            return Err(BlockError::Scale(self.scale.name));
        }
        if !is_positive(tensor_scale) {
            return Err(BlockError::TensorScale(tensor_scale));
        }
        if !self.tensor_scale && tensor_scale.to_bits() != 1f32.to_bits() {
            return Err(BlockError::NoTensorScale(tensor_scale));
        }
        if cols == 0 && len > 0 || cols > 0 && !len.is_multiple_of(cols) {
            return Err(BlockError::Columns { len, cols });
        }
        let rows = len.checked_div(cols).unwrap_or(0);
        let expected = self.element.bytes(len);
        if elements != expected {
            let found = elements;
            return Err(BlockError::ElementLength { expected, found });
        }
        let (scale_rows, scale_cols) = self.blocks.grid(rows, cols);
        let expected = self.scale.bytes(scale_rows * scale_cols);
        if scales != expected {
            let found = scales;
            return Err(BlockError::ScaleLength { expected, found });
        }
        Ok(rows)
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "the two sides of the work, and how to do it"
    )]
    pub(super) fn quantize<S: Format>(
        &self,
        isa: Isa,
        src: &[S],
        cols: usize,
        tensor_scale: f32,
        elements: &mut [u8],
        scales: &mut [u8],
        cast: Cast,
    ) -> Result<Counts, BlockError> {
        const {
            assert!(
                S::LAYOUT.is_within(Layout::BINARY32),
                "a block is made of formats that f32 has all values of"
            );
        }
        if !self.rule.serves(self.scale.layout) {
            let (rule, scale) = (self.rule, self.scale.name);
            return Err(BlockError::Rule { rule, scale });
        }
        let rows = self.check(src.len(), cols, tensor_scale, elements.len(), scales.len())?;
        // The bits after the last code.
        for stream in [&mut *elements, &mut *scales] {
            if let Some(last) = stream.last_mut() {
                *last = 0;
            }
        }
        let fast = Fast::new(self, tensor_scale, cast);
        if let Some(fast) = &fast
            && self.blocks.rows() == 1
            && vector::SMALL.contains(&self.blocks.cols())
        {
            let how = (isa, tensor_scale, cast);
            return self.quantize_rows(fast, how, (src, cols), elements, scales);
        }
        let mut counts = Counts::default();
        for block in self.blocks.each(rows, cols) {
            let done = fast.as_ref().and_then(|fast| {
                vector::quantize_block(self, fast, isa, (src, cols), &block, elements, scales)
            });
            counts += if let Some(counts) = done {
                counts
            } else {
                let how = (isa, tensor_scale, cast);
                scalar::quantize(self, how, (src, cols), &block, elements, scales)?
            };
        }
        Ok(counts)
    }

    /// Quantizes blocks of one row, row by row, or all at once where no row ends within a block.
    fn quantize_rows<S: Format>(
        &self,
        fast: &Fast,
        how: (Isa, f32, Cast),
        (src, cols): (&[S], usize),
        elements: &mut [u8],
        scales: &mut [u8],
    ) -> Result<Counts, BlockError> {
        let size = self.blocks.cols();
        let row = if cols.is_multiple_of(size) {
            src.len()
        } else {
            cols
        };
        let (mut counts, mut exact, mut result) = (Counts::default(), Counts::default(), Ok(()));
        for (nth, numbers) in src.chunks(row.max(1)).enumerate() {
            let places = (nth * row, nth * row.div_ceil(size));
            let exactly = |index, elements: &mut [u8], scales: &mut [u8]| {
                let block = self.blocks.at(index, src.len() / cols, cols);
                match scalar::quantize(self, how, (src, cols), &block, elements, scales) {
                    Ok(more) => exact += more,
                    Err(error) => result = Err(error),
                }
            };
            counts += vector::quantize_row(
                self, fast, how.0, numbers, places, elements, scales, exactly,
            );
            result?;
        }
        Ok(counts + exact)
    }

    pub(super) fn dequantize<D: Format>(
        &self,
        isa: Isa,
        elements: &[u8],
        scales: &[u8],
        cols: usize,
        tensor_scale: f32,
        dst: &mut [D],
    ) -> Result<(), BlockError> {
        let rows = self.check(dst.len(), cols, tensor_scale, elements.len(), scales.len())?;
        let source = (elements, scales);
        let Some(fast) = decode::Fast::new(self) else {
            for block in self.blocks.each(rows, cols) {
                self.dequantize_exactly(isa, source, tensor_scale, &block, (dst, cols));
            }
            return Ok(());
        };
        let mut multipliers = decode::Multipliers::new(self, tensor_scale);
        let mut scratch = decode::Scratch::new();
        let size = self.blocks.cols();
        let blocks = decode::blocks_of_tile(size);
        if self.blocks.rows() == 1 && blocks > 0 {
            let row = if cols.is_multiple_of(size) {
                dst.len()
            } else {
                cols
            };
            let tiles = (0..dst.len()).step_by(row.max(1)).flat_map(|row_start| {
                let row_end = row_start + row;
                let tiles = (row_start..row_end).step_by(blocks * size);
                tiles.map(move |start| (start, row_start, row_end.min(start + blocks * size)))
            });
            for (start, row_start, end) in tiles {
                let first = row_start / row * row.div_ceil(size) + (start - row_start) / size;
                let number = (end - start).div_ceil(size);
                let by = (size, multipliers.of(scales, first, number));
                if !fast.dequantize(isa, &mut scratch, elements, start, by, &mut dst[start..end]) {
                    for index in first..first + number {
                        let block = self.blocks.at(index, rows, cols);
                        self.dequantize_exactly(isa, source, tensor_scale, &block, (dst, cols));
                    }
                }
            }
            return Ok(());
        }
        for block in self.blocks.each(rows, cols) {
            let multiplier = multipliers.of(scales, block.index, 1);
            let done = block.segments(cols).all(|segment| {
                let pieces = segment.clone().step_by(decode::PIECE);
                pieces.into_iter().all(|start| {
                    let end = segment.end.min(start + decode::PIECE);
                    let by = (decode::PIECE, multiplier);
                    fast.dequantize(isa, &mut scratch, elements, start, by, &mut dst[start..end])
                })
            });
            if !done {
                self.dequantize_exactly(isa, source, tensor_scale, &block, (dst, cols));
            }
        }
        Ok(())
    }

    fn dequantize_exactly<D: Format>(
        &self,
        isa: Isa,
        (elements, scales): (&[u8], &[u8]),
        tensor_scale: f32,
        block: &Block,
        (dst, cols): (&mut [D], usize),
    ) {
        let code = stream::get(scales, self.scale.bits, block.index);
        let multiplier = self.multiplier(code, tensor_scale);
        scalar::dequantize(self, isa, elements, cols, block, multiplier, dst);
    }

    /// What the elements of a block with this scale are multiplied by.
    fn multiplier(&self, code: u64, tensor_scale: f32) -> f32 {
        let scale = widened(self.scale.layout, code);
        let (combined, _) = if self.divides {
            crate::arithmetic::ieee::div(scale, tensor_scale, crate::round::Rounding::TiesToEven)
        } else {
            crate::arithmetic::ieee::mul(scale, tensor_scale, crate::round::Rounding::TiesToEven)
        };
        combined
    }
}

/// A code as the `f32` of its value.
pub(super) fn widened(layout: Layout, code: u64) -> f32 {
    let (bits, _) = Cast::new().convert(layout, Layout::BINARY32, code);
    f32::from_bits(bits as u32)
}
