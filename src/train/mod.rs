//! Training: the numeric part of mixed precision, and the memory that a model takes.

pub mod memory;
pub mod mixed;
