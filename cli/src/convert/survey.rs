//! Describes a checkpoint and the effect of a conversion, without reading elements.

use std::collections::{BTreeSet, HashMap};

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

/// The content of a tensor that is not what its dtype says.
pub(crate) enum Stored {
    /// The elements of a weight with scales.
    Weight { scheme: &'static str, elements: u64 },
    /// Scales, and other tensors that only quantization needs.
    Scale,
}

pub(crate) struct Survey<'c> {
    /// The tensors whose content differs from their dtype, by name.
    pub(crate) stored: HashMap<&'c str, Stored>,
    /// The methods of quantization that configurations name.
    pub(crate) methods: BTreeSet<String>,
    /// The summary of `convert`, or the reason why it would refuse the checkpoint.
    pub(crate) convert: Result<Summary, Error>,
}

/// Describes a checkpoint.
///
/// # Errors
/// If its configuration can't be read.
pub(crate) fn survey<'c>(checkpoint: &'c Checkpoint, rules: &Rules) -> Result<Survey<'c>, Error> {
    let declared = config::of(checkpoint)?;
    let methods = declared.iter().flatten();
    let methods = methods.map(|declared| declared.method.clone()).collect();
    let mut stored = HashMap::new();
    // A checkpoint that `convert` refuses has no roles.
    for roles in planner::roles(checkpoint, &declared, rules).unwrap_or_default() {
        for (name, role) in roles {
            let found = match role {
                Role::Weight(weight) => Stored::Weight {
                    scheme: weight.scheme,
                    elements: weight.shape.iter().product(),
                },
                Role::Dropped => Stored::Scale,
                Role::Kept => continue,
            };
            stored.insert(name, found);
        }
    }
    Ok(Survey {
        stored,
        methods,
        convert: convert(checkpoint, rules, &declared),
    })
}

fn convert(checkpoint: &Checkpoint, rules: &Rules, declared: &[Option<Declared>]) -> Result<Summary, Error> {
    let plans: Vec<Plan> = planner::all(checkpoint, rules, declared)?;
    let mut summary = Summary::new(rules);
    for plan in &plans {
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
    let number = |(shard, tensor): (&'c Shard, &'c Tensor)| match roles[shard.group].get(&*tensor.name) {
        Some(Role::Weight(weight)) => Some(Numbers::Scaled(weight.clone())),
        None => {
            let from = formats::of_tensor(tensor.dtype).filter(|from| !from.is_packed());
            let from = from.filter(|_| rules.take(&tensor.name))?;
            Some(Numbers::Plain((shard, tensor), from))
        }
        Some(Role::Dropped | Role::Kept) => None,
    };
    Ok(checkpoint.tensors().filter_map(number).collect())
}

/// Returns the files that `convert` would write.
///
/// # Errors
/// If `convert` would refuse the checkpoint.
pub(crate) fn plans<'c>(checkpoint: &'c Checkpoint, rules: &Rules) -> Result<Vec<Plan<'c>>, Error> {
    let declared = config::of(checkpoint)?;
    planner::all(checkpoint, rules, &declared)
}
