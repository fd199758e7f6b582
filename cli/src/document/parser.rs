//! Parses JSON with Python's additions to values that remember their positions in the text.

use super::{Member, Node, NodeKind};

/// The largest depth of values. Deeper values are refused.
const DEPTH: usize = 128;

/// The position of a parser in its text.
pub(super) struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl Parser<'_> {
    /// Returns the value that is the whole text.
    pub(super) fn parse(text: &str) -> Result<Node, String> {
        let mut parser = Parser { text, at: 0 };
        let root = parser.value(0)?;
        parser.blanks();
        if parser.at != text.len() {
            return Err(parser.wrong("more text after the value"));
        }
        Ok(root)
    }

    fn wrong(&self, why: &str) -> String {
        let before = &self.text[..self.at];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        format!("{why} at line {line} column {column}")
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        let rest = self.rest().trim_start_matches([' ', '\t', '\n', '\r']);
        self.at = self.text.len() - rest.len();
    }

    /// Steps over a character if it is next. Returns whether it is.
    fn takes(&mut self, c: char) -> bool {
        self.blanks();
        let takes = self.rest().starts_with(c);
        if takes {
            self.at += c.len_utf8();
        }
        takes
    }

    fn value(&mut self, depth: usize) -> Result<Node, String> {
        self.blanks();
        let start = self.at;
        if depth > DEPTH {
            return Err(self.wrong("too many levels"));
        }
        let kind = if self.takes('{') {
            NodeKind::Object(self.list('}', |parser| {
                parser.blanks();
                let start = parser.at;
                let key = parser.string()?;
                if !parser.takes(':') {
                    return Err(parser.wrong("no colon"));
                }
                let value = parser.value(depth + 1)?;
                Ok(Member { key, start, value })
            })?)
        } else if self.takes('[') {
            NodeKind::Array(self.list(']', |parser| parser.value(depth + 1))?)
        } else if self.rest().starts_with('"') {
            self.string()?;
            NodeKind::Scalar
        } else {
            self.word()?;
            NodeKind::Scalar
        };
        Ok(Node {
            span: start..self.at,
            kind,
        })
    }

    fn list<T>(&mut self, end: char, mut item: impl FnMut(&mut Self) -> Result<T, String>) -> Result<Vec<T>, String> {
        let mut items = Vec::new();
        if self.takes(end) {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if self.takes(end) {
                return Ok(items);
            }
            if !self.takes(',') {
                return Err(self.wrong("neither a comma nor the end of a list"));
            }
        }
    }

    fn string(&mut self) -> Result<String, String> {
        let rest = self.rest();
        let mut escaped = true;
        let end = rest.char_indices().find(|&(place, c)| {
            let ends = c == '"' && !escaped && place > 0;
            escaped = c == '\\' && !escaped && place > 0;
            ends
        });
        let whole = end.map(|(place, _)| &rest[..=place]);
        let whole = whole.filter(|_| rest.starts_with('"'));
        let whole = whole.ok_or_else(|| self.wrong("no string"))?;
        let string = serde_json::from_str(whole);
        // Python accepts control characters in strings only on request, and other readers never do.
        let string = string.map_err(|_| self.wrong("a string that is none"))?;
        self.at += whole.len();
        Ok(string)
    }

    /// Reads a number or a name of JSON, or one that Python adds.
    fn word(&mut self) -> Result<(), String> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.');
        let rest = self.rest();
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        let known =
            matches!(word, "Infinity" | "-Infinity" | "NaN") || serde_json::from_str::<&serde_json::value::RawValue>(word).is_ok();
        if !known {
            return Err(self.wrong("no value"));
        }
        self.at += end;
        Ok(())
    }
}
