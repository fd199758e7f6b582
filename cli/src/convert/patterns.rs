//! Counts of names by pattern. All layers of a model have one pattern, but each tensor may have a pattern of its own.

use serde::ser::{Serialize, Serializer};

/// How many tensors have each pattern of names.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    /// The patterns, one after another.
    text: String,
    /// The patterns and their counts. The first `sorted` of them are sorted, and each of these patterns is there once. A map of
    /// texts would take more memory.
    counts: Vec<Count>,
    sorted: usize,
}

/// The place of a pattern in the text, and how many tensors have the pattern: fewer than fit in memory, and in 32 bits.
#[derive(Debug)]
struct Count {
    start: usize,
    length: u32,
    tensors: u32,
}

impl Count {
    fn pattern<'t>(&self, text: &'t str) -> &'t str {
        &text[self.start..self.start + self.length as usize]
    }
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
        let start = self.text.len();
        push_pattern(&mut self.text, name);
        self.counts.push(Count {
            start,
            length: (self.text.len() - start) as u32,
            tensors: 1,
        });
    }

    /// Sorts the patterns. [`iter`](Self::iter) and the other methods need sorted patterns.
    pub(super) fn sort(&mut self) {
        let (text, count) = (&self.text, self.counts.len());
        self.counts.sort_unstable_by(|a, b| a.pattern(text).cmp(b.pattern(text)));
        self.counts.dedup_by(|count, kept| {
            let same = count.pattern(text) == kept.pattern(text);
            kept.tensors += if same { count.tensors } else { 0 };
            same
        });
        self.sorted = self.counts.len();
        if self.sorted < count {
            let mut text = String::with_capacity(self.counts.iter().map(|count| count.length as usize).sum());
            for count in &mut self.counts {
                let start = text.len();
                text.push_str(count.pattern(&self.text));
                count.start = start;
            }
            self.text = text;
        }
    }

    /// Returns the patterns and their counts, in the order of the patterns.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, u32)> {
        self.counts.iter().map(|count| (count.pattern(&self.text), count.tensors))
    }

    /// Returns the number of tensors.
    pub(super) fn tensors(&self) -> u64 {
        self.counts.iter().map(|count| u64::from(count.tensors)).sum()
    }
}

impl Serialize for Patterns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// Adds the pattern of a name: the name with an asterisk for each number, so that all layers have one pattern.
fn push_pattern(text: &mut String, name: &str) {
    for (place, part) in name.split('.').enumerate() {
        let number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        text.push_str(if place > 0 { "." } else { "" });
        text.push_str(if number { "*" } else { part });
    }
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
        assert_eq!(
            patterns.text.len(),
            patterns.iter().map(|(pattern, _)| pattern.len()).sum::<usize>()
        );
        let counts = serde_json::to_value(&patterns).unwrap();
        assert_eq!(
            (&counts["b.*.*"], &counts["a7"], &counts[""]),
            (&1000.into(), &1.into(), &1000.into())
        );
    }
}
