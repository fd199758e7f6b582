//! Finds the role of each tensor of a checkpoint.

use std::collections::HashSet;

use safetensors::Dtype;

use super::config::Declared;
use super::names::{is_activation, is_marker, is_narrow, is_weight, is_wide, module, weight_of};
use super::table::{ElementStorage, FOREIGN, Row, TABLE};
use super::{Grid, Located, Role, Roles, TensorScale, Weight, shape_of};
use crate::checkpoint::{Names, Tensor};
use crate::error::{Error, TensorError, about_tensor};
use crate::formats;

/// Tensors that are named together: a file, or the shards of a directory.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    pub(crate) tensors: Names<'a>,
    pub(crate) declared: Option<Declared>,
}

/// Returns the roles of tensors. `takes` says which tensors are converted.
///
/// # Errors
/// If a tensor that is converted can't be understood.
pub(crate) fn recognize<'a>(group: &Group<'a>, takes: &dyn Fn(&[&str]) -> bool) -> Result<Roles<'a>, Error> {
    let all = || group.tensors.in_order().map(|(_, tensor)| tensor);
    let foreign = group.declared.as_ref();
    let foreign = foreign.and_then(|declared| declared.foreign.clone());
    let quantized = foreign.as_ref().map(|_| {
        let narrow = all().filter(|&tensor| !is_wide(tensor));
        narrow.map(|tensor| module(tensor.name())).collect()
    });
    let mut finder = Finder {
        group,
        takes,
        roles: Roles::default(),
        scaled: None,
        converts_all: foreign.is_some() && all().all(|tensor| takes(&[tensor.name()])),
        foreign,
        quantized: quantized.unwrap_or_default(),
    };
    finder.weights()?;
    finder.others()?;
    Ok(finder.roles)
}

struct Finder<'g, 'a> {
    group: &'g Group<'a>,
    takes: &'g dyn Fn(&[&str]) -> bool,
    roles: Roles<'a>,
    /// A sign that the checkpoint has scales, for messages.
    scaled: Option<String>,
    /// The reason why the configuration's description isn't read, or `None` if it is.
    foreign: Option<String>,
    /// True if every tensor is converted. It is only looked for if the configuration's description isn't read.
    converts_all: bool,
    /// Modules that have other tensors than wide floats, if the configuration's description isn't read.
    quantized: HashSet<&'a str>,
}

/// The tensors of a weight.
struct Parts<'a> {
    row: &'static Row,
    elements: Located<'a>,
    scales: Located<'a>,
    tensor_scale: Option<Located<'a>>,
}

impl<'a> Finder<'_, 'a> {
    /// Finds all weights with scales, and the tensors that belong to them.
    fn weights(&mut self) -> Result<(), Error> {
        for (shard, tensor) in self.group.tensors.in_order() {
            let Some(parts) = self.parts(shard, tensor)? else {
                continue;
            };
            let name = parts.row.result_of(tensor.name());
            let scales = [Some(parts.scales), parts.tensor_scale].into_iter().flatten();
            self.scaled.get_or_insert_with(|| format!("{name} has a scale"));
            if !(self.takes)(&[tensor.name(), name]) {
                self.roles.keep(tensor);
                scales.for_each(|(_, scale)| self.roles.keep(scale));
                continue;
            }
            let weight = self.weight(&parts).map_err(about_tensor(&shard.path, tensor.name()))?;
            scales.for_each(|(_, scale)| self.roles.drop(scale));
            self.roles.multiply(weight);
        }
        Ok(())
    }

    /// Returns the tensors beside one tensor, if they make a scheme of the table together.
    fn parts(&self, shard: &'a crate::checkpoint::Shard, tensor: Tensor<'a>) -> Result<Option<Parts<'a>>, Error> {
        let mut missing = None;
        for row in &TABLE {
            let Some(base) = tensor.name().strip_suffix(row.elements) else {
                continue;
            };
            let stored = match row.stored {
                ElementStorage::Float => is_narrow(tensor),
                ElementStorage::Packed(dtypes) => dtypes.contains(&tensor.dtype()),
                ElementStorage::Groups => tensor.dtype() == Dtype::U8,
            };
            if !stored || base.is_empty() {
                continue;
            }
            let scales = self.group.tensors.get(&format!("{base}{}", row.scales));
            let Some(scales) = scales else {
                continue;
            };
            if !row.scale_dtypes.contains(&scales.1.dtype()) {
                continue;
            }
            let tensor_scale = row.tensor_scale.map(|scale| format!("{base}{}", scale.suffix));
            let found = tensor_scale.as_ref().map(|name| self.group.tensors.get(name));
            if let Some(None) = found {
                missing = missing.or(tensor_scale);
                continue;
            }
            return Ok(Some(Parts {
                row,
                elements: (shard, tensor),
                scales,
                tensor_scale: found.flatten(),
            }));
        }
        match missing {
            Some(name) if (self.takes)(&[tensor.name()]) => {
                let why = TensorError::Missing { name };
                Err(about_tensor(&shard.path, tensor.name())(why))
            }
            _ => Ok(None),
        }
    }

    /// Returns the weight that the tensors make.
    fn weight(&self, parts: &Parts<'a>) -> Result<Weight<'a>, TensorError> {
        let &Parts {
            row,
            elements: (_, tensor),
            scales: (_, scales),
            ..
        } = parts;
        let wrong = || TensorError::ScaleShape {
            shape: tensor.shape().to_vec(),
            scales: scales.name().into(),
            scales_shape: scales.shape().to_vec(),
        };
        let element = self.element(row, tensor, scales).ok_or_else(wrong)?;
        let shape = shape_of(row, tensor, element).ok_or_else(wrong)?;
        let declared = self.group.declared.as_ref().and_then(|declared| declared.blocks);
        let said = row.group.map(|length| [1, length]).or(declared);
        let grid = Grid::fit(&shape, &scales.shape().to_vec(), said).ok_or_else(wrong)?;
        // A packed scheme has groups of its own.
        if row.group.is_some_and(|length| grid.block() != [1, length]) {
            return Err(wrong());
        }
        let scale = match scales.dtype() {
            Dtype::U8 => ulp::Dtype::F8E8M0Fnu,
            dtype => formats::of_tensor(dtype).ok_or_else(wrong)?,
        };
        let tensor_scale = match (row.tensor_scale, parts.tensor_scale) {
            (Some(row), Some((shard, scale))) => {
                let experts = if shape.len() > 2 { shape[0] } else { 1 };
                let fits = scale.elements() == 1 || scale.elements() == experts;
                let is_number = formats::of_tensor(scale.dtype()).is_some_and(|dtype| dtype.bits() > 8);
                if !fits || !is_number {
                    return Err(TensorError::ScaleShape {
                        shape,
                        scales: scale.name().into(),
                        scales_shape: scale.shape().to_vec(),
                    });
                }
                Some(TensorScale {
                    tensor: (shard, scale),
                    divides: row.divides,
                })
            }
            _ => None,
        };
        Ok(Weight {
            row,
            elements: parts.elements,
            element,
            scales: parts.scales,
            scale,
            grid,
            tensor_scale,
        })
    }

    /// Returns the format of the elements.
    fn element(&self, row: &Row, tensor: Tensor, scales: Tensor) -> Option<ulp::Dtype> {
        match row.stored {
            ElementStorage::Float => return formats::of_tensor(tensor.dtype()),
            ElementStorage::Groups => return Some(ulp::Dtype::F4E2M1FnX2),
            ElementStorage::Packed(_) => {}
        }
        let bytes = tensor.shape().iter().last()?;
        let groups = scales.shape().iter().last()?;
        let needed = |cols: u64| cols.div_ceil(row.group.unwrap_or(1));
        let fp4 = bytes.checked_mul(2)?;
        // Equally many bytes hold more fp4 than fp6. The number of groups tells which format the bytes hold.
        let is_fp6 = bytes.is_multiple_of(3) && row.scale_dtypes.contains(&Dtype::U8);
        let is_fp6 = is_fp6 && groups < needed(fp4) && groups >= needed(bytes / 3 * 4);
        let e3m2 = self.group.declared.as_ref().is_some_and(|declared| declared.e3m2);
        Some(match (is_fp6, e3m2) {
            (true, true) => ulp::Dtype::F6E3M2FnX4,
            (true, false) => ulp::Dtype::F6E2M3FnX4,
            (false, _) => ulp::Dtype::F4E2M1FnX2,
        })
    }

    /// Finds the roles of all other tensors.
    fn others(&mut self) -> Result<(), Error> {
        let mut tensors = self.group.tensors.in_order();
        let marked = tensors.find(|(_, tensor)| is_marker(tensor.name()));
        if let Some((_, marker)) = marked {
            self.scaled.get_or_insert_with(|| format!("{} is there", marker.name()));
        }
        if let Some(declared) = &self.group.declared {
            self.scaled = Some(format!("the configuration says {}", declared.method));
        }
        let stays = self.roles.any_stays();
        let goes = self.roles.any_goes();
        for (shard, tensor) in self.group.tensors.in_order() {
            let name = tensor.name();
            if self.roles.get(name).is_some() {
                continue;
            }
            if is_activation(name) || is_marker(name) {
                if goes && (!stays || self.belongs_to_dequantized_module(name)) {
                    self.roles.drop(tensor);
                } else if self.scaled.is_some() {
                    self.roles.keep(tensor);
                }
            } else if (self.takes)(&[name]) {
                self.check_convertible(tensor).map_err(about_tensor(&shard.path, name))?;
            }
        }
        Ok(())
    }

    /// Returns whether a scale of activations belongs to a module whose weight is dequantized.
    fn belongs_to_dequantized_module(&self, name: &str) -> bool {
        let weight = format!("{}.weight", module(name));
        ["", "_packed"].iter().any(|suffix| {
            let role = self.roles.get(&format!("{weight}{suffix}"));
            matches!(role, Some(Role::Weight(_)))
        })
    }

    /// Checks that a tensor outside every scheme is safe to convert.
    fn check_convertible(&self, tensor: Tensor) -> Result<(), TensorError> {
        let name = tensor.name();
        if FOREIGN.iter().any(|part| name.contains(part)) || self.is_foreign_scale(name) {
            return Err(TensorError::Foreign);
        }
        if let Some(why) = &self.foreign
            && (self.converts_all || self.quantized.contains(module(name)))
        {
            return Err(TensorError::ForeignConfig { why: why.clone() });
        }
        if let Some(because) = &self.scaled
            && is_weight(tensor)
        {
            return Err(TensorError::NoScale {
                because: because.clone(),
            });
        }
        if self.is_orphaned_scale(tensor) {
            return Err(TensorError::ScaleOfNothing);
        }
        Ok(())
    }

    /// Returns whether a tensor is a scale whose weight is missing, or whose weight can't have such a scale.
    fn is_orphaned_scale(&self, tensor: Tensor) -> bool {
        let Some(mut weight) = weight_of(tensor.name()) else {
            return false;
        };
        let tensors = &self.group.tensors;
        let beside = tensors.get(&weight).or_else(|| {
            weight += "_packed";
            tensors.get(&weight)
        });
        // A model that isn't quantized may have such a parameter beside its weight.
        let plain = beside.is_some_and(|(_, weight)| is_wide(weight));
        self.scaled.is_some() || !plain
    }

    /// Returns whether a name is that of a scale of gptq, awq or mlx, beside its integers.
    fn is_foreign_scale(&self, name: &str) -> bool {
        let Some(base) = name.strip_suffix(".scales") else {
            return false;
        };
        ["qweight", "weight", "blocks"].iter().any(|elements| {
            let elements = self.group.tensors.get(&format!("{base}.{elements}"));
            elements.is_some_and(|(_, elements)| !is_wide(elements))
        })
    }
}
