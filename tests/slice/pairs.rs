//! Pairs of formats: every cast, every number that matters.
//!
//! Compiling a pair takes a second or two, so not all pairs are here. A debug build has a few pairs of each kind: pairs that have
//! instructions, and pairs that only loops serve. A release build has all pairs from and to `f32`, `F16` and `Bf16`, and thus all
//! pairs that have instructions. It also has one or more pairs from and to every other format.

use ulp::{Bf16, Bits, Cast, F16, Format, Isa, slice};

use crate::sampling::sampled;
use crate::support::{assert_same, bulk, casts, expected, inputs};

/// Casts `src` under every cast on every ISA.
fn check<S: Format, D: Format>(src: &[S]) {
    for cast in casts() {
        check_cast::<S, D>(src, cast);
    }
}

fn check_cast<S: Format, D: Format>(src: &[S], cast: Cast) {
    let right: Vec<D> = expected(src, cast);
    for isa in Isa::available() {
        // The destination holds a wrong value in every place before the cast.
        let mut is: Vec<D> = right.clone();
        for bits in slice::to_bits_mut(&mut is) {
            *bits = D::Bits::from_u64(!bits.to_u64());
        }
        bulk(isa, src, &mut is, cast);
        assert_same(isa, &cast, src, &is, &right);
    }
}

/// Tries every 251st `f32`. The tests below take those near boundaries, and `verify` takes all.
#[test]
fn f32_at_a_stride_to_every_format() {
    let numbers = (0..=u32::MAX).step_by(251).map(f32::from_bits);
    let mut numbers = sampled("numbers at a stride", numbers);
    loop {
        let src: Vec<f32> = numbers.by_ref().take(1 << 16).collect();
        if src.is_empty() {
            break;
        }
        check_cast::<f32, F16>(&src, Cast::new());
        check_cast::<f32, Bf16>(&src, Cast::new());
    }
}

/// Makes a test for each source, so that the tests run side by side.
macro_rules! pairs {
    ($($test:ident: $source:ty => $($target:ty),*;)*) => { $(
        #[test]
        fn $test() {
            let src = inputs::<$source>();
            $( check::<$source, $target>(&src); )*
        }
    )* };
}

#[cfg(debug_assertions)]
mod some {
    use ulp::{Bf16, F4E2M1Fn, F6E2M3Fn, F8E4M3Fn, F8E4M3Fnuz, F8E5M2, F8E5M3Fnu, F8E8M0Fnu, F16};

    use super::{check, inputs};
    use crate::support::{E4M3B20, E5M6};

    pairs! {
        from_f32: f32 => F16, Bf16, F8E4M3Fn, F8E5M2, F8E4M3Fnuz, F8E8M0Fnu, F4E2M1Fn, E5M6, E4M3B20;
        from_f64: f64 => F16, F8E5M2;
        from_f16: F16 => f32, Bf16;
        from_bf16: Bf16 => f32, F16, F8E4M3Fn;
        from_f8e4m3fn: F8E4M3Fn => f32, F16, F8E5M2;
        from_f8e5m2: F8E5M2 => f32;
        from_f8e4m3fnuz: F8E4M3Fnuz => f32;
        from_f6e2m3fn: F6E2M3Fn => f32, F8E4M3Fn;
        from_an_unsigned_format: F8E5M3Fnu => f32;
    }
}

#[cfg(not(debug_assertions))]
mod most {
    #[allow(clippy::wildcard_imports, reason = "all formats")]
    use ulp::*;

    use super::{check, inputs};
    use crate::support::{E4M3B20, E5M6};

    /// Makes pairs of a source with every format.
    macro_rules! with_all {
        ($test:ident: $source:ty; $($format:ident)*) => {
            pairs! { $test: $source => f32, f64, $($format,)* E5M6, E4M3B20; }
        };
    }
    for_each_format!(with_all from_f32: f32;);
    for_each_format!(with_all from_f16: F16;);
    for_each_format!(with_all from_bf16: Bf16;);

    pairs! {
        from_f64: f64 => f32, f64, F16, Bf16, F8E4M3Fn, F8E5M2, F8E8M0Fnu, F4E2M1Fn;
        from_f8e4m3fn: F8E4M3Fn => f32, f64, F16, Bf16, F8E5M2;
        from_f8e5m2: F8E5M2 => f32, f64, F16, Bf16, F8E4M3Fn;
        from_f8e4m3: F8E4M3 => f32, F16, Bf16, F8E3M4;
        from_f8e3m4: F8E3M4 => f32, F16, Bf16, F8E4M3Fnuz;
        from_f8e4m3fnuz: F8E4M3Fnuz => f32, F16, Bf16, F8E5M2Fnuz;
        from_f8e5m2fnuz: F8E5M2Fnuz => f32, F16, Bf16, F8E4M3B11Fnuz;
        from_f8e4m3b11fnuz: F8E4M3B11Fnuz => f32, F16, Bf16, F8E8M0Fnu;
        from_f8e8m0fnu: F8E8M0Fnu => f32, f64, F16, Bf16, F6E2M3Fn;
        from_f6e2m3fn: F6E2M3Fn => f32, F16, Bf16, F6E3M2Fn;
        from_f6e3m2fn: F6E3M2Fn => f32, F16, Bf16, F4E2M1Fn;
        from_f4e2m1fn: F4E2M1Fn => f32, F16, Bf16, E5M6;
        from_tf32: Tf32 => f32, F16, Bf16, F8E4M3Fn;
        from_f8e5m3fnu: F8E5M3Fnu => f32, F16, Bf16, F8E4M3, F8E4M3Fnu;
        from_f8e4m3fnu: F8E4M3Fnu => f32, F16, F8E5M3Fnu;
        from_a_format_of_12_bits: E5M6 => f32, F16, Bf16, E4M3B20;
        from_a_format_of_small_exponents: E4M3B20 => f32, F16, Bf16, F8E5M3Fnu;
    }
}
