//! Bulk conversion: every instruction set of this machine against the scalar conversion, bit for bit, whatever the lengths and the
//! addresses.
//!
//! The scalar is the reference here. Other tests judge it, against oracles that share nothing with it.
//!
//! The loops under test are compiled with this program, for each pair of formats and each instruction set: in a release build for many
//! more pairs than in a debug build (`pairs.rs`).

#![allow(unsafe_code, reason = "pages that may not be touched")]

mod api;
mod counted;
mod isa;
mod large;
mod lengths;
#[cfg(unix)]
mod pages;
mod pairs;
#[cfg(feature = "rayon")]
mod parallel;
#[path = "../sampled/mod.rs"]
mod sampled;
mod scaled;
mod scan;
mod world;
