//! Compares comparisons, neighbours, and functions that choose by comparing with the list of all codes, sorted by value.

use std::cmp::Ordering;

use ulp::{ieee, ulps_between};
use ulp_verify::numbers::Numbers;
use ulp_verify::operations::{code, number};
use ulp_verify::oracle::{INVALID, Real, Value, decode};

use super::formats::{codes, for_some_odd_formats, shape};
use super::*;

/// Returns the order of two values. Zeros are equal, and a NaN has no order.
fn order(a: Value, b: Value) -> Option<Ordering> {
    let negative = |value| match value {
        Value::Nan { .. } => None,
        Value::Infinite { negative } => Some(negative),
        Value::Finite {
            negative,
            magnitude,
        } => Some(negative && magnitude.significand != 0),
    };
    let signs = (negative(a)?, negative(b)?);
    let magnitudes = match (a, b) {
        (Value::Finite { magnitude, .. }, Value::Finite { magnitude: m, .. }) => {
            magnitude.compare(m)
        }
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

fn is_nan<F: Format>(code: u64) -> bool {
    matches!(decode(&shape::<F>(), code), Value::Nan { .. })
}

/// Returns the codes of all numbers in groups of equal ones, from the least to the greatest. −0 stands before +0.
fn sorted<F: Format>() -> Vec<Vec<u64>> {
    let mut numbers: Vec<u64> = codes::<F>().filter(|&code| !is_nan::<F>(code)).collect();
    let value = |code| decode(&shape::<F>(), code);
    // Zeros are the only equal numbers with two codes.
    numbers.sort_by_key(|&code| std::cmp::Reverse(code));
    numbers.sort_by(|&a, &b| order(value(a), value(b)).expect("no NaN is left"));
    numbers
        .chunk_by(|&a, &b| order(value(a), value(b)) == Some(Ordering::Equal))
        .map(<[u64]>::to_vec)
        .collect()
}

fn neighbours<F: Numbers>() {
    let sorted = sorted::<F>();
    for (i, equal) in sorted.iter().enumerate() {
        for &a in equal {
            let x = number::<F>(a);
            let up = sorted.get(i + 1).map_or(a, |above| above[0]);
            let down = match i.checked_sub(1) {
                Some(below) => *sorted[below].last().expect("a group is not empty"),
                None => a,
            };
            assert_eq!(code(x.next_up()), up, "{}: {a:#x}", F::DTYPE);
            assert_eq!(code(x.next_down()), down, "{}: {a:#x}", F::DTYPE);
            let step = (sorted.len() / 300).max(1);
            for (j, other) in sorted.iter().enumerate().step_by(step) {
                let steps = i.abs_diff(j) as u64;
                for &b in other {
                    assert_eq!(ulps_between(x, number::<F>(b)), steps, "{a:#x} {b:#x}");
                }
            }
        }
    }
    for a in codes::<F>().filter(|&code| is_nan::<F>(code)) {
        let nan = number::<F>(a);
        assert_eq!([code(nan.next_up()), code(nan.next_down())], [a; 2]);
        for b in codes::<F>() {
            assert_eq!(ulps_between(nan, number(b)), u64::MAX);
            assert_eq!(ulps_between(number(b), nan), u64::MAX);
        }
    }
}

/// IEEE 754-2019, 5.10: the order of sign and magnitude, also of NaNs. FNUZ's NaN, which has no sign, comes last.
fn total_order<F: Numbers>() {
    let shape = shape::<F>();
    let key = |code: u64| {
        let magnitude = (code & shape.top()) as i64;
        if shape.nan_at_negative_zero && is_nan::<F>(code) {
            i64::MAX
        } else if code & shape.sign_bit() != 0 {
            -1 - magnitude
        } else {
            magnitude
        }
    };
    for a in codes::<F>() {
        for b in codes::<F>() {
            let is = number::<F>(a).total_order(number(b));
            assert_eq!(is, key(a).cmp(&key(b)), "{}: {a:#x} {b:#x}", F::DTYPE);
        }
    }
}

fn comparisons<F: Numbers>() {
    let shape = shape::<F>();
    for a in codes::<F>() {
        for b in codes::<F>() {
            let what = format!("{}: {a:#x} {b:#x}", F::DTYPE);
            let (x, y) = (number::<F>(a), number::<F>(b));
            let values = [a, b].map(|code| decode(&shape, code));
            let order = order(values[0], values[1]);
            let signaling = values.iter().any(Value::is_signaling);
            assert_eq!(x.partial_cmp(&y), order, "{what}");
            assert_eq!(x == y, order == Some(Ordering::Equal), "{what}");
            let (quiet, flags) = ieee::compare(x, y);
            let invalid = if signaling { INVALID } else { 0 };
            assert_eq!((quiet, flags.bits()), (order, invalid), "{what}");
            let (loud, flags) = ieee::compare_signaling(x, y);
            let invalid = if order.is_none() { INVALID } else { 0 };
            assert_eq!((loud, flags.bits()), (order, invalid), "{what}");
        }
    }
}

/// IEEE 754-2019, 9.6, and `f32`'s `min` and `max`, with −0 below +0.
fn extremes<F: Numbers>() {
    let shape = shape::<F>();
    for a in codes::<F>() {
        for b in codes::<F>() {
            let what = format!("{}: {a:#x} {b:#x}", F::DTYPE);
            let (x, y) = (number::<F>(a), number::<F>(b));
            let [least, greatest, numeric_least, numeric_greatest] =
                match (is_nan::<F>(a), is_nan::<F>(b)) {
                    (false, false) => {
                        let order = order(decode(&shape, a), decode(&shape, b));
                        // The zero with the sign bit is less than the other.
                        let a_is_less = match order.expect("neither is a NaN") {
                            Ordering::Less => true,
                            Ordering::Equal => a > b,
                            Ordering::Greater => false,
                        };
                        if a_is_less {
                            [a, b, a, b]
                        } else {
                            [b, a, b, a]
                        }
                    }
                    (first, second) => {
                        // The sum of a NaN and a number is that NaN, quiet.
                        let (nan, _) = ulp_verify::oracle::add(&shape, a, b)
                            .rounded(ulp_verify::oracle::Rounding::TiesToEven);
                        let number = if first && second {
                            nan
                        } else if first {
                            b
                        } else {
                            a
                        };
                        [nan, nan, number, number]
                    }
                };
            assert_eq!(code(x.minimum(y)), least, "{what}");
            assert_eq!(code(x.maximum(y)), greatest, "{what}");
            assert_eq!(code(x.min(y)), numeric_least, "{what}");
            assert_eq!(code(x.max(y)), numeric_greatest, "{what}");
        }
    }
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

/// The results are those of `f64`.
#[test]
fn clamping_between_two_bounds() {
    fn check<F: Numbers>() {
        for a in codes::<F>() {
            for [least, most] in [
                [0x04, 0x31],
                [0x84, 0x11],
                [0x80, 0x00],
                [0x00, 0x80],
                [0x22, 0x22],
            ] {
                let (least, most) = (number::<F>(least), number::<F>(most));
                let (low, high): (f64, f64) = (least.cast(), most.cast());
                if low <= high {
                    let wide: f64 = number::<F>(a).cast();
                    let right = wide.clamp(low, high);
                    let is = number::<F>(a).clamp(least, most);
                    if right.is_nan() {
                        assert_eq!(code(is), a);
                    } else {
                        assert_eq!(is.cast::<f64>().to_bits(), right.to_bits(), "{a:#x}");
                    }
                }
            }
        }
    }
    for_every_byte_format!(check);
}
