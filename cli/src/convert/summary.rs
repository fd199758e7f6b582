//! What a conversion did, for people and for programs.

use std::fmt;

use serde_json::{Value, json};

use super::plan::{Action, Plan};

/// What a conversion did.
#[derive(Debug, Default)]
pub struct Summary {
    to: &'static str,
    files: u64,
    cast: Count,
    copied: Count,
    bytes_before: u64,
    bytes_after: u64,
    /// Tensors of scales that were added, and that were used and dropped.
    scales: [u64; 2],
    overflowed: u64,
}

#[derive(Debug, Default)]
struct Count {
    tensors: u64,
    elements: u64,
}

impl Summary {
    pub(super) fn new(to: ulp::Dtype) -> Summary {
        Summary {
            to: to.name(),
            ..Summary::default()
        }
    }

    /// A file that was written, of whose elements so many overflowed.
    pub(super) fn add(&mut self, plan: &Plan, overflowed: u64) {
        self.files += 1;
        self.bytes_before += plan.shard.length();
        self.bytes_after += plan.length();
        self.overflowed += overflowed;
        self.scales[1] += plan.dropped.len() as u64;
        for output in &plan.outputs {
            let count = match output.action {
                Action::Copy(_) => &mut self.copied,
                Action::Scales(_) => {
                    self.scales[0] += 1;
                    continue;
                }
                _ => &mut self.cast,
            };
            count.tensors += 1;
            count.elements += output.elements();
        }
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let [added, dropped] = self.scales;
        let count = |count: &Count| json!({"tensors": count.tensors, "elements": count.elements});
        json!({
            "to": self.to,
            "files": self.files,
            "cast": count(&self.cast),
            "copied": count(&self.copied),
            "scales_added": added,
            "scales_dropped": dropped,
            "bytes_before": self.bytes_before,
            "bytes_after": self.bytes_after,
            "overflowed": self.overflowed,
        })
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary {
            to, cast, copied, ..
        } = self;
        let tensors = cast.tensors + copied.tensors;
        let elements = cast.elements + copied.elements;
        writeln!(
            f,
            "tensors: {tensors} ({} cast to {to}, {} copied)",
            cast.tensors, copied.tensors
        )?;
        writeln!(
            f,
            "elements: {elements} ({} cast, {} copied)",
            cast.elements, copied.elements
        )?;
        match self.scales {
            [0, 0] => {}
            [added, dropped] => writeln!(f, "scales: {added} added, {dropped} dropped")?,
        }
        writeln!(
            f,
            "bytes: {} before, {} after",
            self.bytes_before, self.bytes_after
        )?;
        writeln!(f, "overflowed: {}", self.overflowed)
    }
}
