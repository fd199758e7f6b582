//! What becomes of each tensor, and where it will lie: known to the byte before anything is written.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::Path;

use safetensors::Dtype;

use super::dequantize;
use super::grid::Grid;
use super::rules::Rules;
use crate::cast::{Caster, How};
use crate::checkpoint::{Checkpoint, Shard, Tensor};
use crate::error::{Error, TensorError, about_tensor};
use crate::quantized::{self, Declared, Role, Roles, WIDE, Weight};
use crate::{formats, header};

/// What the name of a tensor's scales ends with.
pub(super) const SCALES: &str = "_scale_inv";

/// A file to be written.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) shard: &'a Shard,
    /// Shards of which nothing is left.
    pub(super) emptied: Vec<&'a Shard>,
    /// The bytes before the data.
    pub(super) head: Vec<u8>,
    /// In the order of their data.
    pub(super) outputs: Vec<Output<'a>>,
    /// How many tensors of [`Output`]s need scales.
    pub(super) scaled: usize,
    /// Tensors of scales that were used and go.
    pub(super) dropped: Vec<&'a str>,
    /// Whether a weight stays as it is stored, with its scales.
    pub(super) stays_scaled: bool,
}

/// A tensor to be written.
#[derive(Debug)]
pub(super) struct Output<'a> {
    pub(super) name: String,
    /// The name of the tensor that it is made of.
    pub(super) origin: &'a str,
    pub(super) dtype: Dtype,
    pub(super) shape: Box<[u64]>,
    pub(super) range: Range<u64>,
    pub(super) action: Action<'a>,
    pub(super) note: Option<Note>,
}

/// What the summary names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Note {
    /// Floats that could have been converted, and stay.
    Kept,
    /// Stored wider than most of the checkpoint, and written as narrow.
    Narrowed,
    /// Numbers of 8 bits or fewer without a scale.
    Unscaled,
}

/// How a tensor comes to be.
#[derive(Debug)]
pub(super) enum Action<'a> {
    Copy(&'a Tensor),
    Cast(&'a Tensor, Caster),
    /// Divided by the scales of this number, and cast.
    Quantize(&'a Tensor, Scaling),
    /// The scales of this number.
    Scales(usize),
    /// Multiplied by its scales, and cast.
    Dequantize(Box<Weight<'a>>, Caster),
}

/// By way of `f32`, where the scale is applied.
#[derive(Debug)]
pub(super) struct Scaling {
    pub(super) number: usize,
    pub(super) grid: Grid,
    pub(super) widen: Caster,
    pub(super) narrow: Caster,
}

impl Output<'_> {
    pub(super) fn elements(&self) -> u64 {
        self.shape.iter().product()
    }
}

impl Plan<'_> {
    /// How long the file will be.
    pub(super) fn length(&self) -> u64 {
        self.head.len() as u64 + self.data()
    }

    /// The shards that are read for it.
    pub(super) fn reads(&self) -> impl Iterator<Item = &Shard> {
        let of_weights = self.outputs.iter().flat_map(|output| match &output.action {
            Action::Dequantize(weight, _) => weight.shards(),
            _ => Vec::new(),
        });
        let mut shards: Vec<_> = [self.shard].into_iter().chain(of_weights).collect();
        shards.sort_by_key(|shard| &shard.name);
        shards.dedup_by_key(|shard| &shard.name);
        shards.into_iter()
    }

    /// How many bytes are counted while it is written: its data, and what is read before for scales, which becomes as long.
    pub(super) fn work(&self) -> u64 {
        let twice = self
            .outputs
            .iter()
            .filter_map(|output| match output.action {
                Action::Quantize(..) => Some(output.range.end - output.range.start),
                _ => None,
            });
        self.data() + twice.sum::<u64>()
    }

    /// How many bytes the tensors will have.
    pub(super) fn data(&self) -> u64 {
        self.outputs.last().map_or(0, |output| output.range.end)
    }

    /// Whether weights lose their scales.
    pub(super) fn dequantizes(&self) -> bool {
        let mut outputs = self.outputs.iter();
        outputs.any(|output| matches!(output.action, Action::Dequantize(..)))
    }
}

/// Plans all shards of a checkpoint, whose groups' configurations say this.
pub(super) fn all<'a>(
    checkpoint: &'a Checkpoint,
    rules: &Rules,
    declared: &[Option<Declared>],
) -> Result<Vec<Plan<'a>>, Error> {
    let mut planners = Vec::new();
    for (number, declared) in declared.iter().enumerate() {
        let all = checkpoint.tensors();
        let group = quantized::Group {
            tensors: checkpoint.by_name(number),
            order: all.filter(|(shard, _)| shard.group == number).collect(),
            declared: declared.clone(),
        };
        let roles = quantized::recognize(&group, &|names| rules.take_any(names))?;
        planners.push(Planner {
            rules,
            roles,
            usual: usual(&group),
            tensors: group.tensors,
        });
    }
    let mut plans = Vec::new();
    for shard in &checkpoint.shards {
        plans.push(planners[shard.group].shard(shard)?);
    }
    Ok(without_empty(plans))
}

/// A shard of which nothing is left is not written.
fn without_empty(plans: Vec<Plan>) -> Vec<Plan> {
    let is_empty = |plan: &Plan| plan.outputs.is_empty() && !plan.dropped.is_empty();
    let (empty, mut plans): (Vec<_>, Vec<_>) = plans.into_iter().partition(is_empty);
    let Some(first) = plans.first_mut() else {
        return empty;
    };
    for plan in empty {
        first.emptied.push(plan.shard);
        first.dropped.extend(plan.dropped);
    }
    plans
}

/// The format of more than 8 bits that most numbers have.
fn usual(group: &quantized::Group) -> Option<ulp::Dtype> {
    let mut elements: HashMap<ulp::Dtype, u64> = HashMap::new();
    for (_, tensor) in &group.order {
        if let Some(format) = formats::of_tensor(tensor.dtype).filter(|format| format.bits() > 8) {
            let count = elements.entry(format).or_default();
            *count = count.saturating_add(tensor.elements());
        }
    }
    let most = elements
        .into_iter()
        .max_by_key(|(format, count)| (*count, Reverse(format.bits())));
    most.map(|(format, _)| format)
}

struct Planner<'a, 'r> {
    rules: &'r Rules,
    roles: Roles<'a>,
    usual: Option<ulp::Dtype>,
    tensors: HashMap<&'a str, (&'a Shard, &'a Tensor)>,
}

impl<'a> Planner<'a, '_> {
    fn shard(&self, shard: &'a Shard) -> Result<Plan<'a>, Error> {
        let mut plan = Plan {
            shard,
            emptied: Vec::new(),
            head: Vec::new(),
            outputs: Vec::new(),
            scaled: 0,
            dropped: Vec::new(),
            stays_scaled: false,
        };
        for tensor in &shard.header.tensors {
            self.tensor(&mut plan, tensor)
                .map_err(about_tensor(&shard.path, &tensor.name))?;
        }
        lay_out(&shard.path, &mut plan.outputs)?;
        let mut metadata = shard.header.metadata.clone();
        if let Some(metadata) = metadata
            .as_mut()
            .filter(|_| plan.dequantizes() && !plan.stays_scaled)
        {
            for key in quantized::config::KEYS {
                metadata.remove(key);
            }
        }
        let head = head(metadata.as_ref(), &plan.outputs);
        plan.head = head.map_err(|header::TooLong| Error::HeaderTooLong {
            path: shard.path.clone(),
        })?;
        Ok(plan)
    }

    /// Adds what becomes of a tensor.
    fn tensor(&self, plan: &mut Plan<'a>, tensor: &'a Tensor) -> Result<(), TensorError> {
        let copy = |note| Output {
            note,
            ..output(tensor, tensor.dtype, Action::Copy(tensor))
        };
        match self.roles.get(&*tensor.name) {
            Some(Role::Dropped) => {
                plan.dropped.push(&tensor.name);
                return Ok(());
            }
            Some(Role::Kept) => {
                plan.stays_scaled = true;
                plan.outputs.push(copy(Some(Note::Kept)));
                return Ok(());
            }
            Some(Role::Weight(weight)) => {
                let narrow = dequantize::narrow(self.rules.to, self.rules.how(&weight.name));
                plan.outputs.push(Output {
                    name: weight.name.clone(),
                    shape: weight.result_shape(),
                    ..output(
                        tensor,
                        self.rules.dtype,
                        Action::Dequantize(weight.clone(), narrow),
                    )
                });
                return Ok(());
            }
            Some(Role::Plain) | None => {}
        }
        let to = self.rules.to;
        let from = formats::of_tensor(tensor.dtype).filter(|&from| from != to && !from.is_packed());
        let Some(from) = from else {
            plan.outputs.push(copy(None));
            return Ok(());
        };
        let wide =
            WIDE.iter().any(|suffix| tensor.name.ends_with(suffix)) && to.bits() < from.bits();
        if wide || !self.rules.take(&tensor.name) {
            plan.outputs.push(copy(Some(Note::Kept)));
            return Ok(());
        }
        let wider = self
            .usual
            .is_some_and(|usual| from.bits() > usual.bits().max(to.bits()));
        let note = match () {
            () if wider => Some(Note::Narrowed),
            () if from.bits() <= 8 && from != ulp::Dtype::F8E8M0Fnu => Some(Note::Unscaled),
            () => None,
        };
        let how = self.rules.how(&tensor.name);
        let action = if let Some(scale) = self.rules.scale {
            let (Some(grid), Some(shape)) = (
                Grid::new(scale, &tensor.shape),
                Grid::shape(scale, &tensor.shape),
            ) else {
                plan.outputs.push(copy(None));
                return Ok(());
            };
            let name = format!("{}{SCALES}", tensor.name);
            if self.tensors.contains_key(&*name) {
                return Err(TensorError::NameTaken { name });
            }
            let scaling = self.scaling(plan, from, grid, how);
            plan.outputs.push(Output {
                name,
                shape,
                ..output(tensor, Dtype::F32, Action::Scales(scaling.number))
            });
            Action::Quantize(tensor, scaling)
        } else {
            Action::Cast(tensor, Caster::new(from, to, how))
        };
        plan.outputs.push(Output {
            note,
            ..output(tensor, self.rules.dtype, action)
        });
        Ok(())
    }

    fn scaling(&self, plan: &mut Plan<'a>, from: ulp::Dtype, grid: Grid, how: How) -> Scaling {
        plan.scaled += 1;
        let exactly = How::Cast(ulp::Cast::new());
        Scaling {
            number: plan.scaled - 1,
            grid,
            widen: Caster::new(from, ulp::Dtype::F32, exactly),
            narrow: Caster::new(ulp::Dtype::F32, self.rules.to, how),
        }
    }
}

/// A tensor of the same name and shape.
fn output<'a>(tensor: &'a Tensor, dtype: Dtype, action: Action<'a>) -> Output<'a> {
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
fn lay_out(path: &Path, outputs: &mut [Output]) -> Result<(), Error> {
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

fn head(
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
