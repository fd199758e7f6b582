//! Bulk conversion: every instruction set of this machine against the scalar conversion, bit for bit.
//!
//! The scalar is judged by other tests, against oracles that share nothing with it. Here it is the reference.

mod pairs;
mod world;
