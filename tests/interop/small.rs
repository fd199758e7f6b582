//! Traits of crates that take a few lines each.

use ulp::*;

#[cfg(feature = "zerocopy")]
#[test]
fn zerocopy_reads_slices() {
    use zerocopy::{FromBytes, IntoBytes};

    let mut numbers = [F16::ONE, F16::NEG_ZERO];
    assert_eq!(
        numbers.as_bytes(),
        [F16::ONE.to_ne_bytes(), F16::NEG_ZERO.to_ne_bytes()].as_flattened()
    );
    let bytes = numbers.as_mut_bytes();
    assert_eq!(<[F8E4M3Fn]>::ref_from_bytes(bytes).unwrap().len(), 4);
    assert_eq!(Bf16::read_from_bytes(&Bf16::PI.to_ne_bytes()).unwrap(), Bf16::PI);
    let of_bits: &[F16] = zerocopy::transmute_ref!(&[0x3c00_u16, 0x4000][..]);
    assert_eq!(of_bits[1].to_f32(), 2.0);
}

#[cfg(feature = "rkyv")]
#[test]
fn rkyv_returns_every_code() {
    use rkyv::rancor::Error;

    let numbers = vec![F16::PI, F16::NEG_INFINITY, F16::from_bits(0xfe01)];
    let bytes = rkyv::to_bytes::<Error>(&numbers).unwrap();
    let back: Vec<F16> = rkyv::from_bytes::<Vec<F16>, Error>(&bytes).unwrap();
    assert_eq!(slice::to_bits(&back), slice::to_bits(&numbers));
    let bytes = rkyv::to_bytes::<Error>(&F8E8M0Fnu::MAX).unwrap();
    assert_eq!(bytes.as_slice(), [0xfe]);
}

#[cfg(feature = "arbitrary")]
#[test]
fn arbitrary_makes_every_code() {
    use arbitrary::{Arbitrary, Unstructured};

    let mut u = Unstructured::new(&[0x00, 0x3c, 0xff, 1, 2, 3]);
    assert_eq!(F16::arbitrary(&mut u), Ok(F16::ONE));
    assert_eq!(F4E2M1Fn::arbitrary(&mut u), Ok(F4E2M1Fn::MIN));
    assert_eq!(Tf32::arbitrary(&mut u).map(Tf32::to_bits), Ok(0x0003_0201));
    assert_eq!(F16::size_hint(0), (2, Some(2)));
}

/// The results are those of `f32`, for numbers whose operations are exact in both.
#[cfg(feature = "approx")]
#[test]
fn approx_compares_like_f32() {
    use approx::{AbsDiffEq, RelativeEq, UlpsEq, assert_relative_eq, assert_ulps_eq};

    let few = [
        0.0,
        -0.0,
        1.0,
        1.5,
        -1.5,
        2.0,
        1024.0,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
    ];
    for a in few {
        for b in few {
            let [x, y] = [a, b].map(F16::from_f32);
            for epsilon in [0.0, 0.5, 3.0] {
                let e = F16::from_f32(epsilon);
                assert_eq!(x.abs_diff_eq(&y, e), a.abs_diff_eq(&b, epsilon), "{a} {b} {epsilon}");
                assert_eq!(
                    x.relative_eq(&y, F16::ZERO, e),
                    a.relative_eq(&b, 0.0, epsilon),
                    "{a} {b} {epsilon}"
                );
                assert_eq!(x.ulps_eq(&y, e, 4), a.ulps_eq(&b, epsilon, 4), "{a} {b} {epsilon}");
            }
        }
    }
    assert_relative_eq!(Bf16::ONE, Bf16::ONE.next_up());
    assert_ulps_eq!(F16::MAX, F16::MAX.next_down().next_down(), max_ulps = 2);
    assert!(!F16::MAX.ulps_eq(&F16::MAX.next_down().next_down(), F16::ZERO, 1));
    assert!(!F16::MIN_POSITIVE_SUBNORMAL.ulps_eq(&-F16::MIN_POSITIVE_SUBNORMAL, F16::ZERO, 4));
}

#[cfg(all(feature = "ndarray", feature = "num-traits"))]
#[test]
fn ndarray_multiplies_by_numbers() {
    use ndarray::array;

    let a = array![[F16::ONE, F16::ZERO], [F16::ZERO, F16::NEG_ONE]];
    let twice = &a * F16::from_f32(2.0);
    assert_eq!(twice.sum(), F16::ZERO);
    assert_eq!(twice.dot(&a)[[1, 1]], F16::from_f32(2.0));
}

#[cfg(feature = "num-traits")]
#[test]
fn complex_numbers_multiply() {
    use num_complex::Complex;

    let i = Complex::new(F16::ZERO, F16::ONE);
    assert_eq!(i * i, Complex::from(F16::NEG_ONE));
    assert_eq!((i + F16::from_f32(3.0)).norm_sqr(), F16::from_f32(10.0));
}

#[test]
fn total_order_is_ieees() {
    use std::collections::{BTreeMap, HashSet};

    /// Checks that every code comes once, in the order of `total_cmp`.
    fn check<S: spec::Spec>() {
        let codes = 0..1u64 << S::LAYOUT.bits();
        let numbers = codes.map(|code| Float::<S>::from_bits(S::Bits::from_u64(code)));
        let mut numbers: Vec<_> = numbers.map(Total).collect();
        let distinct: HashSet<_> = numbers.iter().copied().collect();
        assert_eq!(distinct.len(), numbers.len(), "{}", S::NAME);
        numbers.sort();
        assert!(
            numbers
                .windows(2)
                .all(|pair| pair[0] != pair[1] && pair[0].0.total_cmp(&pair[1].0).is_lt())
        );
    }
    check::<E4M3Fn>();
    check::<E4M3Fnuz>();
    check::<E8M0Fnu>();
    let map = BTreeMap::from([(Total(f32::NAN), 1), (Total(-0.0), 2), (Total(0.0), 3)]);
    assert_eq!(map.values().copied().collect::<Vec<_>>(), [2, 3, 1]);
}
