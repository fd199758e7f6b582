//! Describes a checkpoint and the effect of a conversion, without reading elements.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::config;
use super::numbers::Numbers;
use super::options::Rules;
use super::plan::Plan;
use super::planner;
use super::summary::Summary;
use crate::checkpoint::{Checkpoint, Shard, Tensor};
use crate::error::Error;
use crate::formats;
use crate::quantized::{Declared, Role};

/// The count of tensors of one kind.
#[derive(Serialize, Default)]
pub(crate) struct Count {
    pub(crate) tensors: u64,
    pub(crate) elements: u64,
    pub(crate) bytes: u64,
}

pub(crate) struct Survey {
    /// The counts of tensors by scheme or dtype. Scales of weights are counted as `scales`.
    pub(crate) formats: BTreeMap<String, Count>,
    /// The methods of quantization that configurations name.
    pub(crate) methods: BTreeSet<String>,
    /// The summary of `convert`, or the reason why it would refuse the checkpoint.
    pub(crate) convert: Result<Summary, Error>,
}

/// Describes a checkpoint.
///
/// # Errors
/// If its configuration can't be read.
pub(crate) fn survey(checkpoint: &Checkpoint, rules: &Rules) -> Result<Survey, Error> {
    let declared = config::of(checkpoint)?;
    let methods = declared.iter().flatten();
    let methods = methods.map(|declared| declared.method.clone()).collect();
    Ok(Survey {
        formats: formats_of(checkpoint, rules, &declared),
        methods,
        convert: convert(checkpoint, rules, &declared),
    })
}

/// Counts the tensors by scheme or dtype.
fn formats_of(checkpoint: &Checkpoint, rules: &Rules, declared: &[Option<Declared>]) -> BTreeMap<String, Count> {
    // A checkpoint that `convert` refuses has no roles.
    let roles = planner::roles(checkpoint, declared, rules).unwrap_or_default();
    let mut formats: BTreeMap<String, Count> = BTreeMap::new();
    for (shard, tensor) in checkpoint.tensors() {
        let role = roles.get(shard.group).and_then(|roles| roles.get(tensor.name()));
        let (name, elements) = match role {
            Some(Role::Weight(weight)) => (weight.scheme().into(), weight.count()),
            Some(Role::Dropped) => ("scales".into(), tensor.elements()),
            Some(Role::Kept) | None => (tensor.dtype().to_string(), tensor.elements()),
        };
        let count = formats.entry(name).or_default();
        count.tensors += 1;
        count.elements = count.elements.saturating_add(elements);
        count.bytes += tensor.bytes();
    }
    formats
}

fn convert(checkpoint: &Checkpoint, rules: &Rules, declared: &[Option<Declared>]) -> Result<Summary, Error> {
    let mut plans: Vec<Plan> = planner::all(checkpoint, rules, declared)?;
    let mut summary = Summary::new(rules);
    for plan in &mut plans {
        summary.add(plan, None);
    }
    Ok(summary)
}

/// Returns the tensors that `convert` would cast, as numbers, in the order of their data.
///
/// # Errors
/// If `convert` would refuse the checkpoint.
pub(crate) fn numbers<'c>(checkpoint: &'c Checkpoint, rules: &Rules) -> Result<Vec<Numbers<'c>>, Error> {
    let declared = config::of(checkpoint)?;
    let roles = planner::roles(checkpoint, &declared, rules)?;
    let number = |(shard, tensor): (&'c Shard, Tensor<'c>)| match roles[shard.group].get(tensor.name()) {
        Some(Role::Weight(weight)) => Some(Numbers::Scaled(weight.clone())),
        None => {
            let from = formats::of_tensor(tensor.dtype()).filter(|from| !from.is_packed());
            let from = from.filter(|_| rules.take(tensor.name()))?;
            Some(Numbers::plain((shard, tensor), from))
        }
        Some(Role::Dropped | Role::Kept) => None,
    };
    // A vector that grows leaves gaps in memory.
    let mut numbers = Vec::with_capacity(checkpoint.tensors().count());
    numbers.extend(checkpoint.tensors().filter_map(number));
    Ok(numbers)
}

/// Returns the files that `convert` would write.
///
/// # Errors
/// If `convert` would refuse the checkpoint.
pub(crate) fn plans<'c>(checkpoint: &'c Checkpoint, rules: &'c Rules) -> Result<Vec<Plan<'c>>, Error> {
    let declared = config::of(checkpoint)?;
    planner::all(checkpoint, rules, &declared)
}
