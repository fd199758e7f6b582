//! The printer. It prints numbers as `f32` does, but with the shortest digits of the number's own format.
//!
//! `f32` itself prints the numbers of a format of 8 bits or fewer. The shortest digits of such a format would be misleadingly
//! few: 0.1 for 0.1015625.
//!
//! If the caller asks for a precision, `f64` prints the digits of the exact value, since `f64` has every number of all formats of
//! this crate. `f64` also prints infinities and NaNs.

use core::fmt::{self, Alignment, Debug, Display, Formatter, LowerExp, UpperExp, Write};
use core::str;

use super::shortest::{Decimal, Magnitude, shortest};
use crate::format::Layout;
use crate::round::Cast;

/// The style of the text: one for each formatting trait.
#[derive(Clone, Copy)]
pub(crate) enum Style {
    Display,
    Debug,
    LowerExp,
    UpperExp,
}

/// Prints a code in the style of a trait.
///
/// # Errors
/// Returns the errors of the formatter.
// Inlined where the layout is a constant.
#[inline(always)]
pub(crate) fn print(style: Style, layout: Layout, code: u64, f: &mut Formatter<'_>) -> fmt::Result {
    if layout.bits() <= u8::BITS && layout.is_within(Layout::BINARY32) {
        return print_as_f32(style, layout, code, f);
    }
    let finite = code & layout.magnitude_mask() <= layout.max_code() && !layout.is_nan(code);
    if !finite || f.precision().is_some() {
        return print_exactly(style, layout, code, f);
    }
    let magnitude = Magnitude::new(layout, code);
    print_shortest(style, layout, layout.is_negative(code), &magnitude, f)
}

#[cold]
fn print_exactly(style: Style, layout: Layout, code: u64, f: &mut Formatter<'_>) -> fmt::Result {
    let value = f64::from_bits(Cast::new().convert_at_run_time(layout, Layout::BINARY64, code).0);
    print_as(style, &value, f)
}

fn print_as_f32(mut style: Style, layout: Layout, code: u64, f: &mut Formatter<'_>) -> fmt::Result {
    let value = f32::from_bits(Cast::new().convert_at_run_time(layout, Layout::BINARY32, code).0 as u32);
    // `Debug` of `f32` prints an exponent below 1e-4. `Debug` compares the number, and a thread that flushes subnormals would
    // compare 0.
    if value.is_subnormal() && f.precision().is_none() && matches!(style, Style::Debug) {
        style = Style::LowerExp;
    }
    print_as(style, &value, f)
}

fn print_as<T: Display + Debug + LowerExp + UpperExp>(style: Style, value: &T, f: &mut Formatter<'_>) -> fmt::Result {
    match style {
        Style::Display => Display::fmt(value, f),
        Style::Debug => Debug::fmt(value, f),
        Style::LowerExp => LowerExp::fmt(value, f),
        Style::UpperExp => UpperExp::fmt(value, f),
    }
}

fn print_shortest(style: Style, layout: Layout, negative: bool, magnitude: &Magnitude, f: &mut Formatter<'_>) -> fmt::Result {
    let decimal = match magnitude.whole() {
        Some(decimal) => decimal,
        None => shortest(layout, magnitude),
    };
    let characters = match style {
        Style::Display => Characters::positional(decimal, false),
        // The numbers without an exponent: 0, and 1e-4 to below 1e16.
        Style::Debug if decimal.digits == 0 || (-4..16).contains(&decimal.leading_exponent()) => {
            Characters::positional(decimal, true)
        }
        Style::Debug | Style::LowerExp => Characters::scientific(decimal, b'e'),
        Style::UpperExp => Characters::scientific(decimal, b'E'),
    };
    characters.pad(negative, f)
}

/// The characters of a number without its sign. One long run of zeros may be missing from `bytes`. `gap` and `zeros` describe
/// this run.
struct Characters {
    bytes: [u8; Self::CAPACITY],
    len: usize,
    /// The position of the long run of zeros. `zeros` is its length.
    gap: usize,
    zeros: usize,
}

impl Characters {
    /// The longest run of zeros that `bytes` holds. No number of bfloat16 has a longer run.
    const MOST_ZEROS: usize = 40;
    /// The size of `bytes`. It is enough for 40 zeros, 20 digits, and `0.` or `.0`, and for the digits, a point and an exponent.
    const CAPACITY: usize = 64;

    const fn new() -> Self {
        Self {
            bytes: [b'0'; Self::CAPACITY],
            len: 0,
            gap: 0,
            zeros: 0,
        }
    }

    /// Formats a number without an exponent. If `fractional` is true, there is at least one digit after the point.
    fn positional(decimal: Decimal, fractional: bool) -> Self {
        let mut characters = Self::new();
        let exponent = decimal.leading_exponent();
        if exponent < 0 {
            characters.push(b'0');
            characters.push(b'.');
            characters.push_zeros(exponent.unsigned_abs() as usize - 1);
            characters.push_digits(decimal.digits, 0);
        } else if decimal.exponent < 0 {
            characters.push_digits(decimal.digits, decimal.exponent.unsigned_abs() as usize);
        } else {
            characters.push_digits(decimal.digits, 0);
            characters.push_zeros(decimal.exponent as usize);
            if fractional {
                characters.push(b'.');
                characters.push(b'0');
            }
        }
        characters
    }

    /// Formats a number with an exponent after a `mark`.
    fn scientific(decimal: Decimal, mark: u8) -> Self {
        let mut characters = Self::new();
        let exponent = decimal.leading_exponent();
        let after_point = exponent - decimal.exponent;
        characters.push_digits(decimal.digits, after_point as usize);
        characters.push(mark);
        if exponent < 0 {
            characters.push(b'-');
        }
        characters.push_digits(exponent.unsigned_abs() as u64, 0);
        characters
    }

    fn push(&mut self, byte: u8) {
        self.bytes[self.len] = byte;
        self.len += 1;
    }

    fn push_zeros(&mut self, zeros: usize) {
        if zeros <= Self::MOST_ZEROS {
            // The bytes start as zeros.
            self.len += zeros;
        } else {
            self.gap = self.len;
            self.zeros = zeros;
        }
    }

    /// Appends an integer. The last `after_point` digits come after a point.
    fn push_digits(&mut self, mut integer: u64, after_point: usize) {
        let end = self.len + count_digits(integer) as usize + (after_point > 0) as usize;
        self.len = end;
        let point = end - after_point;
        for byte in self.bytes[point..end].iter_mut().rev() {
            *byte = last_digit(&mut integer);
        }
        let mut start = point;
        if after_point > 0 {
            start -= 1;
            self.bytes[start] = b'.';
        }
        loop {
            start -= 1;
            self.bytes[start] = last_digit(&mut integer);
            if integer == 0 {
                return;
            }
        }
    }

    /// Writes the text with its sign, by the flags of the formatter.
    fn pad(&self, negative: bool, f: &mut Formatter<'_>) -> fmt::Result {
        let sign = match (negative, f.sign_plus()) {
            (true, _) => "-",
            (false, true) => "+",
            (false, false) => "",
        };
        let length = sign.len() + self.len + self.zeros;
        let padding = f.width().unwrap_or(0).saturating_sub(length);
        if f.sign_aware_zero_pad() {
            f.write_str(sign)?;
            write_zeros(padding, f)?;
            return self.write(f);
        }
        let before = match f.align() {
            Some(Alignment::Left) => 0,
            Some(Alignment::Center) => padding / 2,
            Some(Alignment::Right) | None => padding,
        };
        for _ in 0..before {
            f.write_char(f.fill())?;
        }
        f.write_str(sign)?;
        self.write(f)?;
        for _ in before..padding {
            f.write_char(f.fill())?;
        }
        Ok(())
    }

    fn write(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let text = |bytes| str::from_utf8(bytes).map_err(|_| fmt::Error);
        let (before, after) = self.bytes[..self.len].split_at(self.gap);
        if self.zeros > 0 {
            f.write_str(text(before)?)?;
            write_zeros(self.zeros, f)?;
        }
        f.write_str(text(after)?)
    }
}

fn write_zeros(mut zeros: usize, f: &mut Formatter<'_>) -> fmt::Result {
    const SOME: &str = "0000000000000000000000000000000000000000000000000000000000000000";
    while zeros > 0 {
        let some = zeros.min(SOME.len());
        f.write_str(&SOME[..some])?;
        zeros -= some;
    }
    Ok(())
}

/// Removes the last digit and returns it.
fn last_digit(integer: &mut u64) -> u8 {
    let digit = b'0' + (*integer % 10) as u8;
    *integer /= 10;
    digit
}

const fn count_digits(integer: u64) -> u32 {
    match integer.checked_ilog10() {
        Some(log) => log + 1,
        None => 1,
    }
}

impl Decimal {
    /// Returns the exponent of the first digit.
    const fn leading_exponent(self) -> i32 {
        self.exponent + count_digits(self.digits) as i32 - 1
    }
}
