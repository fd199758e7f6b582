//! The tensors of a group by name. A table of numbers takes a tenth of the memory of a map, and a header may have millions of
//! tensors.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

use super::{Shard, Tensor};

/// The places of tensors, by name. A place is the number of a shard and of a tensor in it.
#[derive(Default)]
pub(super) struct Places {
    table: HashTable<(u32, u32)>,
    hasher: RandomState,
}

impl Places {
    /// Returns the place of a tensor of this name for which `is` holds.
    pub(super) fn find<'c>(
        &self,
        name: &str,
        at: impl Fn((u32, u32)) -> Tensor<'c>,
        is: impl Fn((u32, u32)) -> bool,
    ) -> Option<(u32, u32)> {
        let same = |&place: &(u32, u32)| at(place).name() == name && is(place);
        self.table.find(self.hasher.hash_one(name), same).copied()
    }

    /// Adds a place, or puts it where the place of a tensor of its name is.
    fn put<'c>(&mut self, place: (u32, u32), at: impl Fn((u32, u32)) -> Tensor<'c>) {
        let name = at(place).name();
        let hash = |&place: &(u32, u32)| self.hasher.hash_one(at(place).name());
        let same = |&other: &(u32, u32)| at(other).name() == name;
        self.table.entry(hash(&place), same, hash).insert(place);
    }

    /// Adds a place. Places of tensors of its name stay.
    pub(super) fn add<'c>(&mut self, place: (u32, u32), at: impl Fn((u32, u32)) -> Tensor<'c>) {
        let hash = |&place: &(u32, u32)| self.hasher.hash_one(at(place).name());
        self.table.insert_unique(hash(&place), place, hash);
    }

    /// Makes room for many places.
    pub(super) fn reserve<'c>(&mut self, count: usize, at: impl Fn((u32, u32)) -> Tensor<'c>) {
        let hash = |&place: &(u32, u32)| self.hasher.hash_one(at(place).name());
        self.table.reserve(count, hash);
    }
}

/// The tensors of a group by name, with their shards.
pub struct Names<'c> {
    shards: Vec<&'c Shard>,
    places: Places,
}

/// Returns the tensor at a place of some shards.
pub(super) fn at<'c>(shards: &[&'c Shard]) -> impl Fn((u32, u32)) -> Tensor<'c> {
    |(shard, tensor)| shards[shard as usize].header.tensor(tensor)
}

impl<'c> Names<'c> {
    /// Returns the tensors for which `is` holds. The last of equal names counts.
    pub(super) fn of(shards: Vec<&'c Shard>, is: impl Fn(&'c Shard, Tensor<'c>) -> bool) -> Names<'c> {
        let mut places = Places::default();
        let tensors = shards.iter().map(|shard| shard.header.count());
        places.reserve(tensors.sum(), at(&shards));
        for (number, &shard) in shards.iter().enumerate() {
            for tensor in shard.header.tensors() {
                if is(shard, tensor) {
                    places.put((number as u32, tensor.number()), at(&shards));
                }
            }
        }
        Names { shards, places }
    }

    /// Returns the tensor of this name, with its shard.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<(&'c Shard, Tensor<'c>)> {
        let place = self.places.find(name, at(&self.shards), |_| true)?;
        let shard = self.shards[place.0 as usize];
        Some((shard, shard.header.tensor(place.1)))
    }

    /// Returns all tensors of the group's shards with their shards, in the order of their data.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = (&'c Shard, Tensor<'c>)> {
        let of = |&shard: &&'c Shard| shard.header.tensors().map(move |tensor| (shard, tensor));
        self.shards.iter().flat_map(of)
    }
}

impl std::fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.in_order().map(|(_, tensor)| tensor.name());
        f.debug_set().entries(names).finish()
    }
}
