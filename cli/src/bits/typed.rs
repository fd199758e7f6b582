//! A number as it was typed.

use num_bigint::BigInt;

use super::decimal::Decimal;

/// The largest exponent. Larger exponents would take memory, and no format has them.
const LARGEST_EXPONENT: i32 = 9_999;

/// The largest number of characters of a number.
const LONGEST: usize = 10_000;

/// A number in the form in which a person typed it.
#[derive(Debug)]
pub(super) enum Typed {
    /// The code of a number, such as 0x3c00, and its number of hexadecimal digits.
    Code { code: u64, digits: u32 },
    /// A number: its exact value, and a text that every format parses.
    Number { exact: Decimal, text: String },
    /// An infinity or NaN.
    Special(String),
}

impl Typed {
    /// Parses a decimal, a hexadecimal number (with a `p`), the code of a number, or an infinity or NaN.
    pub(super) fn parse(text: &str) -> Result<Typed, String> {
        if text.len() > LONGEST {
            return Err(format!("a number of more than {LONGEST} characters"));
        }
        let wrong = |why: &str| format!("{text:?}: {why}");
        let (sign, rest) = match text.as_bytes().first() {
            Some(b'-') => ("-", &text[1..]),
            Some(b'+') => ("", &text[1..]),
            _ => ("", text),
        };
        let lower = rest.to_ascii_lowercase();
        if matches!(lower.as_str(), "inf" | "infinity" | "nan") {
            return Ok(Typed::Special(format!("{sign}{lower}")));
        }
        let no_number = "no number; known are decimals (0.1, 1e-3), hexadecimal numbers (0x1.8p3), codes (0x3c00), inf and nan";
        let Some(hexadecimal) = lower.strip_prefix("0x") else {
            let (digits, exponent) = number(&lower, 10, 'e').ok_or_else(|| wrong(no_number))?;
            let exponent = exponent.map_err(wrong)?;
            let exact = Decimal::new(signed(sign, digits), exponent);
            let text = format!("{sign}{lower}");
            return Ok(Typed::Number { exact, text });
        };
        if hexadecimal.contains('p') {
            let (digits, exponent) = number(hexadecimal, 16, 'p').ok_or_else(|| wrong(no_number))?;
            let exponent = exponent.map_err(wrong)?;
            let exact = Decimal::new(signed(sign, digits), 0).times_power_of_two(exponent);
            let magnitude = exact.to_string();
            let text = format!("{sign}{}", magnitude.trim_start_matches('-'));
            return Ok(Typed::Number { exact, text });
        }
        if rest.len() != text.len() {
            return Err(wrong("a code has no sign; a hexadecimal number has a p"));
        }
        let is_digit = |c: char| c.is_ascii_hexdigit();
        match u64::from_str_radix(hexadecimal, 16) {
            Ok(code) if hexadecimal.chars().all(is_digit) => Ok(Typed::Code {
                code,
                digits: hexadecimal.len() as u32,
            }),
            _ => Err(wrong("no code of 64 bits; a hexadecimal number has a p")),
        }
    }
}

fn signed(sign: &str, digits: BigInt) -> BigInt {
    if sign.is_empty() { digits } else { -digits }
}

/// Returns the digits of a number as an integer, and their exponent. The exponent is a power of ten in a decimal, and a power of two
/// in a hexadecimal number. Returns `None` if the text is no number.
fn number(text: &str, radix: u32, mark: char) -> Option<(BigInt, Result<i32, &'static str>)> {
    let (mantissa, exponent) = text.split_once(mark).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let all = |text: &str, radix| !text.is_empty() && text.chars().all(|c| c.is_digit(radix));
    let magnitude = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    if !all(&digits, radix) || !all(magnitude, 10) {
        return None;
    }
    let digits = BigInt::parse_bytes(digits.as_bytes(), radix)?;
    // A digit of a hexadecimal number is worth four powers of two.
    let places = fraction.len() as i32 * if radix == 16 { 4 } else { 1 };
    let exponent = match exponent.parse::<i32>() {
        Ok(exponent) if exponent.abs() <= LARGEST_EXPONENT => Ok(exponent - places),
        _ => Err("an exponent beyond 9999"),
    };
    Some((digits, exponent))
}

#[cfg(test)]
mod tests {
    use super::Typed;

    fn exact(text: &str) -> String {
        match Typed::parse(text) {
            Ok(Typed::Number { exact, .. }) => exact.to_string(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn typed_numbers_are_read() {
        for (text, value) in [
            ("1", "1"),
            ("+.5", "0.5"),
            ("5.", "5"),
            ("-12.50", "-12.5"),
            ("1E3", "1000"),
            ("1e-3", "0.001"),
            ("0x1p0", "1"),
            ("-0X1.8P+3", "-12"),
            ("0x.1p0", "0.0625"),
            ("0x10p-4", "1"),
            ("0x1.fffffep127", "3.40282346638528859811704183484516925440e38"),
        ] {
            let value = value.replace("0e38", "e38");
            assert_eq!(exact(text), value, "{text}");
        }
    }

    #[test]
    fn codes_infinities_and_nans_are_read() {
        let code = Typed::parse("0x03C0").unwrap();
        assert!(matches!(code, Typed::Code { code: 0x3c0, digits: 4 }));
        let special = Typed::parse("-Inf").unwrap();
        assert!(matches!(special, Typed::Special(text) if text == "-inf"));
    }

    #[test]
    fn text_that_is_no_number_is_an_error() {
        for text in [
            "",
            "-",
            ".",
            "e5",
            "1e",
            "1e+",
            "1.2.3",
            "0x",
            "0xg",
            "0x+1",
            "-0x3c00",
            "0x1p",
            "0xp1",
            "1_000",
            "١",
            "1e10000",
            "0x1p99999999999",
            "0x10000000000000000",
            "infinit",
            "--1",
            "0x1.8",
        ] {
            assert!(Typed::parse(text).is_err(), "{text}");
        }
        assert!(Typed::parse(&"1".repeat(10_001)).is_err());
    }
}
