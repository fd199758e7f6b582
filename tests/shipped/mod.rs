//! Calls a function generic over formats once for every one that the crate ships, or every one of some widths.
#![allow(unused_macros, reason = "no test needs all of them")]

/// All.
macro_rules! for_every_format {
    ($function:ident) => {{
        $function::<f64>();
        $function::<f32>();
        for_every_narrow_format!($function);
    }};
}

/// Those of at most 16 bits.
macro_rules! for_every_narrow_format {
    ($function:ident) => {{
        $function::<ulp::F16>();
        $function::<ulp::Bf16>();
        for_every_byte_format!($function);
    }};
}

/// Those of at most 8 bits.
macro_rules! for_every_byte_format {
    ($function:ident) => {{
        for_every_signed_byte_format!($function);
        $function::<ulp::F8E8M0Fnu>();
    }};
}

/// Those of at most 8 bits that have a sign.
macro_rules! for_every_signed_byte_format {
    ($function:ident) => {{
        $function::<ulp::F8E4M3Fn>();
        $function::<ulp::F8E5M2>();
        $function::<ulp::F8E4M3>();
        $function::<ulp::F8E3M4>();
        $function::<ulp::F8E4M3Fnuz>();
        $function::<ulp::F8E5M2Fnuz>();
        $function::<ulp::F8E4M3B11Fnuz>();
        $function::<ulp::F6E2M3Fn>();
        $function::<ulp::F6E3M2Fn>();
        $function::<ulp::F4E2M1Fn>();
    }};
}
