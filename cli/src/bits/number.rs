//! A number of a format, with everything that the report says about it.

use std::fmt::Debug;
use std::num::FpCategory;
use std::str::FromStr;

use serde_json::{Value, json};
use ulp::spec::Spec;
use ulp::{Bits, Float, Format, Layout, Parts};

use super::decimal::Decimal;
use super::typed::Typed;

/// A neighbour: its code and all its digits.
#[derive(Debug)]
pub(super) struct Near {
    pub(super) code: u64,
    pub(super) exact: String,
}

/// The number minus the number that was typed.
#[derive(Debug)]
pub(super) enum RoundingError {
    /// The number is exactly the one that was typed, or an infinity or NaN was typed.
    None,
    /// The exact difference, and the difference in units in the last place of the number.
    Finite(Decimal, Decimal),
    /// A finite number was typed, and the result is not finite.
    Overflow,
}

#[derive(Debug)]
pub(super) struct Number {
    pub(super) typed: String,
    pub(super) format: &'static str,
    pub(super) layout: Layout,
    pub(super) code: u64,
    pub(super) parts: Parts,
    pub(super) class: FpCategory,
    pub(super) value: f64,
    pub(super) shortest: String,
    pub(super) below: Near,
    pub(super) above: Near,
    pub(super) largest: String,
    pub(super) error: RoundingError,
}

/// Steps to the neighbours. `f32` and `f64` have neighbours too.
pub(super) trait Steps: Format + FromStr + Debug {
    fn step_down(self) -> Self;
    fn step_up(self) -> Self;
}

macro_rules! steps {
    () => {
        fn step_down(self) -> Self {
            self.next_down()
        }

        fn step_up(self) -> Self {
            self.next_up()
        }
    };
}

impl Steps for f64 {
    steps!();
}

impl Steps for f32 {
    steps!();
}

impl<S: Spec> Steps for Float<S> {
    steps!();
}

/// Returns the number of a format that was typed as `text`.
pub(super) fn of<F: Steps>(typed: &Typed, text: &str) -> Result<Number, String> {
    let layout = F::LAYOUT;
    let number: F = match typed {
        Typed::Code { code, .. } if *code > layout.code_mask() => {
            let (bits, format) = (layout.bits(), F::DTYPE);
            return Err(format!("{text}: more than the {bits} bits of {format}"));
        }
        Typed::Code { code, .. } => F::from_bits(F::Bits::from_u64(*code)),
        Typed::Number { text, .. } | Typed::Special(text) => {
            text.parse().map_err(|_| format!("{text}: no number of {}", F::DTYPE))?
        }
    };
    let code = number.to_bits().to_u64();
    let near = |number: F| Near {
        code: number.to_bits().to_u64(),
        exact: exact(number),
    };
    let (value, parts) = (number.cast::<f64>(), number.parts());
    let error = match typed {
        Typed::Number { .. } if !value.is_finite() => RoundingError::Overflow,
        Typed::Number { exact, .. } => {
            let error = &Decimal::of(value) - exact;
            let ulps = error.clone().times_power_of_two(-ulp_exponent(layout, parts));
            RoundingError::Finite(error, ulps)
        }
        _ => RoundingError::None,
    };
    Ok(Number {
        typed: text.into(),
        format: F::DTYPE,
        layout,
        code,
        parts,
        class: layout.classify(code),
        value,
        shortest: format!("{number:?}"),
        below: near(number.step_down()),
        above: near(number.step_up()),
        largest: exact(F::MAX),
        error,
    })
}

/// Returns all digits of a finite number, and the name of any other number.
fn exact<F: Steps>(number: F) -> String {
    digits(number.cast()).unwrap_or_else(|| format!("{number:?}"))
}

/// Returns all digits of a finite number.
fn digits(value: f64) -> Option<String> {
    let sign = if value == 0.0 && value.is_sign_negative() { "-" } else { "" };
    let finite = value.is_finite();
    finite.then(|| format!("{sign}{}", Decimal::of(value)))
}

/// Returns the exponent of a number's last bit.
fn ulp_exponent(layout: Layout, parts: Parts) -> i32 {
    power(layout, parts) - layout.fraction_bits() as i32
}

/// Returns the exponent of the power of two for which the exponent field stands.
pub(super) fn power(layout: Layout, parts: Parts) -> i32 {
    let field = if layout.has_zero() {
        parts.exponent.max(1)
    } else {
        parts.exponent
    };
    field as i32 - layout.bias()
}

/// Returns C's hexadecimal form of a finite number. Its first digit is 1.
pub(super) fn hexadecimal(value: f64) -> String {
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value == 0.0 {
        return format!("{sign}0x0p+0");
    }
    // A number that is subnormal in f64 is multiplied by a power of two first. The product is exact.
    let (scaled, more) = if value.abs() < f64::MIN_POSITIVE {
        (value * 2f64.powi(64), 64)
    } else {
        (value, 0)
    };
    let bits = scaled.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32 - 1023 - more;
    let fraction = format!("{:013x}", bits & ((1 << 52) - 1));
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{sign}0x1{dot}{fraction}p{exponent:+}")
}

impl Number {
    pub(super) fn class(&self) -> &'static str {
        match self.class {
            FpCategory::Nan => "NaN",
            FpCategory::Infinite => "infinite",
            FpCategory::Zero => "zero",
            FpCategory::Subnormal => "subnormal",
            FpCategory::Normal => "normal",
        }
    }

    /// Returns the text of a code: 0x and as many digits as the codes of the format have.
    pub(super) fn hex_code(&self, code: u64) -> String {
        let digits = self.layout.bits().div_ceil(4) as usize;
        format!("0x{code:0digits$x}")
    }

    /// Returns all digits of the value.
    pub(super) fn exact(&self) -> Option<String> {
        digits(self.value)
    }

    /// Returns the fields in binary. The text of a field that the format lacks is empty.
    pub(super) fn fields(&self) -> [String; 3] {
        let Parts {
            sign,
            exponent,
            fraction,
        } = self.parts;
        let binary = |field: u64, width: u32| match width as usize {
            0 => String::new(),
            width => format!("{field:0width$b}"),
        };
        [
            binary(sign.into(), self.layout.is_signed().into()),
            binary(exponent.into(), self.layout.exponent_bits()),
            binary(fraction, self.layout.fraction_bits()),
        ]
    }

    pub(super) fn json(&self) -> Value {
        let near = |near: &Near| json!({"code": self.hex_code(near.code), "exact": near.exact});
        let [sign, exponent, fraction] = self.fields();
        let (error, ulps) = match &self.error {
            RoundingError::Finite(error, ulps) => (Some(error.to_string()), Some(ulps.to_string())),
            RoundingError::None | RoundingError::Overflow => (None, None),
        };
        json!({
            "typed": self.typed,
            "format": self.format,
            "code": self.hex_code(self.code),
            "sign": sign,
            "exponent": exponent,
            "fraction": fraction,
            "class": self.class(),
            "exact": self.exact(),
            "shortest": self.shortest,
            "hexadecimal": self.value.is_finite().then(|| hexadecimal(self.value)),
            "below": near(&self.below),
            "above": near(&self.above),
            "error": error,
            "error_in_ulps": ulps,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::hexadecimal;

    #[test]
    fn hexadecimal_as_c_prints_it() {
        for (value, text) in [
            (0.0, "0x0p+0"),
            (-0.0, "-0x0p+0"),
            (1.0, "0x1p+0"),
            (-12.0, "-0x1.8p+3"),
            (0.1, "0x1.999999999999ap-4"),
            (f64::MAX, "0x1.fffffffffffffp+1023"),
            (5e-324, "0x1p-1074"),
        ] {
            assert_eq!(hexadecimal(value), text);
        }
    }
}
