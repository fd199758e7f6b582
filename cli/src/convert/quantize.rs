//! Quantizes a panel of a weight: elements and scales.

use std::sync::atomic::{AtomicU32, Ordering};

use ulp::block::{Blocks, Counts, Scheme};
use ulp::{Cast, Dtype, slice};

use super::dequantize::TensorScales;
use super::execute::Buffers;
use super::numbers::Numbers;
use super::panels::{Panel, Panels};
use super::plan::Changed;
use crate::error::Error;

/// A weight to write in a scheme.
#[derive(Debug)]
pub(crate) struct Quantize<'a> {
    pub(crate) numbers: Numbers<'a>,
    /// The name and the shape of the tensor of elements.
    pub(crate) elements: Changed,
    pub(crate) scheme: Scheme,
    /// The format of the scales in the file. It represents every scale of the scheme.
    pub(crate) stored: Dtype,
    pub(crate) cast: Cast,
    pub(crate) panels: Panels,
    /// The names of the tensors of scales.
    pub(crate) scales: String,
    pub(crate) tensor_scale: Option<String>,
    /// The number of the family of weights whose largest magnitude decides the tensor's scale.
    pub(crate) family: Option<usize>,
}

/// The result of quantizing the panel in `buffers.numbers`. It lies in `buffers.elements` and `buffers.block_scales`.
pub(crate) struct Quantized {
    pub(crate) panel: Panel,
    /// How many columns the panel had.
    pub(crate) cols: usize,
    /// How many elements stand before the panel in `buffers.elements`.
    pub(crate) skip: usize,
    pub(crate) tensor_scale: f32,
    pub(crate) counts: Counts,
}

impl<'a> Quantize<'a> {
    /// Quantizes the panel of this number. `amax` is the largest magnitude of the family.
    pub(crate) fn panel(
        &self,
        number: u64,
        tensor_scales: &TensorScales,
        amax: f32,
        buffers: &mut Buffers<'a>,
    ) -> Result<Quantized, Error> {
        let panel = self.panels.at(number);
        let has_one_scale = self.has_one_scale();
        let mut numbers = std::mem::take(&mut buffers.numbers);
        numbers.clear();
        // The largest magnitude of a whole tensor stands before each of its chunks, so every chunk gets the tensor's scale.
        numbers.extend(has_one_scale.then_some(amax));
        self.numbers
            .read_panel(tensor_scales, self.panels, panel, buffers, &mut numbers)?;
        let (rows, cols) = if has_one_scale {
            (1, numbers.len())
        } else {
            (panel.height as usize, panel.width as usize)
        };
        let tensor_scale = self.scheme.tensor_scale_of(amax);
        let Buffers {
            elements, block_scales, ..
        } = buffers;
        elements.resize(self.scheme.element_bytes(rows, cols), 0);
        block_scales.resize(self.scheme.scale_bytes(rows, cols), 0);
        let counts = self
            .scheme
            .quantize_with(&numbers, cols, tensor_scale, elements, block_scales, self.cast)
            .expect("the scheme fits itself and has a NaN");
        buffers.numbers = numbers;
        Ok(Quantized {
            panel,
            cols,
            skip: usize::from(has_one_scale),
            tensor_scale,
            counts,
        })
    }

    /// Returns whether the tensor has one scale.
    pub(crate) fn has_one_scale(&self) -> bool {
        self.scheme.blocks == Blocks::TENSOR
    }

    /// Converts scales to the format in which they are stored.
    pub(crate) fn store(&self, scales: &mut Vec<u8>) {
        if self.stored.layout() != self.scheme.scale.layout() {
            let from = std::mem::take(scales);
            let count = from.len() * 8 / self.scheme.scale.bits() as usize;
            scales.resize(count * self.stored.bits() as usize / 8, 0);
            slice::cast_bytes(self.scheme.scale, &from, self.stored, scales, Cast::new()).expect("as many of both");
        }
    }
}

/// Raises `largest` to the largest finite magnitude of numbers, which are f32 in bytes. `largest` holds the bits of an f32. The
/// bits of positive numbers have the order of the numbers.
pub(crate) fn take_largest(numbers: &[u8], largest: &AtomicU32) {
    let bits = numbers.as_chunks().0.iter().fold(0, |largest, &bytes| {
        let bits = u32::from_le_bytes(bytes) & (u32::MAX >> 1);
        let finite = if bits < f32::INFINITY.to_bits() { bits } else { 0 };
        largest.max(finite)
    });
    largest.fetch_max(bits, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_scale_is_finite() {
        let largest = AtomicU32::new(0);
        let numbers = [f32::NAN, -3.0, f32::NEG_INFINITY, 0.0].map(f32::to_le_bytes);
        take_largest(numbers.as_flattened(), &largest);
        assert_eq!(largest.into_inner(), 3.0_f32.to_bits());
    }
}
