//! bytemuck: views a number as the bytes of its bits, and the other way round. Slices are viewed too, without a copy.
#![allow(unsafe_code, reason = "bytemuck's traits are unsafe")]

use bytemuck::{Pod, TransparentWrapper, Zeroable};

use crate::float::{Float, spec::Spec};

// SAFETY: `Float` is repr(transparent) over one of the unsigned integers, which may be all zeros.
unsafe impl<S: Spec> Zeroable for Float<S> {}

// SAFETY: `Float` is repr(transparent) over one of the unsigned integers. Any bits are valid, and no bits are padding. `Float` is
// `Copy`.
unsafe impl<S: Spec> Pod for Float<S> {}

// SAFETY: `Float` is repr(transparent) over `S::Bits`, and its other field has no size.
unsafe impl<S: Spec> TransparentWrapper<S::Bits> for Float<S> {}
