//! The header of a safetensors file, written so that the same input gives the same bytes.

use std::collections::{BTreeMap, HashMap};

use safetensors::SafeTensorError;
use safetensors::tensor::TensorInfo;

/// The largest header that readers accept.
const LIMIT: usize = 100_000_000;

/// The bytes before the tensors' data. `safetensors::serialize` would write the metadata in another order at each run.
pub(crate) fn bytes<'a>(
    metadata: Option<&HashMap<String, String>>,
    tensors: impl Iterator<Item = (&'a str, &'a TensorInfo)>,
) -> Result<Vec<u8>, SafeTensorError> {
    let mut entries = Vec::new();
    if let Some(metadata) = metadata {
        let sorted: BTreeMap<_, _> = metadata.iter().collect();
        entries.push(entry("__metadata__", &serde_json::to_string(&sorted)?)?);
    }
    for (name, info) in tensors {
        entries.push(entry(name, &serde_json::to_string(info)?)?);
    }
    let mut json = format!("{{{}}}", entries.join(",")).into_bytes();
    json.resize(json.len().next_multiple_of(8), b' ');
    if json.len() > LIMIT {
        return Err(SafeTensorError::HeaderTooLarge);
    }
    let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
    bytes.append(&mut json);
    Ok(bytes)
}

fn entry(key: &str, value: &str) -> Result<String, serde_json::Error> {
    Ok(format!("{}:{value}", serde_json::to_string(key)?))
}

/// Why a file could not be read, in terms of the file.
pub(crate) fn cause(error: &SafeTensorError) -> String {
    use SafeTensorError as E;
    let why = match error {
        E::HeaderTooSmall => "it ends before its header",
        E::InvalidHeaderLength => "it ends inside its header",
        E::MetadataIncompleteBuffer => "its data are not as long as its header says",
        _ => return format!("not a safetensors file: {error}"),
    };
    format!("not a safetensors file, or a truncated one: {why}")
}
