//! Reads the numbers of a weight that is stored with scales. A number is scale · tensor scale · element. Each product is rounded
//! to f32, as loaders do.

use super::direct;
use super::execute::Buffers;
use crate::checkpoint::{Reader, Shard, Tensor};
use crate::error::Error;
use crate::formats;
use crate::quantized::{TensorScale, Weight};
use std::collections::HashMap;
use ulp::{Cast, Dtype, slice};

/// The scales of the tensor of a weight. They must be known before chunks of the weight are read.
#[derive(Debug, Default)]
pub(crate) struct TensorScales {
    /// The scales: one for each expert, one for all experts, or none.
    pub(crate) tensor_scales: Vec<f32>,
}

impl TensorScales {
    pub(crate) fn read<'s>(weight: &Weight<'s>, reader: &mut Reader<'s>) -> Result<TensorScales, Error> {
        let tensor_scales = match weight.tensor_scale {
            None => Vec::new(),
            Some(TensorScale {
                tensor: (shard, tensor), ..
            }) => {
                let dtype = formats::of_tensor(tensor.dtype()).expect("the weight was recognized");
                let (mut bytes, mut scales) = (Vec::new(), Vec::new());
                read(reader, shard, tensor, 0, tensor.elements(), &mut bytes)?;
                floats(dtype, &bytes, &mut scales);
                scales
            }
        };
        Ok(TensorScales { tensor_scales })
    }

    /// Returns the scale of the tensor, if there is one, and whether it is a divisor.
    pub(crate) fn of_expert(&self, weight: &Weight, expert: u64) -> (Option<f32>, bool) {
        let tensor_scale = match *self.tensor_scales {
            [] => None,
            [all] => Some(all),
            ref each => Some(each[expert as usize]),
        };
        let divides = weight.tensor_scale.is_some_and(|scale| scale.divides);
        (tensor_scale, divides)
    }

    /// Returns the product of a block's scale and its tensor's scale.
    pub(crate) fn combine(&self, weight: &Weight, scale: f32, expert: u64) -> f32 {
        match self.of_expert(weight, expert) {
            (None, _) => scale,
            (Some(tensor_scale), true) => scale / tensor_scale,
            (Some(tensor_scale), false) => scale * tensor_scale,
        }
    }
}

/// The scales of the tensors of many weights, by the weights' places in a list. Most weights have none, and a checkpoint may have a
/// million weights, so only scales that are there are kept.
#[derive(Debug, Default)]
pub(crate) struct ScalesByPlace {
    known: HashMap<usize, TensorScales>,
    none: TensorScales,
}

impl ScalesByPlace {
    pub(crate) fn add(&mut self, place: usize, scales: TensorScales) {
        if !scales.tensor_scales.is_empty() {
            self.known.insert(place, scales);
        }
    }

    pub(crate) fn of(&self, place: usize) -> &TensorScales {
        self.known.get(&place).unwrap_or(&self.none)
    }
}

/// Fills `buffers.wide` with `count` numbers from `first` on, in the order in which they are stored.
pub(crate) fn numbers<'s>(
    weight: &Weight<'s>,
    tensor_scales: &TensorScales,
    first: u64,
    count: u64,
    buffers: &mut Buffers<'s>,
) -> Result<(), Error> {
    if direct::numbers(weight, tensor_scales, (first, count), buffers)? {
        return Ok(());
    }
    let Buffers {
        reader,
        scale_reader,
        read: bytes,
        wide,
        scales,
        ..
    } = buffers;
    let (shard, tensor) = weight.elements;
    elements(reader, shard, tensor, weight.element, first, count, bytes)?;
    wide.resize(count as usize * size_of::<f32>(), 0);
    widen(weight.element, bytes, wide);

    let end = first + count;
    let needed = weight.grid.scales(first..end);
    let (shard, tensor) = weight.scales;
    let many = needed.end - needed.start;
    elements(scale_reader, shard, tensor, weight.scale, needed.start, many, bytes)?;
    floats(weight.scale, bytes, scales);

    let matrix = matrix_of(weight);
    let mut at = first;
    let mut left = wide.as_chunks_mut::<4>().0;
    while at < end {
        let (number, run) = weight.grid.run(at);
        let run = run.min(end - at);
        let scale = scales[(number - needed.start) as usize];
        let scale = tensor_scales.combine(weight, scale, at / matrix);
        let (these, rest) = left.split_at_mut(run as usize);
        for bytes in these {
            *bytes = (scale * f32::from_le_bytes(*bytes)).to_le_bytes();
        }
        left = rest;
        at += run;
    }
    Ok(())
}

/// Returns the number of elements of an expert.
pub(crate) fn matrix_of(weight: &Weight) -> u64 {
    let shape = weight.shape();
    let last = shape.iter().rev().take(2);
    last.product::<u64>().max(1)
}

/// Converts scales to f32. The conversion is exact, except from f64.
pub(crate) fn floats(dtype: Dtype, bytes: &[u8], floats: &mut Vec<f32>) {
    let count = bytes.len() * 8 / dtype.bits() as usize;
    let mut wide = vec![0; count * size_of::<f32>()];
    widen(dtype, bytes, &mut wide);
    floats.clear();
    let numbers = wide.as_chunks().0.iter();
    floats.extend(numbers.map(|&bytes| f32::from_le_bytes(bytes)));
}

fn widen(from: Dtype, bytes: &[u8], wide: &mut [u8]) {
    slice::cast_bytes(from, bytes, Dtype::F32, wide, Cast::new()).expect("as many of both");
}

/// Reads elements of a format from `first` on. The first element must begin with a byte, and the last element must end with a
/// byte.
pub(crate) fn elements<'s>(
    reader: &mut Reader<'s>,
    shard: &'s Shard,
    tensor: Tensor,
    format: Dtype,
    first: u64,
    count: u64,
    bytes: &mut Vec<u8>,
) -> Result<(), Error> {
    let bits = u64::from(format.bits());
    bytes.resize((count * bits).div_ceil(8) as usize, 0);
    reader.read(shard, tensor, first * bits / 8, bytes)
}

/// Reads elements in the format in which they are stored.
pub(crate) fn read<'s>(
    reader: &mut Reader<'s>,
    shard: &'s Shard,
    tensor: Tensor,
    first: u64,
    count: u64,
    bytes: &mut Vec<u8>,
) -> Result<(), Error> {
    let bits = tensor.dtype().bitsize() as u64;
    bytes.resize((count * bits / 8) as usize, 0);
    reader.read(shard, tensor, first * bits / 8, bytes)
}
