//! Integers: conversions from and to every integer type, and rounding to integers in a format.

use fastrand::Rng;
use ulp::{Flags, ieee};

use super::formats::{Tested, for_some_odd_formats, to_f64};
use super::*;
use crate::adapter::rounding;
use crate::operations::{code, number};
use crate::oracle::{self, Rounding};

fn given<F: Format>((number, flags): (F, Flags)) -> (u64, u8) {
    (code(number), flags.bits())
}

/// `ieee::round_to_integral` on codes, or `ieee::round_to_integral_exact`.
type ToIntegral = fn(u64, ulp::Rounding) -> (u64, u8);

fn to_integral<F: Format>() {
    fn check(format: &Tested, plain: ToIntegral, exact: ToIntegral) {
        for a in format.codes() {
            for direction in Rounding::ALL {
                for (exact, is) in [(false, plain), (true, exact)] {
                    let is = is(a, rounding(direction));
                    let right = oracle::round_to_integral(&format.shape, a, direction, exact);
                    let name = format.name;
                    assert_eq!(is, right, "{name}: {a:#x}, {direction:?}, exact: {exact}");
                }
            }
        }
    }
    check(
        &Tested::of::<F>(),
        |a, rounding| given(ieee::round_to_integral(number::<F>(a), rounding)),
        |a, rounding| given(ieee::round_to_integral_exact(number::<F>(a), rounding)),
    );
}

/// The functions of `ulp::ieee` for a format and an integer type.
struct Integer {
    bits: u32,
    signed: bool,
    /// The conversion from the low bits to a code.
    from: fn(u128, ulp::Rounding) -> (u64, u8),
    /// The conversion from a code to the integer, its sign extended.
    to: fn(u64, ulp::Rounding) -> (u128, u8),
}

/// The methods of a format for an integer type, and what they must agree with.
struct Methods {
    bits: u32,
    to_f64: fn(u64) -> f64,
    to_int: fn(u64) -> u128,
    /// `f64`'s `as`, which saturates and cuts.
    cut: fn(f64) -> u128,
    from_int: fn(u128) -> u64,
    /// `ieee::from_int`, rounded to nearest.
    nearest: fn(u128) -> u64,
}

macro_rules! integers {
    ($($integer:ident)*) => {
        fn integers<F: Format>() -> Vec<Integer> {
            vec![$(Integer {
                bits: $integer::BITS,
                signed: $integer::MIN != 0,
                from: |bits, rounding| given(ieee::from_int::<F, _>(bits as $integer, rounding)),
                to: |a, rounding| {
                    let (integer, flags) = ieee::to_int::<$integer, _>(number::<F>(a), rounding);
                    (integer as u128, flags.bits())
                },
            }),*]
        }

        macro_rules! methods {
            ($name:ident) => {
                check_methods(&Tested::of::<$name>(), &[$(Methods {
                    bits: $integer::BITS,
                    to_f64: to_f64::<$name>,
                    to_int: |a| number::<$name>(a).to_int::<$integer>() as u128,
                    cut: |wide| wide as $integer as u128,
                    from_int: |bits| code($name::from_int(bits as $integer)),
                    nearest: |bits| {
                        let ties_to_even = ulp::Rounding::TiesToEven;
                        code(ieee::from_int::<$name, _>(bits as $integer, ties_to_even).0)
                    },
                }),*])
            };
        }
    };
}
// Each type takes seconds to compile, so a debug build has half of them.
#[cfg(debug_assertions)]
integers!(i8 i32 i128 u16 u64 usize);
#[cfg(not(debug_assertions))]
integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

/// Returns bits of integers: the ends, powers of two and their neighbours, ties, and random ones of every length.
fn patterns(bits: u32) -> Vec<u128> {
    let mut patterns = vec![0, u128::MAX];
    let mut rng = Rng::with_seed(7);
    for place in 0..bits {
        let power = 1_u128 << place;
        patterns.extend([power, power - 1, power + 1, power + power / 2]);
        for _ in 0..20 {
            let random = rng.u128(..) >> (127 - place);
            let short = random >> place.saturating_sub(12) << place.saturating_sub(12);
            patterns.extend([random, short, short + 1, short.wrapping_sub(1)]);
        }
    }
    let negative: Vec<_> = patterns.iter().map(|bits| bits.wrapping_neg()).collect();
    patterns.extend(negative);
    patterns
}

fn to_integers<F: Format>() {
    fn check(format: &Tested, integers: &[Integer]) {
        for integer in integers {
            let all = u128::MAX >> (128 - integer.bits);
            let bounds = if integer.signed {
                [all >> 1, (all >> 1) + 1]
            } else {
                [all, 0]
            };
            for a in format.codes() {
                for direction in Rounding::ALL {
                    let (negative, magnitude, flags) = oracle::to_integer(&format.shape, a, direction, bounds);
                    let right = if negative { magnitude.wrapping_neg() } else { magnitude };
                    let is = (integer.to)(a, rounding(direction));
                    let what = (format.name, a, direction, integer.bits, integer.signed);
                    assert_eq!(is, (right, flags), "{what:?}");
                }
            }
        }
    }
    check(&Tested::of::<F>(), &integers::<F>());
}

fn from_integers<F: Format>() {
    fn check(format: &Tested, integers: &[Integer]) {
        for integer in integers {
            for bits in patterns(integer.bits) {
                let unused = 128 - integer.bits;
                let negative = integer.signed && bits << unused >> 127 == 1;
                let value = if negative { bits.wrapping_neg() } else { bits };
                let magnitude = value << unused >> unused;
                let answer = oracle::from_integer(&format.shape, negative, magnitude);
                for direction in Rounding::ALL {
                    let is = (integer.from)(bits, rounding(direction));
                    let what = (format.name, negative, magnitude, direction, integer.bits);
                    assert_eq!(is, answer.rounded(direction), "{what:?}");
                }
            }
        }
    }
    check(&Tested::of::<F>(), &integers::<F>());
}

fn check_methods(format: &Tested, integers: &[Methods]) {
    let name = format.name;
    for integer in integers {
        for a in format.codes() {
            let right = (integer.cut)((integer.to_f64)(a));
            assert_eq!((integer.to_int)(a), right, "{name} {a:#x}");
        }
        for bits in patterns(integer.bits) {
            let (is, right) = ((integer.from_int)(bits), (integer.nearest)(bits));
            assert_eq!(is, right, "{name}: {bits:#x}, {} bits", integer.bits);
        }
    }
}

#[test]
fn integers_in_a_format() {
    to_integral::<F16>();
    to_integral::<Bf16>();
    for_every_byte_format!(to_integral);
    for_some_odd_formats!(to_integral);
}

#[test]
fn integers_to_every_type() {
    to_integers::<F16>();
    to_integers::<Bf16>();
    to_integers::<F8E4M3Fn>();
    to_integers::<F8E4M3Fnuz>();
    to_integers::<F8E8M0Fnu>();
    to_integers::<F4E2M1Fn>();
    to_integers::<formats::UnsignedIeee>();
    to_integers::<formats::WithoutZero>();
}

#[test]
fn integers_from_every_type() {
    from_integers::<F16>();
    from_integers::<Bf16>();
    from_integers::<F8E4M3Fn>();
    from_integers::<F8E4M3Fnuz>();
    from_integers::<F8E8M0Fnu>();
    from_integers::<F4E2M1Fn>();
    from_integers::<formats::UnsignedIeee>();
    from_integers::<formats::WithoutZero>();
}

#[test]
fn integers_by_the_methods() {
    methods!(F16);
    methods!(Bf16);
    methods!(F8E4M3Fn);
    methods!(F8E5M2);
    methods!(F8E8M0Fnu);
    methods!(F4E2M1Fn);
}
