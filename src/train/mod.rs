//! Training: the number side of mixed precision, and how much memory a model takes.

pub mod memory;
pub mod mixed;
