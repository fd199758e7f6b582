//! Updates of `config.json` and of the index.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::options::Rules;
use super::plan::{Action, Plan, left};
use crate::checkpoint::{Checkpoint, Group, Index, Name, read_small};
use crate::document::{Document, Node};
use crate::error::Error;
use crate::quantized::config::{EXTRAS, KEYS, nodes};
use crate::quantized::{Declared, Target};

pub(super) const CONFIG: &str = "config.json";

/// ModelOpt's own description of its quantization.
pub(super) const MODELOPT: &str = "hf_quant_config.json";

/// The length in bytes of the largest configuration that is read.
const CONFIG_LIMIT: u64 = 10_000_000;

/// A configuration, and its meaning.
#[derive(Debug)]
pub(super) struct Config {
    /// The path relative to the directory.
    pub(super) below: PathBuf,
    pub(super) document: Document,
    pub(super) declared: Option<Declared>,
    /// The numbers of the groups of shards that the configuration describes.
    pub(super) groups: Vec<usize>,
}

/// Reads a configuration, if there is one.
fn read(path: &Path, below: PathBuf) -> Result<Option<Config>, Error> {
    let wrong = |why| Error::Config { path: path.into(), why };
    let Some(text) = read_small(path, CONFIG_LIMIT)? else {
        return Ok(None);
    };
    let document = Document::parse(&text).map_err(wrong)?;
    let declared = Declared::of(&document).map_err(wrong)?;
    Ok(Some(Config {
        below,
        document,
        declared,
        groups: Vec::new(),
    }))
}

/// Returns the configurations of a directory. A group's configurations are those nearest to it, in its folder or above.
pub(super) fn of_directory(checkpoint: &Checkpoint) -> Result<Vec<Config>, Error> {
    let mut configs: Vec<Config> = Vec::new();
    for (number, group) in checkpoint.groups.iter().enumerate() {
        for name in [CONFIG, MODELOPT] {
            for folder in group.folder.ancestors() {
                let below = folder.join(name);
                if let Some(known) = configs.iter_mut().find(|config| config.below == below) {
                    known.groups.push(number);
                    break;
                }
                if let Some(mut config) = read(&checkpoint.path.join(&below), below)? {
                    config.groups.push(number);
                    configs.push(config);
                    break;
                }
            }
        }
    }
    Ok(configs)
}

/// Returns the description of the quantization of each group, from the configurations.
pub(super) fn declared(configs: &[Config], checkpoint: &Checkpoint) -> Vec<Option<Declared>> {
    let of = |number: usize| {
        let mut said = configs
            .iter()
            .filter(|config| config.groups.contains(&number))
            .filter_map(|config| config.declared.clone());
        let mut first = said.next()?;
        first.foreign = first.foreign.or(said.find_map(|other| other.foreign));
        Some(first)
    };
    (0..checkpoint.groups.len()).map(of).collect()
}

/// Returns a new configuration, which only describes the scheme of the weights of a group.
pub(super) fn of_scheme(target: &Target, plans: &[&Plan]) -> String {
    let described = target.describe(&left(plans.iter().copied()));
    text(&json!({ KEYS[0]: described }))
}

/// Returns the updated configuration for a single file that is written in a scheme, if there is a configuration beside the input.
pub(super) fn beside_file(checkpoint: &Checkpoint, rules: &Rules, plans: &[Plan]) -> Result<Option<String>, Error> {
    let config = read(&checkpoint.path.with_file_name(CONFIG), CONFIG.into())?;
    let quantizes = plans.iter().any(Plan::quantizes);
    let config = config.filter(|_| quantizes).map(|config| Config {
        groups: vec![0],
        ..config
    });
    Ok(config.and_then(|config| config.update(rules, plans)))
}

/// Reads the configurations of a checkpoint, and returns the description of the quantization of each group.
pub(super) fn of(checkpoint: &Checkpoint) -> Result<Vec<Option<Declared>>, Error> {
    if checkpoint.is_directory() {
        Ok(declared(&of_directory(checkpoint)?, checkpoint))
    } else {
        of_file(checkpoint)
    }
}

/// Returns the description of the quantization of a single file, from the configuration beside the file or from the metadata of
/// the file.
pub(super) fn of_file(checkpoint: &Checkpoint) -> Result<Vec<Option<Declared>>, Error> {
    let path = &checkpoint.path;
    let metadata = checkpoint.shards[0].header.metadata.as_ref();
    for key in KEYS {
        if let Some(text) = metadata.and_then(|metadata| metadata.get(key)) {
            let wrong = |why| Error::Config { path: path.clone(), why };
            if text.len() as u64 > CONFIG_LIMIT {
                return Err(wrong(format!("{key} in its metadata has more than {CONFIG_LIMIT} bytes")));
            }
            let text = format!("{{{}:{text}}}", json!(key));
            let document = Document::parse(text.as_bytes()).map_err(wrong)?;
            return Ok(vec![Declared::of(&document).map_err(wrong)?]);
        }
    }
    let config = read(&path.with_file_name(CONFIG), CONFIG.into())?;
    Ok(vec![config.and_then(|config| config.declared)])
}

impl Config {
    /// Returns the configuration of the output, or `None` if nothing is left in it.
    pub(super) fn update(&self, rules: &Rules, plans: &[Plan]) -> Option<String> {
        let plans: Vec<&Plan> = plans.iter().filter(|plan| self.groups.contains(&plan.shard.group)).collect();
        let plans = || plans.iter().copied();
        let target = rules.target.as_ref();
        let described = target.filter(|_| plans().any(Plan::quantizes));
        let goes = plans().any(Plan::dequantizes) || described.is_some();
        let stays = plans().any(|plan| plan.stays_scaled);
        let mut document = self.document.clone();
        let root = self.document.root();
        if goes && !stays {
            if self.below.ends_with(MODELOPT) {
                return None;
            }
            let described = described.map(|target| target.describe(&left(plans())));
            let place = root.get(KEYS[0]);
            for object in root.objects() {
                for key in KEYS.iter().chain(&EXTRAS) {
                    let is_place = std::ptr::eq(object, root) && *key == KEYS[0];
                    if described.is_none() || !is_place {
                        document.remove(object, key);
                    }
                }
            }
            match (described, place) {
                (Some(described), Some(place)) => document.replace(place, &described),
                (Some(described), None) => document.insert(root, KEYS[0], &described),
                (None, _) => {}
            }
        } else if goes {
            let gone: Vec<&str> = plans().flat_map(dequantized).collect();
            self.ignore(&mut document, &gone);
        }
        // In a configuration of weights with scales, this key names the format in which loaders compute.
        if target.is_none() {
            self.name_format(&mut document, rules.to);
        }
        Some(document.text())
    }

    /// Replaces the name of the format everywhere except in descriptions of quantization.
    fn name_format(&self, document: &mut Document, to: ulp::Dtype) {
        let described = nodes(&self.document);
        let mut left = vec![self.document.root()];
        while let Some(node) = left.pop() {
            for member in node.members() {
                let value = member.value();
                if described.iter().any(|described| std::ptr::eq(*described, value)) {
                    continue;
                }
                left.push(value);
                let is_dtype = ["torch_dtype", "dtype"].contains(&member.key());
                if is_dtype && self.names_a_format(value) {
                    document.replace(value, &to.name().into());
                }
            }
        }
    }

    fn names_a_format(&self, node: &Node) -> bool {
        let value = self.document.value(node);
        let name = value.as_str();
        name.is_some_and(|name| name.parse::<ulp::Dtype>().is_ok())
    }

    /// Adds modules to the list of those that the scheme leaves alone.
    fn ignore(&self, document: &mut Document, modules: &[&str]) {
        let Some(key) = self.declared.as_ref().and_then(|declared| declared.ignored) else {
            return;
        };
        for node in nodes(&self.document) {
            let key = if node.get("exclude_modules").is_some() {
                "exclude_modules"
            } else {
                key
            };
            let listed = node.get(key);
            let value = listed.map_or(Value::Null, |listed| self.document.value(listed));
            let mut all = value.as_array().cloned().unwrap_or_default();
            all.extend(modules.iter().map(|&module| module.into()));
            match listed {
                Some(listed) => document.replace(listed, &all.into()),
                None => document.insert(node, key, &all.into()),
            }
        }
    }
}

/// Returns the modules of a plan whose weights are multiplied by their scales.
fn dequantized<'p>(plan: &'p Plan) -> impl Iterator<Item = &'p str> {
    let outputs = plan.outputs.iter();
    let gone = outputs.filter(|output| matches!(output.action, Action::Dequantize(_)));
    gone.map(|output| {
        let name = output.weight_name(plan.shard);
        name.strip_suffix(".weight").unwrap_or(name)
    })
}

/// Returns the index of a group in the output.
pub(super) fn index(index: &Index, group: &Group, plans: &[Plan]) -> Value {
    let mut whole = index.rest.clone();
    let mut of_shard: HashMap<PathBuf, HashMap<&str, Vec<Name>>> = HashMap::new();
    let mut size = 0;
    for plan in plans {
        let Ok(below) = Path::new(&plan.shard.name).strip_prefix(&group.folder) else {
            continue;
        };
        let names = of_shard.entry(below.into()).or_default();
        for output in &plan.outputs {
            let origin = output.origin(plan.shard).name();
            names.entry(origin).or_default().push(output.name(plan.shard));
        }
    }
    let mut weight_map = Map::new();
    for (tensor, shard) in &index.weight_map {
        let names = of_shard.get(Path::new(shard));
        let names = names.and_then(|names| names.get(&**tensor));
        for name in names.into_iter().flatten() {
            weight_map.insert(name.to_string(), shard.clone().into());
        }
    }
    for plan in plans {
        let below = Path::new(&plan.shard.name).strip_prefix(&group.folder);
        if below.is_ok_and(|below| index.names(below)) {
            size += plan.data();
        }
    }
    let metadata = whole.entry("metadata").or_insert_with(|| json!({}));
    if let Some(metadata) = metadata.as_object_mut() {
        metadata.insert("total_size".into(), size.into());
    }
    whole.insert("weight_map".into(), weight_map.into());
    whole.into()
}

/// Returns the text that Hugging Face's libraries would write.
pub(super) fn text(value: &impl serde::Serialize) -> String {
    let text = serde_json::to_string_pretty(value).expect("a value of JSON is written");
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        let document = Document::parse(text.as_bytes()).unwrap();
        Config {
            below: CONFIG.into(),
            declared: Declared::of(&document).unwrap(),
            document,
            groups: Vec::new(),
        }
    }

    #[test]
    fn dtypes_of_nested_configurations_are_updated() {
        let text = concat!(
            r#"{"z": 1e-6, "torch_dtype": "float32", "text_config": {"dtype": "float16", "hidden": 3}, "#,
            r#""quantization_config": {"dtype": "float32"}, "vision_config": {"torch_dtype": "auto"}, "a": {"dtype": 7}}"#
        );
        let expected = text
            .replacen("float32", "bfloat16", 1)
            .replacen("float16", "bfloat16", 2)
            .replacen("bbfloat16", "bfloat16", 1);
        let config = config(text);
        let mut document = config.document.clone();
        config.name_format(&mut document, ulp::Dtype::Bf16);
        let updated = document.text();
        assert_eq!(updated, expected);
    }

    #[test]
    fn a_block_size_has_two_lengths() {
        let of = |size: &str| {
            let text = format!(r#"{{"quantization_config": {{"weight_block_size": {size}}}}}"#);
            let document = Document::parse(text.as_bytes()).unwrap();
            Declared::of(&document).map(|declared| declared.unwrap().blocks)
        };
        assert_eq!(of("[128, 64]"), Ok(Some([128, 64])));
        assert_eq!(of("null"), Ok(None));
        for size in ["[0, 1]", "[1]", "[1, 2, 3]", "\"128\"", "[-1, 1]"] {
            assert!(of(size).is_err());
        }
    }
}
