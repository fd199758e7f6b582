//! Weights that are stored with scales. They are found by their names, dtypes and shapes, and by the configuration.

mod blocks;
pub(crate) mod config;
mod names;
mod recognize;
mod roles;
pub(crate) mod selection;
mod table;
pub(crate) mod target;

pub(crate) use blocks::{Grid, Stretch};
pub(crate) use config::Declared;
pub(crate) use recognize::{Group, recognize};
pub(crate) use roles::{Role, Roles};
pub(crate) use table::WIDE;
pub(crate) use target::Target;

use crate::checkpoint::{Shard, Tensor};
use table::{ElementStorage, Row};

/// A tensor and the shard that it is in.
pub(crate) type Located<'a> = (&'a Shard, Tensor<'a>);

/// A weight that is stored with scales. A checkpoint may have a million of them, so names and shapes come from its tensors.
#[derive(Debug)]
pub(crate) struct Weight<'a> {
    row: &'static Row,
    pub(crate) elements: Located<'a>,
    /// The format of the elements, packed or not.
    pub(crate) element: ulp::Dtype,
    pub(crate) scales: Located<'a>,
    pub(crate) scale: ulp::Dtype,
    pub(crate) grid: Grid,
    pub(crate) tensor_scale: Option<TensorScale<'a>>,
}

/// The scale of a whole tensor, or one scale for each expert.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TensorScale<'a> {
    pub(crate) tensor: Located<'a>,
    /// True if the scale is a divisor.
    pub(crate) divides: bool,
}

impl<'a> Weight<'a> {
    /// Returns the shards that have the weight.
    pub(crate) fn shards(&self) -> Vec<&'a Shard> {
        let tensor_scale = self.tensor_scale.map(|scale| scale.tensor);
        let tensors = [self.elements, self.scales].into_iter().chain(tensor_scale);
        tensors.map(|(shard, _)| shard).collect()
    }

    /// Returns the name of the scheme, for people.
    pub(crate) fn scheme(&self) -> &'static str {
        self.row.name
    }

    /// Returns the name of the result.
    pub(crate) fn name(&self) -> &'a str {
        self.row.result_of(self.elements.1.name())
    }

    /// Returns whether the last two dimensions change places in the result.
    pub(crate) fn is_transposed(&self) -> bool {
        self.row.transposed
    }

    /// Returns the shape of the stored numbers.
    pub(crate) fn shape(&self) -> Vec<u64> {
        shape_of(self.row, self.elements.1, self.element).expect("the weight was recognized")
    }

    /// Returns how many numbers there are.
    pub(crate) fn count(&self) -> u64 {
        self.shape().iter().product()
    }

    /// Returns the shape of the result.
    pub(crate) fn result_shape(&self) -> Vec<u64> {
        let mut shape = self.shape();
        if self.is_transposed() {
            let last = shape.len() - 1;
            shape.swap(last - 1, last);
        }
        shape
    }
}

/// Returns the shape of the numbers in a tensor of elements, if the tensor can hold elements of this scheme.
fn shape_of(row: &Row, tensor: Tensor, element: ulp::Dtype) -> Option<Vec<u64>> {
    let mut shape = tensor.shape().to_vec();
    let cols = match row.stored {
        ElementStorage::Float => return Some(shape),
        ElementStorage::Groups => {
            if shape.pop()? != 16 || shape.len() < 3 {
                return None;
            }
            shape.pop()?.checked_mul(32)?
        }
        // Three bytes have four fp6.
        ElementStorage::Packed(_) if element.bits() == 6 => shape.pop()? / 3 * 4,
        ElementStorage::Packed(_) => shape.pop()?.checked_mul(2)?,
    };
    shape.push(cols);
    Some(shape)
}
