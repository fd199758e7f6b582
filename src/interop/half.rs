//! `half`'s types as formats: people who have tensors of them get all of this crate on them.
#![allow(unsafe_code, reason = "`Format` is an unsafe trait")]

use crate::{Format, Layout};

// SAFETY: `half::f16` is repr(transparent) over u16, and all bits are valid.
unsafe impl Format for half::f16 {
    type Bits = u16;
    const LAYOUT: Layout = Layout::BINARY16;
    const DTYPE: &'static str = "float16";
}

// SAFETY: `half::bf16` is repr(transparent) over u16, and all bits are valid.
unsafe impl Format for half::bf16 {
    type Bits = u16;
    const LAYOUT: Layout = Layout::BFLOAT16;
    const DTYPE: &'static str = "bfloat16";
}
