//! The schemes that checkpoints are stored in, a row a scheme: which tensors stand beside one another. A new scheme is a row.
//!
//! Names are those of the libraries that write them: transformers (`finegrained_fp8`, `mxfp4`), compressed-tensors, ModelOpt, Quark,
//! FBGEMM, DeepSeek's own scripts and ComfyUI.

use safetensors::Dtype;

/// How elements lie in their tensor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stored {
    /// A tensor whose dtype is a format of floats of 8 bits or fewer.
    Float,
    /// Two fp4 or, where the shape of the scales says so, four fp6 in three, in a tensor of bytes.
    Packed(&'static [Dtype]),
    /// Bytes whose last two dimensions are the groups of a row, and 16 bytes of a group.
    Groups,
}

/// A scale that the whole tensor has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TensorScale {
    pub(super) suffix: &'static str,
    /// It is a divisor.
    pub(super) divides: bool,
}

/// A scheme.
#[derive(Debug)]
pub(super) struct Row {
    /// Its name for people.
    pub(super) name: &'static str,
    /// What the name of the elements' tensor ends with. The rest is common to the names of all.
    pub(super) elements: &'static str,
    pub(super) stored: Stored,
    /// What follows the common part in the name of the scales' tensor.
    pub(super) scales: &'static str,
    pub(super) scale_dtypes: &'static [Dtype],
    pub(super) tensor_scale: Option<TensorScale>,
    /// How many columns share a scale, if the scheme says so by itself.
    pub(super) group: Option<u64>,
    /// What follows the common part in the name of the result.
    pub(super) result: &'static str,
    /// The last two dimensions change places.
    pub(super) transposed: bool,
}

const FLOATS: &[Dtype] = &[
    Dtype::F32,
    Dtype::BF16,
    Dtype::F16,
    Dtype::F64,
    Dtype::F8_E8M0,
    Dtype::U8,
];
const E8M0: &[Dtype] = &[Dtype::U8, Dtype::F8_E8M0];
const E4M3: &[Dtype] = &[Dtype::F8_E4M3];
const U8: Stored = Stored::Packed(&[Dtype::U8]);

/// The first row that fits is the scheme of a tensor.
pub(super) const TABLE: [Row; 11] = [
    Row {
        name: "gpt-oss MXFP4",
        elements: "_blocks",
        stored: Stored::Groups,
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
        stored: Stored::Groups,
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
        stored: Stored::Float,
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
        stored: Stored::Float,
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
        stored: Stored::Float,
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
        stored: Stored::Packed(&[Dtype::I8, Dtype::U8]),
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
        stored: Stored::Float,
        scales: ".scale_weight",
        scale_dtypes: FLOATS,
        tensor_scale: None,
        group: None,
        result: ".weight",
        transposed: false,
    },
];

/// Scales of activations and of the KV cache: nothing that a model without the scheme needs.
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

/// Tensors that say that a file is scaled, and nothing else.
pub(super) const MARKERS: [&str; 1] = ["scaled_fp8"];

/// What the name of a scale ends with, and what the name of its weight, which is the rest, must end with.
pub(super) const SCALES: [(&str, &str); 4] = [
    ("_scale_inv", ""),
    ("_scale", "weight"),
    ("_scale_2", "weight"),
    ("_global_scale", "weight"),
];

/// What the name of a tensor ends with, or has in it, that belongs to a way of quantizing that isn't in the table: of gptq, awq,
/// bitsandbytes, hqq, quanto, torchao, EETQ, sparse weights, and rotations.
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

/// What stays as wide as it is: loaders keep it so, and a router goes other ways if it is rounded.
pub(crate) const WIDE: [&str; 1] = ["e_score_correction_bias"];
