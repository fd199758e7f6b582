//! Block-scaled formats: their names, and their limits for `ulp finfo`.

use serde_json::{Value, json};
use ulp::block::Scheme;

/// Returns the line of a scheme, if the name is that of a scheme.
pub(crate) fn line(name: &str) -> Option<String> {
    let scheme: Scheme = name.parse().ok()?;
    Some(scheme.finfo().to_string())
}

/// Returns all of [`ulp::block::Finfo`] and the parts of the scheme. Every number is exact, because the numbers of JSON are
/// `f64`.
pub(crate) fn object(name: &str) -> Option<Value> {
    let scheme: Scheme = name.parse().ok()?;
    let info = scheme.finfo();
    let count = |count: usize| (count != usize::MAX).then_some(count);
    Some(json!({
        "scheme": scheme.to_string(),
        "max": info.max,
        "smallest": info.smallest,
        "bits": info.bits,
        "range": info.range,
        "block_range": info.block_range,
        "element": scheme.element.to_string(),
        "scale": scheme.scale.to_string(),
        "block_rows": count(scheme.blocks.rows()),
        "block_cols": count(scheme.blocks.cols()),
        "rule": scheme.rule.to_string(),
        "tensor_scale": scheme.tensor_scale,
        "divides": scheme.divides,
    }))
}
