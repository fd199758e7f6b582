//! Exhaustive runs and independent oracles for `ulp`.
//!
//! [`oracle`] says what a cast or an operation must give without sharing anything with the crate. [`bridge`] puts a question to the
//! crate in the oracle's terms, and [`operations`] does so for arithmetic; [`numbers`] names the methods of the types. [`inputs`] and
//! [`operands`] say what to try, and [`tally`] counts the answers. The binary `ulp-verify` holds the runs.

pub mod bridge;
pub mod inputs;
pub mod numbers;
pub mod operands;
pub mod operations;
pub mod oracle;
pub mod tally;
