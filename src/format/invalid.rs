//! [`InvalidLayout`]: the error of a builder of layouts. The error text is made in constants too, for the panics of the builders.

use core::fmt;

use super::FixedText;

/// The error of a builder of [`Layout`](super::Layout) whose layout would make no sense. The text of the error names the builder,
/// the arguments, and the rule that they break.
///
/// ```
/// use ulp::Layout;
///
/// let error = Layout::try_ieee(5, 0).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "Layout::ieee(5, 0): an IEEE layout needs a fraction bit, to tell its NaNs from its infinity"
/// );
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InvalidLayout {
    builder: &'static str,
    arguments: [Option<Argument>; 4],
    rule: &'static str,
}

/// The text of the error. The length is enough for the longest rule after four arguments.
type Text = FixedText<192>;

/// An argument of a builder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Argument {
    Signed(i64),
    Unsigned(u64),
    Truth(bool),
}

impl InvalidLayout {
    pub(super) const fn new(builder: &'static str, arguments: &[Argument], rule: &'static str) -> Self {
        let mut all = [None; 4];
        let mut i = 0;
        while i < arguments.len() {
            all[i] = Some(arguments[i]);
            i += 1;
        }
        Self {
            builder,
            arguments: all,
            rule,
        }
    }

    #[track_caller]
    pub(super) const fn panic(self) -> ! {
        panic!("{}", self.text().as_str())
    }

    const fn text(self) -> Text {
        let mut text = Text::new();
        text.push("Layout::");
        text.push(self.builder);
        text.push("(");
        let mut i = 0;
        while i < self.arguments.len() {
            if let Some(argument) = self.arguments[i] {
                text.push(if i > 0 { ", " } else { "" });
                match argument {
                    Argument::Truth(true) => text.push("true"),
                    Argument::Truth(false) => text.push("false"),
                    Argument::Signed(number) => {
                        text.push(if number < 0 { "-" } else { "" });
                        push_number(&mut text, number.unsigned_abs());
                    }
                    Argument::Unsigned(number) => push_number(&mut text, number),
                }
            }
            i += 1;
        }
        text.push("): ");
        text.push(self.rule);
        text
    }
}

impl fmt::Display for InvalidLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().as_str())
    }
}

impl core::error::Error for InvalidLayout {}

/// Appends the decimal digits of a number.
const fn push_number(text: &mut Text, number: u64) {
    let mut unit = 1;
    while number / unit >= 10 {
        unit *= 10;
    }
    while unit > 0 {
        let digit = [b'0' + (number / unit % 10) as u8];
        if let Ok(digit) = str::from_utf8(&digit) {
            text.push(digit);
        }
        unit /= 10;
    }
}
