//! Exhaustive runs and independent oracles for `ulp`.
//!
//! [`oracle`] computes the right result of a cast or an operation, and shares nothing with the crate. [`adapter`] calls the
//! crate's casts in the oracle's terms, and [`operations`] calls its arithmetic. [`numbers`] names the methods of the types.
//! [`inputs`] and [`operands`] choose the inputs, and [`tally`] counts the results. The binary `ulp-verify` holds the runs. The
//! tests of arithmetic are unit tests, so that `cargo test` compiles the library once.

pub mod adapter;
#[cfg(test)]
mod arithmetic;
pub mod inputs;
pub mod numbers;
pub mod operands;
pub mod operations;
pub mod oracle;
pub mod tally;
