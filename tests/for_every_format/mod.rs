//! Calls a function generic over formats once for every shipped format, or for every one of some widths.
#![allow(unused_macros, reason = "no test needs all of them")]

/// Every shipped format.
macro_rules! for_every_format {
    ($function:ident) => {{
        $function::<f64>();
        $function::<f32>();
        for_every_narrow_format!($function);
    }};
}

/// Every shipped format except `f32` and `f64`.
macro_rules! for_every_narrow_format {
    ($function:ident) => {
        ulp::for_each_format!(call_each $function)
    };
}

macro_rules! call_each {
    ($function:ident $($format:ident)*) => {{ $($function::<ulp::$format>();)* }};
}

/// Every shipped format of at most 8 bits.
macro_rules! for_every_byte_format {
    ($function:ident) => {
        ulp::for_each_format!(call_each_byte $function)
    };
}

macro_rules! call_each_byte {
    ($function:ident $($format:ident)*) => {{ $(
        if const { ulp::$format::LAYOUT.bits() <= 8 } {
            $function::<ulp::$format>();
        }
    )* }};
}
