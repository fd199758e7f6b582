//! Messages of one line.

use std::fmt::{self, Write};

use serde_json::Value;

/// Returns JSON in one line that no text in it changes. JSON itself may contain characters that change a terminal's text.
pub(crate) fn json_line(json: &Value) -> String {
    let json = json.to_string();
    let mut line = String::new();
    for c in json.chars() {
        if changes_text(c) {
            line += "\\u";
            line.extend(
                (0..4)
                    .rev()
                    .filter_map(|digit| char::from_digit(u32::from(c) >> (4 * digit) & 15, 16)),
            );
        } else {
            line.push(c);
        }
    }
    line
}

/// The length of the longest line, and how many characters of the end a longer line keeps. The path stands at the beginning and
/// the cause at the end.
const LINE: usize = 500;
const END: usize = 200;

/// Returns a message as one line. Names of files and tensors come from outside, and causes quote them. A line break or a
/// terminal's escape sequence in a name stays text, and a very long message loses its middle.
pub(crate) fn one_line(message: &str) -> String {
    // Tables have millions of such texts.
    if message.len() <= LINE && !message.chars().any(changes_text) {
        return message.into();
    }
    let characters = || message.chars().flat_map(visible);
    let length = characters().count();
    if length <= LINE {
        return characters().collect();
    }
    let beginning = characters().take(LINE - END - 3);
    let end = characters().skip(length - END);
    beginning.chain("...".chars()).chain(end).collect()
}

/// Returns a character as it is printed.
fn visible(c: char) -> impl Iterator<Item = char> {
    let code = changes_text(c).then(|| c.escape_default());
    let plain = if code.is_none() { Some(c) } else { None };
    plain.into_iter().chain(code.into_iter().flatten())
}

/// Returns whether a character would change the text around it: a line break, an escape, or a mark that turns the direction of
/// text.
fn changes_text(c: char) -> bool {
    c.is_control() || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns a text without its middle if the text is very long. [`one_line`] returns the same for both. The whole text is never in
/// memory: a header may have names of 100 MB, and messages quote them.
pub(crate) fn clip(text: impl fmt::Display) -> String {
    let mut clipped = Clipped::default();
    write!(clipped, "{text}").expect("memory takes all");
    let Clipped { begin, end, is_cut } = clipped;
    begin + if is_cut { "..." } else { "" } + &end
}

/// The beginning and the end of a text, each of at most [`LINE`] characters.
#[derive(Default)]
struct Clipped {
    begin: String,
    end: String,
    /// True if characters between them are missing.
    is_cut: bool,
}

impl Write for Clipped {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = LINE - self.begin.chars().count();
        let split = text.char_indices().nth(room).map_or(text.len(), |(place, _)| place);
        self.begin.push_str(&text[..split]);
        let rest = &text[split..];
        let last = |text: &str| text.char_indices().rev().nth(LINE - 1).map_or(0, |(place, _)| place);
        self.end.push_str(&rest[last(rest)..]);
        let gone = last(&self.end);
        self.end.drain(..gone);
        self.is_cut |= gone > 0 || last(rest) > 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clipped_text_gives_the_same_line() {
        for length in [0, 1, 499, 500, 501, 999, 1000, 1001, 5000] {
            let text: String = ('a'..='z').chain(['\n', 'é']).cycle().take(length).collect();
            assert_eq!(one_line(&clip(&text)), one_line(&text));
            let pieces = format_args!("{}{}{text}", &text[..length.min(7)], text).to_string();
            let clipped = clip(format_args!("{}{}{text}", &text[..length.min(7)], text));
            assert_eq!(one_line(&clipped), one_line(&pieces));
            assert!(clipped.len() <= 2500);
        }
    }
}
