//! The weights as a safetensors file, in the format of the training.

use std::borrow::Cow;

use safetensors::tensor::{Dtype, SafeTensorError, View, serialize};
use ulp::{Bits, Format};

use crate::network;

/// A tensor, as a file stores the tensor.
pub(crate) struct Tensor {
    name: String,
    dtype: Dtype,
    shape: Vec<usize>,
    /// The elements in little-endian order.
    bytes: Vec<u8>,
}

impl Tensor {
    pub(crate) fn all<F: Format>(weights: &[Vec<F>]) -> Vec<Self> {
        let dtype = match F::DTYPE {
            "float16" => Dtype::F16,
            "bfloat16" => Dtype::BF16,
            _ => Dtype::F32,
        };
        let tensor = |((name, shape), weights): ((String, Vec<usize>), &Vec<F>)| Self {
            name,
            dtype,
            shape,
            bytes: weights.iter().flat_map(|&x| bytes(x)).collect(),
        };
        network::tensors().zip(weights).map(tensor).collect()
    }
}

fn bytes<F: Format>(x: F) -> impl Iterator<Item = u8> {
    let bytes = x.to_bits().to_u64().to_le_bytes();
    bytes.into_iter().take(size_of::<F>())
}

impl View for &Tensor {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// Returns the contents of a file with these tensors.
pub(crate) fn file(tensors: &[Tensor]) -> Result<Vec<u8>, SafeTensorError> {
    serialize(tensors.iter().map(|tensor| (&tensor.name, tensor)), None)
}
