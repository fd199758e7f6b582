//! Casts all tensors to all formats asked for, and counts.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use ulp::{Cast, Dtype, Layout, slice};

use super::Format;
use super::tally::Tally;
use crate::cast::{Caster, How};
use crate::checkpoint::{Checkpoint, Reader, Shard, Tensor};
use crate::convert::rules::Rules;
use crate::error::Error;
use crate::formats;
use crate::observer::{Activity, Observer};
use crate::pieces::{self, Piece, Threads};

/// A tensor that is cast.
struct Task<'c> {
    shard: &'c Shard,
    tensor: &'c Tensor,
    from: Dtype,
    /// To each format.
    casters: Arc<[Caster]>,
}

/// Those that were made, by what they cast from: a checkpoint may have millions of tensors.
#[derive(Default)]
struct Casters(Vec<(Dtype, Arc<[Caster]>)>);

impl Casters {
    fn of(
        &mut self,
        from: Dtype,
        name: &str,
        rules: &[Rules],
        targets: &[Target],
    ) -> Arc<[Caster]> {
        let made = self.0.iter().find(|(made, _)| *made == from);
        if let Some((_, casters)) = made {
            return casters.clone();
        }
        let how = rules.iter().map(|rules| rules.how(name));
        let casters = how.zip(targets);
        let casters: Arc<[Caster]> = casters
            .map(|(how, target)| Caster::new(from, target.to, how))
            .collect();
        // At random, each tensor has its own.
        if rules
            .iter()
            .all(|rules| matches!(rules.how(name), How::Cast(_)))
        {
            self.0.push((from, casters.clone()));
        }
        casters
    }
}

/// A format that is cast to.
struct Target {
    /// Not packed: pieces are of any length then, and the numbers are the same.
    to: Dtype,
    smallest_normal: f64,
}

/// Room that a thread works in.
#[derive(Default)]
struct Buffers<'c> {
    reader: Reader<'c>,
    source: Vec<u8>,
    result: Vec<u8>,
    wide: Vec<u8>,
    before: Vec<u8>,
    after: Vec<u8>,
}

/// What became of the elements of each tensor, by format. Pieces are added up in their order, so that sums are the same whatever the
/// threads do.
struct Totals {
    of_formats: Vec<Vec<Tally>>,
    /// The piece that is added next, and those that have to wait for it.
    next: u64,
    waiting: BTreeMap<u64, (usize, Vec<Tally>)>,
}

/// What these rules would do to the tensors that they take.
pub(super) fn check<'c>(
    checkpoint: &'c Checkpoint,
    rules: &[Rules],
    threads: Threads,
    observer: &dyn Observer,
) -> Result<Vec<Format<'c>>, Error> {
    let targets: Vec<Target> = rules.iter().map(|rules| Target::new(rules.to)).collect();
    let tasks = checkpoint.tensors();
    let mut casters = Casters::default();
    let tasks = tasks.filter_map(|(shard, tensor)| {
        let from = formats::of_tensor(tensor.dtype).filter(|from| !from.is_packed())?;
        // All rules take the same names; a tensor that they don't would be copied.
        let taken = rules.first()?.take(&tensor.name);
        taken.then(|| Task {
            shard,
            tensor,
            from,
            casters: casters.of(from, &tensor.name, rules, &targets),
        })
    });
    let tasks: Vec<Task> = tasks.collect();
    let bytes = tasks.iter().map(|task| task.tensor.bytes()).sum();
    observer.start(bytes, Activity::Reading);
    let totals = Mutex::new(Totals {
        of_formats: vec![vec![Tally::default(); tasks.len()]; targets.len()],
        next: 0,
        waiting: BTreeMap::new(),
    });
    let lengths = tasks.iter().map(|task| task.tensor.elements());
    pieces::each(
        threads,
        observer,
        lengths,
        |piece, buffers: &mut Buffers| {
            let tallies = tasks[piece.tensor].tally(piece, &targets, buffers)?;
            let mut totals = totals.lock().unwrap_or_else(PoisonError::into_inner);
            totals.add(piece, tallies);
            observer.advance(buffers.source.len() as u64);
            Ok(())
        },
    )?;
    observer.finish();
    for shard in &checkpoint.shards {
        shard.unchanged()?;
    }
    let tensors: Rc<[&Tensor]> = tasks.iter().map(|task| task.tensor).collect();
    let Totals { of_formats, .. } = totals.into_inner().unwrap_or_else(PoisonError::into_inner);
    let formats = rules.iter().zip(of_formats);
    let format = |(rules, tallies): (&Rules, _)| Format::new(rules.to, tensors.clone(), tallies);
    Ok(formats.map(format).collect())
}

impl Target {
    fn new(to: Dtype) -> Target {
        let layout = to.layout();
        let same = |other: &&Dtype| !other.is_packed() && other.layout() == layout;
        let to = *Dtype::ALL.iter().find(same).unwrap_or(&to);
        let (bits, _) = Cast::new().convert(layout, Layout::BINARY64, layout.min_normal_code());
        Target {
            to,
            smallest_normal: f64::from_bits(bits),
        }
    }
}

impl<'c> Task<'c> {
    /// What becomes of a piece in each format.
    fn tally(
        &self,
        Piece { first, count, .. }: Piece,
        targets: &[Target],
        buffers: &mut Buffers<'c>,
    ) -> Result<Vec<Tally>, Error> {
        let Buffers {
            reader,
            source,
            result,
            wide,
            before,
            after,
        } = buffers;
        let size = |format: Dtype| count * u64::from(format.bits()).div_ceil(8);
        source.resize(size(self.from) as usize, 0);
        let start = first * u64::from(self.from.bits()) / 8;
        reader.read(self.shard, self.tensor, start, source)?;
        // A wider format has every number of a narrower one.
        let widen = |from, src: &[u8], dst: &mut Vec<u8>| {
            dst.resize(size(Dtype::F64) as usize, 0);
            slice::cast_bytes(from, src, Dtype::F64, dst, Cast::new())
                .expect("a piece is as long in both formats");
        };
        widen(self.from, source, before);
        let tally = |(caster, target): (&Caster, &Target)| {
            result.resize(size(target.to) as usize, 0);
            let mut tally = Tally::default();
            tally.overflowed = caster.cast(first, source, result, wide);
            widen(target.to, result, after);
            let numbers = before.as_chunks().0.iter().zip(after.as_chunks().0);
            for (&before, &after) in numbers {
                let (before, after) = (f64::from_le_bytes(before), f64::from_le_bytes(after));
                tally.add(before, after, target.smallest_normal);
            }
            tally
        };
        Ok(self.casters.iter().zip(targets).map(tally).collect())
    }
}

impl Totals {
    fn add(&mut self, piece: Piece, tallies: Vec<Tally>) {
        self.waiting.insert(piece.number, (piece.tensor, tallies));
        while let Some((tensor, tallies)) = self.waiting.remove(&self.next) {
            for (totals, tally) in self.of_formats.iter_mut().zip(&tallies) {
                totals[tensor].merge(tally);
            }
            self.next += 1;
        }
    }
}
