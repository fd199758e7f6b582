//! The header of a safetensors file. It is read and checked before anything else uses it.

use std::fmt;
use std::ops::Range;

use compact_str::CompactString;
use safetensors::Dtype;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::{Metadata, Shape};
use crate::checkpoint::{Source, kind};

/// The length in bytes of the largest header that readers accept: 100,000,000.
pub const HEADER_LIMIT: usize = 100_000_000;

/// The name of the entry that holds the metadata. It is not a tensor.
pub const METADATA: &str = "__metadata__";

/// A header that was checked. The bytes of the tensors follow one another, and fit the shapes and the length of the file. Names
/// are unique. A name may be any text: it is not a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    /// The offset in the file at which the tensors' data begin, in bytes.
    pub data_start: u64,
    /// The tensors, in the order of their data.
    pub tensors: Vec<Tensor>,
    /// The metadata of the file, if it has any.
    pub metadata: Option<Metadata>,
}

/// A tensor in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tensor {
    /// Its name.
    pub name: CompactString,
    /// The type of its elements.
    pub dtype: Dtype,
    /// Its dimensions.
    pub shape: Shape,
    /// Its bytes, counted from the beginning of the data.
    pub range: Range<u64>,
}

impl Tensor {
    /// Returns how many elements the tensor has.
    #[must_use]
    pub fn elements(&self) -> u64 {
        self.shape.iter().product()
    }

    /// Returns how many bytes the tensor has.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.range.end - self.range.start
    }
}

/// The reason why a file is not a valid safetensors file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// The file can't be read.
    #[error("{0}")]
    Io(#[source] std::io::Error),
    /// The file doesn't have the length that its header implies.
    #[error("not a safetensors file, or a truncated one: {0}")]
    Length(&'static str),
    /// The file is of another kind.
    #[error("not a safetensors file: it is {0}")]
    Other(String),
    /// The header is unsound.
    #[error("not a safetensors file: {0}")]
    Unsound(String),
}

impl Header {
    /// Reads the header of a file.
    ///
    /// # Errors
    /// If the file can't be read, or its header isn't valid.
    pub fn read(source: &Source) -> Result<Header, HeaderError> {
        let wrong = |error| kind(source).map_or(error, HeaderError::Other);
        let Some(rest) = source.length().checked_sub(8) else {
            return Err(wrong(HeaderError::Length("it ends before its header")));
        };
        let mut length = [0; 8];
        source.read(0, &mut length).map_err(HeaderError::Io)?;
        let length = u64::from_le_bytes(length);
        if length > HEADER_LIMIT as u64 {
            let why = format!("its header would have {length} bytes, more than {HEADER_LIMIT}");
            return Err(wrong(HeaderError::Unsound(why)));
        }
        if length > rest {
            return Err(wrong(HeaderError::Length("it ends inside its header")));
        }
        let mut json = vec![0; length as usize];
        source.read(8, &mut json).map_err(HeaderError::Io)?;
        Header::parse(&json, rest - length).map_err(wrong)
    }

    /// Parses a header, without the length before it. `data` is the number of bytes after it in the file.
    ///
    /// # Errors
    /// If the header isn't valid.
    pub fn parse(json: &[u8], data: u64) -> Result<Header, HeaderError> {
        let unsound = |error: serde_json::Error| HeaderError::Unsound(error.to_string());
        let Entries { mut tensors, metadata } = serde_json::from_slice(json).map_err(unsound)?;
        unique(&tensors).map_err(HeaderError::Unsound)?;
        // A sort that keeps the order of equals would need more memory.
        let place = |tensor: &Tensor| (tensor.range.start, tensor.range.end);
        tensors.sort_unstable_by(|a, b| (place(a), &a.name).cmp(&(place(b), &b.name)));
        let mut end = 0;
        for tensor in &tensors {
            check(tensor, end).map_err(|why| HeaderError::Unsound(format!("tensor {}: {why}", tensor.name)))?;
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

/// Describes a file of another kind that people take for weights, and names a remedy.
fn kind(source: &Source) -> Option<String> {
    let mut begin = [0; kind::BEGIN];
    let length = source.length().min(kind::BEGIN as u64) as usize;
    source.read(0, &mut begin[..length]).ok()?;
    kind::of(&begin[..length])
}

/// Checks that all tensors have different names. JSON allows equal names, and readers would disagree about them.
fn unique(tensors: &[Tensor]) -> Result<(), String> {
    let mut names: Vec<&str> = tensors.iter().map(|tensor| &*tensor.name).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("tensor {}: two have this name", pair[0])),
        None => Ok(()),
    }
}

/// Checks that a tensor begins at `start`, where the one before ends, and has the length that its shape implies.
fn check(tensor: &Tensor, start: u64) -> Result<(), String> {
    let Range { start: begin, end } = tensor.range;
    if end < begin {
        return Err(format!("its data end at {end}, before they begin at {begin}"));
    }
    if begin != start {
        let how = if begin < start { "overlap" } else { "leave a hole after" };
        return Err(format!("its data, from {begin} on, {how} those before, up to {start}"));
    }
    let bits = tensor
        .shape
        .iter()
        .try_fold(1, |product: u64, n| product.checked_mul(n))
        .and_then(|elements| elements.checked_mul(tensor.dtype.bitsize() as u64))
        .ok_or("the product of its shape overflows")?;
    let (bytes, shape, dtype) = (tensor.bytes(), &tensor.shape, tensor.dtype);
    if !bits.is_multiple_of(8) {
        return Err(format!("{shape:?} elements of {dtype} don't end with a byte"));
    }
    if bytes != bits / 8 {
        return Err(format!(
            "{bytes} bytes, and not the {} of {shape:?} elements of {dtype}",
            bits / 8
        ));
    }
    Ok(())
}

/// The entries of a header, in their order.
struct Entries {
    tensors: Vec<Tensor>,
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
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
                while let Some(name) = map.next_key::<CompactString>()? {
                    if name == METADATA {
                        if metadata.is_some() {
                            return Err(A::Error::custom("it has metadata twice"));
                        }
                        metadata = Metadata::parse(map.next_value()?).map_err(A::Error::custom)?;
                        continue;
                    }
                    let named = |why: &dyn fmt::Display| A::Error::custom(format_args!("tensor {name}: {why}"));
                    let Entry {
                        dtype,
                        shape,
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
