//! The description of quantization in a configuration.

use serde_json::Value;

use crate::document::{Document, Node};

/// The keys under which quantization is described, at any depth.
pub(crate) const KEYS: [&str; 2] = ["quantization_config", "compression_config"];

/// Other keys that belong to a scheme.
pub(crate) const EXTRAS: [&str; 1] = ["expert_dtype"];

/// A `quant_method` that the table reads, and the key under which its configuration lists the modules that stay as they are.
#[derive(Debug)]
struct Method {
    name: &'static str,
    ignored: &'static str,
}

const METHODS: [Method; 8] = [
    Method {
        name: "fp8",
        ignored: "modules_to_not_convert",
    },
    Method {
        name: "mxfp8",
        ignored: "modules_to_not_convert",
    },
    Method {
        name: "mxfp4",
        ignored: "modules_to_not_convert",
    },
    Method {
        name: "compressed-tensors",
        ignored: "ignore",
    },
    Method {
        name: "modelopt",
        ignored: "ignore",
    },
    Method {
        name: "modelopt_fp4",
        ignored: "ignore",
    },
    Method {
        name: "fbgemm_fp8",
        ignored: "modules_to_not_convert",
    },
    Method {
        name: "quark",
        ignored: "exclude",
    },
];

/// Formats of compressed-tensors that the table reads.
const FORMATS: [&str; 8] = [
    "dense",
    "float-quantized",
    "naive-quantized",
    "mixed-precision",
    "nvfp4-pack-quantized",
    "mxfp4-pack-quantized",
    "mxfp6-pack-quantized",
    "mxfp8-quantized",
];

/// Algorithms of ModelOpt that the table reads.
const ALGORITHMS: [&str; 7] = [
    "FP8",
    "FP8_PB_WO",
    "FP8_PER_CHANNEL_PER_TOKEN",
    "NVFP4",
    "MXFP8",
    "MXFP4",
    "MIXED_PRECISION",
];

/// The description of quantization in a configuration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Declared {
    /// The method, by its name in messages.
    pub(crate) method: String,
    /// The reason why the table can't read the method, or `None` if it can.
    pub(crate) foreign: Option<String>,
    /// The blocks of fp8.
    pub(crate) blocks: Option<[u64; 2]>,
    /// True if fp6 is E3M2. No shape tells E3M2 from E2M3.
    pub(crate) e3m2: bool,
    /// The key of the list of modules that stay as they are.
    pub(crate) ignored: Option<&'static str>,
}

impl Declared {
    /// Returns the description in a file's configuration, if it has one.
    ///
    /// # Errors
    /// If the description can't be understood.
    pub(crate) fn of(document: &Document) -> Result<Option<Declared>, String> {
        let mut all = nodes(document).into_iter().map(|node| document.value(node));
        let Some(first) = all.next() else {
            return Ok(None);
        };
        let mut declared = Declared::parse(&first)?;
        for other in all {
            let other = Declared::parse(&other)?;
            if other.foreign.is_some() {
                declared.foreign = other.foreign;
            }
            declared.blocks = declared.blocks.or(other.blocks);
            declared.e3m2 |= other.e3m2;
        }
        Ok(Some(declared))
    }

    fn parse(config: &Value) -> Result<Declared, String> {
        let method = method_of(config);
        let known = METHODS.iter().find(|known| known.name == method);
        let mut declared = Declared {
            foreign: foreign(config, &method, known.is_some()),
            method,
            blocks: None,
            e3m2: config.to_string().contains("e3m2"),
            ignored: known.map(|known| known.ignored),
        };
        let size = config.get("weight_block_size");
        if let Some(size) = size.filter(|size| !size.is_null()) {
            let blocks: Option<[u64; 2]> = serde_json::from_value(size.clone()).ok();
            let blocks = blocks.filter(|blocks| !blocks.contains(&0));
            let blocks = blocks.ok_or_else(|| format!("weight_block_size is {size}, and not two lengths"))?;
            declared.blocks = Some(blocks);
        }
        let groups = config.get("config_groups").and_then(Value::as_object);
        for group in groups.into_iter().flat_map(|groups| groups.values()) {
            let weights = &group["weights"];
            let structure: Option<[u64; 2]> = serde_json::from_value(weights["block_structure"].clone()).ok();
            let length = weights["group_size"].as_u64().filter(|&length| length > 0);
            let blocks = structure.or(length.map(|length| [1, length]));
            let blocks = blocks.filter(|blocks| !blocks.contains(&0));
            declared.blocks = declared.blocks.or(blocks);
        }
        Ok(declared)
    }
}

/// Returns the places at which quantization is described.
pub(crate) fn nodes(document: &Document) -> Vec<&Node> {
    let root = document.root();
    let mut nodes: Vec<&Node> = root
        .objects()
        .into_iter()
        .flat_map(|object| KEYS.iter().filter_map(|key| object.get(key)))
        .filter(|node| document.value(node).is_object())
        .collect();
    // ModelOpt's own file describes quantization, and nothing else, under another key.
    if root.get("producer").is_some() {
        nodes.extend(root.get("quantization"));
    }
    nodes
}

/// Returns the method. If none is named, returns the method that must be meant.
fn method_of(config: &Value) -> String {
    let has = |key: &str| config.get(key).is_some_and(|value| !value.is_null());
    let named = config["quant_method"].as_str();
    let meant = if has("quant_algo") {
        "modelopt"
    } else if has("config_groups") || has("format") {
        "compressed-tensors"
    } else if has("global_quant_config") {
        "quark"
    } else if has("weight_block_size") {
        "fp8"
    } else {
        "unnamed"
    };
    named.unwrap_or(meant).to_lowercase()
}

/// Returns the reason why the table can't read the description, if it can't.
fn foreign(config: &Value, method: &str, known: bool) -> Option<String> {
    if !known {
        return Some(format!("the quantization {method:?} is not one that is read"));
    }
    if let Some(algorithm) = config["quant_algo"].as_str() {
        let read = ALGORITHMS.contains(&algorithm.to_uppercase().as_str());
        return (!read).then(|| format!("ModelOpt's {algorithm} is not read"));
    }
    if method != "compressed-tensors" {
        return None;
    }
    let format = config["format"].as_str().unwrap_or("dense");
    if !FORMATS.contains(&format) {
        return Some(format!("compressed-tensors' format {format:?} is not read"));
    }
    let has_any = |key: &str| match &config[key] {
        Value::Object(members) => members.values().any(|member| match member {
            Value::Object(members) => !members.is_empty(),
            Value::Array(items) => !items.is_empty(),
            _ => false,
        }),
        _ => false,
    };
    if has_any("transform_config") {
        return Some("compressed-tensors' transforms are not read".into());
    }
    let sparse = config["sparsity_config"]["format"].as_str();
    let sparse = sparse.filter(|&format| format != "dense");
    sparse.map(|format| format!("compressed-tensors' sparsity {format:?} is not read"))
}
