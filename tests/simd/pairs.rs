//! Every pair of formats, every cast.

use ulp::{Bits, Format, Isa, slice};

use crate::world::{assert_same, casts, expected, inputs, with_formats};

/// Casts `src` in every way on every ISA.
fn check<S: Format, D: Format>(src: &[S]) {
    for cast in casts() {
        let right: Vec<D> = expected(src, cast);
        for isa in Isa::available() {
            // What the destination held before is nowhere right.
            let mut is: Vec<D> = right.clone();
            for bits in slice::to_bits_mut(&mut is) {
                *bits = D::Bits::from_u64(!bits.to_u64());
            }
            slice::cast_on(isa, src, &mut is, cast);
            assert_same(isa, &cast, src, &is, &right);
        }
    }
}

/// A test for each source, so that they run side by side.
macro_rules! from {
    ($($test:ident: $source:ty),* $(,)?) => { $(
        #[test]
        fn $test() {
            let src = inputs::<$source>();
            with_formats!(to!($source, src,));
        }
    )* };
}

macro_rules! to {
    ($source:ty, $src:ident, $($target:ty),*) => { $( check::<$source, $target>(&$src); )* };
}

from! {
    from_f32: f32,
    from_f64: f64,
    from_f16: ulp::F16,
    from_bf16: ulp::Bf16,
    from_f8e4m3fn: ulp::F8E4M3Fn,
    from_f8e5m2: ulp::F8E5M2,
    from_f8e4m3: ulp::F8E4M3,
    from_f8e3m4: ulp::F8E3M4,
    from_f8e4m3fnuz: ulp::F8E4M3Fnuz,
    from_f8e5m2fnuz: ulp::F8E5M2Fnuz,
    from_f8e4m3b11fnuz: ulp::F8E4M3B11Fnuz,
    from_f8e8m0fnu: ulp::F8E8M0Fnu,
    from_f6e2m3fn: ulp::F6E2M3Fn,
    from_f6e3m2fn: ulp::F6E3M2Fn,
    from_f4e2m1fn: ulp::F4E2M1Fn,
    from_a_declared_format: crate::world::E5M6,
    from_an_unsigned_format: crate::world::Ue5m3,
}
