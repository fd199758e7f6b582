//! The names of a [`Dtype`]: parsing, printing, and the error of an unknown name.

use core::fmt;
use core::str::FromStr;

use super::Dtype;
use crate::format::FixedText;

/// The modules that a printed name may begin with.
const MODULES: [&str; 7] = ["torch.", "numpy.", "np.", "ml_dtypes.", "jax.numpy.", "jnp.", "tf."];

/// The names that mean one format to some users and another format to others.
const AMBIGUOUS: [(&[&str], [Dtype; 2]); 5] = [
    // The first is the meaning in torch, ONNX and C; the second in numpy and Python.
    (&["float"], [Dtype::F32, Dtype::F64]),
    (&["fp8", "f8", "float8"], [Dtype::F8E4M3Fn, Dtype::F8E5M2]),
    // The first is the meaning of OCP and candle; the second has IEEE 754's rules, as in ml_dtypes and MLIR.
    (&["e4m3", "f8e4m3"], [Dtype::F8E4M3Fn, Dtype::F8E4M3]),
    (&["fp6", "f6", "float6"], [Dtype::F6E2M3Fn, Dtype::F6E3M2Fn]),
    // The first has one number a byte, as in ml_dtypes; the second has two, as in files.
    (
        &["fp4", "float4", "f4e2m1", "float4_e2m1", "float4e2m1"],
        [Dtype::F4E2M1Fn, Dtype::F4E2M1FnX2],
    ),
];

/// Prints the name in numpy.
impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Dtype {
    /// Returns all names that parse, each with its dtype.
    #[inline]
    fn names() -> impl Iterator<Item = (&'static str, Self)> {
        Self::ALL.iter().flat_map(|&dtype| {
            let names = [Some(dtype.name()), dtype.safetensors()];
            let names = names.into_iter().flatten();
            names.chain(dtype.aliases().iter().copied()).map(move |name| (name, dtype))
        })
    }
}

/// Parses any of the [names](Dtype#names).
impl FromStr for Dtype {
    type Err = UnknownDtype;

    #[inline]
    fn from_str(text: &str) -> Result<Self, UnknownDtype> {
        let module = MODULES.into_iter().find_map(|module| {
            let (start, rest) = text.split_at_checked(module.len())?;
            start.eq_ignore_ascii_case(module).then_some(rest)
        });
        let name = module.unwrap_or(text);
        let is = |known: &str| known.eq_ignore_ascii_case(name) || known.eq_ignore_ascii_case(text);
        if let Some((_, dtype)) = Self::names().find(|(known, _)| is(known)) {
            return Ok(dtype);
        }
        let ambiguous = AMBIGUOUS.iter().find(|(names, _)| names.iter().copied().any(is));
        let mut kept = FixedText::new();
        kept.push(text);
        Err(UnknownDtype {
            text: kept,
            reason: match ambiguous {
                Some(&(_, meanings)) => Reason::Ambiguous(meanings),
                None => Reason::Unknown(closest_name(name)),
            },
        })
    }
}

/// The error of parsing a [`Dtype`] from a text that names no format, or names two. The error keeps the text. If a
/// known name is near, the error suggests that name. If the text is ambiguous, the error names both formats.
///
/// ```
/// use ulp::Dtype;
///
/// let error = "bfloat17".parse::<Dtype>().unwrap_err();
/// assert_eq!((error.text(), error.nearest()), ("bfloat17", Some("bfloat16")));
///
/// let error = "fp8".parse::<Dtype>().unwrap_err();
/// assert_eq!(error.meanings(), [Dtype::F8E4M3Fn, Dtype::F8E5M2]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownDtype {
    text: FixedText<48>,
    reason: Reason,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reason {
    Unknown(Option<&'static str>),
    Ambiguous([Dtype; 2]),
}

impl UnknownDtype {
    /// Returns the text that was parsed. A text of more than 48 bytes is cut.
    pub fn text(&self) -> &str {
        self.text.as_str()
    }

    /// Returns the known name with the fewest edits from the text, or `None` if no name is near. One edit for every three bytes
    /// counts as near.
    pub const fn nearest(&self) -> Option<&'static str> {
        match self.reason {
            Reason::Unknown(nearest) => nearest,
            Reason::Ambiguous(_) => None,
        }
    }

    /// Returns the two formats that an ambiguous name may mean. For an unknown name, the slice is empty.
    pub const fn meanings(&self) -> &[Dtype] {
        match &self.reason {
            Reason::Unknown(_) => &[],
            Reason::Ambiguous(meanings) => meanings,
        }
    }
}

impl fmt::Display for UnknownDtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        match self.reason {
            Reason::Ambiguous([first, second]) => {
                write!(f, "{text:?} may mean {first} or {second}")
            }
            Reason::Unknown(Some(nearest)) => {
                write!(f, "unknown format {text:?}; did you mean {nearest:?}?")
            }
            Reason::Unknown(None) => {
                write!(f, "unknown format {text:?}; known are ")?;
                for (nth, dtype) in Dtype::ALL.iter().enumerate() {
                    write!(f, "{}{dtype}", if nth == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
        }
    }
}

impl core::error::Error for UnknownDtype {}

/// Returns the known name with the fewest edits from a name. The limit is one edit for every three bytes.
#[inline]
fn closest_name(name: &str) -> Option<&'static str> {
    let names = Dtype::names().map(|(known, _)| (edits(name, known), known));
    let (edits, known) = names.min_by_key(|&(edits, _)| edits)?;
    (edits <= name.len() / 3).then_some(known)
}

/// Returns the number of edits that make one name from the other, in any case. An edit inserts, deletes or replaces a byte, or
/// swaps two neighbours (F. Damerau, "A technique for computer detection and correction of spelling errors", 1964). A long name
/// is far from all others.
#[inline]
fn edits(name: &str, known: &str) -> usize {
    const MAX: usize = 32;
    let (name, known) = (name.as_bytes(), known.as_bytes());
    if name.len() >= MAX {
        return usize::MAX;
    }
    let same = |i: usize, j: usize| name[j].eq_ignore_ascii_case(&known[i]);
    // Each row has the edits from the beginnings of `name`, by their lengths, to a beginning of `known`. Three beginnings of
    // `known` have rows: the current one and the two shorter ones.
    let mut row: [usize; MAX] = core::array::from_fn(|j| j);
    let mut last = row;
    for i in 0..known.len() {
        let last_but_one = core::mem::replace(&mut last, row);
        row[0] = i + 1;
        for j in 0..name.len() {
            let replaced = last[j] + usize::from(!same(i, j));
            row[j + 1] = replaced.min(row[j] + 1).min(last[j + 1] + 1);
            if i > 0 && j > 0 && same(i, j - 1) && same(i - 1, j) {
                row[j + 1] = row[j + 1].min(last_but_one[j - 1] + 1);
            }
        }
    }
    row[name.len()]
}

#[cfg(feature = "serde")]
mod serde {
    use core::fmt;

    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    use super::Dtype;

    /// Serializes the [name](Dtype::name).
    impl Serialize for Dtype {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str(self.name())
        }
    }

    /// Deserializes any of the [names](Dtype#names).
    impl<'de> Deserialize<'de> for Dtype {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_str(Name)
        }
    }

    struct Name;

    impl de::Visitor<'_> for Name {
        type Value = Dtype;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the name of a format")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Dtype, E> {
            text.parse().map_err(E::custom)
        }
    }
}
