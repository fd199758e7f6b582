//! The meaning of a tensor's name and dtype.

use safetensors::Dtype;

use super::table::{ACTIVATIONS, MARKERS, SCALES};
use crate::checkpoint::Tensor;
use crate::formats;

/// Returns the name of the weight that a scale of this name must have, if the table has such names.
pub(super) fn weight_of(scale: &str) -> Option<String> {
    if let Some(base) = scale.strip_suffix(".scale_weight") {
        return Some(format!("{base}.weight"));
    }
    SCALES.iter().find_map(|(suffix, of)| {
        let weight = scale.strip_suffix(suffix)?;
        weight.ends_with(of).then(|| weight.into())
    })
}

/// Returns a name without its last part.
pub(super) fn module(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(module, _)| module)
}

/// Returns whether the elements are floats of more than 8 bits.
pub(super) fn is_wide(tensor: Tensor) -> bool {
    formats::of_tensor(tensor.dtype()).is_some_and(|format| format.bits() > 8)
}

/// Returns whether the elements are floats of a format that scales are used with.
pub(super) fn is_narrow(tensor: Tensor) -> bool {
    let format = formats::of_tensor(tensor.dtype());
    format.is_some_and(|format| format.bits() <= 8 && format != ulp::Dtype::F8E8M0Fnu)
}

/// Returns whether a tensor can be a weight of 8 bits or fewer.
pub(super) fn is_weight(tensor: Tensor) -> bool {
    let bytes = matches!(tensor.dtype(), Dtype::U8 | Dtype::I8);
    let named = ["weight", "_packed", "_blocks", ".blocks", "_proj"];
    let named = named.iter().any(|suffix| tensor.name().ends_with(suffix));
    formats::of_tensor(tensor.dtype()).is_some_and(|format| format.bits() <= 8) || bytes && named
}

pub(super) fn last(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

pub(super) fn is_activation(name: &str) -> bool {
    let last = last(name);
    ACTIVATIONS.iter().any(|activation| {
        let before = last.strip_suffix(activation);
        before.is_some_and(|before| before.is_empty() || before.ends_with('_'))
    })
}

pub(super) fn is_marker(name: &str) -> bool {
    MARKERS.contains(&last(name))
}
