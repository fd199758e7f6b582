//! Quantizes a panel of a weight: elements and scales.

use std::sync::atomic::{AtomicU32, Ordering};

use ulp::block::{Counts, Scheme};
use ulp::{Cast, Dtype, slice};

use super::dequantize::TensorScales;
use super::execute::Buffers;
use super::numbers::Numbers;
use super::panels::{Panel, Panels};
use crate::checkpoint::Name;
use crate::error::Error;
use crate::formats;
use crate::quantized::Target;

/// A weight to write in a scheme. A checkpoint may have a million of them, so names and shapes come from the source and the scheme.
#[derive(Debug)]
pub(crate) struct Quantize<'a> {
    pub(crate) numbers: Numbers<'a>,
    pub(crate) target: &'a Target,
    pub(crate) cast: Cast,
    /// The number of the family of weights whose largest magnitude decides the tensor's scale.
    pub(crate) family: Option<u32>,
}

/// A tensor of a weight in a scheme.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    Elements,
    Scales,
    TensorScale,
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
    /// Returns the name of a tensor.
    pub(crate) fn name(&self, part: Part) -> Name<'_> {
        let suffix = match part {
            Part::Elements => self.target.elements.1,
            Part::Scales => self.target.scales.1,
            Part::TensorScale => self.target.tensor_scale.unwrap_or_default(),
        };
        Name {
            weight: self.numbers.name(),
            suffix,
        }
    }

    /// Returns the dtype of a tensor in the file. That of scales represents every scale of the scheme.
    pub(crate) fn dtype(&self, part: Part) -> safetensors::Dtype {
        match part {
            Part::Elements => self.target.elements.0,
            Part::Scales => self.target.scales.0,
            Part::TensorScale => safetensors::Dtype::F32,
        }
    }

    /// Returns the shape of a tensor.
    pub(crate) fn shape(&self, part: Part) -> Vec<u64> {
        let mut shape = self.numbers.result_shape();
        match part {
            Part::Elements => {
                if self.target.elements.0 == safetensors::Dtype::U8
                    && let Some(cols) = shape.last_mut()
                {
                    *cols = *cols * u64::from(self.target.scheme.element.layout().bits()) / 8;
                }
                shape
            }
            Part::Scales => self.target.scales_shape(&shape),
            Part::TensorScale => vec![1],
        }
    }

    pub(crate) fn scheme(&self) -> Scheme {
        self.target.scheme_for(self.numbers.scale())
    }

    pub(crate) fn panels(&self) -> Panels {
        let (shape, blocks) = (self.numbers.result_shape(), self.scheme().blocks);
        if self.numbers.is_transposed() {
            Panels::square(&shape, blocks)
        } else {
            Panels::new(&shape, blocks)
        }
    }

    /// Returns the format of the scales in the file.
    pub(crate) fn stored(&self) -> Dtype {
        match self.dtype(Part::Scales) {
            safetensors::Dtype::U8 => Dtype::F8E8M0Fnu,
            dtype => formats::of_tensor(dtype).expect("scales are floats"),
        }
    }

    /// Quantizes the panel of this number. `amax` is the largest magnitude of the family.
    pub(crate) fn panel(
        &self,
        number: u64,
        tensor_scales: &TensorScales,
        amax: f32,
        buffers: &mut Buffers<'a>,
    ) -> Result<Quantized, Error> {
        let (panels, scheme) = (self.panels(), self.scheme());
        let panel = panels.at(number);
        let has_one_scale = self.has_one_scale();
        let mut numbers = std::mem::take(&mut buffers.numbers);
        numbers.clear();
        // The largest magnitude of a whole tensor stands before each of its chunks, so every chunk gets the tensor's scale.
        numbers.extend(has_one_scale.then_some(amax));
        self.numbers.read_panel(tensor_scales, panels, panel, buffers, &mut numbers)?;
        let (rows, cols) = if has_one_scale {
            (1, numbers.len())
        } else {
            (panel.height as usize, panel.width as usize)
        };
        let tensor_scale = scheme.tensor_scale_of(amax);
        let Buffers {
            elements, block_scales, ..
        } = buffers;
        elements.resize(scheme.element_bytes(rows, cols), 0);
        block_scales.resize(scheme.scale_bytes(rows, cols), 0);
        let counts = scheme
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
        self.target.has_one_scale()
    }

    /// Converts scales to the format in which they are stored.
    pub(crate) fn store(&self, scales: &mut Vec<u8>) {
        let (scale, stored) = (self.scheme().scale, self.stored());
        if stored.layout() != scale.layout() {
            let from = std::mem::take(scales);
            let count = from.len() * 8 / scale.bits() as usize;
            scales.resize(count * stored.bits() as usize / 8, 0);
            slice::cast_bytes(scale, &from, stored, scales, Cast::new()).expect("as many of both");
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
