//! Casts all tensors to all formats of the command line, and counts.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use ulp::{Cast, Dtype, Layout, slice};

use super::tally::Tally;
use super::{Format, Report, in_file};
use crate::cast::{Caster, RoundingMethod};
use crate::checkpoint::{Checkpoint, Reader};
use crate::chunks::{self, Chunk, Threads};
use crate::convert::dequantize::{ScalesByPlace, TensorScales};
use crate::convert::execute::{Buffers, Lost, Work};
use crate::convert::numbers::Numbers;
use crate::convert::options::Rules;
use crate::convert::plan::{Action, Plan};
use crate::convert::quantize::Quantize;
use crate::convert::survey;
use crate::error::Error;
use crate::observer::{Activity, Observer};

/// Tensors to cast, or to write in a scheme. A checkpoint may have millions of them.
struct Tasks<'p, 'c> {
    numbers: Vec<Numbers<'c>>,
    tensor_scales: ScalesByPlace,
    becomes: Becomes<'p, 'c>,
}

/// The conversion of tensors.
enum Becomes<'p, 'c> {
    Cast(Casters<'p>),
    /// A scheme, with the largest magnitude of each weight's family.
    Scheme(Vec<(&'p Quantize<'c>, f32)>),
}

/// The casts to each format, by source format. Under stochastic rounding, each tensor has its own.
struct Casters<'p> {
    rules: &'p [Rules],
    targets: &'p [TargetFormat],
    shared: HashMap<Dtype, Arc<[Caster]>>,
}

impl<'p> Casters<'p> {
    fn new(numbers: &[Numbers], rules: &'p [Rules], targets: &'p [TargetFormat]) -> Casters<'p> {
        let mut casters = Casters {
            rules,
            targets,
            shared: HashMap::new(),
        };
        for numbers in numbers {
            let (from, name) = (numbers.format(), numbers.name());
            let is_shared = |rules: &Rules| matches!(rules.method(name), RoundingMethod::Cast(_));
            if !casters.shared.contains_key(&from) && rules.iter().all(is_shared) {
                let own = casters.of(from, name);
                casters.shared.insert(from, own);
            }
        }
        casters
    }

    fn of(&self, from: Dtype, name: &str) -> Arc<[Caster]> {
        if let Some(casters) = self.shared.get(&from) {
            return casters.clone();
        }
        let methods = self.rules.iter().map(|rules| rules.method(name));
        let casters = methods.zip(self.targets);
        casters.map(|(method, target)| Caster::new(from, target.to, method)).collect()
    }
}

/// A format to cast to.
struct TargetFormat {
    /// The format, not packed. A chunk may then have any number of elements. The numbers are those of the packed format.
    to: Dtype,
    smallest_normal: f64,
}

/// Buffers of a thread.
#[derive(Default)]
struct Scratch<'c> {
    buffers: Buffers<'c>,
    result: Vec<u8>,
    before: Vec<u8>,
    after: Vec<u8>,
    back: Vec<f32>,
}

/// The tallies of each format. Chunks are added in their order, so sums do not depend on the threads.
struct Totals {
    formats: Vec<Format>,
    /// The tensor of the last chunk that was added, and its tallies.
    tensor: usize,
    tallies: Vec<Tally>,
    /// The chunk that is added next, and the chunks that wait for it.
    next: u64,
    waiting: BTreeMap<u64, (usize, Vec<Tally>)>,
}

/// Returns the effect of these rules on the tensors to which they apply. `formats` has an empty entry for each of the rules. A
/// scheme counts as one format.
pub(super) fn check<'c>(
    checkpoint: &'c Checkpoint,
    rules: &'c [Rules],
    formats: Vec<Format>,
    threads: Threads,
    observer: &dyn Observer,
) -> Result<Report<'c>, Error> {
    let targets: Vec<TargetFormat> = rules.iter().map(|rules| TargetFormat::new(rules.to)).collect();
    let Some(first) = rules.first() else {
        let numbers = Vec::new();
        return Ok(Report { numbers, formats });
    };
    let plans;
    let (numbers, becomes);
    if first.target.is_some() {
        plans = survey::plans(checkpoint, first)?;
        let work = plans.iter().map(Plan::elements).sum();
        observer.start(work, Activity::Reading);
        let mut weights = Vec::new();
        for plan in &plans {
            let work = Work {
                threads,
                observer,
                target: &checkpoint.path,
            };
            let largest = work.largest(plan)?;
            for output in &plan.outputs {
                if let Action::Quantize(weight) = &output.action {
                    let largest = weight.family.map_or(0.0, |family| largest[family as usize]);
                    weights.push((&**weight, largest));
                }
            }
        }
        let stored = weights.iter().map(|(weight, _)| weight.numbers.clone());
        numbers = stored.collect();
        becomes = Becomes::Scheme(weights);
    } else {
        numbers = survey::numbers(checkpoint, first)?;
        let work = numbers.iter().map(Numbers::elements).sum();
        observer.start(work, Activity::Reading);
        becomes = Becomes::Cast(Casters::new(&numbers, rules, &targets));
    }
    let tasks = Tasks::new(numbers, becomes)?;
    let count = tasks.numbers.len();
    let totals = Mutex::new(Totals {
        formats,
        tensor: 0,
        tallies: vec![Tally::default(); targets.len()],
        next: 0,
        waiting: BTreeMap::new(),
    });
    let length = |place: usize| match &tasks.becomes {
        Becomes::Cast(_) => tasks.numbers[place].elements().into(),
        Becomes::Scheme(weights) => chunks::Span {
            length: weights[place].0.panels().count(),
            lead: 0,
            size: 1,
        },
    };
    let each = |chunk: Chunk, scratch: &mut Scratch<'c>| {
        let (elements, tallies) = tasks.tally(chunk, &targets, scratch)?;
        let mut totals = totals.lock().unwrap_or_else(PoisonError::into_inner);
        totals.add(chunk, tallies).map_err(in_file)?;
        observer.advance(elements);
        Ok(())
    };
    chunks::each(threads, observer, count, length, each)?;
    observer.finish();
    for shard in &checkpoint.shards {
        shard.unchanged()?;
    }
    let mut totals = totals.into_inner().unwrap_or_else(PoisonError::into_inner);
    totals.finish(count).map_err(in_file)?;
    Ok(Report {
        numbers: tasks.numbers,
        formats: totals.formats,
    })
}

impl TargetFormat {
    fn new(to: Dtype) -> TargetFormat {
        let layout = to.layout();
        let same = |other: &&Dtype| !other.is_packed() && other.layout() == layout;
        let to = *Dtype::ALL.iter().find(same).unwrap_or(&to);
        let (bits, _) = Cast::new().convert(layout, Layout::BINARY64, layout.min_normal_code());
        TargetFormat {
            to,
            smallest_normal: f64::from_bits(bits),
        }
    }
}

impl<'p, 'c> Tasks<'p, 'c> {
    fn new(numbers: Vec<Numbers<'c>>, becomes: Becomes<'p, 'c>) -> Result<Tasks<'p, 'c>, Error> {
        let mut reader = Reader::default();
        let mut tensor_scales = ScalesByPlace::default();
        for (place, numbers) in numbers.iter().enumerate() {
            tensor_scales.add(place, numbers.tensor_scales(&mut reader)?);
        }
        Ok(Tasks {
            numbers,
            tensor_scales,
            becomes,
        })
    }

    /// Returns the scales of a tensor that must be known before its chunks are read.
    fn tensor_scales(&self, chunk: Chunk) -> &TensorScales {
        self.tensor_scales.of(chunk.tensor)
    }

    /// Counts the elements of a chunk, and the effect of each format on them.
    fn tally(&self, chunk: Chunk, targets: &[TargetFormat], scratch: &mut Scratch<'c>) -> Result<(u64, Vec<Tally>), Error> {
        match &self.becomes {
            Becomes::Cast(casters) => {
                let numbers = &self.numbers[chunk.tensor];
                let casters = casters.of(numbers.format(), numbers.name());
                let tallies = self.cast(chunk, &casters, targets, scratch)?;
                Ok((chunk.count, tallies))
            }
            Becomes::Scheme(weights) => {
                let (weight, largest) = weights[chunk.tensor];
                let smallest_normal = targets[0].smallest_normal;
                self.quantize(chunk, weight, largest, smallest_normal, scratch)
                    .map(|(elements, tally)| (elements, vec![tally]))
            }
        }
    }

    fn cast(
        &self,
        chunk: Chunk,
        casters: &[Caster],
        targets: &[TargetFormat],
        scratch: &mut Scratch<'c>,
    ) -> Result<Vec<Tally>, Error> {
        let Scratch {
            buffers,
            result,
            before,
            after,
            ..
        } = scratch;
        let Chunk { first, count, .. } = chunk;
        let numbers = &self.numbers[chunk.tensor];
        let from = numbers.format();
        let source = numbers.read_stored(self.tensor_scales(chunk), first, count, buffers)?;
        let size = |format: Dtype| count * u64::from(format.bits()).div_ceil(8);
        // A wider format has every number of a narrower one.
        let widen = |from, src: &[u8], dst: &mut Vec<u8>| {
            dst.resize(size(Dtype::F64) as usize, 0);
            slice::cast_bytes(from, src, Dtype::F64, dst, Cast::new()).expect("a chunk is as long in both formats");
        };
        widen(from, &source, before);
        let tally = |(caster, target): (&Caster, &TargetFormat)| {
            result.resize(size(target.to) as usize, 0);
            let mut tally = Tally::default();
            tally.overflowed = caster.cast(first, &source, result, &mut buffers.unpacked);
            widen(target.to, result, after);
            let pairs = before.as_chunks().0.iter().zip(after.as_chunks().0);
            for (&before, &after) in pairs {
                let (before, after) = (f64::from_le_bytes(before), f64::from_le_bytes(after));
                tally.add(before, after, after.abs() < target.smallest_normal);
            }
            tally
        };
        let tallies = casters.iter().zip(targets).map(tally).collect();
        numbers.give_back(source, buffers);
        Ok(tallies)
    }

    /// Returns the numbers of a panel after a scheme has quantized them and read them back.
    fn quantize(
        &self,
        chunk: Chunk,
        weight: &Quantize<'c>,
        largest: f32,
        smallest_normal: f64,
        scratch: &mut Scratch<'c>,
    ) -> Result<(u64, Tally), Error> {
        let Scratch {
            buffers, after, back, ..
        } = scratch;
        let done = weight.panel(chunk.first, self.tensor_scales(chunk), largest, buffers)?;
        let Buffers {
            numbers,
            elements,
            block_scales,
            ..
        } = buffers;
        back.resize(numbers.len(), 0.0);
        let scheme = weight.scheme();
        scheme
            .dequantize(elements, block_scales, done.cols, done.tensor_scale, back)
            .expect("it was quantized so");
        after.resize(numbers.len() * size_of::<f64>(), 0);
        let element = scheme.element;
        slice::cast_bytes(element, elements, Dtype::F64, after, Cast::new()).expect("whole bytes of elements");
        let mut tally = Tally::default();
        tally.overflowed = Lost::from(done.counts).overflowed;
        let all = numbers.iter().zip(&*back).zip(after.as_chunks().0);
        for ((&before, &after), &element) in all.skip(done.skip) {
            let subnormal = f64::from_le_bytes(element).abs() < smallest_normal;
            tally.add(before.into(), after.into(), subnormal);
        }
        Ok(((numbers.len() - done.skip) as u64, tally))
    }
}

impl Totals {
    fn add(&mut self, chunk: Chunk, tallies: Vec<Tally>) -> io::Result<()> {
        self.waiting.insert(chunk.number, (chunk.tensor, tallies));
        while let Some((tensor, tallies)) = self.waiting.remove(&self.next) {
            self.finish(tensor)?;
            for (total, tally) in self.tallies.iter_mut().zip(&tallies) {
                total.merge(tally);
            }
            self.next += 1;
        }
        Ok(())
    }

    /// Adds the tallies of all tensors before `end` to the formats. An empty tensor has no chunk, and an empty tally.
    fn finish(&mut self, end: usize) -> io::Result<()> {
        while self.tensor < end {
            for (format, tally) in self.formats.iter_mut().zip(&mut self.tallies) {
                format.add(self.tensor, std::mem::take(tally))?;
            }
            self.tensor += 1;
        }
        Ok(())
    }
}
