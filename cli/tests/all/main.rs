//! The program `ulp` from outside: what it prints, what it writes, and what it leaves behind.

mod errors;
mod finfo;
mod memory;
mod reference;
mod tensors;
mod values;
mod world;
