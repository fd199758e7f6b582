//! The header of a safetensors file: read, and checked before anything else trusts it.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use safetensors::Dtype;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::Source;

/// The largest header that readers accept.
pub const HEADER_LIMIT: usize = 100_000_000;

/// The most tensors, and the most entries of metadata.
const MOST: usize = 1 << 17;

/// The most dimensions: what numpy and torch have at most.
const RANK: usize = 64;

/// The name of the entry that is no tensor.
pub const METADATA: &str = "__metadata__";

/// A header that was checked: offsets follow one another and fit shapes and file, names are unique and harmless.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    /// Where the tensors' data begin in the file.
    pub data_start: u64,
    /// In the order of their data.
    pub tensors: Vec<Tensor>,
    /// The file's metadata, if it has any.
    pub metadata: Option<BTreeMap<String, String>>,
}

/// A tensor in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tensor {
    /// Its name.
    pub name: Box<str>,
    /// The type of its elements.
    pub dtype: Dtype,
    /// Its dimensions, none of a scalar.
    pub shape: Box<[u64]>,
    /// Its bytes, counted from the beginning of the data.
    pub range: Range<u64>,
}

impl Tensor {
    /// How many elements it has.
    #[must_use]
    pub fn elements(&self) -> u64 {
        self.shape.iter().product()
    }

    /// How many bytes it has.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.range.end - self.range.start
    }
}

/// Why a file is no safetensors file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// It can't be read.
    #[error("{0}")]
    Io(#[source] std::io::Error),
    /// It isn't as long as it says.
    #[error("not a safetensors file, or a truncated one: {0}")]
    Length(&'static str),
    /// Its header is unsound.
    #[error("not a safetensors file: {0}")]
    Unsound(String),
}

impl Header {
    /// Reads the header of a file.
    ///
    /// # Errors
    /// If it can't be read or isn't sound.
    pub fn read(source: &Source) -> Result<Header, HeaderError> {
        let too_short = HeaderError::Length("it ends before its header");
        let Some(rest) = source.length().checked_sub(8) else {
            return Err(too_short);
        };
        let mut length = [0; 8];
        source.read(0, &mut length).map_err(HeaderError::Io)?;
        let length = u64::from_le_bytes(length);
        if length > HEADER_LIMIT as u64 {
            let why = format!("its header would have {length} bytes, more than {HEADER_LIMIT}");
            return Err(HeaderError::Unsound(why));
        }
        if length > rest {
            return Err(HeaderError::Length("it ends inside its header"));
        }
        let mut json = vec![0; length as usize];
        source.read(8, &mut json).map_err(HeaderError::Io)?;
        Header::parse(&json, rest - length)
    }

    /// Parses a header, without the length before it, of a file that has so many bytes of data after it.
    ///
    /// # Errors
    /// If it isn't sound.
    pub fn parse(json: &[u8], data: u64) -> Result<Header, HeaderError> {
        let unsound = |error: serde_json::Error| HeaderError::Unsound(error.to_string());
        let Entries {
            mut tensors,
            metadata,
        } = serde_json::from_slice(json).map_err(unsound)?;
        unique(&tensors).map_err(HeaderError::Unsound)?;
        tensors.sort_by_key(|tensor| (tensor.range.start, tensor.range.end));
        let mut end = 0;
        for tensor in &tensors {
            check(tensor, end)
                .map_err(|why| HeaderError::Unsound(format!("tensor {}: {why}", tensor.name)))?;
            end = tensor.range.end;
        }
        if end != data {
            let why = "its data are not as long as its header says";
            return Err(HeaderError::Length(why));
        }
        Ok(Header {
            data_start: 8 + json.len() as u64,
            tensors,
            metadata,
        })
    }
}

/// That no two tensors have the same name. JSON itself doesn't forbid it, and readers would disagree.
fn unique(tensors: &[Tensor]) -> Result<(), String> {
    let mut names: Vec<&str> = tensors.iter().map(|tensor| &*tensor.name).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("tensor {}: two have this name", pair[0])),
        None => Ok(()),
    }
}

/// That a tensor begins at `start`, where the one before ends, and is as long as its shape says.
fn check(tensor: &Tensor, start: u64) -> Result<(), String> {
    let Range { start: begin, end } = tensor.range;
    if end < begin {
        return Err(format!(
            "its data end at {end}, before they begin at {begin}"
        ));
    }
    if begin != start {
        let how = if begin < start {
            "overlap"
        } else {
            "leave a hole after"
        };
        return Err(format!(
            "its data, from {begin} on, {how} those before, up to {start}"
        ));
    }
    let bits = tensor
        .shape
        .iter()
        .try_fold(1, |product: u64, &n| product.checked_mul(n))
        .and_then(|elements| elements.checked_mul(tensor.dtype.bitsize() as u64))
        .ok_or("the product of its shape overflows")?;
    let (bytes, shape, dtype) = (tensor.bytes(), &tensor.shape, tensor.dtype);
    if !bits.is_multiple_of(8) {
        return Err(format!(
            "{shape:?} elements of {dtype} don't end with a byte"
        ));
    }
    if bytes != bits / 8 {
        return Err(format!(
            "{bytes} bytes, and not the {} of {shape:?} elements of {dtype}",
            bits / 8
        ));
    }
    Ok(())
}

/// That a name can be printed, and used as part of a path by those who do.
fn harmless(name: &str) -> Result<(), &'static str> {
    if name.chars().any(char::is_control) {
        Err("its name has control characters")
    } else if name.starts_with(['/', '\\']) || name.split(['/', '\\']).any(|part| part == "..") {
        Err("its name is a path out of its directory")
    } else {
        Ok(())
    }
}

/// The entries of a header, as they stand there.
struct Entries {
    tensors: Vec<Tensor>,
    metadata: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    dtype: Dtype,
    shape: Shape,
    data_offsets: [u64; 2],
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;

        impl<'de> Visitor<'de> for All {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of tensors")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let (mut tensors, mut metadata) = (Vec::new(), None);
                while let Some(name) = map.next_key::<Box<str>>()? {
                    if &*name == METADATA {
                        if metadata.is_some() {
                            return Err(A::Error::custom("it has metadata twice"));
                        }
                        let Metadata(entries) = map.next_value()?;
                        metadata = Some(entries);
                        continue;
                    }
                    let named = |why: &dyn fmt::Display| {
                        A::Error::custom(format_args!("tensor {name}: {why}"))
                    };
                    harmless(&name).map_err(|why| named(&why))?;
                    if tensors.len() == MOST {
                        return Err(A::Error::custom(format_args!(
                            "it has more than {MOST} tensors"
                        )));
                    }
                    let Entry {
                        dtype,
                        shape: Shape(shape),
                        data_offsets: [start, end],
                    } = map.next_value().map_err(|error| named(&error))?;
                    let range = start..end;
                    tensors.push(Tensor {
                        name,
                        dtype,
                        shape,
                        range,
                    });
                }
                Ok(Entries { tensors, metadata })
            }
        }

        deserializer.deserialize_map(All)
    }
}

/// A shape of no more than [`RANK`] dimensions.
struct Shape(Box<[u64]>);

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Dimensions;

        impl<'de> Visitor<'de> for Dimensions {
            type Value = Shape;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a shape")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Shape, A::Error> {
                let mut shape = Vec::new();
                while let Some(dimension) = sequence.next_element()? {
                    if shape.len() == RANK {
                        return Err(A::Error::custom(format_args!(
                            "more than {RANK} dimensions"
                        )));
                    }
                    shape.push(dimension);
                }
                Ok(Shape(shape.into()))
            }
        }

        deserializer.deserialize_seq(Dimensions)
    }
}

/// Metadata of no more than [`MOST`] entries, each of its own name.
struct Metadata(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;

        impl<'de> Visitor<'de> for Texts {
            type Value = Metadata;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Metadata, A::Error> {
                let mut texts = BTreeMap::new();
                while let Some((key, text)) = map.next_entry::<String, String>()? {
                    if texts.len() == MOST {
                        return Err(A::Error::custom("it has too many metadata"));
                    }
                    if texts.contains_key(&key) {
                        return Err(A::Error::custom(format_args!("it has {key:?} twice")));
                    }
                    texts.insert(key, text);
                }
                Ok(Metadata(texts))
            }
        }

        deserializer.deserialize_map(Texts)
    }
}
