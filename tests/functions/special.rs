//! Infinities, zeros and invalid operations: IEEE 754-2019, 9.2.1.

use super::*;
use core::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

#[test]
fn special_values_of_exponentials() {
    one!(exp: 0.0 => 1.0, -0.0 => 1.0, INFINITY => INFINITY, -INFINITY => 0.0);
    one!(exp2: 0.0 => 1.0, -0.0 => 1.0, INFINITY => INFINITY, -INFINITY => 0.0);
    one!(exp_m1: 0.0 => 0.0, -0.0 => -0.0, INFINITY => INFINITY, -INFINITY => -1.0);
    one!(exp: 1000.0 => INFINITY, -1000.0 => 0.0);
    one!(exp2: 1000.0 => INFINITY, -1000.0 => 0.0);
    one!(exp_m1: 1000.0 => INFINITY, -1000.0 => -1.0);
}

/// e^-17 is 0.69 of the smallest number of float16, and e^-92 is 1.2 of the smallest number of bfloat16.
#[test]
fn ends_of_the_range_of_exponentials() {
    let least = 2_f64.powi(-24);
    let cases = [(11.0, 59872.0), (12.0, INFINITY), (-17.0, least), (-18.0, 0.0)];
    assert_one(F16::exp, &cases);
    let least = 2_f64.powi(-133);
    let cases = [(88.5, 2.723e38), (89.0, INFINITY), (-92.0, least), (-93.0, 0.0)];
    assert_one(Bf16::exp, &cases);
}

#[test]
fn special_values_of_logarithms() {
    one!(ln: 0.0 => -INFINITY, -0.0 => -INFINITY, 1.0 => 0.0, INFINITY => INFINITY);
    one!(log2: 0.0 => -INFINITY, -0.0 => -INFINITY, 1.0 => 0.0, INFINITY => INFINITY);
    one!(log10: 0.0 => -INFINITY, -0.0 => -INFINITY, 1.0 => 0.0, INFINITY => INFINITY);
    one!(ln_1p: -1.0 => -INFINITY, 0.0 => 0.0, -0.0 => -0.0, INFINITY => INFINITY);
    one!(ln: -1.0 => NAN, -1e-6 => NAN, -INFINITY => NAN);
    one!(log2: -1.0 => NAN, -1e-6 => NAN, -INFINITY => NAN);
    one!(log10: -1.0 => NAN, -1e-6 => NAN, -INFINITY => NAN);
    one!(ln_1p: -1.5 => NAN, -INFINITY => NAN);
}

#[test]
fn special_values_of_circular_functions() {
    one!(sin: 0.0 => 0.0, -0.0 => -0.0, INFINITY => NAN, -INFINITY => NAN);
    one!(cos: 0.0 => 1.0, -0.0 => 1.0, INFINITY => NAN, -INFINITY => NAN);
    one!(tan: 0.0 => 0.0, -0.0 => -0.0, INFINITY => NAN, -INFINITY => NAN);
    one!(asin: 0.0 => 0.0, -0.0 => -0.0, 1.0 => FRAC_PI_2, 1.5 => NAN, -INFINITY => NAN);
    one!(acos: 1.0 => 0.0, -1.0 => PI, 0.0 => FRAC_PI_2, -1.5 => NAN, INFINITY => NAN);
    one!(atan: 0.0 => 0.0, -0.0 => -0.0, INFINITY => FRAC_PI_2, -INFINITY => -FRAC_PI_2);
}

#[test]
fn special_values_of_hyperbolic_functions() {
    one!(sinh: 0.0 => 0.0, -0.0 => -0.0, INFINITY => INFINITY, -INFINITY => -INFINITY);
    one!(cosh: 0.0 => 1.0, -0.0 => 1.0, INFINITY => INFINITY, -INFINITY => INFINITY);
    one!(tanh: 0.0 => 0.0, -0.0 => -0.0, INFINITY => 1.0, -INFINITY => -1.0);
    one!(asinh: 0.0 => 0.0, -0.0 => -0.0, INFINITY => INFINITY, -INFINITY => -INFINITY);
    one!(acosh: 1.0 => 0.0, INFINITY => INFINITY);
    one!(atanh: 0.0 => 0.0, -0.0 => -0.0, 1.0 => INFINITY, -1.0 => -INFINITY, 1.5 => NAN);
    one!(cbrt: 0.0 => 0.0, -0.0 => -0.0, INFINITY => INFINITY, -INFINITY => -INFINITY);
}

/// `libm` 0.2.16 gives numbers there: -15.47 for -6540.
#[test]
fn acosh_below_1_is_nan() {
    one!(acosh: -6540.0 => NAN, -2.5 => NAN, -1.0 => NAN, 0.5 => NAN, -0.0 => NAN, -INFINITY => NAN);
    let below_1 = |code: &u16| F16::from_bits(*code) < F16::from_f32(1.0);
    for code in (0..=u16::MAX).filter(below_1) {
        assert_eq!(F16::from_bits(code).acosh().to_bits(), 0x7e00, "{code:#x}");
    }
    let below_1 = |code: &u16| Bf16::from_bits(*code) < Bf16::from_f32(1.0);
    for code in (0..=u16::MAX).filter(below_1) {
        assert_eq!(Bf16::from_bits(code).acosh().to_bits(), 0x7fc0, "{code:#x}");
    }
}

#[test]
fn special_values_of_powf() {
    for y in [0.0, -0.0] {
        for x in [0.0, -0.0, 2.0, -3.0, INFINITY, -INFINITY, NAN] {
            two!(powf: x, y => 1.0);
        }
    }
    for y in [2.0, -0.5, INFINITY, -INFINITY, NAN] {
        two!(powf: 1.0, y => 1.0);
    }
    two!(powf: -1.0, INFINITY => 1.0, -1.0, -INFINITY => 1.0);
    two!(powf: 0.0, -3.0 => INFINITY, -0.0, -3.0 => -INFINITY, -0.0, -2.0 => INFINITY);
    two!(powf: -0.0, -1.5 => INFINITY, -0.0, -INFINITY => INFINITY, 0.0, -INFINITY => INFINITY);
    two!(powf: 0.0, 3.0 => 0.0, -0.0, 3.0 => -0.0, -0.0, 2.0 => 0.0, -0.0, 1.5 => 0.0);
    two!(powf: -0.0, INFINITY => 0.0);
    two!(powf: INFINITY, 0.5 => INFINITY, INFINITY, -0.5 => 0.0);
    two!(powf: -INFINITY, 3.0 => -INFINITY, -INFINITY, 2.0 => INFINITY, -INFINITY, 1.5 => INFINITY);
    two!(powf: -INFINITY, -3.0 => -0.0, -INFINITY, -2.0 => 0.0, -INFINITY, -1.5 => 0.0);
    two!(powf: 0.5, INFINITY => 0.0, -0.5, -INFINITY => INFINITY);
    two!(powf: -2.0, INFINITY => INFINITY, 2.0, -INFINITY => 0.0);
    two!(powf: -8.0, 3.0 => -512.0, -8.0, 2.0 => 64.0, -8.0, 1.5 => NAN, -1e-3, 0.25 => NAN);
}

#[test]
fn special_values_of_hypot() {
    for other in [0.0, -3.0, INFINITY, NAN] {
        for infinity in [INFINITY, -INFINITY] {
            two!(hypot: infinity, other => INFINITY, other, infinity => INFINITY);
        }
    }
    two!(hypot: 0.0, -0.0 => 0.0, -0.0, -0.0 => 0.0, -2.5, 0.0 => 2.5);
}

#[test]
fn special_values_of_atan2() {
    two!(atan2: 0.0, -0.0 => PI, -0.0, -0.0 => -PI, 0.0, 0.0 => 0.0, -0.0, 0.0 => -0.0);
    two!(atan2: 0.0, -2.0 => PI, -0.0, -2.0 => -PI, 0.0, 2.0 => 0.0, -0.0, 2.0 => -0.0);
    two!(atan2: -2.0, 0.0 => -FRAC_PI_2, -2.0, -0.0 => -FRAC_PI_2, 2.0, -0.0 => FRAC_PI_2);
    two!(atan2: 2.0, -INFINITY => PI, -2.0, -INFINITY => -PI);
    two!(atan2: 2.0, INFINITY => 0.0, -2.0, INFINITY => -0.0);
    two!(atan2: INFINITY, -2.0 => FRAC_PI_2, -INFINITY, 2.0 => -FRAC_PI_2);
    two!(atan2: INFINITY, -INFINITY => 3.0 * FRAC_PI_4, -INFINITY, -INFINITY => -3.0 * FRAC_PI_4);
    two!(atan2: INFINITY, INFINITY => FRAC_PI_4, -INFINITY, INFINITY => -FRAC_PI_4);
}

/// The results are those of the quotient of two logarithms.
#[test]
fn special_values_of_log() {
    two!(log: -2.0, 2.0 => NAN, 2.0, -2.0 => NAN, 1.0, 1.0 => NAN, INFINITY, 0.0 => NAN);
    two!(log: 2.0, 1.0 => INFINITY, 0.5, 1.0 => -INFINITY, 0.0, 2.0 => -INFINITY);
    two!(log: 2.0, INFINITY => 0.0, 2.0, 0.0 => -0.0, INFINITY, 2.0 => INFINITY);
}
