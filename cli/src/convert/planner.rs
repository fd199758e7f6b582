//! Decides the outcome for each tensor.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use super::numbers::Numbers;
use super::options::Rules;
use super::plan::{Action, Note, Output, Plan, lay_out, left, output};
use super::quantize::{Part, Quantize};
use crate::cast::Caster;
use crate::checkpoint::header::write as header;
use crate::checkpoint::{Checkpoint, Name, Names, Shard, Tensor};
use crate::error::{Error, TensorError, about_tensor};
use crate::formats;
use crate::quantized::selection::fused;
use crate::quantized::{self, Declared, Role, Roles, Target, WIDE, Weight};

/// Plans all shards of a checkpoint. `declared` is the description of each group in the configurations.
pub(super) fn all<'a>(checkpoint: &'a Checkpoint, rules: &'a Rules, declared: &[Option<Declared>]) -> Result<Vec<Plan<'a>>, Error> {
    let mut planners = Vec::new();
    for group in groups(checkpoint, declared) {
        let roles = quantized::recognize(&group, &|names| rules.take_any(names))?;
        let mut planner = Planner {
            checkpoint,
            group: planners.len(),
            rules,
            roles,
            usual: usual(&group),
            families: HashMap::new(),
            alone: !checkpoint.is_directory(),
            tensors: OnceCell::new(),
            casters: RefCell::default(),
        };
        planner.families(&group.tensors);
        planners.push(planner);
    }
    let mut plans = Vec::new();
    for shard in &checkpoint.shards {
        plans.push(planners[shard.group].shard(shard)?);
    }
    Ok(without_empty(plans))
}

/// Returns the groups of tensors, with the configuration's description of each.
fn groups<'a>(checkpoint: &'a Checkpoint, declared: &[Option<Declared>]) -> impl Iterator<Item = quantized::Group<'a>> {
    let numbered = declared.iter().enumerate();
    numbered.map(|(number, declared)| quantized::Group {
        tensors: checkpoint.by_name(number),
        declared: declared.clone(),
    })
}

/// Returns the role of each tensor, by name, under these rules.
pub(super) fn roles<'a>(checkpoint: &'a Checkpoint, declared: &[Option<Declared>], rules: &Rules) -> Result<Vec<Roles<'a>>, Error> {
    let roles = |group| quantized::recognize(&group, &|names| rules.take_any(names));
    groups(checkpoint, declared).map(roles).collect()
}

/// Leaves out shards without tensors, which are not written.
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

/// Returns the format of more than 8 bits that most numbers have.
fn usual(group: &quantized::Group) -> Option<ulp::Dtype> {
    let mut elements: HashMap<ulp::Dtype, u64> = HashMap::new();
    for (_, tensor) in group.tensors.in_order() {
        if let Some(format) = formats::of_tensor(tensor.dtype()).filter(|format| format.bits() > 8) {
            let count = elements.entry(format).or_default();
            *count = count.saturating_add(tensor.elements());
        }
    }
    let most = elements
        .into_iter()
        .max_by_key(|(format, count)| (*count, Reverse(format.bits())));
    most.map(|(format, _)| format)
}

struct Planner<'a> {
    checkpoint: &'a Checkpoint,
    /// The number of the group whose shards are planned.
    group: usize,
    rules: &'a Rules,
    roles: Roles<'a>,
    usual: Option<ulp::Dtype>,
    /// The weights that share one tensor scale, by the name of the family.
    families: HashMap<String, Vec<Numbers<'a>>>,
    /// True if the file has no configuration beside it.
    alone: bool,
    /// The tensors of the group. Only weights in a scheme need them, and they take memory.
    tensors: OnceCell<Names<'a>>,
    /// The casters that tensors share, by their formats.
    casters: RefCell<HashMap<[ulp::Dtype; 2], Arc<Caster>>>,
}

impl<'a> Planner<'a> {
    fn shard(&self, shard: &'a Shard) -> Result<Plan<'a>, Error> {
        let mut plan = Plan {
            rules: self.rules,
            shard,
            emptied: Vec::new(),
            head: 0,
            metadata: None,
            // A vector that grows leaves gaps in memory.
            outputs: Vec::with_capacity(shard.header.count()),
            products: self.caster(ulp::Dtype::F32, self.products()),
            families: Vec::new(),
            dropped: Vec::new(),
            stays_scaled: false,
        };
        for tensor in shard.header.tensors() {
            self.tensor(&mut plan, tensor)
                .map_err(about_tensor(&shard.path, tensor.name()))?;
        }
        lay_out(shard, &mut plan.outputs)?;
        plan.metadata = shard.header.metadata.as_ref().map(Cow::Borrowed);
        let target = self.rules.target.as_ref();
        let target = target.filter(|_| self.alone && plan.quantizes());
        let described = target.map(|target| target.describe(&left([&plan])).to_string());
        let goes = plan.dequantizes() && !plan.stays_scaled || plan.quantizes();
        if goes && (plan.metadata.is_some() || described.is_some()) {
            let keys = quantized::config::KEYS;
            let described = described.as_ref().map(|config| (keys[0], &**config));
            let metadata = plan.metadata.unwrap_or_default().with(&keys, described);
            plan.metadata = Some(Cow::Owned(metadata));
        }
        plan.measure().map_err(|header::TooLong| Error::HeaderTooLong {
            path: shard.path.clone(),
        })?;
        Ok(plan)
    }

    /// Adds the outcome for a tensor.
    fn tensor(&self, plan: &mut Plan<'a>, tensor: Tensor<'a>) -> Result<(), TensorError> {
        let copy = |note| Output {
            note,
            ..output(tensor, tensor.dtype(), Action::Copy)
        };
        match self.roles.get(tensor.name()) {
            Some(Role::Dropped) => {
                plan.dropped.push(tensor.name());
                return Ok(());
            }
            Some(Role::Kept) => {
                if self.rules.target.is_some() {
                    return Err(TensorError::StaysScaled);
                }
                plan.stays_scaled = true;
                plan.outputs.push(copy(Some(Note::Kept)));
                return Ok(());
            }
            Some(Role::Weight(weight)) => return self.weight(plan, tensor, weight),
            None => {}
        }
        let to = self.rules.to;
        let from = formats::of_tensor(tensor.dtype()).filter(|from| !from.is_packed());
        let from = from.filter(|&from| from != to || self.rules.target.is_some());
        let Some(from) = from else {
            plan.outputs.push(copy(None));
            return Ok(());
        };
        let wide = WIDE.iter().any(|suffix| tensor.name().ends_with(suffix)) && to.bits() < from.bits();
        if wide || !self.rules.take(tensor.name()) {
            plan.outputs.push(copy(Some(Note::Kept)));
            return Ok(());
        }
        let is_unscaled = from.bits() <= 8 && from != ulp::Dtype::F8E8M0Fnu;
        let unscaled = is_unscaled.then_some(Note::Unscaled);
        if let Some(target) = &self.rules.target {
            if !self.rules.chooses(target, tensor.name(), &tensor.shape().to_vec()) {
                plan.outputs.push(copy(Some(Note::Kept)));
                return Ok(());
            }
            let shard = plan.shard;
            let numbers = Numbers::plain((shard, tensor), from);
            return self.quantize(plan, tensor, numbers, target, unscaled);
        }
        let wider = self.usual.is_some_and(|usual| from.bits() > usual.bits().max(to.bits()));
        let note = if wider { Some(Note::Narrowed) } else { unscaled };
        let caster = self.caster(from, to);
        plan.outputs.push(Output {
            note,
            ..output(tensor, self.rules.dtype, Action::Cast(caster))
        });
        Ok(())
    }

    /// Returns the caster between these formats.
    fn caster(&self, from: ulp::Dtype, to: ulp::Dtype) -> Arc<Caster> {
        let mut casters = self.casters.borrow_mut();
        let new = || Caster::new(from, to, self.rules.method("")).into();
        casters.entry([from, to]).or_insert_with(new).clone()
    }

    /// Adds the outcome for a weight that is stored with scales.
    fn weight(&self, plan: &mut Plan<'a>, tensor: Tensor<'a>, weight: &Arc<Weight<'a>>) -> Result<(), TensorError> {
        let mut note = None;
        if let Some(target) = &self.rules.target {
            if self.rules.chooses(target, weight.name(), &weight.result_shape()) {
                let numbers = Numbers::Scaled(weight.clone());
                return self.quantize(plan, tensor, numbers, target, None);
            }
            note = Some(Note::Kept);
        }
        let dtype = formats::in_header(self.products()).expect("a tensor may have this format");
        plan.outputs.push(Output {
            note,
            ..output(tensor, dtype, Action::Dequantize(weight.clone()))
        });
        Ok(())
    }

    /// Returns the format of weights that lose their scales. A weight that a scheme leaves gets the format of most other tensors.
    fn products(&self) -> ulp::Dtype {
        match self.rules.target {
            Some(_) => self.usual.unwrap_or(ulp::Dtype::Bf16),
            None => self.rules.to,
        }
    }

    /// Adds the elements and the scales of a weight in a scheme.
    fn quantize(
        &self,
        plan: &mut Plan<'a>,
        tensor: Tensor<'a>,
        numbers: Numbers<'a>,
        target: &'a Target,
        note: Option<Note>,
    ) -> Result<(), TensorError> {
        let family = (target.has_one_scale() || target.tensor_scale.is_some()).then(|| {
            let number = plan.families.last().map_or(0, |(last, _)| last + 1);
            match fused(numbers.name()).and_then(|name| self.families.get(&name)) {
                Some(all) => plan.families.extend(all.iter().map(|numbers| (number, numbers.clone()))),
                None => plan.families.push((number, numbers.clone())),
            }
            number
        });
        let weight = Arc::new(Quantize {
            numbers,
            target,
            cast: self.rules.cast(),
            family,
        });
        let tensor_scale = target.tensor_scale.map(|_| Part::TensorScale);
        for part in [Part::Scales].into_iter().chain(tensor_scale) {
            self.check_free(weight.name(part), tensor)?;
            let scales = Action::Scales(weight.clone(), part);
            plan.outputs.push(output(tensor, weight.dtype(part), scales));
        }
        self.check_free(weight.name(Part::Elements), tensor)?;
        plan.outputs.push(Output {
            note,
            ..output(tensor, target.elements.0, Action::Quantize(weight))
        });
        Ok(())
    }

    /// Checks that no tensor that stays has this name.
    fn check_free(&self, name: Name, of: Tensor) -> Result<(), TensorError> {
        let name = name.to_string();
        let goes = matches!(self.roles.get(&name), Some(Role::Dropped | Role::Weight(_)));
        let tensors = self.tensors.get_or_init(|| self.checkpoint.by_name(self.group));
        let is_there = tensors.get(&name).is_some();
        if is_there && name != of.name() && !goes {
            return Err(TensorError::NameTaken { name });
        }
        Ok(())
    }

    /// Finds the weights that share one tensor scale.
    fn families(&mut self, tensors: &Names<'a>) {
        let Some(target) = &self.rules.target else {
            return;
        };
        if target.tensor_scale.is_none() {
            return;
        }
        for (shard, tensor) in tensors.in_order() {
            let (name, numbers) = match self.roles.get(tensor.name()) {
                Some(Role::Weight(weight)) => (weight.name(), Numbers::Scaled(weight.clone())),
                None => {
                    let from = formats::of_tensor(tensor.dtype()).filter(|from| !from.is_packed());
                    let Some(from) = from.filter(|_| self.rules.take(tensor.name())) else {
                        continue;
                    };
                    let numbers = Numbers::plain((shard, tensor), from);
                    (tensor.name(), numbers)
                }
                _ => continue,
            };
            if let Some(family) = fused(name)
                && self.rules.chooses(target, name, &numbers.result_shape())
            {
                self.families.entry(family).or_default().push(numbers);
            }
        }
    }
}
