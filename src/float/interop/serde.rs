//! serde: numbers as numbers where people read them, and as bits where they don't.

use core::fmt::{self, LowerExp, Write};
use core::marker::PhantomData;
use core::num::FpCategory;
use core::str::FromStr;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::within;
use crate::arithmetic::ieee;
use crate::float::{Float, spec::Spec};
use crate::round::{Bits, Cast, Format, Rounding, to_code};
use crate::text::ParseFloatError;

/// In a human-readable format, such as JSON, the number, as an `f64` that shows the number's own shortest digits: 0.1, not
/// 0.0999755859375. NaN and the infinities are the strings `"NaN"`, `"inf"` and `"-inf"`, since JSON has no numbers
/// for them; a NaN loses its sign and payload. A number of a format that is wider than `f64` is a string, too.
///
/// In other formats, the bits: the integer that stores them.
impl<S: Spec> Serialize for Float<S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        if serializer.is_human_readable() {
            return serialize(*self, serializer);
        }
        let code = self.code();
        match S::Bits::BITS {
            8 => serializer.serialize_u8(code as u8),
            16 => serializer.serialize_u16(code as u16),
            32 => serializer.serialize_u32(code as u32),
            _ => serializer.serialize_u64(code),
        }
    }
}

/// From a human-readable format, a number, be it an integer or an `f64`, rounded once, ties to even; or a string, parsed as
/// `FromStr` does. What lies past the largest number is an error, unless the format has infinities; so is a NaN, or
/// a negative number, or zero, for a format without.
///
/// From other formats, the bits. Where serde keeps values to look at them twice (`flatten`, `untagged`, and enums tagged
/// inside), it takes every format for a human-readable one, and a number doesn't come back from its bits.
impl<'de, S: Spec> Deserialize<'de> for Float<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return deserializer.deserialize_any(OfNumber(PhantomData));
        }
        let code = match S::Bits::BITS {
            8 => u8::deserialize(deserializer)?.into(),
            16 => u16::deserialize(deserializer)?.into(),
            32 => u32::deserialize(deserializer)?.into(),
            _ => u64::deserialize(deserializer)?,
        };
        Ok(Self::from_code(code))
    }
}

/// Room for the digits of any `f64`.
struct Text {
    bytes: [u8; 32],
    len: usize,
}

impl Text {
    fn as_str(&self) -> Option<&str> {
        str::from_utf8(&self.bytes[..self.len]).ok()
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        let place = self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// The `f64` nearest to the shortest digits of a number, if that is read as the number.
fn shortest<F: Format + LowerExp>(number: F) -> Option<f64> {
    let mut text = Text {
        bytes: [0; 32],
        len: 0,
    };
    write!(text, "{number:e}").ok()?;
    let shortest: f64 = text.as_str()?.parse().ok()?;
    let read: F = within(false, shortest.cast_with(Cast::new()))?;
    (to_code(read) == to_code(number)).then_some(shortest)
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
        _ => match shortest(number).or_else(|| exact(number)) {
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

impl<F: Format + FromStr<Err = ParseFloatError>> Visitor<'_> for OfNumber<F> {
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
        text.parse()
            .map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }
}
