//! What is written: the characters of a number, read without a thought of the format.

/// (leading + rest) · 10<sup>exponent</sup>, where the rest is less than 1.
#[derive(Clone, Copy)]
pub(super) struct Decimal<'a> {
    /// Up to 19 digits from the first that is not 0.
    pub(super) leading: u64,
    pub(super) exponent: i64,
    /// Whether the digits after those are not all 0.
    pub(super) rest: bool,
    /// All digits, and the point among them.
    pub(super) digits: &'a [u8],
}

/// A number that is not written in decimal digits.
#[derive(Clone, Copy)]
pub(super) enum Other {
    Infinity,
    Nan,
    /// significand · 2<sup>exponent</sup>, of which the lowest bit is set, too, if any digit below it is not 0.
    Binary {
        significand: u128,
        exponent: i64,
    },
}

/// Whether there is a minus sign, and what follows a sign.
#[inline(always)]
pub(super) fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    }
}

/// So many digits a `u64` has room for.
const ROOM: usize = 19;

#[inline(always)]
pub(super) fn decimal(text: &[u8]) -> Option<Decimal<'_>> {
    /// Below this, there is room for another.
    const FULL: u64 = 10u64.pow(ROOM as u32 - 1);
    let (mut leading, mut exponent, mut rest) = (0, 0, false);
    // Most numbers are short, and need not be asked at each digit whether there is room for it.
    let (head, more) = text.split_at(text.len().min(ROOM));
    let mut end = digits(head, 10, |digit, fractional| {
        leading = leading * 10 + digit as u64;
        exponent -= fractional as i64;
    })?;
    if end == ROOM {
        let fractional = exponent < 0 || head.ends_with(b".");
        end += digits_from(more, 10, fractional, |digit, fractional| {
            if leading < FULL {
                leading = leading * 10 + digit as u64;
                exponent -= fractional as i64;
            } else {
                rest |= digit != 0;
                exponent += !fractional as i64;
            }
        });
    }
    let (digits, tail) = text.split_at(end);
    if let [mark, tail @ ..] = tail {
        exponent = written_exponent(*mark, b'e', tail)?.saturating_add(exponent);
    }
    Some(Decimal {
        leading,
        exponent,
        rest,
        digits,
    })
}

#[cold]
pub(super) fn other(text: &[u8]) -> Option<Other> {
    let is = |name: &str| text.eq_ignore_ascii_case(name.as_bytes());
    match text {
        [b'0', b'x' | b'X', digits @ ..] => binary(digits, 16),
        _ if is("inf") || is("infinity") => Some(Other::Infinity),
        _ if is("nan") => Some(Other::Nan),
        _ => None,
    }
}

/// Digits of a radix that is a power of two, and after `p` an exponent of two.
pub(super) fn binary(text: &[u8], radix: u32) -> Option<Other> {
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
    Some(Other::Binary {
        significand,
        exponent,
    })
}

/// Calls `each` with every digit, and whether it stands after the point; returns where they end. `None` if there is no digit.
#[inline(always)]
pub(super) fn digits(text: &[u8], radix: u32, each: impl FnMut(u32, bool)) -> Option<usize> {
    let end = digits_from(text, radix, false, each);
    (end > text.starts_with(b".") as usize).then_some(end)
}

/// The same where there may be none, perhaps from after the point on.
#[inline(always)]
fn digits_from(
    text: &[u8],
    radix: u32,
    fractional: bool,
    mut each: impl FnMut(u32, bool),
) -> usize {
    let before = run_of_digits(text, radix, |digit| each(digit, fractional));
    match &text[before..] {
        [b'.', fraction @ ..] if !fractional => {
            before + 1 + run_of_digits(fraction, radix, |digit| each(digit, true))
        }
        _ => before,
    }
}

/// How many digits a text begins with.
#[inline(always)]
fn run_of_digits(text: &[u8], radix: u32, mut each: impl FnMut(u32)) -> usize {
    let mut length = 0;
    for &byte in text {
        let Some(digit) = char::from(byte).to_digit(radix) else {
            break;
        };
        each(digit);
        length += 1;
    }
    length
}

/// The exponent after its mark, which is a letter in either case; `None` if it is not that letter or no integer follows.
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
