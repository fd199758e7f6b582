//! The summary of a conversion, for people and for programs.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::execute::Lost;
use super::options::Rules;
use super::patterns::Patterns;
use super::plan::{Action, Note, Plan};
use crate::line::one_line;

/// The summary of a conversion. Its `Display` is for people.
#[derive(Debug, Default)]
pub struct Summary {
    to: String,
    files: u64,
    cast: Count,
    copied: Count,
    bytes_before: u64,
    bytes_after: u64,
    /// Tensors of scales that were added.
    scales_added: u64,
    /// The number of lost elements. `None` before anything is written.
    lost: Option<Lost>,
    /// The number of tensors for each pattern of names. The key of `narrowed` includes the source format.
    narrowed: Patterns,
    kept: Patterns,
    unscaled: Patterns,
    dropped: Patterns,
    dequantized: BTreeMap<&'static str, u64>,
    /// Tensors that are written in a scheme.
    quantized: u64,
    /// Files of the input that are not in the output.
    pub(super) left_out: Vec<String>,
}

#[derive(Serialize, Debug, Default)]
struct Count {
    tensors: u64,
    elements: u64,
}

/// The largest number of patterns that are shown to people.
const MAX_PATTERNS: usize = 20;

impl Summary {
    pub(super) fn new(rules: &Rules) -> Summary {
        Summary {
            to: rules.name().into(),
            ..Summary::default()
        }
    }

    /// Adds a file, and takes the outputs from its plan. `lost` is the number of its lost elements, or `None` if it was not written.
    pub(super) fn add(&mut self, plan: &mut Plan, lost: impl Into<Option<Lost>>) {
        self.files += 1;
        self.bytes_before += plan.shard.length();
        self.bytes_before += plan.emptied.iter().map(|shard| shard.length()).sum::<u64>();
        self.bytes_after += plan.length();
        if let Some(lost) = lost.into() {
            *self.lost.get_or_insert_default() += lost;
        }
        for name in &plan.dropped {
            self.dropped.add(name);
        }
        while let Some(output) = plan.outputs.pop() {
            // Each tensor may have a pattern of its own, which takes as much memory as an output.
            if plan.outputs.len().is_multiple_of(1 << 12) {
                plan.outputs.shrink_to_fit();
            }
            let patterns = match output.note {
                Some(Note::Kept) => Some(&mut self.kept),
                Some(Note::Narrowed) => Some(&mut self.narrowed),
                Some(Note::Unscaled) => Some(&mut self.unscaled),
                None => None,
            };
            if let Some(patterns) = patterns {
                patterns.add(output.origin(plan.shard).name());
            }
            match &output.action {
                Action::Dequantize(weight) => *self.dequantized.entry(weight.scheme()).or_default() += 1,
                Action::Quantize(_) => self.quantized += 1,
                _ => {}
            }
            let count = match output.action {
                Action::Copy => &mut self.copied,
                Action::Scales(..) => {
                    self.scales_added += 1;
                    continue;
                }
                _ => &mut self.cast,
            };
            count.tensors += 1;
            count.elements += output.elements(plan.shard);
        }
        for patterns in [&mut self.narrowed, &mut self.kept, &mut self.unscaled, &mut self.dropped] {
            patterns.sort();
        }
    }

    /// Returns the lists of tensors, by outcome.
    fn lists(&self) -> [(&'static str, &Patterns); 4] {
        [
            ("narrowed", &self.narrowed),
            ("kept", &self.kept),
            ("without scale", &self.unscaled),
            ("dropped", &self.dropped),
        ]
    }
}

/// The summary for programs. It is written piece by piece, because a tree of all patterns would take much memory.
impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("to", &self.to)?;
        map.serialize_entry("files", &self.files)?;
        map.serialize_entry("cast", &self.cast)?;
        map.serialize_entry("copied", &self.copied)?;
        map.serialize_entry("scales_added", &self.scales_added)?;
        map.serialize_entry("scales_dropped", &self.dropped.tensors())?;
        map.serialize_entry("bytes_before", &self.bytes_before)?;
        map.serialize_entry("bytes_after", &self.bytes_after)?;
        map.serialize_entry("overflowed", &self.lost.map(|lost| lost.overflowed))?;
        map.serialize_entry("nans", &self.lost.map(|lost| lost.nans))?;
        map.serialize_entry("quantized", &self.quantized)?;
        map.serialize_entry("dequantized", &self.dequantized)?;
        map.serialize_entry("left_out", &self.left_out)?;
        for (name, patterns) in self.lists() {
            map.serialize_entry(&name.replace(' ', "_"), patterns)?;
        }
        map.end()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary { to, cast, copied, .. } = self;
        let tensors = cast.tensors + copied.tensors;
        let elements = cast.elements + copied.elements;
        writeln!(
            f,
            "tensors: {tensors} ({} cast to {to}, {} copied)",
            cast.tensors, copied.tensors
        )?;
        writeln!(f, "elements: {elements} ({} cast, {} copied)", cast.elements, copied.elements)?;
        let dropped = self.dropped.tensors();
        if self.scales_added + dropped > 0 {
            writeln!(f, "scales: {} added, {dropped} dropped", self.scales_added)?;
        }
        writeln!(f, "bytes: {} before, {} after", self.bytes_before, self.bytes_after)?;
        if let Some(lost) = self.lost {
            writeln!(f, "overflowed: {}", lost.overflowed)?;
            if lost.nans > 0 {
                writeln!(f, "NaN: {}", lost.nans)?;
            }
        }
        if self.quantized > 0 {
            writeln!(f, "quantized: {} to {to}", self.quantized)?;
        }
        for (scheme, count) in &self.dequantized {
            writeln!(f, "dequantized: {count} of {scheme}")?;
        }
        for (name, patterns) in self.lists() {
            for (pattern, count) in patterns.iter().take(MAX_PATTERNS) {
                writeln!(f, "{name}: {count} of {}", one_line(pattern))?;
            }
            let count = patterns.iter().len();
            if count > MAX_PATTERNS {
                writeln!(f, "{name}: {} more patterns, which --json lists", count - MAX_PATTERNS)?;
            }
        }
        for path in &self.left_out {
            writeln!(f, "left out: {}", one_line(path))?;
        }
        Ok(())
    }
}
