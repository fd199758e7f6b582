//! serde: a number is written as a number, and any number is read.
//!
//! Bits are not: an integer of them would be read as a number where serde keeps values to look at them twice (`flatten`, `untagged` and
//! enums tagged inside), for serde forgets there which format it reads. [`serde_bits`] is for who wants them.

use core::fmt::{self, LowerExp};
use core::marker::PhantomData;
use core::num::FpCategory;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::within;
use crate::arithmetic::ieee;
use crate::float::{Float, spec::Spec};
use crate::format::Layout;
use crate::round::{Cast, Format, Rounding, to_code};
use crate::text;

/// How the numbers of a format are written where people don't read them: as the narrowest that has them all.
enum Written {
    F32,
    F64,
    /// The digits of a format that is wider than `f64`.
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

/// In a human-readable format, such as JSON, the exact value as an `f64`: 0.0999755859375 for the `F16` nearest to 0.1. NaN and the
/// infinities are the strings `"NaN"`, `"inf"` and `"-inf"`, since JSON has no numbers for them; a NaN loses its sign and payload.
///
/// In other formats, an `f32` if every number of the format is one, else an `f64`, NaN and the infinities too.
///
/// What no `f64` has, of a format that is wider, is a string of its digits; in other than human-readable formats all numbers of such a
/// format are.
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

/// A number, be it an integer, an `f32` or an `f64`, rounded once, ties to even; or a string, parsed as `FromStr` does. What lies past
/// the largest number is an error, unless the format has infinities; so is a NaN, or a negative number, or zero, for a format without.
///
/// From other than human-readable formats it asks for what [`Serialize`] writes there, and reads what it is given. Some formats
/// give nothing but that: as an `f32`, it doesn't read an integer of CBOR.
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
/// With feature `serde`, as `half` has them.
impl<S: Spec> Float<S> {
    /// Writes the number as an `f32`, for `#[serde(serialize_with = "F16::serialize_as_f32")]`. NaN and the infinities are floats, too,
    /// which JSON writes as `null`.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize_as_f32<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        serializer.serialize_f32(self.to_f32())
    }

    /// Writes the text that `Display` prints, for `#[serde(serialize_with = "F16::serialize_as_string")]`.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize_as_string<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        serializer.collect_str(self)
    }
}

/// The number as an `f64`, if that has it.
fn exact<F: Format>(number: F) -> Option<f64> {
    let (float, flags) = number.cast_with(Cast::new());
    flags.is_empty().then_some(float)
}

/// A number for people.
fn serialize<F: Format + LowerExp, S: Serializer>(
    number: F,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let (layout, code) = (F::LAYOUT, to_code(number));
    match layout.classify(code) {
        FpCategory::Nan => serializer.serialize_str("NaN"),
        FpCategory::Infinite if layout.is_negative(code) => serializer.serialize_str("-inf"),
        FpCategory::Infinite => serializer.serialize_str("inf"),
        _ => match exact(number) {
            Some(float) => serializer.serialize_f64(float),
            None => serializer.collect_str(&format_args!("{number:e}")),
        },
    }
}

struct OfNumber<F>(PhantomData<F>);

macro_rules! integers {
    ($($visit:ident: $integer:ident, $unexpected:expr;)*) => { $(
        fn $visit<E: Error>(self, x: $integer) -> Result<F, E> {
            within(false, ieee::from_int(x, Rounding::TiesToEven))
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
        within(x.is_nan(), x.cast_with(Cast::new()))
            .ok_or_else(|| E::invalid_value(Unexpected::Float(x), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<F, E> {
        text::parse_with(text, Cast::new())
            .ok()
            .and_then(|parsed| within(false, parsed))
            .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}
