//! Every pair of formats, every cast.
//!
//! Compiling a pair takes seconds, so a debug build has those below: all for which there is an instruction, and of the others one for
//! each kind of loop. A release build has all 18 × 18.

use ulp::{Bits, Format, Isa, slice};

use crate::world::{assert_same, bulk, casts, expected, inputs};

/// Casts `src` in every way on every ISA.
fn check<S: Format, D: Format>(src: &[S]) {
    for cast in casts() {
        let right: Vec<D> = expected(src, cast);
        for isa in Isa::available() {
            // What the destination held before is right nowhere.
            let mut is: Vec<D> = right.clone();
            for bits in slice::to_bits_mut(&mut is) {
                *bits = D::Bits::from_u64(!bits.to_u64());
            }
            bulk(isa, src, &mut is, cast);
            assert_same(isa, &cast, src, &is, &right);
        }
    }
}

/// A test for each source, so that they run side by side.
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
    use ulp::{Bf16, F6E2M3Fn, F8E4M3Fn, F8E5M2, F8E8M0Fnu, F16};

    use super::{check, inputs};
    use crate::world::{E4M3B20, E5M6, Ue5m3};

    pairs! {
        from_f32: f32 => F16, Bf16, F8E4M3Fn, F8E5M2, F8E8M0Fnu, E5M6, E4M3B20;
        from_f64: f64 => F16;
        from_f16: F16 => f32, Bf16;
        from_bf16: Bf16 => f32, F16;
        from_f8e4m3fn: F8E4M3Fn => f32, F16;
        from_f8e5m2: F8E5M2 => f32;
        from_f6e2m3fn: F6E2M3Fn => F8E4M3Fn;
        from_an_unsigned_format: Ue5m3 => f32;
    }
}

#[cfg(not(debug_assertions))]
mod all {
    use ulp::{
        Bf16, F4E2M1Fn, F6E2M3Fn, F6E3M2Fn, F8E3M4, F8E4M3, F8E4M3B11Fnuz, F8E4M3Fn, F8E4M3Fnuz,
        F8E5M2, F8E5M2Fnuz, F8E8M0Fnu, F16,
    };

    use super::{check, inputs};
    use crate::world::{E4M3B20, E5M6, Ue5m3};

    macro_rules! square {
        ($($test:ident: $source:ty;)*) => { square! { @ [$($test: $source;)*] [$($source),*] } };
        (@ [$($test:ident: $source:ty;)*] $targets:tt) => { $( square! { @ $test: $source => $targets } )* };
        (@ $test:ident: $source:ty => [$($target:ty),*]) => { pairs! { $test: $source => $($target),*; } };
    }

    square! {
        from_f32: f32;
        from_f64: f64;
        from_f16: F16;
        from_bf16: Bf16;
        from_f8e4m3fn: F8E4M3Fn;
        from_f8e5m2: F8E5M2;
        from_f8e4m3: F8E4M3;
        from_f8e3m4: F8E3M4;
        from_f8e4m3fnuz: F8E4M3Fnuz;
        from_f8e5m2fnuz: F8E5M2Fnuz;
        from_f8e4m3b11fnuz: F8E4M3B11Fnuz;
        from_f8e8m0fnu: F8E8M0Fnu;
        from_f6e2m3fn: F6E2M3Fn;
        from_f6e3m2fn: F6E3M2Fn;
        from_f4e2m1fn: F4E2M1Fn;
        from_a_format_of_12_bits: E5M6;
        from_a_format_of_small_exponents: E4M3B20;
        from_an_unsigned_format: Ue5m3;
    }
}
