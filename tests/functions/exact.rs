//! Results that are exact, and ties.

use super::*;

/// Tries every power of two that the format has, subnormal ones included, and one past each end.
macro_rules! assert_powers_of_two {
    ($type:ident, $least:expr, $most:expr) => {
        for n in $least..=$most {
            let (n, power) = (f64::from(n), 2_f64.powi(n));
            assert_one($type::exp2, &[(n, power)]);
            assert_one($type::log2, &[(power, n)]);
            assert_two($type::log, &[(power, 2.0, n)]);
            assert_two($type::powf, &[(2.0, n, power)]);
        }
        assert_one($type::exp2, &[(f64::from($least - 1), 0.0)]);
        assert_one($type::exp2, &[(f64::from($most + 1), INFINITY)]);
    };
}

#[test]
fn powers_of_two_are_exact() {
    assert_powers_of_two!(F16, -24, 15);
    assert_powers_of_two!(Bf16, -133, 127);
}

#[test]
fn powers_of_ten_are_rounded_once() {
    for n in 0..=4 {
        assert_one(F16::log10, &[(10_f64.powi(n), f64::from(n))]);
        assert_two(F16::log, &[(10_f64.powi(n), 10.0, f64::from(n))]);
    }
    assert_one(Bf16::log10, &[(1.0, 0.0), (10.0, 1.0), (100.0, 2.0), (1000.0, 3.0)]);
}

#[test]
fn cube_roots_of_cubes_are_exact() {
    for n in -12..=12 {
        let n = f64::from(n);
        for scale in [0.5, 1.0, 2.0] {
            let root = n * scale;
            assert_one(F16::cbrt, &[(root * root * root, root)]);
        }
    }
    for n in -44..=40 {
        let scale = 2_f64.powi(n);
        for root in [scale, -3.0 * scale] {
            assert_one(Bf16::cbrt, &[(root * root * root, root)]);
        }
    }
}

#[test]
fn hypotenuses_of_right_triangles_are_exact() {
    two!(hypot: 3.0, 4.0 => 5.0, -5.0, 12.0 => 13.0, 20.0, 21.0 => 29.0);
    assert_two(Bf16::hypot, &[(3e38, 3e38, INFINITY)]);
    assert_two(
        F16::hypot,
        &[(3.0 * 2_f64.powi(-24), -4.0 * 2_f64.powi(-24), 5.0 * 2_f64.powi(-24))],
    );
}

/// 289 lies half-way between 288 and 290 of bfloat16, and 343 between 342 and 344. 2209 and 3375 are such ties of float16.
#[test]
fn ties_of_powf_go_to_even() {
    assert_two(Bf16::powf, &[(17.0, 2.0, 288.0), (7.0, 3.0, 344.0)]);
    assert_two(F16::powf, &[(47.0, 2.0, 2208.0), (15.0, 3.0, 3376.0)]);
}

/// The operators are exact, and round ties rightly.
#[test]
fn squares_roots_and_reciprocals_are_rounded_once() {
    for code in 0..0x7c00 {
        let x = F16::from_bits(code);
        assert_eq!(x.powf(F16::from_f32(2.0)).to_bits(), (x * x).to_bits());
        assert_eq!(x.powf(F16::from_f32(0.5)).to_bits(), x.sqrt().to_bits());
        assert_eq!(x.powf(F16::from_f32(-1.0)).to_bits(), x.recip().to_bits());
    }
    for code in 0..0x7f80 {
        let x = Bf16::from_bits(code);
        assert_eq!(x.powf(Bf16::from_f32(2.0)).to_bits(), (x * x).to_bits());
        assert_eq!(x.powf(Bf16::from_f32(0.5)).to_bits(), x.sqrt().to_bits());
        assert_eq!(x.powf(Bf16::from_f32(-1.0)).to_bits(), x.recip().to_bits());
    }
}

/// The quotient is 1.5 of the smallest number, a tie. The angle is a little smaller.
#[test]
fn atan2_below_a_tie_rounds_down() {
    for (y, sign) in [(3, 0), (0x8003, 0x8000)] {
        let angle = F16::from_bits(y).atan2(F16::from_f32(2.0));
        assert_eq!(angle.to_bits(), sign | 1);
        let angle = Bf16::from_bits(y).atan2(Bf16::from_f32(2.0));
        assert_eq!(angle.to_bits(), sign | 1);
    }
}
