//! Matrices split among the threads of rayon. The bits don't change.

use super::plan::Plan;
use super::{BlockError, Counts, Scheme};
use crate::cpu::Isa;
use crate::round::{Cast, Format};
use crate::slice::parallel::PART;

/// A multiple of this number of rows of blocks ends at a whole byte, for every width of elements and scales.
const ROWS_TO_WHOLE_BYTES: usize = 8;

impl Scheme {
    /// Does what [`quantize`](Self::quantize) does, on the threads of rayon, with the same bits.
    ///
    /// The matrix is split between rows of blocks. A matrix of one block stays on this thread, and a matrix of up to 65,536
    /// elements does too.
    ///
    /// # Errors
    /// The errors are those of [`quantize`](Self::quantize).
    pub fn par_quantize<S: Format>(
        self,
        src: &[S],
        cols: usize,
        tensor_scale: f32,
        elements: &mut [u8],
        scales: &mut [u8],
    ) -> Result<Counts, BlockError> {
        let cast = Cast::new().saturating();
        self.par_quantize_with(src, cols, tensor_scale, elements, scales, cast)
    }

    /// Does what [`quantize_with`](Self::quantize_with) does, on the threads of rayon. The matrix is split as in
    /// [`par_quantize`](Self::par_quantize).
    ///
    /// # Errors
    /// The errors are those of [`quantize`](Self::quantize).
    pub fn par_quantize_with<S: Format>(
        self,
        src: &[S],
        cols: usize,
        tensor_scale: f32,
        elements: &mut [u8],
        scales: &mut [u8],
        cast: Cast,
    ) -> Result<Counts, BlockError> {
        let lengths = (elements.len(), scales.len());
        Plan::of(self).check_source(src.len(), cols, tensor_scale, lengths)?;
        let work = Quantize {
            scheme: self,
            isa: Isa::detect(),
            tensor_scale,
            cast,
        };
        work.run(src, cols, elements, scales)
    }

    /// Does what [`dequantize`](Self::dequantize) does, on the threads of rayon, with the same bits. The matrix is split as in
    /// [`par_quantize`](Self::par_quantize).
    ///
    /// # Errors
    /// The errors are those of [`dequantize`](Self::dequantize).
    pub fn par_dequantize<D: Format>(
        self,
        elements: &[u8],
        scales: &[u8],
        cols: usize,
        tensor_scale: f32,
        dst: &mut [D],
    ) -> Result<(), BlockError> {
        let lengths = (elements.len(), scales.len());
        Plan::of(self).check_target(dst.len(), cols, tensor_scale, lengths)?;
        let work = Dequantize {
            scheme: self,
            isa: Isa::detect(),
            tensor_scale,
        };
        work.run(elements, scales, cols, dst)
    }

    /// Returns the row at which a matrix is split, with the number of numbers, bytes of elements, bytes of scales, and scales
    /// above that row. Returns `None` if the matrix is not split.
    fn split(self, len: usize, cols: usize) -> Option<Split> {
        if len <= PART {
            return None;
        }
        let unit = self.blocks.rows().saturating_mul(ROWS_TO_WHOLE_BYTES);
        let rows = len / cols / 2 / unit * unit;
        let (grid_rows, grid_cols) = self.blocks.grid(rows, cols);
        (rows > 0).then(|| Split {
            numbers: rows * cols,
            element_bytes: self.element_bytes(rows, cols),
            scale_bytes: self.scale_bytes(rows, cols),
            scales: grid_rows * grid_cols,
        })
    }
}

struct Split {
    numbers: usize,
    element_bytes: usize,
    scale_bytes: usize,
    scales: usize,
}

#[derive(Clone, Copy)]
struct Quantize {
    scheme: Scheme,
    isa: Isa,
    tensor_scale: f32,
    cast: Cast,
}

impl Quantize {
    fn run<S: Format>(self, src: &[S], cols: usize, elements: &mut [u8], scales: &mut [u8]) -> Result<Counts, BlockError> {
        let Self {
            scheme,
            isa,
            tensor_scale,
            cast,
        } = self;
        let Some(split) = scheme.split(src.len(), cols) else {
            return scheme.quantize_on(isa, src, cols, tensor_scale, elements, scales, cast);
        };
        let src = src.split_at(split.numbers);
        let elements = elements.split_at_mut(split.element_bytes);
        let scales = scales.split_at_mut(split.scale_bytes);
        let (first, second) = rayon::join(
            || self.run(src.0, cols, elements.0, scales.0),
            || self.run(src.1, cols, elements.1, scales.1),
        );
        let second = second.map_err(|error| match error {
            BlockError::Nan { scale } => BlockError::Nan {
                scale: scale + split.scales,
            },
            other => other,
        });
        Ok(first? + second?)
    }
}

#[derive(Clone, Copy)]
struct Dequantize {
    scheme: Scheme,
    isa: Isa,
    tensor_scale: f32,
}

impl Dequantize {
    fn run<D: Format>(self, elements: &[u8], scales: &[u8], cols: usize, dst: &mut [D]) -> Result<(), BlockError> {
        let Self {
            scheme,
            isa,
            tensor_scale,
        } = self;
        let Some(split) = scheme.split(dst.len(), cols) else {
            return scheme.dequantize_on(isa, elements, scales, cols, tensor_scale, dst);
        };
        let dst = dst.split_at_mut(split.numbers);
        let elements = elements.split_at(split.element_bytes);
        let scales = scales.split_at(split.scale_bytes);
        let (first, second) = rayon::join(
            || self.run(elements.0, scales.0, cols, dst.0),
            || self.run(elements.1, scales.1, cols, dst.1),
        );
        first.and(second)
    }
}
