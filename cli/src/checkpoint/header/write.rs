//! Writes the header of a safetensors file. Equal input gives equal bytes.

use std::collections::BTreeMap;
use std::ops::Range;

use safetensors::Dtype;
use serde_json::json;

use crate::checkpoint::{HEADER_LIMIT, METADATA};

/// A tensor to write.
pub(crate) struct TensorEntry<'a> {
    pub(crate) name: &'a str,
    pub(crate) dtype: Dtype,
    pub(crate) shape: &'a [u64],
    pub(crate) range: Range<u64>,
}

/// The header would be longer than readers accept.
#[derive(Debug)]
pub(crate) struct TooLong;

/// Returns the bytes before the tensors' data. `safetensors::serialize` would write the metadata in another order at each run.
pub(crate) fn bytes<'a>(
    metadata: Option<&BTreeMap<String, String>>,
    tensors: impl Iterator<Item = TensorEntry<'a>>,
) -> Result<Vec<u8>, TooLong> {
    let entry = |key: &str, value: serde_json::Value| format!("{}:{value}", json!(key));
    let metadata = metadata.map(|metadata| entry(METADATA, json!(metadata)));
    let tensors = tensors.map(|tensor| {
        let Range { start, end } = tensor.range;
        let value = json!({
            "dtype": tensor.dtype,
            "shape": tensor.shape,
            "data_offsets": [start, end],
        });
        entry(tensor.name, value)
    });
    let entries: Vec<_> = metadata.into_iter().chain(tensors).collect();
    let mut json = format!("{{{}}}", entries.join(",")).into_bytes();
    json.resize(json.len().next_multiple_of(8), b' ');
    if json.len() > HEADER_LIMIT {
        return Err(TooLong);
    }
    let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
    bytes.append(&mut json);
    Ok(bytes)
}
