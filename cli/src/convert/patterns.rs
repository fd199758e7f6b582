//! Counts of names by pattern. All layers of a model have one pattern, but each tensor may have a pattern of its own.

use compact_str::CompactString;
use serde::ser::{Serialize, Serializer};

/// How many tensors have each pattern of names.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    /// The patterns and their counts. The first `sorted` of them are sorted, and each of these patterns is there once. A map would
    /// take more memory.
    counts: Vec<(CompactString, u64)>,
    sorted: usize,
}

impl Patterns {
    /// Adds a tensor of this name.
    pub(super) fn add(&mut self, name: &str) {
        let unsorted = 64 + self.sorted / 4;
        if self.counts.len() >= self.sorted + unsorted {
            self.sort();
        }
        if self.counts.len() == self.counts.capacity() {
            // A vector that grows by itself doubles its memory.
            self.counts.reserve_exact(unsorted);
        }
        self.counts.push((pattern(name), 1));
    }

    /// Sorts the patterns. [`iter`](Self::iter) and the other methods need sorted patterns.
    pub(super) fn sort(&mut self) {
        self.counts.sort_unstable();
        self.counts.dedup_by(|(pattern, count), (kept, sum)| {
            let same = pattern == kept;
            *sum += if same { *count } else { 0 };
            same
        });
        self.sorted = self.counts.len();
    }

    /// Returns the patterns and their counts, in the order of the patterns.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &(CompactString, u64)> {
        self.counts.iter()
    }

    /// Returns the number of tensors.
    pub(super) fn tensors(&self) -> u64 {
        self.counts.iter().map(|(_, count)| count).sum()
    }
}

impl Serialize for Patterns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.counts.iter().map(|(pattern, count)| (pattern, count)))
    }
}

/// Returns a name with an asterisk for each number, so that all layers have one pattern.
fn pattern(name: &str) -> CompactString {
    let mut pattern = CompactString::default();
    for (place, part) in name.split('.').enumerate() {
        let number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        pattern.push_str(if place > 0 { "." } else { "" });
        pattern.push_str(if number { "*" } else { part });
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pattern_is_counted() {
        let mut patterns = Patterns::default();
        for number in 0..1000 {
            patterns.add(&format!("b.{}.{number}", number % 3));
            patterns.add(&format!("a{number}"));
            patterns.add("");
        }
        patterns.sort();
        assert_eq!(patterns.tensors(), 3000);
        assert_eq!(patterns.iter().len(), 1002);
        assert!(patterns.iter().is_sorted());
        let counts = serde_json::to_value(&patterns).unwrap();
        assert_eq!(
            (&counts["b.*.*"], &counts["a7"], &counts[""]),
            (&1000.into(), &1.into(), &1000.into())
        );
    }
}
