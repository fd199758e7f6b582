//! `From` between the shipped formats. A conversion exists if every value is kept, and only then.

use std::collections::HashSet;
use std::marker::PhantomData;

use ulp::*;

/// Tells whether there is a conversion by `From`. An inherent constant takes precedence over a trait's constant, if its bounds
/// hold.
struct Pair<S, D>(PhantomData<(S, D)>);

trait None<S, D> {
    const CONVERT_ALL: Option<fn() -> Vec<u64>> = Option::None;
}

impl<S, D> None<S, D> for Pair<S, D> {}

impl<S: Values, D: Values + From<S>> Pair<S, D> {
    const CONVERT_ALL: Option<fn() -> Vec<u64>> = Some(|| {
        let converted = S::all().into_iter().map(D::from);
        converted.map(Values::value).collect()
    });
}

/// A type and its values, as the bits of `f64`s. All NaNs have the same bits.
trait Values: Copy + 'static {
    const SHIPPED: bool = false;

    /// Returns all values of a narrow type. Returns some values of a wide integer or float, among them values that no format here
    /// has.
    fn all() -> Vec<Self>;
    fn value(self) -> u64;
    fn is_value(bits: u64) -> bool;
}

fn bits(x: f64) -> u64 {
    if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() }
}

macro_rules! formats {
    ([$($format:ident)*]) => { $(
        impl Values for $format {
            const SHIPPED: bool = true;

            fn all() -> Vec<Self> {
                (0..1u32 << Self::LAYOUT.bits()).map(|code| Self::from_bits(code as _)).collect()
            }

            fn value(self) -> u64 {
                bits(self.to_f64())
            }

            fn is_value(bits: u64) -> bool {
                thread_local! {
                    static VALUES: HashSet<u64> = $format::all().into_iter().map(Values::value).collect();
                }
                VALUES.with(|values| values.contains(&bits))
            }
        }
    )* };
}
for_every_format!(formats);

macro_rules! floats {
    ($($float:ident)*) => { $(
        impl Values for $float {
            fn all() -> Vec<Self> {
                vec![$float::MAX, $float::MIN_POSITIVE]
            }

            fn value(self) -> u64 {
                bits(f64::from(self))
            }

            fn is_value(value: u64) -> bool {
                bits(f64::from(f64::from_bits(value) as $float)) == value
            }
        }
    )* };
}
floats!(f32 f64);

macro_rules! integers {
    ($($integer:ident)*) => { $(
        impl Values for $integer {
            fn all() -> Vec<Self> {
                let ends = (0..=127).flat_map(|i| [$integer::MIN.saturating_add(i), $integer::MAX.saturating_sub(i)]);
                // The list has an integer with more bits than a 16-bit float has, if the integer type has more than 8 bits.
                ends.chain([0x7fff_u16 as $integer]).collect()
            }

            fn value(self) -> u64 {
                (self as f64).to_bits()
            }

            fn is_value(bits: u64) -> bool {
                let float = f64::from_bits(bits);
                (float as $integer as f64).to_bits() == bits
            }
        }
    )* };
}
integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

impl Values for bool {
    fn all() -> Vec<Self> {
        vec![false, true]
    }

    fn value(self) -> u64 {
        f64::from(u8::from(self)).to_bits()
    }

    fn is_value(bits: u64) -> bool {
        [false, true].map(Values::value).contains(&bits)
    }
}

/// The values of a type, and the name that the assertions print.
struct Source {
    name: &'static str,
    shipped: bool,
    values: Vec<u64>,
}

fn source<S: Values>(name: &'static str) -> Source {
    Source {
        name,
        shipped: S::SHIPPED,
        values: S::all().into_iter().map(Values::value).collect(),
    }
}

/// Checks that there are converted values if and only if the other type has all values, and that the conversion keeps them.
fn check(from: &Source, to: &str, is_value: fn(u64) -> bool, convert_all: Option<fn() -> Vec<u64>>) {
    let name = from.name;
    let converted = convert_all.map(|convert| convert());
    let exact = from.values.iter().all(|&value| is_value(value));
    assert_eq!(converted.is_some(), exact, "{name} to {to}");
    for (converted, &value) in converted.unwrap_or_default().into_iter().zip(&from.values) {
        assert_eq!(converted, value, "{name} to {to} of {:e}", f64::from_bits(value));
    }
}

macro_rules! to_each {
    ([$($shipped:ident)*] $from:ident) => {
        to_each! { $from: $($shipped)* f32 f64 bool i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }
    };
    ($from:ident: $($to:ident)*) => {
        let from = source::<$from>(stringify!($from));
        $(
            if from.shipped || $to::SHIPPED {
                check(&from, stringify!($to), $to::is_value, Pair::<$from, $to>::CONVERT_ALL);
            }
        )*
    };
}

macro_rules! from_each {
    ([$($shipped:ident)*]) => {
        from_each! { $($shipped)* f32 f64 bool i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }
    };
    ($($from:ident)*) => { $( for_every_format!(to_each $from); )* };
}

#[test]
fn from_is_there_if_and_only_if_it_is_exact() {
    for_every_format!(from_each);
}

#[test]
fn nan_keeps_its_payload_where_both_have_one() {
    assert_eq!(F16::from(F8E5M2::from_bits(0xff)).to_bits(), 0xff00);
    assert_eq!(Bf16::from(F8E3M4::from_bits(0x7d)).to_bits(), 0x7fe8);
    // A signaling NaN becomes quiet.
    assert_eq!(f32::from(F16::from_bits(0x7c01)).to_bits(), 0x7fc0_2000);
}
