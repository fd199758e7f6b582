//! Operators and methods in the use of a program: every form, bounds that panic, constants, and sums and products of many
//! numbers.

#![allow(clippy::float_cmp, reason = "the values compared are exact")]
#![allow(clippy::op_ref, reason = "operators on references are tested")]

use std::f64::consts::PI;
use std::panic::catch_unwind;

use ulp::{Bf16, F4E2M1Fn, F8E4M3Fn, F8E5M2, F8E8M0Fnu, F16, Format, Rounding, ieee, slice};

fn f16(x: f32) -> F16 {
    F16::from_f32(x)
}

#[test]
fn every_form_of_an_operator_agrees() {
    let (a, b) = (f16(7.0), f16(2.0));
    macro_rules! forms {
        ($op:tt $assign:tt $right:expr) => {{
            let right = f16($right);
            assert_eq!([a $op b, &a $op b, a $op &b, &a $op &b], [right; 4]);
            let (mut by_value, mut by_reference) = (a, a);
            by_value $assign b;
            by_reference $assign &b;
            assert_eq!([by_value, by_reference], [right; 2]);
        }};
    }
    forms!(+ += 9.0);
    forms!(- -= 5.0);
    forms!(* *= 14.0);
    forms!(/ /= 3.5);
    forms!(% %= 1.0);
    assert_eq!([-a, -&a], [f16(-7.0); 2]);
}

/// Every function is available in constants, except those that use the CPU.
#[test]
fn arithmetic_works_in_constants() {
    const QUOTIENT: F16 = ieee::div(F16::from_f32_const(1.0), F16::from_f32_const(3.0), Rounding::TiesToEven).0;
    const LARGER: Bf16 = Bf16::from_int(-3).max(Bf16::from_int(-27));
    const NEXT: F16 = QUOTIENT.next_up();
    const MIDDLE: F8E4M3Fn = F8E4M3Fn::MAX.midpoint(F8E4M3Fn::from_int(2));
    assert_eq!(QUOTIENT, f16(1.0) / f16(3.0));
    assert_eq!(LARGER.to_f32(), -3.0);
    assert_eq!(NEXT.to_bits(), QUOTIENT.to_bits() + 1);
    // 225 lies between 224 and 240.
    assert_eq!(MIDDLE.to_f32(), 224.0);
}

#[test]
fn clamp_panics_for_wrong_bounds() {
    let clamp = |least: F16, most: F16| catch_unwind(|| F16::from_bits(0).clamp(least, most));
    assert!(clamp(f16(1.0), f16(-1.0)).is_err());
    assert!(clamp(F16::NAN, f16(1.0)).is_err());
    assert!(clamp(f16(1.0), F16::NAN).is_err());
    assert!(clamp(f16(-1.0), f16(1.0)).is_ok());
    assert!(clamp(f16(0.0), f16(-0.0)).is_ok());
}

/// A sum of `F16`s that is neither long nor overflows is exact in `f64`, in any order: it is a sum of units of 2^-24.
#[test]
fn sums_are_rounded_once() {
    let mut state = 1_u64;
    for length in (0..70).chain([255, 256, 257, 1000, 4099]) {
        let numbers: Vec<F16> = (0..length)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let bits = (state >> 48) as u16;
                // The number is below 2^8, so no sum overflows.
                F16::from_bits(bits & 0xdfff)
            })
            .collect();
        let units: i64 = numbers.iter().map(|x| (x.to_f64() * f64::from(1 << 24)) as i64).sum();
        let right = F16::from_f64(units as f64 / f64::from(1 << 24));
        let sums = [
            numbers.iter().sum(),
            numbers.iter().copied().sum(),
            numbers.iter().copied().filter(|_| true).sum(),
            slice::sum(&numbers),
        ];
        assert_eq!(sums, [right; 4], "of {length}");
    }
}

/// An iterator and a slice give the same bits, however `f64` rounded on the way.
#[test]
fn long_products_and_sums_do_not_depend_on_their_source() {
    let numbers: Vec<Bf16> = (0..3000).map(|i| Bf16::from_bits(0x3f40 + (i * 7 % 128))).collect();
    for length in [1, 15, 16, 17, 255, 256, 257, 511, 512, 513, 3000] {
        let numbers = &numbers[..length];
        let product: Bf16 = numbers.iter().copied().filter(|_| true).product();
        assert_eq!(product.to_bits(), slice::product(numbers).to_bits());
        assert_eq!(numbers.iter().product::<Bf16>().to_bits(), product.to_bits());
        let sum: Bf16 = numbers.iter().copied().filter(|_| true).sum();
        assert_eq!(sum.to_bits(), slice::sum(numbers).to_bits());
    }
}

/// The factors are 2^2n and 2^-2n. No partial result would fit the format.
#[test]
fn products_are_rounded_once() {
    let large = [F16::MAX, F16::MAX, F16::MAX];
    let small = large.map(F16::recip);
    // Each reciprocal of 65504 is 2^-16, cut to a multiple of 2^-24.
    let numbers = [large, small].concat();
    assert_eq!(small[0].to_f64(), 2f64.powi(-16));
    let right = F16::from_f64((65504.0 / 65536.0_f64).powi(3));
    assert_eq!(numbers.iter().product::<F16>(), right);
}

#[test]
fn the_sum_and_product_of_nothing() {
    assert_eq!([F16::MAX; 0].iter().sum::<F16>().to_bits(), 0x8000);
    assert_eq!([F16::from_bits(0)].iter().sum::<F16>().to_bits(), 0x0000);
    assert_eq!([f16(-0.0); 40].iter().sum::<F16>().to_bits(), 0x8000);
    assert_eq!([F16::MAX; 0].iter().product::<F16>(), f16(1.0));
    assert_eq!([F4E2M1Fn::MAX; 0].iter().product::<F4E2M1Fn>().to_f32(), 1.0);
    assert_eq!([F8E8M0Fnu::MAX; 0].iter().product::<F8E8M0Fnu>().to_f32(), 1.0);
}

/// CPUs differ in the NaN of an invalid operation. A sum or product that is NaN is the canonical NaN.
#[test]
fn infinite_and_nan_sums_and_products() {
    let opposite = [F16::INFINITY, F16::NEG_INFINITY];
    let canonical = F16::NAN.to_bits();
    assert_eq!(opposite.iter().sum::<F16>().to_bits(), canonical);
    assert_eq!(slice::sum(&opposite).to_bits(), canonical);
    let none = [F16::INFINITY, f16(0.0)];
    assert_eq!(none.iter().product::<F16>().to_bits(), canonical);
    assert_eq!(slice::product(&none).to_bits(), canonical);
    let far_apart: Vec<_> = (0..40).map(|i| opposite[usize::from(i < 20)]).collect();
    assert_eq!(slice::sum(&far_apart).to_bits(), canonical);
    let of_nans = [f16(1.0), F16::from_bits(0xfe01), F16::from_bits(0x7c01)];
    assert_eq!(of_nans.iter().sum::<F16>().to_bits(), canonical);
    assert_eq!(slice::product(&of_nans).to_bits(), canonical);
    let of_nans = [F8E5M2::from_bits(0xff), F8E5M2::from_bits(0x7d)];
    assert_eq!(slice::sum(&of_nans).to_bits(), F8E5M2::NAN.to_bits());
}

/// Bits above the width of a code are ignored by every method, and none panics.
#[test]
fn storage_bits_above_the_code_are_ignored() {
    type Unary = fn(F4E2M1Fn) -> F4E2M1Fn;
    type Binary = fn(F4E2M1Fn, F4E2M1Fn) -> F4E2M1Fn;

    for bits in 0..=255_u8 {
        let (x, code) = (F4E2M1Fn::from_bits(bits), F4E2M1Fn::from_bits(bits & 15));
        for other in (0..=255).step_by(3) {
            let (y, plain) = (F4E2M1Fn::from_bits(other), F4E2M1Fn::from_bits(other & 15));
            let binary: [Binary; 14] = [
                |x, y| x + y,
                |x, y| x - y,
                |x, y| x * y,
                |x, y| x / y,
                |x, y| x % y,
                F4E2M1Fn::rem_euclid,
                F4E2M1Fn::div_euclid,
                F4E2M1Fn::midpoint,
                F4E2M1Fn::min,
                F4E2M1Fn::max,
                F4E2M1Fn::minimum,
                F4E2M1Fn::maximum,
                F4E2M1Fn::copysign,
                |x, y| x.mul_add(y, x),
            ];
            for f in binary {
                assert_eq!(f(x, y).to_bits(), f(code, plain).to_bits());
            }
            assert_eq!(x.total_cmp(&y), code.total_cmp(&plain));
            assert_eq!(x.powi(i32::from(other)).to_bits(), code.powi(i32::from(other)).to_bits());
        }
        let unary: [Unary; 15] = [
            F4E2M1Fn::sqrt,
            F4E2M1Fn::recip,
            F4E2M1Fn::floor,
            F4E2M1Fn::ceil,
            F4E2M1Fn::round,
            F4E2M1Fn::trunc,
            F4E2M1Fn::fract,
            F4E2M1Fn::abs,
            F4E2M1Fn::signum,
            F4E2M1Fn::next_up,
            F4E2M1Fn::next_down,
            F4E2M1Fn::ulp,
            F4E2M1Fn::to_degrees,
            F4E2M1Fn::to_radians,
            |x| -x,
        ];
        for f in unary {
            assert_eq!(f(x).to_bits(), f(code).to_bits());
        }
        assert_eq!(x.to_int::<i8>(), code.to_int::<i8>());
        assert_eq!(x.cast::<f32>(), code.cast::<f32>());
    }
}

/// The short ways from `f32` and `f64` give the bits of the way that serves all formats: beside every place where a code ends, in
/// every binade. `ulp-verify` tries every `f32`.
#[test]
fn short_ways_agree_with_the_general_way() {
    macro_rules! check {
        ($($Format:ty)*) => { $(
            for code in 0..=u16::MAX {
                let x = <$Format>::from_bits(code as _);
                assert_eq!(x.to_f32().to_bits(), x.cast::<f32>().to_bits(), "{code:#x}");
                assert_eq!(x.to_f32_const().to_bits(), x.cast::<f32>().to_bits(), "{code:#x}");
                assert_eq!(x.to_f64().to_bits(), x.cast::<f64>().to_bits(), "{code:#x}");
                assert_eq!(x.to_f64_const().to_bits(), x.cast::<f64>().to_bits(), "{code:#x}");
                for place in 0..16 {
                    for nearby in [-1_i32, 0, 1] {
                        let low = (1_u32 << place).wrapping_add_signed(nearby) & 0xffff;
                        let x = f32::from_bits(u32::from(code) << 16 | low);
                        let right = x.cast::<$Format>().to_bits();
                        assert_eq!(<$Format>::from_f32(x).to_bits(), right, "{:#x}", x.to_bits());
                        assert_eq!(<$Format>::from_f32_const(x).to_bits(), right, "{:#x}", x.to_bits());
                    }
                }
                for place in 29..48 {
                    for nearby in [-1_i64, 0, 1] {
                        let low = (1_u64 << place).wrapping_add_signed(nearby);
                        let x = f64::from_bits(u64::from(code) << 48 | low);
                        let right = x.cast::<$Format>().to_bits();
                        assert_eq!(<$Format>::from_f64(x).to_bits(), right, "{:#x}", x.to_bits());
                        assert_eq!(<$Format>::from_f64_const(x).to_bits(), right, "{:#x}", x.to_bits());
                    }
                }
            }
        )* };
    }
    check!(F16 Bf16 F8E5M2);
}

/// Squares and cubes of `Bf16` are computed in `f32`, which lacks the smallest of them.
#[test]
fn powers_of_small_numbers_are_rounded_once() {
    for code in 0..=u16::MAX {
        let x = Bf16::from_bits(code);
        let exact = x.to_f64();
        for (n, power) in [(2, exact * exact), (3, exact * exact * exact)] {
            if !x.is_nan() {
                assert_eq!(x.powi(n).to_bits(), power.cast::<Bf16>().to_bits(), "{exact:e}, power {n}");
            }
        }
    }
}

/// `to_degrees` and `to_radians` compute in `f32` for up to 8 bits, and in `f64` for up to 11. Their errors don't matter, since no
/// product of a significand with the factor is that near to a tie between two numbers of any number of bits.
#[test]
fn angles_are_far_from_ties() {
    // 180 / π and π / 180, to 38 digits.
    let factors = [
        ("57295779513082320876798154814105170332", 36),
        ("17453292519943295769236907684886127134", 39),
    ];
    for (digits, decimals) in factors {
        let digits: num_bigint::BigUint = digits.parse().expect("digits");
        let factor =
            u128::try_from((digits << 100_u32) / num_bigint::BigUint::from(10_u32).pow(decimals)).expect("it is below 2^106");
        for (bits, error) in [(8, 22), (11, 51)] {
            for significand in 1..1_u128 << bits {
                let product = significand * factor;
                for kept in 1..=bits {
                    let unit = 1_u128 << (product.ilog2() + 1 - kept);
                    let distance = (product % unit).abs_diff(unit / 2);
                    assert!(distance > product >> error, "{significand}, {kept} bits kept of {bits}");
                }
            }
        }
    }
}

/// The error of the product in `f64` does not matter, as the test above shows.
#[test]
fn angles_are_rounded_once() {
    macro_rules! check {
        ($($Format:ty)*) => { $(
            for code in 0..=u16::MAX {
                let x = <$Format>::from_bits(code as _);
                if !x.is_nan() {
                    let (degrees, radians) = (x.to_f64() * (180.0 / PI), x.to_f64() * (PI / 180.0));
                    assert_eq!(x.to_degrees().to_bits(), degrees.cast::<$Format>().to_bits(), "{code:#x}");
                    assert_eq!(x.to_radians().to_bits(), radians.cast::<$Format>().to_bits(), "{code:#x}");
                }
            }
        )* };
    }
    check!(F16 Bf16 F8E5M2 F8E4M3Fn F4E2M1Fn);
}
