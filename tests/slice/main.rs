//! Compares the functions on slices with the scalar conversion, bit for bit, on every instruction set of this machine, for all
//! lengths and addresses.
//!
//! The scalar conversion is the reference here. Other tests compare it with oracles that share nothing with it.
//!
//! The loops under test are compiled with this program, for each pair of formats and each instruction set. All tests that need
//! many of these loops are in one program, because the loops take minutes to compile. A release build has many more pairs than a
//! debug build (`pairs.rs`).

#![allow(unsafe_code, reason = "pages that may not be touched, and modes that instructions set")]
#![allow(clippy::float_cmp, reason = "the values compared are exact")]

#[macro_use]
#[path = "../for_every_format/mod.rs"]
mod for_every_format;

#[path = "../allocations/mod.rs"]
mod allocations;
mod api;
mod bytes;
mod counted;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod fp_environment;
mod golden;
#[cfg(unix)]
mod guard_pages;
mod isa;
mod large;
mod lengths;
mod memory;
mod overflow;
mod pairs;
#[path = "../sampling/mod.rs"]
mod sampling;
mod scaled;
mod scan;
mod support;
