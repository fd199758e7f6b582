//! The plan of a file: the action for each tensor, and the place of its bytes. The whole plan is known before anything is
//! written.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use safetensors::Dtype;

use super::numbers::Numbers;
use super::options::Rules;
use super::quantize::{Part, Quantize};
use crate::cast::Caster;
use crate::checkpoint::header::write as header;
use crate::checkpoint::{Metadata, Name, Shard, Tensor};
use crate::error::{Error, TensorError, about_tensor};
use crate::quantized::Weight;

/// A file to write.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) shard: &'a Shard,
    /// Shards that have no tensor in the output.
    pub(crate) emptied: Vec<&'a Shard>,
    /// The length of the header: the bytes before the data.
    pub(crate) head: u64,
    pub(crate) metadata: Option<Cow<'a, Metadata>>,
    /// The tensors, in the order of their data.
    pub(crate) outputs: Vec<Output<'a>>,
    /// The cast of the products of elements and scales, as for [`Action::Cast`].
    pub(crate) products: Arc<Caster>,
    /// The weights whose largest magnitude is searched first, with the numbers of their families, in order. The weights of a family
    /// share one tensor scale.
    pub(crate) families: Vec<(u32, Numbers<'a>)>,
    /// Tensors of scales that were used and are not in the output.
    pub(crate) dropped: Vec<&'a str>,
    /// True if a weight stays as it is stored, with its scales.
    pub(crate) stays_scaled: bool,
}

/// A tensor to write. A checkpoint may have millions of them, so an output takes 32 bytes and has nothing that its source tensor
/// has.
#[derive(Debug)]
pub(crate) struct Output<'a> {
    /// The number of the source tensor in the plan's shard.
    pub(crate) origin: u32,
    pub(crate) dtype: Dtype,
    /// The place at which its bytes begin, counted from the beginning of the data.
    pub(crate) start: u64,
    pub(crate) action: Action<'a>,
    pub(crate) note: Option<Note>,
}

/// A remark about a tensor in the summary.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Note {
    /// The tensor has floats that could have been converted, but is copied.
    Kept,
    /// The tensor is stored wider than most of the checkpoint, and is written as narrow as the rest.
    Narrowed,
    /// The tensor has numbers of 8 bits or fewer without a scale.
    Unscaled,
}

/// How the bytes of a tensor are made.
#[derive(Debug)]
pub(crate) enum Action<'a> {
    Copy,
    /// A cast. Tensors share their casters, so [`Caster::with`] has to give the way to round the tensor.
    Cast(Arc<Caster>),
    /// The elements of a weight in a scheme.
    Quantize(Arc<Quantize<'a>>),
    /// Writes nothing. The output has scales, which are written together with their elements.
    Scales(Arc<Quantize<'a>>, Part),
    /// Elements that are multiplied by their scales, and cast.
    Dequantize(Arc<Weight<'a>>),
}

/// The methods take the shard of the plan.
impl Output<'_> {
    pub(crate) fn origin<'s>(&self, shard: &'s Shard) -> Tensor<'s> {
        shard.header.tensor(self.origin)
    }

    pub(crate) fn name<'o>(&'o self, shard: &'o Shard) -> Name<'o> {
        match &self.action {
            Action::Copy | Action::Cast(_) => self.origin(shard).name().into(),
            Action::Dequantize(weight) => weight.name().into(),
            Action::Quantize(weight) => weight.name(Part::Elements),
            Action::Scales(weight, part) => weight.name(*part),
        }
    }

    /// Returns the name without the text that a scheme adds.
    pub(crate) fn weight_name<'o>(&'o self, shard: &'o Shard) -> &'o str {
        self.name(shard).weight
    }

    pub(crate) fn shape(&self, shard: &Shard) -> Vec<u64> {
        match &self.action {
            Action::Copy | Action::Cast(_) => self.origin(shard).shape().to_vec(),
            Action::Dequantize(weight) => weight.result_shape(),
            Action::Quantize(weight) => weight.shape(Part::Elements),
            Action::Scales(weight, part) => weight.shape(*part),
        }
    }

    pub(crate) fn elements(&self, shard: &Shard) -> u64 {
        match &self.action {
            Action::Copy | Action::Cast(_) => self.origin(shard).elements(),
            Action::Dequantize(weight) => weight.count(),
            Action::Quantize(_) | Action::Scales(..) => self.shape(shard).iter().product(),
        }
    }

    /// Returns its bytes, counted from the beginning of the data.
    fn range(&self, shard: &Shard) -> Range<u64> {
        let bytes = self.elements(shard) * self.dtype.bitsize() as u64 / 8;
        self.start..self.start + bytes
    }
}

impl Plan<'_> {
    /// Returns the length of the file.
    pub(crate) fn length(&self) -> u64 {
        self.head + self.data()
    }

    /// Finds the length of the header.
    pub(crate) fn measure(&mut self) -> Result<(), header::TooLong> {
        self.head = header::length(self.metadata.as_deref(), self.entries())?;
        Ok(())
    }

    /// Writes the header.
    pub(crate) fn write_head(&self, out: impl io::Write) -> io::Result<()> {
        header::write(out, self.head, self.metadata.as_deref(), self.entries())
    }

    fn entries(&self) -> impl Iterator<Item = header::TensorEntry<'_>> {
        self.outputs.iter().map(|output| header::TensorEntry {
            name: output.name(self.shard),
            dtype: output.dtype,
            shape: output.shape(self.shard),
            range: output.range(self.shard),
        })
    }

    /// Returns the shards from which the file is made.
    pub(crate) fn reads(&self) -> impl Iterator<Item = &Shard> {
        let of_weights = self.outputs.iter().flat_map(|output| match &output.action {
            Action::Dequantize(weight) => weight.shards(),
            Action::Quantize(weight) => weight.numbers.shards(),
            _ => Vec::new(),
        });
        let families = self.families.iter().flat_map(|(_, numbers)| numbers.shards());
        let mut shards: Vec<_> = [self.shard].into_iter().chain(of_weights).chain(families).collect();
        shards.sort_by_key(|shard| &shard.name);
        shards.dedup_by_key(|shard| &shard.name);
        shards.into_iter()
    }

    /// Returns the bytes of work that the progress counts: the bytes of the data, and one byte for each element whose family's
    /// largest magnitude is searched first.
    pub(crate) fn work(&self) -> u64 {
        self.data() + self.searched()
    }

    /// Returns the number of bytes of the tensors.
    pub(crate) fn data(&self) -> u64 {
        self.outputs.last().map_or(0, |output| output.range(self.shard).end)
    }

    /// Returns how many elements are read for a scheme. Elements whose largest magnitude is searched first count twice.
    pub(crate) fn elements(&self) -> u64 {
        let quantized = self.outputs.iter().filter_map(|output| match &output.action {
            Action::Quantize(weight) => Some(weight.numbers.elements()),
            _ => None,
        });
        self.searched() + quantized.sum::<u64>()
    }

    /// Returns how many elements are read before any is written.
    fn searched(&self) -> u64 {
        self.families.iter().map(|(_, numbers)| numbers.elements()).sum()
    }

    /// Returns whether weights are written in a scheme.
    pub(crate) fn quantizes(&self) -> bool {
        let mut outputs = self.outputs.iter();
        outputs.any(|output| matches!(output.action, Action::Quantize(..)))
    }

    /// Returns whether weights lose their scales.
    pub(crate) fn dequantizes(&self) -> bool {
        let mut outputs = self.outputs.iter();
        outputs.any(|output| matches!(output.action, Action::Dequantize(..)))
    }
}

/// Returns the modules whose weights a scheme leaves as they are. A head that shares the weight of the embedding has no tensor,
/// and is such a module too.
pub(crate) fn left<'p>(plans: impl IntoIterator<Item = &'p Plan<'p>>) -> Vec<&'p str> {
    let outputs = plans
        .into_iter()
        .flat_map(|plan| plan.outputs.iter().map(move |output| (plan.shard, output)));
    let matrices = outputs.filter(|(shard, output)| {
        let stays = matches!(output.action, Action::Copy | Action::Dequantize(_));
        stays && output.shape(shard).len() >= 2
    });
    let modules = matrices.filter_map(|(shard, output)| output.weight_name(shard).strip_suffix(".weight"));
    let mut modules: Vec<_> = modules.chain(["lm_head"]).collect();
    modules.sort_unstable();
    modules.dedup();
    modules
}

/// Returns the outcome for a tensor of a shard.
pub(crate) fn output<'a>(tensor: Tensor, dtype: Dtype, action: Action<'a>) -> Output<'a> {
    Output {
        origin: tensor.number(),
        dtype,
        start: 0,
        action,
        note: None,
    }
}

/// Lays the tensors out like `safetensors`: the widest dtypes first, so that all tensors are aligned, then by name.
pub(crate) fn lay_out(shard: &Shard, outputs: &mut [Output]) -> Result<(), Error> {
    outputs.sort_unstable_by(|a, b| {
        let key = |output: &Output| Reverse(output.dtype);
        (key(a), a.name(shard)).cmp(&(key(b), b.name(shard)))
    });
    let mut start = 0;
    for output in outputs {
        output.start = start;
        start = end(shard, output).map_err(|why| about_tensor(&shard.path, &output.name(shard).to_string())(why))?;
    }
    Ok(())
}

/// Returns the place of the byte after an output.
fn end(shard: &Shard, output: &Output) -> Result<u64, TensorError> {
    let bits = output.elements(shard).checked_mul(output.dtype.bitsize() as u64);
    let bits = bits.ok_or(TensorError::TooLong)?;
    if !bits.is_multiple_of(8) {
        return Err(TensorError::PartOfByte {
            shape: output.shape(shard),
            dtype: output.dtype,
        });
    }
    output.start.checked_add(bits / 8).ok_or(TensorError::TooLong)
}
