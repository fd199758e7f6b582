//! Implements `Format` for the types of `half`. All functions of this crate then take tensors of these types.
//!
//! [`slice::reinterpret`](crate::slice::reinterpret) turns a slice of `half`'s numbers into a slice of this crate's numbers, and
//! the other way round, without a copy.
#![allow(unsafe_code, reason = "`Format` is an unsafe trait")]

use crate::float::{Bf16, F16};

use crate::round::Format;

use crate::format::Layout;

macro_rules! same {
    ($($theirs:ident = $ours:ident, $layout:ident, $dtype:literal;)*) => { $(
        // SAFETY: `half`'s types are repr(transparent) over u16, and all bits are valid.
        unsafe impl Format for half::$theirs {
            type Bits = u16;
            const LAYOUT: Layout = Layout::$layout;
            const DTYPE: &'static str = $dtype;
        }

        /// The conversion keeps the bits.
        impl From<half::$theirs> for $ours {
            #[inline]
            fn from(x: half::$theirs) -> Self {
                Self::from_bits(x.to_bits())
            }
        }

        /// The conversion keeps the bits.
        impl From<$ours> for half::$theirs {
            #[inline]
            fn from(x: $ours) -> Self {
                Self::from_bits(x.to_bits())
            }
        }
    )* };
}
same! {
    f16 = F16, BINARY16, "float16";
    bf16 = Bf16, BFLOAT16, "bfloat16";
}
