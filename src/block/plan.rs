//! [`Plan`]: a scheme in the form that the loops need. The formats may be types or values.

use super::draws::Draws;
use super::quantizer::Quantizer;
use super::quotient::{Divisor, Factor};
use super::rule::is_positive;
use super::{BlockError, Blocks, Counts, ScaleRule, Scheme, bit_stream, dequantizer, scalar, vector};
use crate::cpu::Isa;
use crate::float::Dtype;
use crate::format::Layout;
use crate::round::{Cast, Format};
use crate::slice::Stochastic;

/// Numbers in memory: the layout, the number of bits of each number, and the name.
#[derive(Clone, Copy)]
pub(super) struct Codes {
    pub(super) layout: Layout,
    /// The bits of a number in memory.
    pub(super) bits: u32,
    pub(super) name: &'static str,
    /// True if the bytes of a number stand in reverse.
    pub(super) is_reversed: bool,
}

impl Codes {
    #[inline]
    const fn of(dtype: Dtype) -> Self {
        Self {
            layout: dtype.layout(),
            bits: dtype.bits(),
            name: dtype.name(),
            is_reversed: false,
        }
    }

    /// Returns the codes of numbers of a type.
    pub(super) const fn of_type<F: Format>() -> Self {
        Self {
            layout: F::LAYOUT,
            bits: 8 * size_of::<F>() as u32,
            name: F::DTYPE,
            is_reversed: cfg!(target_endian = "big") && size_of::<F>() > 1,
        }
    }

    /// Writes the number of this index.
    #[inline]
    pub(super) fn put(self, numbers: &mut [u8], index: usize, code: u64) {
        bit_stream::put(numbers, self.bits, index, self.in_order(code));
    }

    /// Reads the number of this index.
    #[inline]
    pub(super) fn get(self, numbers: &[u8], index: usize) -> u64 {
        // Bits above the width of the format mean nothing.
        self.in_order(bit_stream::get(numbers, self.bits, index)) & self.layout.code_mask()
    }

    fn in_order(self, code: u64) -> u64 {
        if self.is_reversed {
            code.swap_bytes() >> (64 - self.bits)
        } else {
            code
        }
    }

    /// Returns the number of bytes of `numbers` codes, or `usize::MAX` if the number exceeds `usize`. No slice is that long.
    fn bytes(self, numbers: usize) -> usize {
        let bits = numbers as u128 * self.bits as u128;
        usize::try_from(bits.div_ceil(8)).unwrap_or(usize::MAX)
    }

    /// Returns whether `f32` has all values of the format.
    const fn is_narrow(self) -> bool {
        self.layout.is_within(Layout::BINARY32)
    }
}

/// A scheme and its codes.
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
    #[inline]
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

    /// Returns the divisor of the elements of a block. The code of the scale must be positive and finite.
    pub(super) fn divisor(&self, code: u64, tensor_scale: f32) -> Divisor {
        let scale = Factor::new(self.scale.layout, code);
        let (factor, divisor) = self.tensor_factors(tensor_scale);
        Divisor {
            factor,
            divisor: scale.times(divisor),
        }
    }

    /// Returns the factor and the divisor that the tensor scale applies to all numbers.
    pub(super) fn tensor_factors(&self, tensor_scale: f32) -> (Factor, Factor) {
        let tensor_scale = Factor::of_f32(tensor_scale);
        if self.divides {
            (tensor_scale, Factor::ONE)
        } else {
            (Factor::ONE, tensor_scale)
        }
    }

    /// Checks the lengths of the slices and the tensor scale. Returns the number of rows.
    #[inline]
    pub(super) fn check_target(
        &self,
        len: usize,
        cols: usize,
        tensor_scale: f32,
        (elements, scales): (usize, usize),
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

    /// Checks that the matrix can be quantized. Returns the number of rows.
    pub(super) fn check_source(
        &self,
        len: usize,
        cols: usize,
        tensor_scale: f32,
        (elements, scales): (usize, usize),
    ) -> Result<usize, BlockError> {
        if !self.rule.supports(self.scale.layout) {
            let (rule, scale) = (self.rule, self.scale.name);
            return Err(BlockError::Rule { rule, scale });
        }
        self.check_target(len, cols, tensor_scale, (elements, scales))
    }

    /// Begins to quantize: checks the formats, the lengths and the tensor scale, and clears the bits after the last codes.
    /// Returns the number of rows.
    fn begin<S: Format>(
        &self,
        src: &[S],
        cols: usize,
        tensor_scale: f32,
        elements: &mut [u8],
        scales: &mut [u8],
    ) -> Result<usize, BlockError> {
        const {
            assert!(
                S::LAYOUT.is_within(Layout::BINARY32),
                "a block is made of formats that f32 has all values of"
            );
        }
        let lengths = (elements.len(), scales.len());
        let rows = self.check_source(src.len(), cols, tensor_scale, lengths)?;
        clear_last(elements, scales);
        Ok(rows)
    }

    #[allow(clippy::too_many_arguments, reason = "the two sides of the work, and how to do it")]
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
        let rows = self.begin(src, cols, tensor_scale, elements, scales)?;
        let quantizer = Quantizer::new(self, tensor_scale, cast, S::LAYOUT.precision());
        if let Some(quantizer) = &quantizer
            && self.blocks.rows() == 1
            && vector::SMALL.contains(&self.blocks.cols())
        {
            let how = (isa, tensor_scale);
            return self.quantize_rows(quantizer, how, (src, cols), elements, scales);
        }
        let mut counts = Counts::default();
        for block in self.blocks.each(rows, cols) {
            let done = quantizer
                .as_ref()
                .and_then(|quantizer| vector::quantize_block(self, quantizer, isa, (src, cols), &block, elements, scales));
            counts += if let Some(counts) = done {
                counts
            } else {
                let element = self.element.layout;
                let round = |divisor: Divisor, x, _| divisor.round(cast, element, x);
                let how = (isa, tensor_scale);
                scalar::quantize(self, how, round, (src, cols), &block, elements, scales)?
            };
        }
        Ok(counts)
    }

    #[allow(clippy::too_many_arguments, reason = "the two sides of the work, and how to do it")]
    pub(super) fn quantize_stochastic<S: Format>(
        &self,
        isa: Isa,
        src: &[S],
        cols: usize,
        tensor_scale: f32,
        elements: &mut [u8],
        scales: &mut [u8],
        stochastic: Stochastic,
    ) -> Result<Counts, BlockError> {
        let rows = self.begin(src, cols, tensor_scale, elements, scales)?;
        let (element, how) = (self.element.layout, (isa, tensor_scale));
        let (mut draws, mut counts) = (Draws::new(isa, stochastic), Counts::default());
        for block in self.blocks.each(rows, cols) {
            let round = |divisor, x, index| draws.round(divisor, element, x, index);
            counts += scalar::quantize(self, how, round, (src, cols), &block, elements, scales)?;
        }
        Ok(counts)
    }

    /// Quantizes blocks that are one row high. The function goes row by row, or takes all rows at once if no row ends within a
    /// block.
    fn quantize_rows<S: Format>(
        &self,
        quantizer: &Quantizer,
        how: (Isa, f32),
        (src, cols): (&[S], usize),
        elements: &mut [u8],
        scales: &mut [u8],
    ) -> Result<Counts, BlockError> {
        let size = self.blocks.cols();
        let row = if cols.is_multiple_of(size) { src.len() } else { cols };
        let (mut counts, mut exact, mut result) = (Counts::default(), Counts::default(), Ok(()));
        for (nth, numbers) in src.chunks(row.max(1)).enumerate() {
            let places = (nth * row, nth * row.div_ceil(size));
            let exactly = |index, elements: &mut [u8], scales: &mut [u8]| {
                let block = self.blocks.at(index, src.len() / cols, cols);
                // The lanes serve this cast alone.
                let cast = Cast::new().saturating();
                let round = |divisor: Divisor, x, _| divisor.round(cast, self.element.layout, x);
                match scalar::quantize(self, how, round, (src, cols), &block, elements, scales) {
                    Ok(more) => exact += more,
                    Err(error) => result = Err(error),
                }
            };
            counts += vector::quantize_row(self, quantizer, how.0, numbers, places, elements, scales, exactly);
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
        let lengths = (elements.len(), scales.len());
        let rows = self.check_target(dst.len(), cols, tensor_scale, lengths)?;
        let Some(dequantizer) = dequantizer::Dequantizer::new(self, tensor_scale, isa, dst.len()) else {
            for block in self.blocks.each(rows, cols) {
                let multiplier = self.multiplier(scales, block.index, tensor_scale);
                for segment in block.segments(cols) {
                    let first = segment.start;
                    scalar::dequantize(self, isa, elements, first, multiplier, &mut dst[segment]);
                }
            }
            return Ok(());
        };
        let mut scratch = dequantizer::Scratch::new();
        // A line is a run of neighbouring numbers whose scales are neighbours too.
        let whole = self.blocks.rows() >= rows && self.blocks.cols() >= cols;
        let rows_join = self.blocks.rows() == 1 && cols.is_multiple_of(self.blocks.cols());
        let line = if whole || rows_join { dst.len() } else { cols };
        // One block has all numbers of a whole matrix, also where its columns are fewer than the numbers.
        let size = if whole { line } else { self.blocks.cols().min(line) };
        let size = size.max(1);
        for (nth, numbers) in dst.chunks_mut(line.max(1)).enumerate() {
            let first = nth * line;
            let first_scale = nth / self.blocks.rows() * line.div_ceil(size);
            let mut at = 0;
            while at < numbers.len() {
                let block = at / size;
                let end = numbers.len().min(at + dequantizer::numbers_at_once(size));
                let end = if size > dequantizer::CHUNK {
                    end.min((block + 1) * size)
                } else {
                    end
                };
                let dst = &mut numbers[at..end];
                let source = (elements, first + at);
                let by = (scales, first_scale + block);
                if !dequantizer.dequantize(isa, &mut scratch, source, by, size, dst) {
                    for (nth, dst) in dst.chunks_mut(size).enumerate() {
                        let multiplier = self.multiplier(scales, by.1 + nth, tensor_scale);
                        let first = source.1 + nth * size;
                        scalar::dequantize(self, isa, elements, first, multiplier, dst);
                    }
                }
                at = end;
            }
        }
        Ok(())
    }

    /// Returns the factor of the elements of the block of this index.
    #[inline]
    fn multiplier(&self, scales: &[u8], index: usize, tensor_scale: f32) -> f32 {
        let code = self.scale.get(scales, index);
        let scale = widened(self.scale.layout, code);
        let (combined, _) = if self.divides {
            crate::arithmetic::ieee::div(scale, tensor_scale, crate::round::Rounding::TiesToEven)
        } else {
            crate::arithmetic::ieee::mul(scale, tensor_scale, crate::round::Rounding::TiesToEven)
        };
        combined
    }
}

/// Clears the bits after the last code.
fn clear_last(elements: &mut [u8], scales: &mut [u8]) {
    for stream in [elements, scales] {
        if let Some(last) = stream.last_mut() {
            *last = 0;
        }
    }
}

/// Returns the value of a code as an `f32`.
pub(super) fn widened(layout: Layout, code: u64) -> f32 {
    let (bits, _) = Cast::new().convert_at_run_time(layout, Layout::BINARY32, code);
    f32::from_bits(bits as u32)
}
