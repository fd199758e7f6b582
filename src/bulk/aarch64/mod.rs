//! What NEON has instructions for. The loops are compiled as everywhere: there is one level, and the program is compiled for it.
#![allow(unsafe_code, reason = "instructions by their names, on pointers")]

mod float16;
mod overrides;

pub(super) use overrides::{control_bits_are_default, convert};
