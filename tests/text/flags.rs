//! Flags have the effect that they have for `f32`.

use super::*;

/// Formats two numbers in every listed way, and compares the texts.
macro_rules! assert_same {
    ($is:expr, $right:expr, $($format:literal)*) => { $(
        assert_eq!(format!($format, $is), format!($format, $right), "{}", $format);
    )* };
}

/// Returns numbers whose shortest digits in a narrow format are those in `f32`, and special numbers.
fn same_digits() -> Vec<f32> {
    let mut numbers = vec![0.0, 1.0, 0.5, 0.25, 1.5, 2.0, 3.0, 12.0, f32::INFINITY, f32::NAN];
    numbers.extend(numbers.clone().into_iter().map(|x| -x));
    numbers
}

/// A number behind its traits, because a copy of each formatting for each format takes minutes to compile.
trait Printed: Display + Debug + LowerExp + UpperExp {}

impl<T: Display + Debug + LowerExp + UpperExp> Printed for T {}

fn shortest<F: Text>() {
    for x in same_digits() {
        compare_shortest(&x.cast::<F>(), x);
    }
}

fn compare_shortest(y: &dyn Printed, x: f32) {
    assert_same! { y, x,
        "{}" "{:?}" "{:e}" "{:E}" "{:#}" "{:#?}"
        "{:+}" "{:+?}" "{:+e}" "{:+E}"
        "{:1}" "{:9}" "{:<9}" "{:^9}" "{:>9}" "{:^10}" "{:*<9}" "{:*^9}" "{:→>9}" "{:→^+10}"
        "{:09}" "{:+09}" "{:<09}" "{:*^+09}" "{:00}" "{:#09}"
        "{:9?}" "{:<9?}" "{:*^9?}" "{:09?}" "{:+09?}" "{:x?}" "{:#X?}"
        "{:9e}" "{:<9e}" "{:*^9e}" "{:09e}" "{:+09e}"
        "{:9E}" "{:<9E}" "{:*^9E}" "{:09E}" "{:+09E}"
    }
}

#[test]
fn flags_without_a_precision() {
    shortest::<F16>();
    shortest::<Bf16>();
    shortest::<F8E5M2>();
    shortest::<E8M11>();
    shortest::<Wide>();
}

/// With a precision, only the value decides, in every format.
fn exact<F: Text>() {
    let codes: Vec<u64> = (0..1 << F::LAYOUT.bits()).step_by(97).collect();
    for bits in codes {
        let y: F = number(bits);
        compare_exact(&y, y.cast(), bits);
    }
}

fn compare_exact(y: &dyn Printed, x: f32, bits: u64) {
    assert_same! { y, x,
        "{:.0}" "{:.1}" "{:.3}" "{:.20}" "{:+.2}" "{:08.3}" "{:+010.2}" "{:*^12.4}" "{:<12.1}"
        "{:.0?}" "{:.2?}" "{:+010.1?}" "{:.0e}" "{:.2e}" "{:.9e}" "{:+012.3e}" "{:*>12.1e}" "{:.2E}" "{:<12.3E}"
    }
    let (width, precision) = (bits as usize % 20, bits as usize % 7);
    assert_eq!(format!("{y:width$.precision$}"), format!("{x:width$.precision$}"));
    assert_eq!(format!("{y:>+0width$.precision$e}"), format!("{x:>+0width$.precision$e}"));
}

#[test]
fn flags_with_a_precision() {
    for_every_short_format!(exact);
}

/// A long run of zeros is written apart from the digits.
#[test]
fn flags_with_long_runs_of_zeros() {
    for x in [1e300f64, 2.5e-300, -1e-44, -1e60] {
        let y: Double = x.cast();
        assert_same! { y, x,
            "{}" "{:+}" "{:400}" "{:<400}" "{:*^400}" "{:0400}" "{:+0401}" "{:?}" "{:e}"
        }
    }
}

#[test]
fn flags_of_bits() {
    for bits in [0, 1, 0x3c00, 0x7bff, 0xffff] {
        let x = F16::from_bits(bits);
        assert_same! { x, bits,
            "{:x}" "{:X}" "{:o}" "{:b}" "{:#x}" "{:#X}" "{:#o}" "{:#b}" "{:04x}" "{:#06X}" "{:016b}" "{:#018b}" "{:*^9x}" "{:<9o}"
        }
    }
    // Bits above the width of the format do not belong to the number.
    assert_eq!(format!("{:02x}", F6E3M2Fn::from_bits(0xff)), "3f");
    assert_eq!(format!("{:b}", F4E2M1Fn::from_bits(0xf2)), "10");
    assert_eq!(format!("{}", F4E2M1Fn::from_bits(0xf2)), "1");
}
