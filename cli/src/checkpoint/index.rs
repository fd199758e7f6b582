//! The index of a directory of shards: the shard of each tensor.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::{Component, Path};

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::Shard;
use super::names::{Places, at};

/// The length in bytes of the largest index that is read.
pub(super) const INDEX_LIMIT: u64 = 400_000_000;

/// The reason why a file is not a valid index of its directory.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The file is not an index.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The index names a file outside its directory.
    #[error("tensor {tensor}: {shard:?} is no file of this directory")]
    Outside {
        /// The tensor.
        tensor: String,
        /// The name of the shard in the index.
        shard: String,
    },
    /// The index names a tensor twice.
    #[error("tensor {tensor}: it is there twice")]
    Twice {
        /// The tensor.
        tensor: String,
    },
    /// The index names a tensor in a shard that doesn't have it.
    #[error("tensor {tensor}: {shard} doesn't have it")]
    Missing {
        /// The tensor.
        tensor: String,
        /// The shard.
        shard: String,
    },
}

/// The index of a directory of shards.
#[derive(Debug)]
pub struct Index {
    /// Tensors and the names of their shards, in the index's order.
    pub weight_map: Vec<(String, String)>,
    /// All entries except the weight map, in the index's order.
    pub rest: Map<String, Value>,
    /// The place of a tensor in the weight map.
    places: HashMap<String, usize>,
}

impl Index {
    /// Parses an index.
    ///
    /// # Errors
    /// If the text is not an index, names a tensor twice, or names a file outside its directory.
    pub fn parse(text: &[u8]) -> Result<Index, IndexError> {
        let all: All = serde_json::from_slice(text)?;
        let mut places = HashMap::new();
        for (place, (tensor, shard)) in all.weight_map.iter().enumerate() {
            if !is_inside(shard) {
                return Err(IndexError::Outside {
                    tensor: tensor.clone(),
                    shard: shard.clone(),
                });
            }
            if places.insert(tensor.clone(), place).is_some() {
                return Err(IndexError::Twice { tensor: tensor.clone() });
            }
        }
        Ok(Index {
            weight_map: all.weight_map,
            rest: all.rest,
            places,
        })
    }

    /// Returns the names of the shards, sorted.
    pub(super) fn shards(&self) -> Vec<String> {
        let shards: BTreeSet<_> = self.weight_map.iter().map(|(_, shard)| shard).collect();
        shards.into_iter().cloned().collect()
    }

    /// Returns the name of the shard that has this tensor.
    #[must_use]
    pub fn shard_of(&self, tensor: &str) -> Option<&str> {
        let place = *self.places.get(tensor)?;
        Some(&self.weight_map[place].1)
    }

    /// Returns whether the index names the shard of this name.
    pub(crate) fn names(&self, shard: &Path) -> bool {
        let mut shards = self.weight_map.iter();
        shards.any(|(_, named)| Path::new(named) == shard)
    }

    /// Checks that each tensor is in the shard that the index names for it.
    pub(super) fn agrees(&self, shards: &[(String, Shard)]) -> Result<(), IndexError> {
        let all: Vec<&Shard> = shards.iter().map(|(_, shard)| shard).collect();
        let mut places = Places::default();
        for (number, shard) in all.iter().enumerate() {
            for place in 0..shard.header.count() as u32 {
                places.add((number as u32, place), at(&all));
            }
        }
        let absent = |(tensor, shard): &&(String, String)| {
            let is_in = |(number, _): (u32, u32)| shards[number as usize].0 == *shard;
            places.find(tensor, at(&all), is_in).is_none()
        };
        match self.weight_map.iter().find(absent) {
            Some((tensor, shard)) => Err(IndexError::Missing {
                tensor: tensor.clone(),
                shard: shard.clone(),
            }),
            None => Ok(()),
        }
    }
}

/// Returns whether a path certainly leads to a file below its directory. Only paths in a normal form pass, so that no file has
/// two names.
fn is_inside(path: &str) -> bool {
    let normal = |component| matches!(component, Component::Normal(_));
    !path.is_empty()
        && !path.contains('\\')
        && !path.chars().any(char::is_control)
        && Path::new(path).components().all(normal)
        && path.split('/').all(|name| !["", "."].contains(&name))
}

struct All {
    weight_map: Vec<(String, String)>,
    rest: Map<String, Value>,
}

impl<'de> Deserialize<'de> for All {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = All;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an index of shards")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<All, A::Error> {
                let (mut weight_map, mut rest) = (None, Map::new());
                while let Some(key) = map.next_key::<String>()? {
                    if key != "weight_map" {
                        rest.insert(key, map.next_value()?);
                    } else if weight_map.is_some() {
                        return Err(A::Error::duplicate_field("weight_map"));
                    } else {
                        let Pairs(pairs) = map.next_value()?;
                        weight_map = Some(pairs);
                    }
                }
                let weight_map = weight_map.ok_or(A::Error::missing_field("weight_map"))?;
                Ok(All { weight_map, rest })
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

/// The entries of a map of texts, in order, with repeated keys.
struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;

        impl<'de> Visitor<'de> for Texts {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of file names")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Texts)
    }
}
