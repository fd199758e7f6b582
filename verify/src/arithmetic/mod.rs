//! Compares arithmetic with the oracles: `ulp::ieee`, and the operators and methods of the types. Also compares text under every
//! rounding.
//!
//! The formats are all of 8 bits and fewer that the crate ships, and layouts that it doesn't ship. Such layouts have one bit of
//! significand, or no zero, −0, sign, infinities or NaN, or numbers that are all subnormal or all far from 1.

use ulp::{Bf16, F4E2M1Fn, F6E2M3Fn, F6E3M2Fn, F8E4M3Fn, F8E4M3Fnuz, F8E5M2, F8E8M0Fnu, F16, Format};

#[macro_use]
#[path = "../../../tests/for_every_format/mod.rs"]
mod for_every_format;

/// Calls a function for each format of at most 8 bits that has a sign, which its list names first.
macro_rules! call_each_signed {
    ($function:ident $($format:ident $has:tt)*) => {{ $(call_each_signed!(@ $function $format $has);)* }};
    (@ $function:ident $format:ident [sign $($rest:tt)*]) => {
        if const { ulp::$format::LAYOUT.bits() <= 8 } {
            $function::<ulp::$format>();
        }
    };
    (@ $function:ident $format:ident [$($rest:tt)*]) => {};
}

mod formats;
mod ieee;
mod integers;
mod methods;
mod operators;
mod orders;
mod texts;
