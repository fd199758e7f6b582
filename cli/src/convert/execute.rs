//! Reads, converts and writes the chunks of a file's tensors. All threads work at once, each on its own chunk.

use std::fmt;
use std::fs::File;
use std::num::ParseIntError;
use std::ops::AddAssign;
use std::path::Path;
use std::str::FromStr;
use std::sync::atomic::AtomicU32;
use std::sync::{Mutex, PoisonError};

use super::dequantize::{self, ScalesByPlace, TensorScales, read};
use super::direct;
use super::plan::{Action, Output, Plan};
use super::quantize::{Part, Quantize, take_largest};
use super::transpose::{self, Form, TransposedPanels};
use crate::cast::Caster;
use crate::checkpoint::{Name, Reader};
use crate::chunks::{self, CHUNK, Chunk, Threads};
use crate::error::Error;
use crate::observer::Observer;
use crate::output;
use ulp::block::Counts;

/// The input and options of the work.
pub(crate) struct Work<'p> {
    pub(crate) threads: Threads,
    pub(crate) observer: &'p dyn Observer,
    /// The path that errors of writing name.
    pub(crate) target: &'p Path,
}

/// Buffers of a thread.
#[derive(Default)]
pub(crate) struct Buffers<'s> {
    pub(crate) reader: Reader<'s>,
    /// The reader of scales. Scales may lie in another shard than their elements.
    pub(crate) scale_reader: Reader<'s>,
    pub(crate) read: Vec<u8>,
    /// Numbers as f32, little-endian.
    pub(crate) wide: Vec<u8>,
    pub(crate) scales: Vec<f32>,
    pub(crate) scale_bytes: Vec<u8>,
    pub(crate) panel: Vec<u8>,
    pub(crate) panel_scales: Vec<f32>,
    /// The numbers of a panel, and the elements and scales that they become.
    pub(crate) numbers: Vec<f32>,
    pub(crate) elements: Vec<u8>,
    pub(crate) block_scales: Vec<u8>,
    pub(crate) write: Vec<u8>,
    pub(crate) unpacked: Vec<u8>,
}

/// Numbers that must be known before any chunk is written.
struct Known {
    /// The largest magnitudes of families.
    largest: Vec<f32>,
    /// The scales of the tensors of weights, by the place of the output.
    weights: ScalesByPlace,
    /// The places at which the two tensors of scales begin in the file, by the number of the source tensor. Empty if no weight is
    /// written in a scheme.
    starts: Vec<[u64; 2]>,
}

/// The number of lost elements, by kind.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Lost {
    /// Elements past the largest finite value, and infinities that did not stay infinities.
    pub(crate) overflowed: u64,
    /// Elements that are NaN, and elements that were lost because their block has a NaN.
    pub(crate) nans: u64,
}

/// The text that a part records.
impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.overflowed, self.nans)
    }
}

impl FromStr for Lost {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Lost, Self::Err> {
        let (overflowed, nans) = text.split_once(' ').unwrap_or((text, ""));
        Ok(Lost {
            overflowed: overflowed.parse()?,
            nans: nans.parse()?,
        })
    }
}

impl From<u64> for Lost {
    fn from(overflowed: u64) -> Lost {
        Lost { overflowed, nans: 0 }
    }
}

impl From<Counts> for Lost {
    fn from(counts: Counts) -> Lost {
        Lost {
            overflowed: (counts.infinities + counts.saturated) as u64,
            nans: counts.nans as u64,
        }
    }
}

impl AddAssign for Lost {
    fn add_assign(&mut self, other: Lost) {
        self.overflowed += other.overflowed;
        self.nans += other.nans;
    }
}

impl Work<'_> {
    /// Writes the tensors' data, and returns how many elements were lost.
    pub(crate) fn write<'s>(&self, plan: &Plan<'s>, file: &File) -> Result<Lost, Error> {
        let known = Known {
            largest: self.largest(plan)?,
            weights: weights(plan)?,
            starts: starts(plan),
        };
        let lost = Mutex::new(Lost::default());
        let tensor = |place: usize| in_blocks(plan, &plan.outputs[place]);
        let each = |chunk: Chunk, buffers: &mut Buffers<'s>| {
            let write = |name: Name, start: u64, bytes: &[u8]| {
                output::write_at(file, start, bytes).map_err(|source| Error::TensorIo {
                    path: self.target.into(),
                    tensor: name.to_string(),
                    source,
                })?;
                self.observer.advance(bytes.len() as u64);
                Ok(())
            };
            let more = convert(plan, &known, chunk, buffers, write)?;
            *lost.lock().unwrap_or_else(PoisonError::into_inner) += more;
            Ok(())
        };
        chunks::each(self.threads, self.observer, plan.outputs.len(), tensor, each)?;
        Ok(lost.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the largest finite magnitude of each family.
    pub(crate) fn largest<'s>(&self, plan: &Plan<'s>) -> Result<Vec<f32>, Error> {
        let mut reader = Reader::default();
        let mut tensor_scales = ScalesByPlace::default();
        for (place, (_, numbers)) in plan.families.iter().enumerate() {
            tensor_scales.add(place, numbers.tensor_scales(&mut reader)?);
        }
        let count = plan.families.last().map_or(0, |(last, _)| last + 1);
        let largest: Vec<AtomicU32> = (0..count).map(|_| AtomicU32::new(0)).collect();
        let length = |place: usize| plan.families[place].1.elements().into();
        let each = |chunk: Chunk, buffers: &mut Buffers<'s>| {
            let (family, numbers) = &plan.families[chunk.tensor];
            numbers.read(tensor_scales.of(chunk.tensor), chunk.first, chunk.count, buffers)?;
            take_largest(&buffers.wide, &largest[*family as usize]);
            self.observer.advance(chunk.count);
            Ok(())
        };
        chunks::each(self.threads, self.observer, plan.families.len(), length, each)?;
        let numbers = largest.into_iter().map(AtomicU32::into_inner);
        Ok(numbers.map(f32::from_bits).collect())
    }
}

/// Returns the places at which the scales of schemes begin in the file, as in [`Known`].
fn starts(plan: &Plan) -> Vec<[u64; 2]> {
    let mut starts = Vec::new();
    for output in &plan.outputs {
        if let Action::Scales(_, part) = output.action {
            starts.resize(plan.shard.header.count(), [0; 2]);
            starts[output.origin as usize][scales_number(part)] = plan.head + output.start;
        }
    }
    starts
}

fn scales_number(part: Part) -> usize {
    usize::from(part == Part::TensorScale)
}

/// Returns the scales that must be known before chunks are read.
fn weights(plan: &Plan) -> Result<ScalesByPlace, Error> {
    let mut reader = Reader::default();
    let mut known = ScalesByPlace::default();
    for (place, output) in plan.outputs.iter().enumerate() {
        let scales = match &output.action {
            Action::Dequantize(weight) => TensorScales::read(weight, &mut reader)?,
            Action::Quantize(weight) => weight.numbers.tensor_scales(&mut reader)?,
            _ => continue,
        };
        known.add(place, scales);
    }
    Ok(known)
}

/// Converts a chunk of a tensor. Passes the bytes to `write`, with the name of their tensor and their place in the file. Returns how
/// many elements were lost.
fn convert<'s>(
    plan: &Plan<'s>,
    known: &Known,
    chunk: Chunk,
    buffers: &mut Buffers<'s>,
    write: impl Fn(Name, u64, &[u8]) -> Result<(), Error>,
) -> Result<Lost, Error> {
    let output = &plan.outputs[chunk.tensor];
    let name = output.name(plan.shard);
    let Chunk { first, count, .. } = chunk;
    let bits = output.dtype.bitsize() as u64;
    let place = |first: u64| plan.head + output.start + first * bits / 8;
    let start = place(first);
    let tensor_scales = known.weights.of(chunk.tensor);
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
        write(name, place(first), bytes).map(|()| overflowed)
    };
    match &output.action {
        Action::Copy => {
            buffers.write.resize(count as usize, 0);
            let bytes = &mut buffers.write;
            buffers.reader.read(plan.shard, output.origin(plan.shard), first, bytes)?;
            write(name, plan.head + output.start + first, bytes)?;
            Ok(Lost::default())
        }
        Action::Scales(..) => Ok(Lost::default()),
        Action::Cast(caster) => {
            let Buffers {
                reader,
                read: bytes,
                write: results,
                unpacked,
                ..
            } = buffers;
            read(reader, plan.shard, output.origin(plan.shard), first, count, bytes)?;
            results.resize((count * bits / 8) as usize, 0);
            let caster = caster.with(plan.rules.method(name.weight));
            let overflowed = caster.cast(first, bytes, results, unpacked);
            write(name, start, results)?;
            Ok(overflowed.into())
        }
        Action::Quantize(weight) => {
            let largest = weight.family.map_or(0.0, |family| known.largest[family as usize]);
            let write = |part: Part, start: u64, bytes: &[u8]| {
                let begin = match part {
                    Part::Elements => place(0),
                    part => known.starts[output.origin as usize][scales_number(part)],
                };
                write(weight.name(part), begin + start, bytes)
            };
            quantize(weight, (first, tensor_scales, largest), buffers, write)
        }
        Action::Dequantize(weight) => {
            let caster = plan.products.with(plan.rules.method(name.weight));
            if !weight.is_transposed() {
                if let Some(to) = caster.nearest()
                    && direct::written(weight, tensor_scales, to, (first, count), buffers)?
                {
                    write(name, start, &buffers.write)?;
                    return Ok(Lost::default());
                }
                dequantize::numbers(weight, tensor_scales, first, count, buffers)?;
                return narrow(first, &caster, buffers).map(Lost::from);
            }
            let mut overflowed = 0;
            let to = caster.nearest();
            transpose::each_group(weight, tensor_scales, first, to, buffers, |first, form, buffers| {
                if form == Form::Written {
                    return write(name, place(first), &buffers.write);
                }
                overflowed += narrow(first, &caster, buffers)?;
                Ok(())
            })?;
            Ok(overflowed.into())
        }
    }
}

/// Writes the elements and the scales of a panel.
fn quantize<'s>(
    weight: &Quantize<'s>,
    (number, tensor_scales, largest): (u64, &TensorScales, f32),
    buffers: &mut Buffers<'s>,
    write: impl Fn(Part, u64, &[u8]) -> Result<(), Error>,
) -> Result<Lost, Error> {
    let (panels, scheme) = (weight.panels(), weight.scheme());
    let done = weight.panel(number, tensor_scales, largest, buffers)?;
    let bits = u64::from(scheme.element.layout().bits());
    // If the tensor has one scale, each element takes one byte.
    let mut left = &buffers.elements[done.skip..];
    for (first, count) in panels.runs(done.panel) {
        let (run, rest) = left.split_at((count * bits / 8) as usize);
        write(Part::Elements, first * bits / 8, run)?;
        left = rest;
    }
    let size = u64::from(weight.stored().bits()) / 8;
    weight.store(&mut buffers.block_scales);
    let mut left = &*buffers.block_scales;
    for (first, count) in panels.runs_of_scales(done.panel, scheme.blocks) {
        // All chunks of a whole tensor have one scale, which is written once.
        if weight.has_one_scale() && number > 0 {
            break;
        }
        let (run, rest) = left.split_at((count * size) as usize);
        write(Part::Scales, first * size, run)?;
        left = rest;
    }
    if weight.target.tensor_scale.is_some() && number == 0 {
        write(Part::TensorScale, 0, &done.tensor_scale.to_le_bytes())?;
    }
    Ok(done.counts.into())
}

/// Cuts a tensor so that every chunk except the first and last fills whole blocks of the output. File systems that keep a file in
/// memory in large blocks write such chunks faster. The unit is an element, or a byte of a tensor that is only copied. A
/// transposed tensor is cut into panels.
fn in_blocks(plan: &Plan, output: &Output) -> chunks::Span {
    let start = plan.head + output.start;
    let (length, before) = match &output.action {
        Action::Copy => (output.origin(plan.shard).bytes(), start),
        Action::Scales(..) => (0, 0),
        Action::Quantize(weight) => {
            return chunks::Span {
                length: weight.panels().count(),
                lead: 0,
                size: 1,
            };
        }
        Action::Dequantize(weight) if weight.is_transposed() && output.elements(plan.shard) > 0 => {
            return chunks::Span {
                length: output.elements(plan.shard),
                lead: 0,
                size: TransposedPanels::of(weight).elements(),
            };
        }
        // The chunks have whole bytes of a packed format.
        _ => (output.elements(plan.shard), start / output.dtype.bitsize() as u64 * 8),
    };
    chunks::Span {
        lead: before % CHUNK,
        ..chunks::Span::from(length)
    }
}
