//! What becomes of each tensor, and where it will lie: known to the byte before anything is written.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::Path;

use safetensors::Dtype;

use super::grid::{Grid, Scale};
use super::rules::Rules;
use crate::cast::{Caster, How};
use crate::checkpoint::{Checkpoint, Shard, Tensor};
use crate::error::{Error, TensorError, about_tensor};
use crate::{formats, header};

/// What the name of a tensor's scales ends with.
pub(super) const SCALES: &str = "_scale_inv";

/// The blocks of a checkpoint whose configuration doesn't say.
const BLOCK: [u64; 2] = [128, 128];

/// A file to be written.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) shard: &'a Shard,
    /// The bytes before the data.
    pub(super) head: Vec<u8>,
    /// In the order of their data.
    pub(super) outputs: Vec<Output<'a>>,
    /// How many tensors of [`Output`]s need scales.
    pub(super) scaled: usize,
    /// Tensors of scales that were used and go.
    pub(super) dropped: Vec<&'a str>,
}

/// A tensor to be written.
#[derive(Debug)]
pub(super) struct Output<'a> {
    pub(super) name: String,
    pub(super) dtype: Dtype,
    pub(super) shape: Box<[u64]>,
    pub(super) range: Range<u64>,
    pub(super) action: Action<'a>,
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
    /// Multiplied by the scales of this number, which are in this tensor, and cast.
    Dequantize(&'a Tensor, Scaling, (&'a Shard, &'a Tensor)),
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
        let scales = self
            .outputs
            .iter()
            .filter_map(|output| match output.action {
                Action::Dequantize(_, _, (shard, _)) => Some(shard),
                _ => None,
            });
        let mut shards: Vec<_> = [self.shard].into_iter().chain(scales).collect();
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
}

/// Plans all shards of a checkpoint whose scaled tensors have `blocks`, if its configuration says so.
pub(super) fn all<'a>(
    checkpoint: &'a Checkpoint,
    rules: &Rules,
    blocks: Option<[u64; 2]>,
) -> Result<Vec<Plan<'a>>, Error> {
    let planner = Planner {
        rules,
        tensors: checkpoint.by_name(),
        blocks: blocks.unwrap_or(BLOCK),
    };
    let shards = checkpoint.shards.iter();
    shards.map(|shard| planner.shard(shard)).collect()
}

struct Planner<'a, 'r> {
    rules: &'r Rules,
    tensors: HashMap<&'a str, (&'a Shard, &'a Tensor)>,
    blocks: [u64; 2],
}

impl<'a> Planner<'a, '_> {
    fn shard(&self, shard: &'a Shard) -> Result<Plan<'a>, Error> {
        let mut plan = Plan {
            shard,
            head: Vec::new(),
            outputs: Vec::new(),
            scaled: 0,
            dropped: Vec::new(),
        };
        for tensor in &shard.header.tensors {
            self.tensor(&mut plan, tensor)
                .map_err(about_tensor(&shard.path, &tensor.name))?;
        }
        lay_out(&shard.path, &mut plan.outputs)?;
        let head = head(shard.header.metadata.as_ref(), &plan.outputs);
        plan.head = head.map_err(|header::TooLong| Error::HeaderTooLong {
            path: shard.path.clone(),
        })?;
        Ok(plan)
    }

    /// Adds what becomes of a tensor.
    fn tensor(&self, plan: &mut Plan<'a>, tensor: &'a Tensor) -> Result<(), TensorError> {
        let scaled = self.scaled_by(tensor);
        if scaled.is_some_and(|scaled| self.dequantizes(scaled)) {
            plan.dropped.push(&tensor.name);
            return Ok(());
        }
        let from = formats::of_tensor(tensor.dtype);
        let from = from.filter(|&from| from != self.rules.to && self.rules.take(&tensor.name));
        // Scales are part of the tensor that stays scaled. Packed tensors mean little without theirs.
        let alone = |from: &ulp::Dtype| !from.is_packed() || self.dequantizes(tensor);
        let from = from.filter(|_| scaled.is_none()).filter(alone);
        let Some(from) = from else {
            plan.outputs
                .push(output(tensor, tensor.dtype, Action::Copy(tensor)));
            return Ok(());
        };
        let how = self.rules.how(&tensor.name);
        let action = if self.dequantizes(tensor) {
            let (shard, scales) = self.tensors[&*scales_of(tensor)];
            let grid = self.grid_of(tensor, scales)?;
            let scaling = self.scaling(plan, from, grid, how);
            Action::Dequantize(tensor, scaling, (shard, scales))
        } else if let Some(scale) = self.rules.scale {
            let (Some(grid), Some(shape)) = (
                Grid::new(scale, &tensor.shape),
                Grid::shape(scale, &tensor.shape),
            ) else {
                plan.outputs
                    .push(output(tensor, tensor.dtype, Action::Copy(tensor)));
                return Ok(());
            };
            let name = scales_of(tensor);
            if self.tensors.contains_key(&*name) {
                return Err(TensorError::NameTaken { name });
            }
            let scaling = self.scaling(plan, from, grid, how);
            plan.outputs.push(Output {
                name,
                dtype: Dtype::F32,
                shape,
                range: 0..0,
                action: Action::Scales(scaling.number),
            });
            Action::Quantize(tensor, scaling)
        } else {
            Action::Cast(tensor, Caster::new(from, self.rules.to, how))
        };
        plan.outputs.push(output(tensor, self.rules.dtype, action));
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

    /// The narrow tensor that this one has the scales of, if it does.
    fn scaled_by(&self, scales: &Tensor) -> Option<&'a Tensor> {
        let &(_, tensor) = self.tensors.get(scales.name.strip_suffix(SCALES)?)?;
        let narrow = is_narrow(tensor) && formats::of_tensor(scales.dtype).is_some();
        narrow.then_some(tensor)
    }

    /// Whether a tensor has scales, and becomes wide enough to do without.
    fn dequantizes(&self, tensor: &Tensor) -> bool {
        let scales = self.tensors.get(&*scales_of(tensor));
        is_narrow(tensor)
            && scales.is_some_and(|(_, scales)| formats::of_tensor(scales.dtype).is_some())
            && self.rules.to.bits() > 8
            && self.rules.take(&tensor.name)
    }

    /// The blocks of a tensor that was scaled before.
    fn grid_of(&self, tensor: &Tensor, scales: &Tensor) -> Result<Grid, TensorError> {
        let [rows, columns] = self.blocks;
        let scale = match &*scales.shape {
            [] | [1] => Scale::Tensor,
            _ => Scale::Block(rows, columns),
        };
        let fits = matches!(scale, Scale::Tensor)
            || Grid::shape(scale, &tensor.shape).is_some_and(|shape| shape == scales.shape);
        let grid = Grid::new(scale, &tensor.shape).filter(|_| fits);
        grid.ok_or_else(|| TensorError::ScaleShape {
            shape: tensor.shape.to_vec(),
            how: format!("in blocks of {rows}x{columns}"),
            scales: scales.name.to_string(),
            scales_shape: scales.shape.to_vec(),
        })
    }
}

/// A tensor of the same name and shape.
fn output<'a>(tensor: &'a Tensor, dtype: Dtype, action: Action<'a>) -> Output<'a> {
    Output {
        name: tensor.name.to_string(),
        dtype,
        shape: tensor.shape.clone(),
        range: 0..0,
        action,
    }
}

fn scales_of(tensor: &Tensor) -> String {
    format!("{}{SCALES}", tensor.name)
}

/// Whether the elements are of a format that scales are used with.
fn is_narrow(tensor: &Tensor) -> bool {
    formats::of_tensor(tensor.dtype).is_some_and(|dtype| dtype.bits() <= 8)
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
