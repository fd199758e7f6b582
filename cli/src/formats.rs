//! From a format named at run time to its Rust type, and to its name in a safetensors header.

use crate::Error;

/// `Some` of `$body` with `$F` standing for the Rust type of `$format`, a `ulp::Dtype`; `None` for one that is not listed here.
macro_rules! with_format {
    ($format:expr, $F:ident => $body:expr) => {
        $crate::formats::with_format!(@ $format, $F => $body;
            F64 f64, F32 f32, F16 ulp::F16, Bf16 ulp::Bf16,
            F8E4M3Fn ulp::F8E4M3Fn, F8E5M2 ulp::F8E5M2, F8E4M3 ulp::F8E4M3, F8E3M4 ulp::F8E3M4,
            F8E4M3Fnuz ulp::F8E4M3Fnuz, F8E5M2Fnuz ulp::F8E5M2Fnuz, F8E4M3B11Fnuz ulp::F8E4M3B11Fnuz,
            F8E8M0Fnu ulp::F8E8M0Fnu, F6E2M3Fn ulp::F6E2M3Fn, F6E3M2Fn ulp::F6E3M2Fn, F4E2M1Fn ulp::F4E2M1Fn)
    };
    (@ $format:expr, $F:ident => $body:expr; $($name:ident $type:ty),*) => {
        match $format {
            $(ulp::Dtype::$name => {
                type $F = $type;
                Some($body)
            })*
            _ => None,
        }
    };
}
pub(crate) use with_format;

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
