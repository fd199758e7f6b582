//! The scanner reads the characters of a number. It does not depend on the format.

/// The number (leading + r) · 10<sup>exponent</sup>, where r comes from the digits after `leading` and is less than 1.
#[derive(Clone, Copy)]
pub(super) struct ScannedDecimal<'a> {
    /// Up to 19 digits, from the first digit that is not 0.
    pub(super) leading: u64,
    pub(super) exponent: i64,
    /// True if r is not 0: the digits after `leading` are not all 0.
    pub(super) has_more: bool,
    /// All digits and the point.
    pub(super) digits: &'a [u8],
}

/// A number that is not written in decimal digits.
#[derive(Clone, Copy)]
pub(super) enum Special {
    Infinity,
    Nan,
    /// The number significand · 2<sup>exponent</sup>. The lowest bit of the significand is sticky.
    Binary {
        significand: u128,
        exponent: i64,
    },
}

/// Returns whether there is a minus sign, and the text after the sign.
#[inline(always)]
pub(super) fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

/// The number of decimal digits that a `u64` has room for.
const MAX_DIGITS: usize = 19;

/// Returns an integer and its exponent of ten. Returns `None` if the digits, without zeros at either end, do not fit.
#[inline(always)]
pub(super) fn short_decimal(text: &[u8]) -> Option<(u64, i64)> {
    // Most numbers are short, and their digits fit without a check of each digit.
    let (head, more) = text.split_at(text.len().min(MAX_DIGITS));
    let mut integer = 0;
    let run = run_of_digits(head, 10, false, |digit, _| {
        integer = integer * 10 + digit as u64;
    });
    if run.digits() == 0 {
        return None;
    }
    let (mut exponent, mut end) = (-(run.after as i64), run.end());
    if end == MAX_DIGITS {
        let all = append(integer, more, run.point);
        if all.has_more {
            return None;
        }
        integer = all.leading;
        exponent += all.exponent;
        end += all.run.end();
    }
    Some((integer, with_written(exponent, &text[end..])?))
}

pub(super) fn decimal(text: &[u8]) -> Option<ScannedDecimal<'_>> {
    let all = append(0, text, false);
    if all.run.digits() == 0 {
        return None;
    }
    let (digits, tail) = text.split_at(all.run.end());
    Some(ScannedDecimal {
        leading: all.leading,
        exponent: with_written(all.exponent, tail)?,
        has_more: all.has_more,
        digits,
    })
}

/// The result of [`append`]. The fields are the fields of [`ScannedDecimal`].
struct Appended {
    leading: u64,
    exponent: i64,
    has_more: bool,
    run: Run,
}

/// Appends the digits of a text to leading digits, as far as there is room.
#[inline(never)]
fn append(mut leading: u64, text: &[u8], after_point: bool) -> Appended {
    /// A number below this limit has room for one more digit.
    const FULL: u64 = 10u64.pow(MAX_DIGITS as u32 - 1);
    let (mut exponent, mut has_more) = (0, false);
    let run = run_of_digits(text, 10, after_point, |digit, fractional| {
        if leading < FULL {
            leading = leading * 10 + digit as u64;
            exponent -= fractional as i64;
        } else {
            has_more |= digit != 0;
            exponent += !fractional as i64;
        }
    });
    Appended {
        leading,
        exponent,
        has_more,
        run,
    }
}

/// Adds the exponent that may be written after the digits.
#[inline(always)]
fn with_written(exponent: i64, tail: &[u8]) -> Option<i64> {
    match tail {
        [] => Some(exponent),
        [mark, written @ ..] => Some(written_exponent(*mark, b'e', written)?.saturating_add(exponent)),
    }
}

#[cold]
pub(super) fn special(text: &[u8]) -> Option<Special> {
    let is = |name: &str| text.eq_ignore_ascii_case(name.as_bytes());
    match text {
        [b'0', b'x' | b'X', digits @ ..] => binary(digits, 16),
        _ if is("inf") || is("infinity") => Some(Special::Infinity),
        _ if is("nan") => Some(Special::Nan),
        _ => None,
    }
}

/// Parses digits of a radix that is a power of two. An exponent of two may follow after `p`.
pub(super) fn binary(text: &[u8], radix: u32) -> Option<Special> {
    let bits = radix.ilog2();
    let (mut significand, mut exponent) = (0u128, 0);
    let end = digits(text, radix, |digit, fractional| {
        if significand.leading_zeros() >= bits {
            significand = significand << bits | digit as u128;
            exponent -= (bits * fractional as u32) as i64;
        } else {
            significand |= (digit != 0) as u128;
            exponent += (bits * !fractional as u32) as i64;
        }
    })?;
    if let [mark, tail @ ..] = &text[end..] {
        exponent = written_exponent(*mark, b'p', tail)?.saturating_add(exponent);
    }
    Some(Special::Binary { significand, exponent })
}

/// Calls `each` with every digit, and with whether the digit is after the point. Returns the end of the digits, or `None` if
/// there is no digit.
#[inline(always)]
pub(super) fn digits(text: &[u8], radix: u32, each: impl FnMut(u32, bool)) -> Option<usize> {
    let run = run_of_digits(text, radix, false, each);
    (run.digits() > 0).then_some(run.end())
}

/// The length of a run of digits. A point may stand before, among or after the digits.
struct Run {
    before: usize,
    point: bool,
    after: usize,
}

impl Run {
    const fn digits(&self) -> usize {
        self.before + self.after
    }

    const fn end(&self) -> usize {
        self.digits() + self.point as usize
    }
}

/// Calls `each` with every digit at the beginning of a text, and with whether the digit is after a point.
#[inline(always)]
fn run_of_digits<'a>(text: &'a [u8], radix: u32, after_point: bool, mut each: impl FnMut(u32, bool)) -> Run {
    let mut skip = |text: &'a [u8], fractional| {
        let mut left = text;
        while let [byte, tail @ ..] = left
            && let Some(digit) = char::from(*byte).to_digit(radix)
        {
            each(digit, fractional);
            left = tail;
        }
        (text.len() - left.len(), left)
    };
    let (before, left) = skip(text, after_point);
    let (point, after) = match left {
        [b'.', fraction @ ..] if !after_point => (true, skip(fraction, true).0),
        _ => (false, 0),
    };
    Run { before, point, after }
}

/// Returns the exponent after its mark. The mark is a letter in either case. Returns `None` if the mark is another letter or if
/// no integer follows.
fn written_exponent(mark: u8, letter: u8, text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        _ => (false, text),
    };
    if !mark.eq_ignore_ascii_case(&letter) || digits.is_empty() {
        return None;
    }
    let mut exponent = 0i64;
    for &byte in digits {
        let digit = char::from(byte).to_digit(10)?;
        exponent = exponent.saturating_mul(10).saturating_add(digit as i64);
    }
    Some(if negative { -exponent } else { exponent })
}
