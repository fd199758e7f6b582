//! Compares codes and their values with tables written by hand, with `ml_dtypes` (`data/codes.csv`), and with the definition of a
//! value.

#![allow(clippy::float_cmp, reason = "the values compared are exact")]
#![allow(clippy::unusual_byte_groupings, reason = "digits are grouped by the fields of a code")]

use core::num::FpCategory;

use ulp::{
    Bf16, Bits, Cast, F4E2M1Fn, F6E2M3Fn, F6E3M2Fn, F8E4M3B11Fnuz, F8E4M3Fn, F8E4M3Fnuz, F8E5M2, F8E5M2Fnuz, F8E8M0Fnu, F16, Flags,
    Format, Layout, Parts, Rounding, float_type,
};

#[macro_use]
#[path = "../for_every_format/mod.rs"]
mod for_every_format;
mod p3109;

const ML_DTYPES: &str = include_str!("../data/codes.csv");

/// Returns 2^`exponent`, which may be subnormal.
fn exp2(exponent: i32) -> f64 {
    let step = if exponent < 0 { 0.5 } else { 2.0 };
    (0..exponent.unsigned_abs()).fold(1.0, |value, _| value * step)
}

fn from_code<F: Format>(code: u64) -> F {
    F::from_bits(F::Bits::from_u64(code))
}

fn value<F: Format>(code: u64) -> f64 {
    from_code::<F>(code).cast::<f64>()
}

mod builders;
mod codes;
mod constants;
mod declared;
mod fields;
mod storage;
mod values;
