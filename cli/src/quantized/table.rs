//! The schemes in which checkpoints are stored. A row is a scheme, and says which tensors stand beside one another. A new scheme
//! is a new row.
//!
//! Names are those of the libraries that write them: transformers (`finegrained_fp8`, `mxfp4`), compressed-tensors, ModelOpt,
//! Quark, FBGEMM, DeepSeek's own scripts and ComfyUI.

use safetensors::Dtype;

/// The form of the elements in their tensor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ElementStorage {
    /// A tensor whose dtype is a format of floats of 8 bits or fewer.
    Float,
    /// A tensor of bytes. A byte has two fp4. If the shape of the scales says so, three bytes have four fp6.
    Packed(&'static [Dtype]),
    /// A tensor of bytes whose last two dimensions are the groups of a row, and the 16 bytes of a group.
    Groups,
}

/// A scale of the whole tensor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TensorScale {
    pub(super) suffix: &'static str,
    /// True if the scale is a divisor.
    pub(super) divides: bool,
}

/// A scheme in which checkpoints are stored.
#[derive(Debug)]
pub(super) struct Row {
    /// The name of the scheme, for people.
    pub(super) name: &'static str,
    /// The end of the name of the elements' tensor. The names of all tensors share the part before.
    pub(super) elements: &'static str,
    pub(super) stored: ElementStorage,
    /// The end of the name of the scales' tensor, after the common part.
    pub(super) scales: &'static str,
    pub(super) scale_dtypes: &'static [Dtype],
    pub(super) tensor_scale: Option<TensorScale>,
    /// How many columns share a scale, if the scheme fixes the number.
    pub(super) group: Option<u64>,
    /// The end of the name of the result, after the common part. `elements` begins with it.
    pub(super) result: &'static str,
    /// True if the last two dimensions change places.
    pub(super) transposed: bool,
}

impl Row {
    /// Returns the name of the result, from the name of the elements' tensor.
    pub(super) fn result_of<'n>(&self, elements: &'n str) -> &'n str {
        &elements[..elements.len() - self.elements.len() + self.result.len()]
    }
}

const FLOATS: &[Dtype] = &[Dtype::F32, Dtype::BF16, Dtype::F16, Dtype::F64, Dtype::F8_E8M0, Dtype::U8];
const E8M0: &[Dtype] = &[Dtype::U8, Dtype::F8_E8M0];
const E4M3: &[Dtype] = &[Dtype::F8_E4M3];
const U8: ElementStorage = ElementStorage::Packed(&[Dtype::U8]);

/// The table. The first row that fits is the scheme of a tensor.
pub(super) const TABLE: [Row; 11] = [
    Row {
        name: "gpt-oss MXFP4",
        elements: "_blocks",
        stored: ElementStorage::Groups,
        scales: "_scales",
        scale_dtypes: E8M0,
        tensor_scale: None,
        group: Some(32),
        result: "",
        transposed: true,
    },
    Row {
        name: "gpt-oss MXFP4, original",
        elements: ".blocks",
        stored: ElementStorage::Groups,
        scales: ".scales",
        scale_dtypes: E8M0,
        tensor_scale: None,
        group: Some(32),
        result: "",
        transposed: false,
    },
    Row {
        name: "compressed-tensors NVFP4",
        elements: "_packed",
        stored: U8,
        scales: "_scale",
        scale_dtypes: E4M3,
        tensor_scale: Some(TensorScale {
            suffix: "_global_scale",
            divides: true,
        }),
        group: Some(16),
        result: "",
        transposed: false,
    },
    Row {
        name: "compressed-tensors MXFP4 or MXFP6",
        elements: "_packed",
        stored: U8,
        scales: "_scale",
        scale_dtypes: E8M0,
        tensor_scale: None,
        group: Some(32),
        result: "",
        transposed: false,
    },
    Row {
        name: "ModelOpt NVFP4",
        elements: "",
        stored: U8,
        scales: "_scale",
        scale_dtypes: E4M3,
        tensor_scale: Some(TensorScale {
            suffix: "_scale_2",
            divides: false,
        }),
        group: Some(16),
        result: "",
        transposed: false,
    },
    Row {
        name: "Quark MXFP4 or MXFP6",
        elements: "",
        stored: U8,
        scales: "_scale",
        scale_dtypes: E8M0,
        tensor_scale: None,
        group: Some(32),
        result: "",
        transposed: false,
    },
    Row {
        name: "fp8 as DeepSeek V3 has it",
        elements: "",
        stored: ElementStorage::Float,
        scales: "_scale_inv",
        scale_dtypes: FLOATS,
        tensor_scale: None,
        group: None,
        result: "",
        transposed: false,
    },
    Row {
        name: "fp8 as compressed-tensors, ModelOpt, vLLM, FBGEMM and Quark have it",
        elements: "",
        stored: ElementStorage::Float,
        scales: "_scale",
        scale_dtypes: FLOATS,
        tensor_scale: None,
        group: None,
        result: "",
        transposed: false,
    },
    Row {
        name: "fp8 as DeepSeek V4 has it",
        elements: ".weight",
        stored: ElementStorage::Float,
        scales: ".scale",
        scale_dtypes: FLOATS,
        tensor_scale: None,
        group: None,
        result: ".weight",
        transposed: false,
    },
    Row {
        name: "fp4 as DeepSeek V4 has it",
        elements: ".weight",
        stored: ElementStorage::Packed(&[Dtype::I8, Dtype::U8]),
        scales: ".scale",
        scale_dtypes: &[Dtype::F8_E8M0],
        tensor_scale: None,
        group: Some(32),
        result: ".weight",
        transposed: false,
    },
    Row {
        name: "ComfyUI scaled fp8",
        elements: ".weight",
        stored: ElementStorage::Float,
        scales: ".scale_weight",
        scale_dtypes: FLOATS,
        tensor_scale: None,
        group: None,
        result: ".weight",
        transposed: false,
    },
];

/// Scales of activations and of the KV cache. A model without the scheme needs none of them.
pub(super) const ACTIVATIONS: [&str; 13] = [
    "input_scale",
    "input_global_scale",
    "scale_input",
    "activation_scale",
    "output_scale",
    "k_scale",
    "v_scale",
    "q_scale",
    "kv_scale",
    "prob_scale",
    "k_global_scale",
    "v_global_scale",
    "q_global_scale",
];

/// Tensors that only say that a file is scaled.
pub(super) const MARKERS: [&str; 1] = ["scaled_fp8"];

/// Endings of the names of scales. A name without this ending is the name of the weight, which must have the second ending.
pub(super) const SCALES: [(&str, &str); 4] = [
    ("_scale_inv", ""),
    ("_scale", "weight"),
    ("_scale_2", "weight"),
    ("_global_scale", "weight"),
];

/// Ends or parts of the names of tensors that belong to ways of quantizing outside the table: gptq, awq, bitsandbytes, hqq,
/// quanto, torchao, EETQ, sparse weights, and rotations.
pub(super) const FOREIGN: [&str; 22] = [
    ".qweight",
    ".qzeros",
    ".g_idx",
    ".weight_zero_point",
    ".weight_g_idx",
    ".pre_quant_scale",
    ".weight.absmax",
    ".weight.nested_absmax",
    ".weight.quant_map",
    ".weight.nested_quant_map",
    ".weight.quant_state.",
    ".SCB",
    ".weight_format",
    ".W_q",
    ".weight._data",
    "_weight_qdata",
    ".weight_scales",
    ".compressed",
    ".bitmask",
    ".comfy_quant",
    ".qscales",
    ".codebooks",
];

/// Names of tensors that stay as wide as they are. Loaders keep them wide, and a router chooses other experts if they are
/// rounded.
pub(crate) const WIDE: [&str; 1] = ["e_score_correction_bias"];

#[cfg(test)]
mod tests {
    use super::TABLE;

    #[test]
    fn the_name_of_the_result_begins_the_name_of_the_elements() {
        for row in &TABLE {
            assert!(row.elements.starts_with(row.result), "{}", row.name);
            let elements = format!("x.weight{}", row.elements);
            assert_eq!(row.result_of(&elements), format!("x.weight{}", row.result), "{}", row.name);
        }
    }
}
