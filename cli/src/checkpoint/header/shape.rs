//! The shape of a tensor.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use smallvec::SmallVec;

/// The largest number of dimensions of a tensor. numpy and torch have 64. The limit is a thousand times as high, because a reader
/// should take all files of the format, and still bounds the memory that one shape takes.
const DIMENSIONS: usize = 1 << 16;

/// The bit of a byte that says that more bytes of a dimension follow.
const MORE: u8 = 1 << 7;

/// The dimensions of a tensor. A scalar has none.
///
/// A header may have millions of dimensions, and most of them are small. A byte therefore holds seven bits of a number, the low
/// bits first. The first number is the count of dimensions. A shape takes fewer bytes here than in the header.
#[derive(Clone, Copy)]
pub struct Shape<'h> {
    count: usize,
    /// The dimensions, and anything after them.
    bytes: &'h [u8],
}

impl<'h> Shape<'h> {
    /// Returns the shape at the beginning of some bytes.
    pub(super) fn stored_in(bytes: &'h [u8]) -> Shape<'h> {
        let (count, length) = first(bytes);
        Shape {
            count: count as usize,
            bytes: &bytes[length..],
        }
    }

    /// Returns the dimensions, in their order.
    pub fn iter(self) -> impl Iterator<Item = u64> + 'h {
        let mut bytes = self.bytes;
        (0..self.count).map(move |_| {
            let (dimension, length) = first(bytes);
            bytes = &bytes[length..];
            dimension
        })
    }

    /// Returns the dimensions as a list.
    #[must_use]
    pub fn to_vec(self) -> Vec<u64> {
        self.iter().collect()
    }
}

/// Returns the first number of some bytes, and the count of its bytes.
fn first(bytes: &[u8]) -> (u64, usize) {
    let length = bytes.iter().take_while(|&byte| byte & MORE != 0).count() + 1;
    let number = bytes[..length].iter().rev();
    let number = number.fold(0, |number, byte| number << 7 | u64::from(byte & !MORE));
    (number, length)
}

/// Adds a number to some bytes.
fn push(bytes: &mut impl Extend<u8>, mut number: u64) {
    while number >= u64::from(MORE) {
        bytes.extend([number as u8 | MORE]);
        number >>= 7;
    }
    bytes.extend([number as u8]);
}

/// The dimensions of a shape while the shape is read.
#[derive(Default)]
pub(super) struct Dimensions {
    count: usize,
    bytes: SmallVec<[u8; 16]>,
}

impl Dimensions {
    /// Adds the shape to some bytes.
    pub(super) fn store(&self, bytes: &mut Vec<u8>) {
        push(bytes, self.count as u64);
        bytes.extend_from_slice(&self.bytes);
    }
}

impl fmt::Debug for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Shape<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Dimensions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;

        impl<'de> Visitor<'de> for All {
            type Value = Dimensions;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a shape")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Dimensions, A::Error> {
                let mut shape = Dimensions::default();
                while let Some(dimension) = all.next_element()? {
                    if shape.count == DIMENSIONS {
                        let why = format_args!("more than {DIMENSIONS} dimensions");
                        return Err(A::Error::custom(why));
                    }
                    push(&mut shape.bytes, dimension);
                    shape.count += 1;
                }
                Ok(shape)
            }
        }

        deserializer.deserialize_seq(All)
    }
}

#[cfg(test)]
mod tests {
    use super::{Dimensions, Shape};

    #[test]
    fn every_dimension_is_kept() {
        let powers = (0..64).flat_map(|bit| [(1_u64 << bit) - 1, 1 << bit, (1 << bit) + 1]);
        let all: Vec<u64> = powers.chain([u64::MAX]).collect();
        for dimensions in [&[][..], &[0], &[0, 0, 7], &[u64::MAX, 0, 1], &all] {
            let json = serde_json::to_string(dimensions).unwrap();
            let read: Dimensions = serde_json::from_str(&json).unwrap();
            let mut bytes = Vec::new();
            read.store(&mut bytes);
            assert!(bytes.len() < json.len());
            let shape = Shape::stored_in(&bytes);
            assert_eq!(shape.to_vec(), dimensions);
            assert_eq!(format!("{shape:?}"), format!("{dimensions:?}"));
            assert_eq!(serde_json::to_string(&shape).unwrap(), json);
        }
    }
}
