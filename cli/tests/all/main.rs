//! The program `ulp` from outside: the text that it prints, the files that it writes, and the files that it leaves.

mod arguments;
mod bits;
mod cast;
#[cfg(unix)]
mod changes;
mod check;
mod completions;
mod convert;
mod distributed;
#[cfg(unix)]
mod early;
mod errors;
#[cfg(unix)]
mod faults;
mod finfo;
#[cfg(unix)]
mod inspect;
mod killed;
mod kinds;
#[cfg(target_os = "linux")]
mod large;
mod memory;
#[cfg(unix)]
mod published;
mod reference;
mod schemes;
mod shards;
#[cfg(unix)]
mod signals;
mod support;
mod tensors;
mod values;
