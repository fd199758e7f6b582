//! Reads weights with scales by the library's dequantization, several whole blocks at a time. The bits are those of the
//! definition: scale times tensor scale in f32, times the element in f32, rounded once, ties to even.

use ulp::block::{Blocks, Scheme};
use ulp::{Bf16, Dtype, Format, slice};

use super::dequantize::{TensorScales, elements, matrix_of};
use super::execute::Buffers;
use crate::error::Error;
use crate::quantized::{Stretch, Weight};

/// Fills `buffers.write` with elements from `first` on in this format, if the library can convert to it and no element overflows.
pub(crate) fn written<'s>(
    weight: &Weight<'s>,
    tensor_scales: &TensorScales,
    to: Dtype,
    (first, count): (u64, u64),
    buffers: &mut Buffers<'s>,
) -> Result<bool, Error> {
    if to != Dtype::Bf16 {
        return Ok(false);
    }
    let mut result = std::mem::take(&mut buffers.write);
    result.resize(count as usize * size_of::<Bf16>(), 0);
    let done = fill::<Bf16>(weight, tensor_scales, first, &mut result, buffers)?;
    // Elements that overflow have to be counted.
    let none_overflows =
        |result: &[u8]| bytemuck::try_cast_slice::<u8, Bf16>(result).is_ok_and(|result| slice::amax(result) < f32::from(Bf16::MAX));
    let done = done && none_overflows(&result);
    buffers.write = result;
    Ok(done)
}

/// Fills `buffers.wide` with numbers from `first` on, if the library can convert to them.
pub(crate) fn numbers<'s>(
    weight: &Weight<'s>,
    tensor_scales: &TensorScales,
    (first, count): (u64, u64),
    buffers: &mut Buffers<'s>,
) -> Result<bool, Error> {
    let mut wide = std::mem::take(&mut buffers.wide);
    wide.resize(count as usize * size_of::<f32>(), 0);
    let done = fill::<f32>(weight, tensor_scales, first, &mut wide, buffers)?;
    buffers.wide = wide;
    Ok(done)
}

fn fill<'s, D: Format + bytemuck::Pod>(
    weight: &Weight<'s>,
    tensor_scales: &TensorScales,
    first: u64,
    result: &mut [u8],
    buffers: &mut Buffers<'s>,
) -> Result<bool, Error> {
    // On other systems the bytes have another order, or don't begin at an aligned address.
    let result = bytemuck::try_cast_slice_mut::<u8, D>(result);
    let (true, Ok(mut result)) = (cfg!(target_endian = "little"), result) else {
        return Ok(false);
    };
    let count = result.len() as u64;
    let needed = weight.grid.scales(first..first + count);
    let Buffers {
        reader,
        scale_reader,
        read: bytes,
        scale_bytes,
        ..
    } = buffers;
    let (shard, tensor) = weight.elements;
    elements(reader, shard, tensor, weight.element, first, count, bytes)?;
    let (shard, tensor) = weight.scales;
    let scales = needed.end - needed.start;
    elements(scale_reader, shard, tensor, weight.scale, needed.start, scales, scale_bytes)?;
    let [bits, scale_size] = [u64::from(weight.element.bits()), u64::from(weight.scale.bits() / 8)];
    let matrix = matrix_of(weight);
    let mut at = first;
    while !result.is_empty() {
        let expert = at / matrix;
        let end = (first + count).min((expert + 1) * matrix);
        let Stretch {
            length,
            cols,
            block,
            scale,
            scales,
        } = weight.grid.stretch(at..end);
        let [start, stop] = [at - first, at - first + length].map(|element| element * bits);
        if !(start.is_multiple_of(8) && stop.is_multiple_of(8)) {
            return Ok(false);
        }
        let codes = &bytes[(start / 8) as usize..(stop / 8) as usize];
        let from = (scale - needed.start) * scale_size;
        let scales = &scale_bytes[from as usize..(from + scales * scale_size) as usize];
        let (these, rest) = result.split_at_mut(length as usize);
        let blocks = Blocks::new(1, block as usize);
        let (tensor_scale, divides) = tensor_scales.of_expert(weight, expert);
        let scheme = Scheme::new(weight.element, weight.scale, blocks)
            .tensor_scale(tensor_scale.is_some())
            .divides(divides);
        let tensor_scale = tensor_scale.unwrap_or(1.0);
        let done = scheme.dequantize(codes, scales, cols as usize, tensor_scale, these);
        if done.is_err() {
            return Ok(false);
        }
        result = rest;
        at += length;
    }
    Ok(true)
}
