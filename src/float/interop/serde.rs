//! serde: a number is written as a number, and any number is read.
//!
//! This module does not write bits. For `flatten`, `untagged` and internally tagged enums, serde first keeps a value without its
//! format. An integer of bits would then be read as a number. [`serde_bits`](crate::serde_bits) writes bits.

use core::fmt::{self, LowerExp};
use core::marker::PhantomData;
use core::num::FpCategory;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::in_range;
use crate::arithmetic::ieee;
use crate::float::{Float, spec::Spec};
use crate::format::Layout;
use crate::round::{Cast, Format, Rounding, to_code};
use crate::text;

/// The type as which a format that is not human-readable gets numbers: the narrowest type that has all numbers of the format.
enum Written {
    F32,
    F64,
    /// The digits of a number, for a format wider than `f64`.
    Text,
}

impl Written {
    const fn of(layout: Layout) -> Self {
        if layout.is_within(Layout::BINARY32) {
            Self::F32
        } else if layout.is_within(Layout::BINARY64) {
            Self::F64
        } else {
            Self::Text
        }
    }
}

/// A human-readable format, such as JSON, gets the exact value as an `f64`: 0.0999755859375 for the `F16` nearest to 0.1. NaN and
/// the infinities are the strings `"NaN"`, `"inf"` and `"-inf"`, because JSON has no numbers for them. A NaN loses its sign and
/// payload.
///
/// Other formats get an `f32` if every number of the format is an `f32`. Otherwise they get an `f64`. NaN and the infinities are
/// floats there too.
///
/// A format wider than `f64` has numbers that no `f64` has. Human-readable formats get such a number as a string of its digits.
/// Other formats get all numbers of a format wider than `f64` as strings.
///
/// [`serde_bits`](crate::serde_bits) writes the bits.
impl<S: Spec> Serialize for Float<S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        if serializer.is_human_readable() {
            return serialize(*self, serializer);
        }
        match const { Written::of(Self::LAYOUT) } {
            Written::F32 => serializer.serialize_f32(self.cast()),
            Written::F64 => serializer.serialize_f64(self.cast()),
            Written::Text => serializer.collect_str(&format_args!("{self:e}")),
        }
    }
}

/// Reads an integer, an `f32` or an `f64`, and rounds the number once, ties to even. Reads a string too, as `FromStr` does. A
/// number past the largest number is an error, unless the format has infinities. A NaN, a negative number or a zero is an error
/// in a format without it.
///
/// From a format that isn't human-readable, the function requests the type that [`Serialize`] writes, and accepts any type that
/// it gets. Some formats give no other type. For example, an integer in CBOR is an error where the function requests an `f32`.
impl<'de, S: Spec> Deserialize<'de> for Float<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let visitor = OfNumber(PhantomData);
        if deserializer.is_human_readable() {
            return deserializer.deserialize_any(visitor);
        }
        match const { Written::of(Self::LAYOUT) } {
            Written::F32 => deserializer.deserialize_f32(visitor),
            Written::F64 => deserializer.deserialize_f64(visitor),
            Written::Text => deserializer.deserialize_str(visitor),
        }
    }
}

/// # Other ways to write a number
/// These methods need the feature `serde`. `half` has methods of these names.
impl<S: Spec> Float<S> {
    /// Writes the number as an `f32`, for `#[serde(serialize_with = "F16::serialize_as_f32")]`. NaN and the infinities are floats
    /// too. JSON writes them as `null`.
    ///
    /// # Errors
    /// The errors are those of the serializer.
    pub fn serialize_as_f32<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        serializer.serialize_f32(self.to_f32())
    }

    /// Writes the text that `Display` prints, for `#[serde(serialize_with = "F16::serialize_as_string")]`.
    ///
    /// # Errors
    /// The errors are those of the serializer.
    pub fn serialize_as_string<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        serializer.collect_str(self)
    }
}

/// Returns the number as an `f64`, if `f64` has the number.
fn exact_f64<F: Format>(number: F) -> Option<f64> {
    let (float, flags) = number.cast_with(Cast::new());
    flags.is_empty().then_some(float)
}

/// Writes a number for people.
fn serialize<F: Format + LowerExp, S: Serializer>(number: F, serializer: S) -> Result<S::Ok, S::Error> {
    let (layout, code) = (F::LAYOUT, to_code(number));
    match layout.classify(code) {
        FpCategory::Nan => serializer.serialize_str("NaN"),
        FpCategory::Infinite if layout.is_negative(code) => serializer.serialize_str("-inf"),
        FpCategory::Infinite => serializer.serialize_str("inf"),
        _ => match exact_f64(number) {
            Some(float) => serializer.serialize_f64(float),
            None => serializer.collect_str(&format_args!("{number:e}")),
        },
    }
}

struct OfNumber<F>(PhantomData<F>);

macro_rules! integers {
    ($($visit:ident: $integer:ident, $unexpected:expr;)*) => { $(
        fn $visit<E: Error>(self, x: $integer) -> Result<F, E> {
            in_range(false, ieee::from_int(x, Rounding::TiesToEven))
                .ok_or_else(|| E::invalid_value($unexpected(x), &self))
        }
    )* };
}

impl<F: Format> Visitor<'_> for OfNumber<F> {
    type Value = F;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a number of the format {}", F::DTYPE)
    }

    integers! {
        visit_i64: i64, Unexpected::Signed;
        visit_u64: u64, Unexpected::Unsigned;
        visit_i128: i128, |_| Unexpected::Other("integer");
        visit_u128: u128, |_| Unexpected::Other("integer");
    }

    fn visit_f64<E: Error>(self, x: f64) -> Result<F, E> {
        in_range(x.is_nan(), x.cast_with(Cast::new())).ok_or_else(|| E::invalid_value(Unexpected::Float(x), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<F, E> {
        text::parse_with(text, Cast::new())
            .ok()
            .and_then(|parsed| in_range(false, parsed))
            .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}
