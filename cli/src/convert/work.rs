//! Reads, converts and writes the pieces of a file's tensors, all threads at once, each wherever it is.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::dequantize::{self, Whole, read};
use super::grid::scale_of;
use super::plan::{Action, Output, Plan, Scaling};
use super::transpose::{self, Panels};
use crate::cast::Caster;
use crate::checkpoint::{Reader, Shard, Tensor};
use crate::error::Error;
use crate::observer::Observer;
use crate::output;
use crate::pieces::{self, PIECE, Piece, Threads};

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
pub(super) struct Buffers<'s> {
    pub(super) reader: Reader<'s>,
    /// Scales may lie in another shard than their elements.
    pub(super) scale_reader: Reader<'s>,
    pub(super) read: Vec<u8>,
    /// Numbers as f32, little-endian.
    pub(super) wide: Vec<u8>,
    pub(super) scales: Vec<f32>,
    pub(super) panel: Vec<u8>,
    pub(super) panel_scales: Vec<f32>,
    write: Vec<u8>,
    unpacked: Vec<u8>,
}

/// Numbers that are known before any piece is written.
struct Known {
    /// Of tensors that are divided, by number.
    scales: Vec<Vec<f32>>,
    /// Of weights that are multiplied, by the place of the output.
    weights: HashMap<usize, Whole>,
}

impl Work<'_> {
    /// Writes the tensors' data, and returns how many elements overflowed.
    pub(super) fn write<'s>(&self, plan: &Plan<'s>, file: &File) -> Result<u64, Error> {
        let known = Known {
            scales: self.scales(plan)?,
            weights: weights(plan)?,
        };
        let overflowed = AtomicU64::new(0);
        let tensors = plan.outputs.iter().map(|output| in_blocks(plan, output));
        let each = |piece: Piece, buffers: &mut Buffers<'s>| {
            let output = &plan.outputs[piece.tensor];
            let place = plan.head.len() as u64 + output.range.start;
            let write = |start: u64, bytes: &[u8]| {
                output::write_at(file, place + start, bytes).map_err(|source| Error::TensorIo {
                    path: self.target.into(),
                    tensor: output.name.clone(),
                    source,
                })?;
                self.observer.advance(bytes.len() as u64);
                Ok(())
            };
            let more = convert(plan, &known, piece, buffers, write)?;
            overflowed.fetch_add(more, Ordering::Relaxed);
            Ok(())
        };
        pieces::each(self.threads, self.observer, tensors, each)?;
        Ok(overflowed.into_inner())
    }

    /// The scales that a file's tensors are divided by.
    fn scales(&self, plan: &Plan) -> Result<Vec<Vec<f32>>, Error> {
        let mut scales = vec![Vec::new(); plan.scaled];
        let mut largest: Vec<Vec<AtomicU32>> = Vec::new();
        largest.resize_with(plan.scaled, Vec::new);
        for output in &plan.outputs {
            if let Action::Scales(number) = &output.action {
                largest[*number].resize_with(output.elements() as usize, AtomicU32::default);
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

/// What is known of the scales of weights.
fn weights(plan: &Plan) -> Result<HashMap<usize, Whole>, Error> {
    let mut reader = Reader::default();
    let mut known = HashMap::new();
    for (place, output) in plan.outputs.iter().enumerate() {
        if let Action::Dequantize(weight, _) = &output.action {
            known.insert(place, Whole::read(weight, &mut reader)?);
        }
    }
    Ok(known)
}

/// Converts a piece of a tensor, and hands it to `write` with the place where it begins in the tensor. Returns how many elements overflowed.
fn convert<'s>(
    plan: &Plan<'s>,
    known: &Known,
    piece: Piece,
    buffers: &mut Buffers<'s>,
    write: impl Fn(u64, &[u8]) -> Result<(), Error>,
) -> Result<u64, Error> {
    let output = &plan.outputs[piece.tensor];
    let Piece { first, count, .. } = piece;
    let bits = output.dtype.bitsize() as u64;
    let start = first * bits / 8;
    let narrow = |first: u64, caster: &Caster, buffers: &mut Buffers| {
        let Buffers {
            wide,
            write: bytes,
            unpacked,
            ..
        } = buffers;
        let count = wide.len() as u64 / 4;
        bytes.resize((count * bits).div_ceil(8) as usize, 0);
        let overflowed = caster.cast(first, wide, bytes, unpacked);
        write(first * bits / 8, bytes).map(|()| overflowed)
    };
    match &output.action {
        Action::Copy(tensor) => {
            buffers.write.resize(count as usize, 0);
            let bytes = &mut buffers.write;
            buffers.reader.read(plan.shard, tensor, first, bytes)?;
            write(first, bytes)?;
            Ok(0)
        }
        Action::Scales(number) => {
            let scales = &known.scales[*number][first as usize..][..count as usize];
            buffers.write.clear();
            let bytes = scales.iter().flat_map(|scale| scale.to_le_bytes());
            buffers.write.extend(bytes);
            write(start, &buffers.write)?;
            Ok(0)
        }
        Action::Cast(tensor, caster) => {
            let Buffers {
                reader,
                read: bytes,
                write: results,
                unpacked,
                ..
            } = buffers;
            read(reader, plan.shard, tensor, first, count, bytes)?;
            results.resize((count * bits / 8) as usize, 0);
            let overflowed = caster.cast(first, bytes, results, unpacked);
            write(start, results)?;
            Ok(overflowed)
        }
        Action::Quantize(tensor, scaling) => {
            read_wide(plan.shard, tensor, scaling, piece, buffers)?;
            let scales = &known.scales[scaling.number];
            scaling.grid.divide(first, &mut buffers.wide, scales);
            narrow(first, &scaling.narrow, buffers)
        }
        Action::Dequantize(weight, caster) => {
            let whole = &known.weights[&piece.tensor];
            if !weight.transposed {
                dequantize::numbers(weight, whole, first, count, buffers)?;
                return narrow(first, caster, buffers);
            }
            let mut overflowed = 0;
            transpose::each_group(weight, whole, first, buffers, |first, buffers| {
                overflowed += narrow(first, caster, buffers)?;
                Ok(())
            })?;
            Ok(overflowed)
        }
    }
}

/// Reads so many elements as `f32`.
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

/// A tensor in elements, or in bytes where it is only copied, of which all pieces but the ends fill whole blocks of the file that is
/// written. File systems that keep a file in memory in large blocks write those faster. A transposed one is cut into panels.
fn in_blocks(plan: &Plan, output: &Output) -> pieces::Whole {
    let start = plan.head.len() as u64 + output.range.start;
    let (length, before) = match &output.action {
        Action::Copy(tensor) => (tensor.bytes(), start),
        Action::Dequantize(weight, _) if weight.transposed && output.elements() > 0 => {
            return pieces::Whole {
                length: output.elements(),
                less: 0,
                size: Panels::of(weight).elements(),
            };
        }
        // Whole bytes of a packed format.
        _ => (output.elements(), start / output.dtype.bitsize() as u64 * 8),
    };
    pieces::Whole {
        less: before % PIECE,
        ..pieces::Whole::from(length)
    }
}
