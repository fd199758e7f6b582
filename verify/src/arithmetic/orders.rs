//! Compares comparisons, neighbours, and functions that choose by comparing with the list of all codes, sorted by value.

use std::cmp::Ordering;

use ulp::{ieee, ulps_between};

use super::formats::{Tested, for_some_odd_formats, to_f64};
use super::*;
use crate::numbers::Numbers;
use crate::operations::{code, number};
use crate::oracle::{self, INVALID, Real, Rounding, Value, decode};

/// Returns the order of two values. Zeros are equal, and a NaN has no order.
fn order(a: Value, b: Value) -> Option<Ordering> {
    let negative = |value| match value {
        Value::Nan { .. } => None,
        Value::Infinite { negative } => Some(negative),
        Value::Finite { negative, magnitude } => Some(negative && magnitude.significand != 0),
    };
    let signs = (negative(a)?, negative(b)?);
    let magnitudes = match (a, b) {
        (Value::Finite { magnitude, .. }, Value::Finite { magnitude: m, .. }) => magnitude.compare(m),
        (Value::Finite { .. }, _) => Ordering::Less,
        (_, Value::Finite { .. }) => Ordering::Greater,
        _ => Ordering::Equal,
    };
    Some(match signs {
        (false, false) => magnitudes,
        (true, true) => magnitudes.reverse(),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    })
}

fn is_nan(format: &Tested, code: u64) -> bool {
    matches!(decode(&format.shape, code), Value::Nan { .. })
}

/// Returns the codes of all numbers in groups of equal ones, from the least to the greatest. −0 stands before +0.
fn sorted(format: &Tested) -> Vec<Vec<u64>> {
    let numbers = format.codes().filter(|&code| !is_nan(format, code));
    let mut numbers: Vec<(u64, Value)> = numbers.map(|code| (code, decode(&format.shape, code))).collect();
    numbers.sort_by(|(a, x), (b, y)| {
        let order = order(*x, *y).expect("no NaN is left");
        // Zeros are the only equal numbers with two codes.
        order.then(b.cmp(a))
    });
    numbers
        .chunk_by(|(_, x), (_, y)| order(*x, *y) == Some(Ordering::Equal))
        .map(|equal| equal.iter().map(|&(code, _)| code).collect())
        .collect()
}

/// The neighbours of a code, and distances.
struct Neighbours {
    up: fn(u64) -> u64,
    down: fn(u64) -> u64,
    ulps_between: fn(u64, u64) -> u64,
}

fn neighbours<F: Numbers>() {
    let neighbours = Neighbours {
        up: |a| code(number::<F>(a).next_up()),
        down: |a| code(number::<F>(a).next_down()),
        ulps_between: |a, b| ulps_between(number::<F>(a), number::<F>(b)),
    };
    check_neighbours(&Tested::of::<F>(), &neighbours);
}

fn check_neighbours(format: &Tested, is: &Neighbours) {
    let sorted = sorted(format);
    for (i, equal) in sorted.iter().enumerate() {
        for &a in equal {
            let up = sorted.get(i + 1).map_or(a, |above| above[0]);
            let down = match i.checked_sub(1) {
                Some(below) => *sorted[below].last().expect("a group is not empty"),
                None => a,
            };
            assert_eq!((is.up)(a), up, "{}: {a:#x}", format.name);
            assert_eq!((is.down)(a), down, "{}: {a:#x}", format.name);
            let step = (sorted.len() / 300).max(1);
            for (j, other) in sorted.iter().enumerate().step_by(step) {
                let steps = i.abs_diff(j) as u64;
                for &b in other {
                    assert_eq!((is.ulps_between)(a, b), steps, "{a:#x} {b:#x}");
                }
            }
        }
    }
    for nan in format.codes().filter(|&code| is_nan(format, code)) {
        assert_eq!([(is.up)(nan), (is.down)(nan)], [nan; 2]);
        for b in format.codes() {
            assert_eq!((is.ulps_between)(nan, b), u64::MAX);
            assert_eq!((is.ulps_between)(b, nan), u64::MAX);
        }
    }
}

/// IEEE 754-2019, 5.10: the order of sign and magnitude, also of NaNs. FNUZ's NaN, which has no sign, comes last.
fn total_order<F: Numbers>() {
    fn check(format: &Tested, is: fn(u64, u64) -> Ordering) {
        let shape = &format.shape;
        let key = |code: u64| {
            let magnitude = (code & shape.top()) as i64;
            if shape.nan_at_negative_zero && is_nan(format, code) {
                i64::MAX
            } else if code & shape.sign_bit() != 0 {
                -1 - magnitude
            } else {
                magnitude
            }
        };
        for a in format.codes() {
            for b in format.codes() {
                let right = key(a).cmp(&key(b));
                assert_eq!(is(a, b), right, "{}: {a:#x} {b:#x}", format.name);
            }
        }
    }
    check(&Tested::of::<F>(), |a, b| number::<F>(a).total_order(number(b)));
}

/// The order of two numbers, as each function of the crate returns it.
#[derive(Debug, PartialEq)]
struct Comparisons {
    /// The result of `partial_cmp`.
    order: Option<Ordering>,
    /// The result of `==`.
    equal: bool,
    /// The results of `<`, `<=`, `>` and `>=`.
    ordered: [bool; 4],
    /// The result of `ieee::compare`, with its flags.
    quiet: (Option<Ordering>, u8),
    /// The result of `ieee::compare_signaling`, with its flags.
    signaling: (Option<Ordering>, u8),
}

fn comparisons<F: Numbers>() {
    fn check(format: &Tested, is: fn(u64, u64) -> Comparisons) {
        for a in format.codes() {
            for b in format.codes() {
                let values = [a, b].map(|code| decode(&format.shape, code));
                let order = order(values[0], values[1]);
                let invalid = |raised| if raised { INVALID } else { 0 };
                let right = Comparisons {
                    order,
                    equal: order == Some(Ordering::Equal),
                    ordered: [
                        order.is_some_and(Ordering::is_lt),
                        order.is_some_and(Ordering::is_le),
                        order.is_some_and(Ordering::is_gt),
                        order.is_some_and(Ordering::is_ge),
                    ],
                    quiet: (order, invalid(values.iter().any(Value::is_signaling))),
                    signaling: (order, invalid(order.is_none())),
                };
                assert_eq!(is(a, b), right, "{}: {a:#x} {b:#x}", format.name);
            }
        }
    }
    check(&Tested::of::<F>(), |a, b| {
        let (x, y) = (number::<F>(a), number::<F>(b));
        let bits = |(order, flags): (_, ulp::Flags)| (order, flags.bits());
        Comparisons {
            order: x.partial_cmp(&y),
            equal: x == y,
            ordered: [x < y, x <= y, x > y, x >= y],
            quiet: bits(ieee::compare(x, y)),
            signaling: bits(ieee::compare_signaling(x, y)),
        }
    });
}

/// `minimum`, `maximum`, `min` and `max`: IEEE 754-2019, 9.6, and `f32`'s `min` and `max`, with −0 below +0.
fn extremes<F: Numbers>() {
    fn check(format: &Tested, is: fn(u64, u64) -> [u64; 4]) {
        for a in format.codes() {
            for b in format.codes() {
                let right = right_extremes(format, a, b);
                assert_eq!(is(a, b), right, "{}: {a:#x} {b:#x}", format.name);
            }
        }
    }
    check(&Tested::of::<F>(), |a, b| {
        let (x, y) = (number::<F>(a), number::<F>(b));
        [code(x.minimum(y)), code(x.maximum(y)), code(x.min(y)), code(x.max(y))]
    });
}

fn right_extremes(format: &Tested, a: u64, b: u64) -> [u64; 4] {
    let shape = &format.shape;
    match (is_nan(format, a), is_nan(format, b)) {
        (false, false) => {
            let order = order(decode(shape, a), decode(shape, b));
            // The zero with the sign bit is less than the other.
            let a_is_less = match order.expect("neither is a NaN") {
                Ordering::Less => true,
                Ordering::Equal => a > b,
                Ordering::Greater => false,
            };
            if a_is_less { [a, b, a, b] } else { [b, a, b, a] }
        }
        (first, second) => {
            // The sum of a NaN and a number is that NaN, quiet.
            let (nan, _) = oracle::add(shape, a, b).rounded(Rounding::TiesToEven);
            let number = if first && second {
                nan
            } else if first {
                b
            } else {
                a
            };
            [nan, nan, number, number]
        }
    }
}

/// The results are those of `f64`.
fn clamped<F: Numbers>() {
    fn check(format: &Tested, clamp: fn([u64; 3]) -> u64, to_f64: fn(u64) -> f64) {
        for a in format.codes() {
            for [least, most] in [[0x04, 0x31], [0x84, 0x11], [0x80, 0x00], [0x00, 0x80], [0x22, 0x22]] {
                let (low, high) = (to_f64(least), to_f64(most));
                if low <= high {
                    let right = to_f64(a).clamp(low, high);
                    let is = clamp([a, least, most]);
                    let what = format!("{}: {a:#x}", format.name);
                    if right.is_nan() {
                        assert_eq!(is, a, "{what}");
                    } else {
                        assert_eq!(to_f64(is).to_bits(), right.to_bits(), "{what}");
                    }
                }
            }
        }
    }
    let clamp = |[a, least, most]: [u64; 3]| code(number::<F>(a).clamp(number(least), number(most)));
    check(&Tested::of::<F>(), clamp, to_f64::<F>);
}

#[test]
fn distances_to_the_neighbours() {
    neighbours::<F16>();
    neighbours::<Bf16>();
    for_every_byte_format!(neighbours);
    for_some_odd_formats!(neighbours);
}

#[test]
fn the_order_of_all_codes() {
    for_every_byte_format!(total_order);
    for_some_odd_formats!(total_order);
}

#[test]
fn comparisons_of_quiet_and_signaling_nans() {
    for_every_byte_format!(comparisons);
    for_some_odd_formats!(comparisons);
}

#[test]
fn minima_and_maxima() {
    for_every_byte_format!(extremes);
    for_some_odd_formats!(extremes);
}

#[test]
fn clamping_between_two_bounds() {
    for_every_byte_format!(clamped);
}
