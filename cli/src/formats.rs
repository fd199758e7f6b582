//! The names of formats in a safetensors header, and the formats of these names.

use crate::Error;

/// Returns the format of a tensor's elements, if they are floats.
pub(crate) fn of_tensor(dtype: safetensors::Dtype) -> Option<ulp::Dtype> {
    let name = dtype.to_string();
    ulp::Dtype::ALL
        .iter()
        .copied()
        .find(|format| format.safetensors() == Some(name.as_str()))
}

/// Returns the name of a format in a safetensors header, if the header has one for it.
pub(crate) fn in_header(format: ulp::Dtype) -> Option<safetensors::Dtype> {
    serde_json::from_value(format.safetensors()?.into()).ok()
}

/// A user named a format that isn't known.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct Unknown(#[from] ulp::UnknownDtype);

impl From<Unknown> for Error {
    fn from(unknown: Unknown) -> Error {
        Error::Argument {
            why: unknown.to_string(),
        }
    }
}

/// Returns the format that a user named.
pub(crate) fn parse(name: &str) -> Result<ulp::Dtype, Unknown> {
    Ok(name.parse::<ulp::Dtype>()?)
}
