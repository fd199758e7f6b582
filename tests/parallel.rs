//! The feature `rayon`: several threads give the bits and the counts of one thread.

use ulp::slice::Stochastic;
use ulp::{Cast, F8E4M3Fn, F16, slice};

#[test]
fn parallel_functions_have_the_bits_of_one_thread() {
    let cast = Cast::new().saturating();
    for len in [0, 1, 17, 65_535, 65_536, 65_537, 131_072, 300_001] {
        // Multiples of the golden ratio have all signs and exponents, and NaNs.
        let codes = (0..len as u32).map(|i| i.wrapping_mul(0x9e37_79b9));
        let src: Vec<f32> = codes.map(f32::from_bits).collect();
        let fresh = || vec![F16::from_bits(0xa5a5); len];
        let same = |is: &[F16], right: &[F16]| {
            assert!(slice::to_bits(is) == slice::to_bits(right), "{len} elements");
        };

        let (mut is, mut right) = (fresh(), fresh());
        slice::cast(&src, &mut right);
        slice::par_cast(&src, &mut is);
        same(&is, &right);

        let (mut is, mut right) = (fresh(), fresh());
        slice::cast_with(&src, &mut right, cast);
        slice::par_cast_with(&src, &mut is, cast);
        same(&is, &right);

        let (mut is, mut right) = (fresh(), fresh());
        slice::cast_scaled(&src, 0.3, &mut right, cast);
        slice::par_cast_scaled(&src, 0.3, &mut is, cast);
        same(&is, &right);

        let (mut is, mut right) = (fresh(), fresh());
        let stochastic = Stochastic::new(7).offset(u64::MAX - 70_000).saturating();
        slice::cast_stochastic(&src, &mut right, stochastic);
        slice::par_cast_stochastic(&src, &mut is, stochastic);
        same(&is, &right);

        let (mut is, mut right) = (fresh(), fresh());
        let sequential = slice::cast_counted(&src, &mut right, cast);
        let parallel = slice::par_cast_counted(&src, &mut is, cast);
        same(&is, &right);
        assert_eq!(parallel, sequential);
    }
}

#[test]
#[should_panic(expected = "3 elements and the destination 4")]
fn lengths_that_differ_are_refused() {
    slice::par_cast(&[1f32; 3], &mut [F8E4M3Fn::default(); 4]);
}
