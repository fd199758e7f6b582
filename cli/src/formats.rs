//! From a format named at run time to its name in a safetensors header, and back.

use crate::Error;

/// The format of a tensor's elements, if they are floats.
pub(crate) fn of_tensor(dtype: safetensors::Dtype) -> Option<ulp::Dtype> {
    let name = dtype.to_string();
    ulp::Dtype::ALL
        .iter()
        .copied()
        .find(|format| format.safetensors() == Some(name.as_str()))
}

/// What a safetensors header calls a format, if it has a name for it.
pub(crate) fn in_header(format: ulp::Dtype) -> Option<safetensors::Dtype> {
    serde_json::from_value(format.safetensors()?.into()).ok()
}

/// A format that a user named and that isn't known.
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

/// The format that a user named.
pub(crate) fn parse(name: &str) -> Result<ulp::Dtype, Unknown> {
    Ok(name.parse::<ulp::Dtype>()?)
}
