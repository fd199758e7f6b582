//! Other crates' types and traits, a file a feature.

#[cfg(feature = "half")]
mod half;
