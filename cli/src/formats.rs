//! From a format named at run time to its Rust type, and to its name in a safetensors header.

use crate::Error;

/// `Some` of `$body` with `$F` standing for the Rust type of `$format`, a `ulp::Dtype`; `None` for a packed one.
macro_rules! with_format {
    ($format:expr, $F:ident => $body:expr) => {
        ulp::for_each_format!(dispatch $format, $F => $body; F64 F32)
    };
}

/// Types by the names of their `ulp::Dtype`.
macro_rules! dispatch {
    ($format:expr, $F:ident => $body:expr; $($name:ident)*) => {
        match $format {
            $(ulp::Dtype::$name => {
                type $F = $crate::formats::types::$name;
                Some($body)
            })*
            _ => None,
        }
    };
}
pub(crate) use {dispatch, with_format};

/// The types of formats, under the names of their `ulp::Dtype`.
pub(crate) mod types {
    pub(crate) type F64 = f64;
    pub(crate) type F32 = f32;
    pub(crate) use ulp::*;
}

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
#[error("{name:?}: {source}")]
pub(crate) struct Unknown {
    name: String,
    source: ulp::UnknownDtype,
}

impl From<Unknown> for Error {
    fn from(unknown: Unknown) -> Error {
        Error::Argument {
            why: unknown.to_string(),
        }
    }
}

/// The format that a user named.
pub(crate) fn parse(name: &str) -> Result<ulp::Dtype, Unknown> {
    name.parse().map_err(|source| Unknown {
        name: name.into(),
        source,
    })
}
