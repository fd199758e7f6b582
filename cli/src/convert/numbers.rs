//! The numbers of a tensor as f32, in whatever form they are stored.

use std::sync::Arc;

use super::dequantize::{self, TensorScales, matrix_of};
use super::execute::Buffers;
use super::panels::{Panel, Panels};
use super::transpose;
use crate::cast::{Caster, RoundingMethod};
use crate::checkpoint::{Reader, Shard};
use crate::error::Error;
use crate::quantized::{Located, Weight};

/// The source of numbers.
#[derive(Clone, Debug)]
pub(crate) enum Numbers<'a> {
    /// Floats without scales: a shard, the number of a tensor in it, and its format. A checkpoint may have millions of tensors.
    Plain(&'a Shard, u32, ulp::Dtype),
    /// Elements that are multiplied by their scales.
    Scaled(Arc<Weight<'a>>),
}

impl<'a> Numbers<'a> {
    /// Returns the numbers of a tensor of floats without scales.
    pub(crate) fn plain((shard, tensor): Located<'a>, format: ulp::Dtype) -> Numbers<'a> {
        Numbers::Plain(shard, tensor.number(), format)
    }

    /// Returns the name of the weight.
    pub(crate) fn name(&self) -> &str {
        match self {
            Numbers::Plain(shard, number, _) => shard.header.tensor(*number).name(),
            Numbers::Scaled(weight) => weight.name(),
        }
    }

    /// Returns the shape that the weight has without scales.
    pub(crate) fn result_shape(&self) -> Vec<u64> {
        match self {
            Numbers::Plain(shard, number, _) => shard.header.tensor(*number).shape().to_vec(),
            Numbers::Scaled(weight) => weight.result_shape(),
        }
    }

    pub(crate) fn elements(&self) -> u64 {
        match self {
            Numbers::Plain(shard, number, _) => shard.header.tensor(*number).elements(),
            Numbers::Scaled(weight) => weight.count(),
        }
    }

    /// Returns the shards that have these numbers.
    pub(crate) fn shards(&self) -> Vec<&'a Shard> {
        match self {
            Numbers::Plain(shard, ..) => vec![shard],
            Numbers::Scaled(weight) => weight.shards(),
        }
    }

    /// Returns the format in which the numbers are read. It represents all of them.
    pub(crate) fn format(&self) -> ulp::Dtype {
        match self {
            Numbers::Plain(.., format) => *format,
            Numbers::Scaled(_) => ulp::Dtype::F32,
        }
    }

    /// Returns the format of the scales that are stored with the numbers.
    pub(crate) fn scale(&self) -> Option<ulp::Dtype> {
        match self {
            Numbers::Plain(..) => None,
            Numbers::Scaled(weight) => Some(weight.scale),
        }
    }

    /// Reads the scales that must be known before the numbers.
    pub(crate) fn tensor_scales(&self, reader: &mut Reader<'a>) -> Result<TensorScales, Error> {
        match self {
            Numbers::Plain(..) => Ok(TensorScales::default()),
            Numbers::Scaled(weight) => TensorScales::read(weight, reader),
        }
    }

    /// Reads numbers from `first` on, in their format. Returns one of `buffers` with their bytes.
    /// [`give_back`](Self::give_back) puts this buffer back.
    pub(crate) fn read_stored(
        &self,
        tensor_scales: &TensorScales,
        first: u64,
        count: u64,
        buffers: &mut Buffers<'a>,
    ) -> Result<Vec<u8>, Error> {
        match self {
            Numbers::Plain(shard, number, _) => {
                let tensor = shard.header.tensor(*number);
                let Buffers { reader, read: bytes, .. } = buffers;
                dequantize::read(reader, shard, tensor, first, count, bytes)?;
                Ok(std::mem::take(bytes))
            }
            Numbers::Scaled(_) => {
                self.read(tensor_scales, first, count, buffers)?;
                Ok(std::mem::take(&mut buffers.wide))
            }
        }
    }

    pub(crate) fn give_back(&self, bytes: Vec<u8>, buffers: &mut Buffers<'a>) {
        match self {
            Numbers::Plain(..) => buffers.read = bytes,
            Numbers::Scaled(_) => buffers.wide = bytes,
        }
    }

    /// Returns whether the result has the numbers in another order than the file.
    pub(crate) fn is_transposed(&self) -> bool {
        matches!(self, Numbers::Scaled(weight) if weight.is_transposed())
    }

    /// Appends the numbers of a panel of the result, row by row.
    pub(crate) fn read_panel(
        &self,
        tensor_scales: &TensorScales,
        panels: Panels,
        panel: Panel,
        buffers: &mut Buffers<'a>,
        numbers: &mut Vec<f32>,
    ) -> Result<(), Error> {
        let mut append = |wide: &[u8]| {
            let read = wide.as_chunks().0.iter();
            numbers.extend(read.map(|&bytes| f32::from_le_bytes(bytes)));
        };
        if let Numbers::Scaled(weight) = self
            && weight.is_transposed()
        {
            transpose::read_panel(weight, tensor_scales, panel, buffers)?;
            append(&buffers.wide);
            return Ok(());
        }
        for (first, count) in panels.runs(panel) {
            self.read(tensor_scales, first, count, buffers)?;
            append(&buffers.wide);
        }
        Ok(())
    }

    /// Fills `buffers.wide` with numbers from `first` on, in the order in which they are stored.
    pub(crate) fn read(
        &self,
        tensor_scales: &TensorScales,
        first: u64,
        count: u64,
        buffers: &mut Buffers<'a>,
    ) -> Result<(), Error> {
        match self {
            Numbers::Plain(shard, number, from) => {
                let tensor = shard.header.tensor(*number);
                let Buffers {
                    reader,
                    read: bytes,
                    wide,
                    unpacked,
                    ..
                } = buffers;
                dequantize::read(reader, shard, tensor, first, count, bytes)?;
                wide.resize(count as usize * size_of::<f32>(), 0);
                let exactly = RoundingMethod::Cast(ulp::Cast::new());
                Caster::new(*from, ulp::Dtype::F32, exactly).cast(first, bytes, wide, unpacked);
                Ok(())
            }
            Numbers::Scaled(weight) => {
                // Eight elements of any format begin and end with a byte.
                let all = matrix_of(weight) * weight.shape().iter().rev().skip(2).product::<u64>();
                let start = first / 8 * 8;
                let end = (first + count).next_multiple_of(8).min(all);
                dequantize::numbers(weight, tensor_scales, start, end - start, buffers)?;
                let before = (first - start) as usize * size_of::<f32>();
                buffers.wide.drain(..before);
                buffers.wide.truncate(count as usize * size_of::<f32>());
                Ok(())
            }
        }
    }
}
