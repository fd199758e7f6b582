//! `half`'s types as formats, so that people who have tensors of them get all of this crate on them, and as this crate's types.
//!
//! A slice of the one becomes a slice of the other by [`slice::reinterpret`](crate::slice::reinterpret), without a copy.
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

        /// The same bits.
        impl From<half::$theirs> for $ours {
            #[inline]
            fn from(x: half::$theirs) -> Self {
                Self::from_bits(x.to_bits())
            }
        }

        /// The same bits.
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
