//! The name of a tensor to write.

use std::cmp::Ordering;
use std::fmt;

use serde::ser::{Serialize, Serializer};

/// The name of a tensor to write: the name of a weight, and the text that a scheme adds. A checkpoint may have millions of names,
/// so none is put together before it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name<'a> {
    pub(crate) weight: &'a str,
    pub(crate) suffix: &'static str,
}

impl<'a> From<&'a str> for Name<'a> {
    fn from(weight: &'a str) -> Name<'a> {
        Name { weight, suffix: "" }
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.weight)?;
        f.write_str(self.suffix)
    }
}

impl Serialize for Name<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Names are ordered as their whole texts are.
impl Ord for Name<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let common = self.weight.len().min(other.weight.len());
        let [own, others] = [self, other].map(|name| &name.weight.as_bytes()[..common]);
        let rest = |name: &Self| name.weight.bytes().chain(name.suffix.bytes()).skip(common);
        own.cmp(others).then_with(|| rest(self).cmp(rest(other)))
    }
}

impl PartialOrd for Name<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Name<'_> {}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn names_are_their_whole_texts() {
        let weights = ["", "a", "a_", "a_s", "a_scale", "a_scale_", "ab", "\"\n"];
        let suffixes = ["", "_scale", "_packed", "_"];
        let all = weights
            .iter()
            .flat_map(|weight| suffixes.map(|suffix| Name { weight, suffix }));
        let all: Vec<Name> = all.collect();
        for a in &all {
            let text = format!("{}{}", a.weight, a.suffix);
            assert_eq!(a.to_string(), text);
            assert_eq!(serde_json::to_string(a).unwrap(), serde_json::to_string(&text).unwrap());
            for b in &all {
                assert_eq!(a.cmp(b), text.cmp(&b.to_string()), "{a} {b}");
            }
        }
    }
}
