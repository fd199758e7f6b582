//! Weights that are stored with scales. They are found by their names, dtypes and shapes, and by the configuration.

mod blocks;
pub(crate) mod config;
mod names;
mod recognize;
pub(crate) mod selection;
mod table;
pub(crate) mod target;

pub(crate) use blocks::{Grid, Stretch};
pub(crate) use config::Declared;
pub(crate) use recognize::{Group, Role, Roles, recognize};
pub(crate) use table::WIDE;
pub(crate) use target::Target;

use crate::checkpoint::{Shard, Tensor};

/// A tensor and the shard that it is in.
pub(crate) type Located<'a> = (&'a Shard, Tensor<'a>);

/// A weight that is stored with scales.
#[derive(Clone, Debug)]
pub(crate) struct Weight<'a> {
    /// The name of the scheme, for people.
    pub(crate) scheme: &'static str,
    /// The name of the result.
    pub(crate) name: String,
    /// The shape of the stored numbers.
    pub(crate) shape: Box<[u64]>,
    /// True if the last two dimensions change places in the result.
    pub(crate) transposed: bool,
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

    /// Returns the shape of the result.
    pub(crate) fn result_shape(&self) -> Box<[u64]> {
        let mut shape = self.shape.clone();
        if self.transposed {
            let last = shape.len() - 1;
            shape.swap(last - 1, last);
        }
        shape
    }
}
