//! The roles of tensors.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use hashbrown::HashTable;

use super::{Located, Weight};
use crate::checkpoint::Tensor;

/// The role of a tensor that is more than numbers without scales.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Role<'r, 'a> {
    /// A weight that is multiplied by its scales.
    Weight(&'r Arc<Weight<'a>>),
    /// A scale whose weight is multiplied by it, or a scale of activations. It is not in the output.
    Dropped,
    /// A tensor that stays as it is, because it belongs to a weight that stays scaled.
    Kept,
}

/// The roles of tensors, by their names. Tensors of numbers without scales have none. A checkpoint may have millions of roles, so
/// the table has numbers instead of names.
#[derive(Debug, Default)]
pub(crate) struct Roles<'a> {
    table: HashTable<Entry<'a>>,
    hasher: RandomState,
    weights: Vec<Arc<Weight<'a>>>,
}

#[derive(Debug)]
struct Entry<'a> {
    tensor: Tensor<'a>,
    /// [`DROPPED`], [`KEPT`], or the number of a weight.
    role: u32,
}

const DROPPED: u32 = u32::MAX;
const KEPT: u32 = u32::MAX - 1;

impl<'a> Roles<'a> {
    /// Returns the role of the tensors of this name.
    pub(crate) fn get(&self, name: &str) -> Option<Role<'_, 'a>> {
        let same = |entry: &Entry| entry.tensor.name() == name;
        let entry = self.table.find(self.hasher.hash_one(name), same)?;
        Some(match entry.role {
            DROPPED => Role::Dropped,
            KEPT => Role::Kept,
            number => Role::Weight(&self.weights[number as usize]),
        })
    }

    /// Returns whether there is a tensor that stays because its weight stays scaled.
    pub(super) fn any_stays(&self) -> bool {
        self.table.iter().any(|entry| entry.role == KEPT)
    }

    /// Returns whether there is a weight that is multiplied by its scales.
    pub(super) fn any_goes(&self) -> bool {
        self.table.iter().any(|entry| entry.role < KEPT)
    }

    pub(super) fn drop(&mut self, tensor: Tensor<'a>) {
        self.put(tensor, DROPPED);
    }

    pub(super) fn keep(&mut self, tensor: Tensor<'a>) {
        self.put(tensor, KEPT);
    }

    pub(super) fn multiply(&mut self, weight: Weight<'a>) {
        let (_, tensor): Located = weight.elements;
        self.put(tensor, self.weights.len() as u32);
        self.weights.push(weight.into());
    }

    /// Gives a role to the tensors of this tensor's name.
    fn put(&mut self, tensor: Tensor<'a>, role: u32) {
        let hash = |entry: &Entry| self.hasher.hash_one(entry.tensor.name());
        let same = |other: &Entry| other.tensor.name() == tensor.name();
        let entry = Entry { tensor, role };
        self.table.entry(hash(&entry), same, hash).insert(entry);
    }
}
