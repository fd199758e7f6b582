//! The header of a safetensors file. It is read and checked before anything else uses it.

use std::fmt;

use safetensors::Dtype;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::shape::Dimensions;
use super::tensor::{Place, Texts};
use super::text::Text;
use super::{Header, Metadata};
use crate::checkpoint::{Source, kind};
use crate::line::clip;

/// The length in bytes of the largest header that readers accept: 100,000,000.
pub const HEADER_LIMIT: usize = 100_000_000;

/// The name of the entry that holds the metadata. It is not a tensor.
pub const METADATA: &str = "__metadata__";

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
        let unsound = |error: serde_json::Error| HeaderError::Unsound(clip(error));
        let Entries {
            mut tensors,
            texts,
            metadata,
        } = serde_json::from_slice(json).map_err(unsound)?;
        let name = |tensor: &Entry| texts.name(&tensor.place);
        // A sort that keeps the order of equals, and a list of the names, would need more memory.
        tensors.sort_unstable_by(|a, b| name(a).cmp(name(b)));
        // JSON allows equal names, and readers would disagree about them.
        let mut pairs = tensors.iter().zip(tensors.iter().skip(1));
        if let Some((twice, _)) = pairs.find(|(a, b)| name(a) == name(b)) {
            let why = format!("tensor {}: two have this name", clip(name(twice)));
            return Err(HeaderError::Unsound(why));
        }
        let place = |tensor: &Entry| (tensor.place.start, tensor.end);
        tensors.sort_unstable_by(|a, b| (place(a), name(a)).cmp(&(place(b), name(b))));
        let mut end = 0;
        for tensor in &tensors {
            let sound = check(tensor, &texts, end);
            sound.map_err(|why| HeaderError::Unsound(format!("tensor {}: {why}", clip(name(tensor)))))?;
            end = tensor.end;
        }
        if end != data {
            let why = "its data are not as long as its header says";
            return Err(HeaderError::Length(why));
        }
        // The shorter list is made in place of the longer one, and the rest of the memory is given back.
        let mut places: Vec<Place> = tensors.into_iter().map(|tensor| tensor.place).collect();
        places.shrink_to_fit();
        Ok(Header {
            data_start: 8 + json.len() as u64,
            metadata,
            places,
            texts,
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

/// Checks that a tensor begins at `start`, where the one before ends, and has the length that its shape implies.
fn check(tensor: &Entry, texts: &Texts, start: u64) -> Result<(), String> {
    let Entry { place, end } = tensor;
    let (begin, shape, dtype) = (place.start, texts.shape(place), place.dtype);
    let Some(bytes) = end.checked_sub(begin) else {
        return Err(format!("its data end at {end}, before they begin at {begin}"));
    };
    if begin != start {
        let how = if begin < start { "overlap" } else { "leave a hole after" };
        return Err(format!("its data, from {begin} on, {how} those before, up to {start}"));
    }
    let bits = shape
        .iter()
        .try_fold(1, |product: u64, n| product.checked_mul(n))
        .and_then(|elements| elements.checked_mul(dtype.bitsize() as u64))
        .ok_or("the product of its shape overflows")?;
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
    tensors: Vec<Entry>,
    texts: Texts,
    metadata: Option<Metadata>,
}

/// A tensor, and the place of the byte after its data.
struct Entry {
    place: Place,
    end: u64,
}

/// The value of a tensor's entry.
#[derive(Deserialize)]
struct Described {
    dtype: Dtype,
    shape: Dimensions,
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
                let (mut tensors, mut texts, mut metadata) = (Vec::new(), Texts::default(), None);
                let mut start = 0;
                while let Some(()) = map.next_key_seed(Text(|name: &str| texts.names.push_str(name)))? {
                    let name = &texts.names[start..];
                    if name == METADATA {
                        if metadata.is_some() {
                            return Err(A::Error::custom("it has metadata twice"));
                        }
                        metadata = Metadata::parse(map.next_value()?).map_err(|error| A::Error::custom(clip(error)))?;
                        texts.names.truncate(start);
                        continue;
                    }
                    let named = |why| A::Error::custom(format_args!("tensor {}: {}", clip(name), clip(why)));
                    let described: Described = map.next_value().map_err(named)?;
                    let [first, end] = described.data_offsets;
                    let place = Place {
                        start: first,
                        name: start as u32,
                        name_length: name.len() as u32,
                        shape: texts.shapes.len() as u32,
                        dtype: described.dtype,
                    };
                    described.shape.store(&mut texts.shapes);
                    tensors.push(Entry { place, end });
                    start = texts.names.len();
                }
                Ok(Entries {
                    tensors,
                    texts,
                    metadata,
                })
            }
        }

        deserializer.deserialize_map(All)
    }
}
