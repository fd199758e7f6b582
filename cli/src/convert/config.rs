//! `config.json` and the index, brought up to date.

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::grid::Scale;
use super::plan::{Action, Plan, SCALES};
use super::rules::Rules;
use crate::checkpoint::{Index, read_small};
use crate::error::Error;

pub(super) const CONFIG: &str = "config.json";

/// What quantization is called in it.
const QUANTIZATION: &str = "quantization_config";

/// The largest configuration that is read.
const LIMIT: u64 = 10_000_000;

/// Reads a configuration, if there is one.
pub(super) fn read(path: &Path) -> Result<Option<Map<String, Value>>, Error> {
    let Some(text) = read_small(path, LIMIT)? else {
        return Ok(None);
    };
    serde_json::from_slice(&text).map_err(|error| Error::Config {
        path: path.into(),
        why: error.to_string(),
    })
}

/// The blocks that share a scale.
pub(super) fn blocks(config: &Map<String, Value>) -> Result<Option<[u64; 2]>, String> {
    let size = config
        .get(QUANTIZATION)
        .and_then(|quantization| quantization.get("weight_block_size"));
    let Some(size) = size.filter(|size| !size.is_null()) else {
        return Ok(None);
    };
    let blocks: Option<[u64; 2]> = serde_json::from_value(size.clone()).ok();
    match blocks {
        Some(blocks) if !blocks.contains(&0) => Ok(Some(blocks)),
        _ => Err(format!("weight_block_size is {size}, and not two lengths")),
    }
}

/// The configuration of what is written.
pub(super) fn update(config: &mut Map<String, Value>, rules: &Rules, plans: &[Plan]) {
    let outputs = || plans.iter().flat_map(|plan| &plan.outputs);
    let copied = |name: &str| name.ends_with(SCALES);
    let still_scaled =
        outputs().any(|output| matches!(output.action, Action::Copy(_)) && copied(&output.name));
    let dropped = plans.iter().any(|plan| !plan.dropped.is_empty());
    if dropped && !still_scaled {
        config.shift_remove(QUANTIZATION);
    }
    match rules.scale {
        // The weights' own format is said where loaders look for it, and torch_dtype is what they compute in.
        Some(Scale::Block(rows, columns)) => {
            let method = if rules.to.bits() == 8 {
                "fp8"
            } else {
                rules.to.name()
            };
            config.insert(
                QUANTIZATION.into(),
                json!({
                    "quant_method": method,
                    "activation_scheme": "dynamic",
                    "weight_block_size": [rows, columns],
                }),
            );
        }
        Some(Scale::Tensor) => {}
        None => dtypes(config, rules.to),
    }
}

/// Names the format wherever a format of floats is named, in parts of the configuration too.
fn dtypes(config: &mut Map<String, Value>, to: ulp::Dtype) {
    for (key, value) in config {
        match value {
            Value::Object(part) if key != QUANTIZATION => dtypes(part, to),
            Value::String(name)
                if (key == "torch_dtype" || key == "dtype")
                    && name.parse::<ulp::Dtype>().is_ok() =>
            {
                *name = to.name().into();
            }
            _ => {}
        }
    }
}

/// The index of what is written.
pub(super) fn index(index: &Index, plans: &[Plan]) -> Value {
    let mut whole = index.rest.clone();
    let size: u64 = plans.iter().map(Plan::data).sum();
    let metadata = whole.entry("metadata").or_insert_with(|| json!({}));
    if let Some(metadata) = metadata.as_object_mut() {
        metadata.insert("total_size".into(), size.into());
    }
    let written: HashSet<(&str, &str)> = plans
        .iter()
        .flat_map(|plan| {
            let outputs = plan.outputs.iter();
            outputs.map(|output| (&*plan.shard.name, &*output.name))
        })
        .collect();
    let mut weight_map = Map::new();
    for (tensor, shard) in &index.weight_map {
        for name in [tensor.clone(), format!("{tensor}{SCALES}")] {
            if written.contains(&(shard, &name)) {
                weight_map.insert(name, shard.clone().into());
            }
        }
    }
    whole.insert("weight_map".into(), weight_map.into());
    whole.into()
}

/// As Hugging Face's libraries write it.
pub(super) fn text(value: &impl serde::Serialize) -> String {
    let text = serde_json::to_string_pretty(value).expect("a value of JSON is written");
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn blocks_are_two_lengths() {
        let of = |size: Value| blocks(&object(json!({QUANTIZATION: {"weight_block_size": size}})));
        assert_eq!(of(json!([128, 64])), Ok(Some([128, 64])));
        assert_eq!(of(Value::Null), Ok(None));
        assert_eq!(blocks(&object(json!({}))), Ok(None));
        for size in [
            json!([0, 1]),
            json!([1]),
            json!([1, 2, 3]),
            json!("128"),
            json!([-1, 1]),
        ] {
            assert!(of(size).is_err());
        }
    }

    #[test]
    fn dtypes_in_parts_too() {
        let mut config = object(json!({
            "z": 1e-6,
            "torch_dtype": "float32",
            "text_config": {"dtype": "float16", "hidden": 3},
            "vision_config": {"torch_dtype": "auto"},
            "a": {"dtype": 7},
        }));
        dtypes(&mut config, ulp::Dtype::Bf16);
        let expected = concat!(
            r#"{"z":1e-6,"torch_dtype":"bfloat16","text_config":{"dtype":"bfloat16","hidden":3},"#,
            r#""vision_config":{"torch_dtype":"auto"},"a":{"dtype":7}}"#
        );
        assert_eq!(Value::from(config).to_string(), expected);
    }
}
