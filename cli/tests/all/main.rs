//! The program `ulp` from outside: what it prints, what it writes, and what it leaves behind.

mod bits;
#[cfg(unix)]
mod changes;
mod check;
mod convert;
#[cfg(unix)]
mod early;
mod errors;
#[cfg(unix)]
mod faults;
mod finfo;
#[cfg(unix)]
mod inspect;
mod killed;
mod memory;
mod pages;
mod parts;
#[cfg(unix)]
mod published;
mod reference;
mod schemes;
mod shards;
#[cfg(unix)]
mod signals;
mod tensors;
mod values;
mod world;
