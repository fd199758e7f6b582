//! What becomes of each tensor, and where it will lie: known to the byte before anything is written.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use safetensors::Dtype;

use super::numbers::Numbers;
use super::quantize::Quantize;
use crate::cast::Caster;
use crate::checkpoint::{Shard, Tensor};
use crate::error::{Error, TensorError, about_tensor};
use crate::header;
use crate::quantized::Weight;

/// A file to be written.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) shard: &'a Shard,
    /// Shards of which nothing is left.
    pub(crate) emptied: Vec<&'a Shard>,
    /// The bytes before the data.
    pub(crate) head: Vec<u8>,
    /// In the order of their data.
    pub(crate) outputs: Vec<Output<'a>>,
    /// Weights that share the scale of a tensor.
    pub(crate) families: Vec<Vec<Numbers<'a>>>,
    /// Tensors of scales that were used and go.
    pub(crate) dropped: Vec<&'a str>,
    /// Whether a weight stays as it is stored, with its scales.
    pub(crate) stays_scaled: bool,
}

/// A tensor to be written.
#[derive(Debug)]
pub(crate) struct Output<'a> {
    pub(crate) name: String,
    /// The name of the tensor that it is made of.
    pub(crate) origin: &'a str,
    pub(crate) dtype: Dtype,
    pub(crate) shape: Box<[u64]>,
    pub(crate) range: Range<u64>,
    pub(crate) action: Action<'a>,
    pub(crate) note: Option<Note>,
}

/// What the summary names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Note {
    /// Floats that could have been converted, and stay.
    Kept,
    /// Stored wider than most of the checkpoint, and written as narrow.
    Narrowed,
    /// Numbers of 8 bits or fewer without a scale.
    Unscaled,
}

/// How a tensor comes to be.
#[derive(Debug)]
pub(crate) enum Action<'a> {
    Copy(&'a Tensor),
    Cast(&'a Tensor, Caster),
    /// Elements of a scheme.
    Quantize(Box<Quantize<'a>>),
    /// Scales, which are written with their elements.
    Scales,
    /// Multiplied by its scales, and cast.
    Dequantize(Box<Weight<'a>>, Caster),
}

impl Output<'_> {
    pub(crate) fn elements(&self) -> u64 {
        self.shape.iter().product()
    }
}

impl Plan<'_> {
    /// How long the file will be.
    pub(crate) fn length(&self) -> u64 {
        self.head.len() as u64 + self.data()
    }

    /// The shards that are read for it.
    pub(crate) fn reads(&self) -> impl Iterator<Item = &Shard> {
        let of_weights = self.outputs.iter().flat_map(|output| match &output.action {
            Action::Dequantize(weight, _) => weight.shards(),
            Action::Quantize(weight) => weight.numbers.shards(),
            _ => Vec::new(),
        });
        let families = self.families.iter().flatten().flat_map(Numbers::shards);
        let mut shards: Vec<_> = [self.shard]
            .into_iter()
            .chain(of_weights)
            .chain(families)
            .collect();
        shards.sort_by_key(|shard| &shard.name);
        shards.dedup_by_key(|shard| &shard.name);
        shards.into_iter()
    }

    /// How many bytes are counted while it is written: its data, and before, of the tensors whose largest magnitude is looked for, a
    /// byte an element.
    pub(crate) fn work(&self) -> u64 {
        let families = self.families.iter().flatten();
        self.data() + families.map(Numbers::elements).sum::<u64>()
    }

    /// How many bytes the tensors will have.
    pub(crate) fn data(&self) -> u64 {
        self.outputs.last().map_or(0, |output| output.range.end)
    }

    /// How many elements are read to be written in a scheme, those whose largest magnitude is looked for twice.
    pub(crate) fn elements(&self) -> u64 {
        let families = self.families.iter().flatten();
        let quantized = self
            .outputs
            .iter()
            .filter_map(|output| match &output.action {
                Action::Quantize(weight) => Some(&weight.numbers),
                _ => None,
            });
        families.chain(quantized).map(Numbers::elements).sum()
    }

    /// Whether weights are written in a scheme.
    pub(crate) fn quantizes(&self) -> bool {
        let mut outputs = self.outputs.iter();
        outputs.any(|output| matches!(output.action, Action::Quantize(..)))
    }

    /// Whether weights lose their scales.
    pub(crate) fn dequantizes(&self) -> bool {
        let mut outputs = self.outputs.iter();
        outputs.any(|output| matches!(output.action, Action::Dequantize(..)))
    }
}

/// The modules of plans whose weights a scheme leaves as they are. Where the head is the embedding, it has no tensor, and is one all the same.
pub(crate) fn left<'p>(plans: impl IntoIterator<Item = &'p Plan<'p>>) -> Vec<&'p str> {
    let outputs = plans.into_iter().flat_map(|plan| &plan.outputs);
    let matrices = outputs.filter(|output| {
        let stays = matches!(output.action, Action::Copy(_) | Action::Dequantize(..));
        stays && output.shape.len() >= 2
    });
    let modules = matrices.filter_map(|output| output.name.strip_suffix(".weight"));
    let mut modules: Vec<_> = modules.chain(["lm_head"]).collect();
    modules.sort_unstable();
    modules.dedup();
    modules
}

/// A tensor of the same name and shape.
pub(crate) fn output<'a>(tensor: &'a Tensor, dtype: Dtype, action: Action<'a>) -> Output<'a> {
    Output {
        name: tensor.name.to_string(),
        origin: &tensor.name,
        dtype,
        shape: tensor.shape.clone(),
        range: 0..0,
        action,
        note: None,
    }
}

/// Lays the tensors out as `safetensors` does: the widest dtypes first, so that all are aligned, then by name.
pub(crate) fn lay_out(path: &Path, outputs: &mut [Output]) -> Result<(), Error> {
    outputs.sort_by(|a, b| (Reverse(a.dtype), &a.name).cmp(&(Reverse(b.dtype), &b.name)));
    let mut start = 0_u64;
    for output in outputs {
        let about = about_tensor(path, &output.name);
        let bits = output.elements().checked_mul(output.dtype.bitsize() as u64);
        let bits = bits.ok_or_else(|| about(TensorError::TooLong))?;
        if !bits.is_multiple_of(8) {
            return Err(about(TensorError::PartOfByte {
                shape: output.shape.to_vec(),
                dtype: output.dtype,
            }));
        }
        let end = start.checked_add(bits / 8);
        let end = end.ok_or_else(|| about(TensorError::TooLong))?;
        output.range = start..end;
        start = end;
    }
    Ok(())
}

pub(crate) fn head(
    metadata: Option<&BTreeMap<String, String>>,
    outputs: &[Output],
) -> Result<Vec<u8>, header::TooLong> {
    let entries = outputs.iter().map(|output| header::Entry {
        name: &output.name,
        dtype: output.dtype,
        shape: &output.shape,
        range: output.range.clone(),
    });
    header::bytes(metadata, entries)
}
