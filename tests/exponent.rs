//! Compares `ldexp`, `frexp`, `logb`, `ilogb` and `nextafter` with `f64`, on every code of the formats of up to 16 bits. The
//! arithmetic of `f64` by powers of two is exact there.
#![allow(clippy::float_cmp, reason = "the values compared are exact")]

use ulp::spec::Spec;
use ulp::{Bits, Flags, Float, Format, Rounding, Tf32, for_each_format, ieee};

/// Returns all codes, or every 37th of a wide format.
fn all<S: Spec>() -> impl Iterator<Item = Float<S>> {
    let bits = Float::<S>::LAYOUT.bits();
    let step = if bits > 16 { 37 } else { 1 };
    (0..1_u64 << bits)
        .step_by(step)
        .map(|code| Float::from_bits(S::Bits::from_u64(code)))
}

fn bits<S: Spec>(x: Float<S>) -> u64 {
    x.to_bits().to_u64()
}

/// Returns 2^n exactly, if it is a normal `f64`.
fn power(n: i32) -> f64 {
    f64::from_bits(((n + 1023) as u64) << 52)
}

/// Returns ⌊log2 |x|⌋ of a normal `f64`.
fn exponent(x: f64) -> i32 {
    (x.to_bits() >> 52 & 0x7ff) as i32 - 1023
}

fn check<S: Spec>(_: Option<Float<S>>) {
    let name = Float::<S>::DTYPE;
    for x in all::<S>() {
        let wide: f64 = x.cast();
        for n in [-300, -24, -9, -1, 0, 1, 2, 7, 15, 40, 300] {
            let right: Float<S> = (wide * power(n)).cast();
            let (of_nan, zero) = (x.is_nan(), wide == 0.0);
            if !of_nan {
                let of_zero = zero || n == 0;
                let right = if of_zero || !wide.is_finite() { x } else { right };
                assert_eq!(bits(x.ldexp(n)), bits(right), "{name}: {wide:e} * 2^{n}");
            }
            assert_eq!(x.ldexp(n).is_nan(), of_nan || right.is_nan() && !zero, "{name}: {wide:e}");
            assert_eq!(bits(x.scalbn(n)), bits(x.ldexp(n)));
        }
        if wide.is_finite() && wide != 0.0 {
            let right = exponent(wide);
            assert_eq!(x.ilogb(), Some(right), "{name}: {wide:e}");
            let cast: Float<S> = f64::from(right).cast();
            if right != 0 {
                assert_eq!(bits(x.logb()), bits(cast), "{name}: {wide:e}");
            }
            let (m, n) = x.frexp();
            let right: Float<S> = (wide * power(-exponent(wide) - 1)).cast();
            assert_eq!((bits(m), n), (bits(right), exponent(wide) + 1), "{name}: {wide:e}");
            if Float::<S>::LAYOUT.bits() >= 8 {
                assert_eq!(m.cast::<f64>() * power(n), wide, "{name}: {wide:e}");
            }
        } else {
            assert_eq!(x.ilogb(), None);
            let (m, n) = x.frexp();
            assert_eq!((bits(m), n), (bits(x), 0));
            let infinite: Float<S> = if wide == 0.0 { f64::NEG_INFINITY } else { wide.abs() }.cast();
            let logb = x.logb();
            assert!(logb.is_nan() && (wide.is_nan() || infinite.is_nan()) || bits(logb) == bits(infinite));
        }
    }
}

macro_rules! every_format {
    ($($name:ident)*) => {
        #[test]
        fn exponents_are_those_of_f64() {
            $(check(None::<ulp::$name>);)*
        }

        #[test]
        fn nextafter_is_the_neighbour_on_that_side() {
            $(neighbours(None::<ulp::$name>);)*
        }
    };
}
for_each_format!(every_format);

/// Finds the neighbours of a number among all numbers of its format, sorted by their values.
fn neighbours<S: Spec>(_: Option<Float<S>>) {
    let name = Float::<S>::DTYPE;
    if Float::<S>::LAYOUT.bits() > 16 {
        return;
    }
    let value = |x: Float<S>| x.cast::<f64>();
    let mut numbers: Vec<f64> = all::<S>().filter(|x| !x.is_nan()).map(value).collect();
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    let (lowest, highest) = (numbers[0], numbers[numbers.len() - 1]);
    let nans: Vec<Float<S>> = all().filter(|x| x.is_nan()).take(2).collect();
    let step = if numbers.len() > 256 { 7 } else { 1 };
    for x in all::<S>().step_by(step).filter(|x| !x.is_nan()) {
        let below = numbers.partition_point(|&y| y < value(x));
        let above = numbers.partition_point(|&y| y <= value(x));
        for toward in [lowest, value(x), highest].map(Format::cast::<Float<S>>) {
            let right = match value(toward) {
                y if y < value(x) => numbers[below - 1],
                y if y > value(x) => numbers[above],
                y => y,
            };
            assert_eq!(value(x.nextafter(toward)), right, "{name}: {} to {}", value(x), value(toward));
        }
        for &nan in &nans {
            assert!(x.nextafter(nan).is_nan() && nan.nextafter(x).is_nan());
        }
    }
}

#[test]
fn extreme_exponents_raise_the_right_exceptions() {
    let even = Rounding::TiesToEven;
    for n in [i32::MIN, i32::MIN + 1, -(1 << 24) - 1, 1 << 24, i32::MAX] {
        let right = if n < 0 { 0.0 } else { f64::INFINITY };
        assert_eq!(ieee::scale_b(1.0f64, n, even).0, right);
        assert_eq!(ieee::scale_b(-1.0f32, n, even).0, -right as f32);
        assert_eq!(Tf32::MIN_POSITIVE.ldexp(n).to_f64(), right);
    }
    let tiny = Flags::INEXACT | Flags::UNDERFLOW;
    let huge = Flags::INEXACT | Flags::OVERFLOW;
    assert_eq!(ieee::scale_b(1.5f32, -150, even), (f32::from_bits(1), tiny));
    assert_eq!(
        ieee::scale_b(1.5f32, -149, Rounding::TowardPositive),
        (f32::from_bits(2), tiny)
    );
    assert_eq!(ieee::scale_b(1.5f32, 128, Rounding::TowardZero), (f32::MAX, huge));
    assert_eq!(ieee::log_b(0.0f32), (f32::NEG_INFINITY, Flags::DIVIDE_BY_ZERO));
    assert_eq!(ieee::log_b(f64::NEG_INFINITY), (f64::INFINITY, Flags::NONE));
    assert_eq!(ieee::log_b(f64::from_bits(1)), (-1074.0, Flags::NONE));
    let signaling = f32::from_bits(0x7f80_0001);
    assert_eq!(ieee::scale_b(signaling, 1, even).1, Flags::INVALID);
}
