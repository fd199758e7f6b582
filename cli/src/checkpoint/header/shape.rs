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
/// A header may have millions of dimensions, and most of them are small. A byte therefore holds seven bits of a dimension, the low
/// bits first. A dimension takes fewer bytes here than in the header.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Shape {
    bytes: SmallVec<[u8; 16]>,
}

impl Shape {
    /// Returns the dimensions, in their order.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        let (mut dimension, mut shift) = (0, 0);
        self.bytes.iter().filter_map(move |&byte| {
            dimension |= u64::from(byte & !MORE) << shift;
            shift += 7;
            if byte & MORE != 0 {
                return None;
            }
            shift = 0;
            Some(std::mem::take(&mut dimension))
        })
    }

    /// Returns the dimensions as a list.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u64> {
        self.iter().collect()
    }

    /// Adds a dimension.
    fn push(&mut self, mut dimension: u64) {
        while dimension >= u64::from(MORE) {
            self.bytes.push(dimension as u8 | MORE);
            dimension >>= 7;
        }
        self.bytes.push(dimension as u8);
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Dimensions;

        impl<'de> Visitor<'de> for Dimensions {
            type Value = Shape;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a shape")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Shape, A::Error> {
                let (mut shape, mut count) = (Shape::default(), 0);
                while let Some(dimension) = all.next_element()? {
                    if count == DIMENSIONS {
                        let why = format_args!("more than {DIMENSIONS} dimensions");
                        return Err(A::Error::custom(why));
                    }
                    shape.push(dimension);
                    count += 1;
                }
                Ok(shape)
            }
        }

        deserializer.deserialize_seq(Dimensions)
    }
}

#[cfg(test)]
mod tests {
    use super::Shape;

    #[test]
    fn every_dimension_is_kept() {
        let powers = (0..64).flat_map(|bit| [(1_u64 << bit) - 1, 1 << bit, (1 << bit) + 1]);
        let all: Vec<u64> = powers.chain([u64::MAX]).collect();
        for dimensions in [&[][..], &[0], &[0, 0, 7], &[u64::MAX, 0, 1], &all] {
            let json = serde_json::to_string(dimensions).unwrap();
            let shape: Shape = serde_json::from_str(&json).unwrap();
            assert_eq!(shape.to_vec(), dimensions);
            assert_eq!(format!("{shape:?}"), format!("{dimensions:?}"));
            assert_eq!(serde_json::to_string(&shape).unwrap(), json);
            assert!(shape.bytes.len() < json.len());
        }
    }
}
