//! Compares bulk conversion on every instruction set of this machine with the scalar conversion, bit for bit, for all lengths and
//! addresses.
//!
//! The scalar conversion is the reference here. Other tests compare it with oracles that share nothing with it.
//!
//! The loops under test are compiled with this program, for each pair of formats and each instruction set. A release build has
//! many more pairs than a debug build (`pairs.rs`).

#![allow(unsafe_code, reason = "pages that may not be touched")]

mod api;
mod counted;
#[cfg(unix)]
mod guard_pages;
mod isa;
mod large;
mod lengths;
mod pairs;
#[cfg(feature = "rayon")]
mod parallel;
#[path = "../sampling/mod.rs"]
mod sampling;
mod scaled;
mod scan;
mod support;
