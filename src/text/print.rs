//! What the traits of formatting print: what `f32` would, of the digits of this format.
//!
//! With a precision the digits are those of the exact value, and a special value has none: both are `f64`'s business, which holds
//! every number of all formats that this crate ships.

use core::fmt::{self, Alignment, Debug, Display, Formatter, LowerExp, UpperExp, Write};
use core::str;

use super::shortest::{Decimal, shortest};
use crate::{Cast, Layout};

/// `Display`: positional, and no point after an integer.
pub fn display(layout: Layout, code: u64, f: &mut Formatter<'_>) -> fmt::Result {
    match short(layout, code, f) {
        Some(decimal) => Text::positional(decimal, false).pad(layout.is_negative(code), f),
        None => Display::fmt(&to_f64(layout, code), f),
    }
}

/// `Debug`: with an exponent where that is much shorter, and `.0` after an integer.
pub fn debug(layout: Layout, code: u64, f: &mut Formatter<'_>) -> fmt::Result {
    let text = match short(layout, code, f) {
        Some(decimal) if decimal.digits == 0 || (-4..16).contains(&decimal.leading_exponent()) => {
            Text::positional(decimal, true)
        }
        Some(decimal) => Text::scientific(decimal, b'e'),
        None => return Debug::fmt(&to_f64(layout, code), f),
    };
    text.pad(layout.is_negative(code), f)
}

/// `LowerExp`: always with an exponent.
pub fn lower_exp(layout: Layout, code: u64, f: &mut Formatter<'_>) -> fmt::Result {
    match short(layout, code, f) {
        Some(decimal) => Text::scientific(decimal, b'e').pad(layout.is_negative(code), f),
        None => LowerExp::fmt(&to_f64(layout, code), f),
    }
}

/// `UpperExp`: the same with a capital.
pub fn upper_exp(layout: Layout, code: u64, f: &mut Formatter<'_>) -> fmt::Result {
    match short(layout, code, f) {
        Some(decimal) => Text::scientific(decimal, b'E').pad(layout.is_negative(code), f),
        None => UpperExp::fmt(&to_f64(layout, code), f),
    }
}

/// The digits, where neither the code nor a flag asks for others.
fn short(layout: Layout, code: u64, f: &Formatter<'_>) -> Option<Decimal> {
    let finite = code & layout.magnitude_mask() <= layout.max_code() && !layout.is_nan(code);
    (finite && f.precision().is_none()).then(|| shortest(layout, code))
}

fn to_f64(layout: Layout, code: u64) -> f64 {
    f64::from_bits(Cast::new().bits(layout, Layout::BINARY64, code).0)
}

/// The characters of a number without its sign. Among those of `bytes` there may be a run of zeros, too long to stand there.
struct Text {
    bytes: [u8; Self::ROOM],
    len: usize,
    /// Where the long run is, and how many zeros.
    gap: usize,
    zeros: usize,
}

impl Text {
    /// The longest run that stands among the bytes: all those of bfloat16.
    const MOST_ZEROS: usize = 40;
    /// Those, 20 digits, `0.` or `.0`; or the digits, a point and an exponent.
    const ROOM: usize = 64;

    const fn new() -> Self {
        Self {
            bytes: [b'0'; Self::ROOM],
            len: 0,
            gap: 0,
            zeros: 0,
        }
    }

    /// Without an exponent; if `fractional`, with a digit after the point.
    fn positional(decimal: Decimal, fractional: bool) -> Self {
        let mut text = Self::new();
        let exponent = decimal.leading_exponent();
        if exponent < 0 {
            text.push(b'0');
            text.push(b'.');
            text.push_zeros(exponent.unsigned_abs() as usize - 1);
            text.push_digits(decimal.digits, None);
        } else if decimal.exponent < 0 {
            text.push_digits(
                decimal.digits,
                Some(decimal.exponent.unsigned_abs() as usize),
            );
        } else {
            text.push_digits(decimal.digits, None);
            text.push_zeros(decimal.exponent as usize);
            if fractional {
                text.push(b'.');
                text.push(b'0');
            }
        }
        text
    }

    /// With an exponent, after a `mark`.
    fn scientific(decimal: Decimal, mark: u8) -> Self {
        let mut text = Self::new();
        let exponent = decimal.leading_exponent();
        let after_point = exponent - decimal.exponent;
        text.push_digits(
            decimal.digits,
            (after_point > 0).then_some(after_point as usize),
        );
        text.push(mark);
        if exponent < 0 {
            text.push(b'-');
        }
        text.push_digits(exponent.unsigned_abs() as u64, None);
        text
    }

    fn push(&mut self, byte: u8) {
        self.bytes[self.len] = byte;
        self.len += 1;
    }

    fn push_zeros(&mut self, zeros: usize) {
        if zeros <= Self::MOST_ZEROS {
            // The bytes are zeros to begin with.
            self.len += zeros;
        } else {
            self.gap = self.len;
            self.zeros = zeros;
        }
    }

    /// An integer, the last so many digits of which come after a point.
    fn push_digits(&mut self, integer: u64, after_point: Option<usize>) {
        let digits = count_digits(integer) as usize;
        self.len += digits + after_point.is_some() as usize;
        let mut at = self.len;
        let mut rest = integer;
        for nth in 0..digits {
            if after_point == Some(nth) {
                at -= 1;
                self.bytes[at] = b'.';
            }
            at -= 1;
            self.bytes[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
    }

    /// Writes the text with its sign, as the flags of the formatter have it.
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

const fn count_digits(integer: u64) -> u32 {
    match integer.checked_ilog10() {
        Some(log) => log + 1,
        None => 1,
    }
}

impl Decimal {
    /// The exponent of the first digit.
    const fn leading_exponent(self) -> i32 {
        self.exponent + count_digits(self.digits) as i32 - 1
    }
}
