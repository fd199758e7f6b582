//! Reads, converts and writes the pieces of a file's tensors, all threads at once, each wherever it is.

use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::grid::scale_of;
use super::plan::{Action, Output, Plan, Scaling};
use crate::Error;
use crate::cast::{Caster, How};
use crate::checkpoint::{Reader, Shard, Tensor};
use crate::observer::Observer;
use crate::pieces::{self, PIECE, Piece, Threads, Whole};
use crate::{formats, output};
use ulp::Cast;

/// What is needed to convert.
pub(super) struct Work<'p> {
    pub(super) threads: Threads,
    pub(super) to: ulp::Dtype,
    pub(super) observer: &'p dyn Observer,
    /// What errors of writing name.
    pub(super) target: &'p Path,
}

/// Room that a thread works in.
#[derive(Default)]
struct Buffers<'s> {
    reader: Reader<'s>,
    read: Vec<u8>,
    wide: Vec<u8>,
    write: Vec<u8>,
    unpacked: Vec<u8>,
}

impl Work<'_> {
    /// Writes the tensors' data, and returns how many elements overflowed.
    pub(super) fn write(&self, plan: &Plan, file: &File) -> Result<u64, Error> {
        let scales = self.scales(plan)?;
        let overflowed = AtomicU64::new(0);
        let tensors = plan.outputs.iter().map(|output| in_blocks(plan, output));
        pieces::each(
            self.threads,
            self.observer,
            tensors,
            |piece, buffers: &mut Buffers| {
                let output = &plan.outputs[piece.tensor];
                let (start, more) = convert(plan, &scales, output, piece, buffers)?;
                overflowed.fetch_add(more, Ordering::Relaxed);
                let start = plan.head.len() as u64 + output.range.start + start;
                output::write_at(file, start, &buffers.write).map_err(|source| {
                    Error::TensorIo {
                        path: self.target.into(),
                        tensor: output.name.clone(),
                        source,
                    }
                })?;
                self.observer.advance(buffers.write.len() as u64);
                Ok(())
            },
        )?;
        Ok(overflowed.into_inner())
    }

    /// The scales that a file's tensors are multiplied with or divided by.
    fn scales(&self, plan: &Plan) -> Result<Vec<Vec<f32>>, Error> {
        let mut scales = vec![Vec::new(); plan.scaled];
        let mut largest: Vec<Vec<AtomicU32>> = Vec::new();
        let mut reader = Reader::default();
        largest.resize_with(plan.scaled, Vec::new);
        for output in &plan.outputs {
            match &output.action {
                Action::Dequantize(_, scaling, (shard, tensor)) => {
                    scales[scaling.number] = read_scales(&mut reader, shard, tensor)?;
                }
                Action::Scales(number) => {
                    largest[*number].resize_with(output.elements() as usize, AtomicU32::default);
                }
                _ => {}
            }
        }
        let quantized = |output: &&Output| matches!(output.action, Action::Quantize(..));
        let quantized: Vec<_> = plan.outputs.iter().filter(quantized).collect();
        let lengths = quantized.iter().map(|output| output.elements());
        pieces::each(
            self.threads,
            self.observer,
            lengths,
            |piece, buffers: &mut Buffers| {
                if let Action::Quantize(tensor, scaling) = &quantized[piece.tensor].action {
                    read_wide(plan.shard, tensor, scaling, piece, buffers)?;
                    let largest = &largest[scaling.number];
                    let grid = scaling.grid;
                    grid.take_largest(piece.first, &buffers.wide, largest);
                    let bits = quantized[piece.tensor].dtype.bitsize() as u64;
                    self.observer.advance(piece.count * bits / 8);
                }
                Ok(())
            },
        )?;
        for (scales, largest) in scales.iter_mut().zip(largest) {
            let of = |bits: AtomicU32| scale_of(bits.into_inner(), self.to);
            scales.extend(largest.into_iter().map(of));
        }
        Ok(scales)
    }
}

/// Puts a piece of a tensor into the buffer to write. Returns where it begins in the tensor, and how many elements overflowed.
fn convert<'s>(
    plan: &Plan<'s>,
    scales: &[Vec<f32>],
    output: &Output,
    piece: Piece,
    buffers: &mut Buffers<'s>,
) -> Result<(u64, u64), Error> {
    let Piece { first, count, .. } = piece;
    let bits = output.dtype.bitsize() as u64;
    let start = first * bits / 8;
    let overflowed = match &output.action {
        Action::Copy(tensor) => {
            buffers.write.resize(count as usize, 0);
            let bytes = &mut buffers.write;
            buffers.reader.read(plan.shard, tensor, first, bytes)?;
            return Ok((first, 0));
        }
        Action::Scales(number) => {
            let scales = &scales[*number][first as usize..][..count as usize];
            buffers.write.clear();
            let bytes = scales.iter().flat_map(|scale| scale.to_le_bytes());
            buffers.write.extend(bytes);
            return Ok((start, 0));
        }
        Action::Cast(tensor, caster) => {
            let Buffers {
                reader,
                read: bytes,
                ..
            } = buffers;
            read(reader, plan.shard, tensor, first, count, bytes)?;
            buffers.write.resize((count * bits / 8) as usize, 0);
            caster.cast(
                first,
                &buffers.read,
                &mut buffers.write,
                &mut buffers.unpacked,
            )
        }
        Action::Quantize(tensor, scaling) | Action::Dequantize(tensor, scaling, _) => {
            read_wide(plan.shard, tensor, scaling, piece, buffers)?;
            let scales = &scales[scaling.number];
            if let Action::Quantize(..) = output.action {
                scaling.grid.divide(first, &mut buffers.wide, scales);
            } else {
                scaling.grid.multiply(first, &mut buffers.wide, scales);
            }
            buffers.write.resize((count * bits / 8) as usize, 0);
            let Buffers {
                wide,
                write,
                unpacked,
                ..
            } = buffers;
            scaling.narrow.cast(first, wide, write, unpacked)
        }
    };
    Ok((start, overflowed))
}

/// Reads so many elements from `first` on.
fn read<'s>(
    reader: &mut Reader<'s>,
    shard: &'s Shard,
    tensor: &Tensor,
    first: u64,
    count: u64,
    bytes: &mut Vec<u8>,
) -> Result<(), Error> {
    let bits = tensor.dtype.bitsize() as u64;
    bytes.resize((count * bits / 8) as usize, 0);
    reader.read(shard, tensor, first * bits / 8, bytes)
}

/// The same as `f32`.
fn read_wide<'s>(
    shard: &'s Shard,
    tensor: &Tensor,
    scaling: &Scaling,
    Piece { first, count, .. }: Piece,
    buffers: &mut Buffers<'s>,
) -> Result<(), Error> {
    let Buffers {
        reader,
        read: bytes,
        wide,
        unpacked,
        ..
    } = buffers;
    read(reader, shard, tensor, first, count, bytes)?;
    wide.resize(count as usize * size_of::<f32>(), 0);
    scaling.widen.cast(first, bytes, wide, unpacked);
    Ok(())
}

/// All of a tensor of scales.
fn read_scales<'s>(
    reader: &mut Reader<'s>,
    shard: &'s Shard,
    tensor: &Tensor,
) -> Result<Vec<f32>, Error> {
    let from = formats::of_tensor(tensor.dtype).expect("scales are numbers");
    let (mut bytes, mut wide) = (Vec::new(), vec![0; tensor.elements() as usize * 4]);
    read(reader, shard, tensor, 0, tensor.elements(), &mut bytes)?;
    let caster = Caster::new(from, ulp::Dtype::F32, How::Cast(Cast::new()));
    caster.cast(0, &bytes, &mut wide, &mut Vec::new());
    let (scales, _) = wide.as_chunks();
    Ok(scales
        .iter()
        .map(|&bytes| f32::from_le_bytes(bytes))
        .collect())
}

/// A tensor in elements, or in bytes where it is only copied, of which all pieces but the ends fill whole blocks of the file that is
/// written. File systems that keep a file in memory in large blocks write those faster.
fn in_blocks(plan: &Plan, output: &Output) -> Whole {
    let start = plan.head.len() as u64 + output.range.start;
    let (length, before) = match output.action {
        Action::Copy(tensor) => (tensor.bytes(), start),
        // Whole bytes of a packed format.
        _ => (output.elements(), start / output.dtype.bitsize() as u64 * 8),
    };
    Whole {
        length,
        less: before % PIECE,
    }
}
