//! Reads and edits JSON files of other programs. Values are read as Python reads them, with `Infinity` and `NaN`. Edits change
//! the text only at their places, so that every other byte stays.

mod parser;

use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value};

use parser::Parser;

/// A text, and the places of its values. Copies share both, because the places take much more memory than the text.
#[derive(Clone, Debug)]
pub struct Document {
    text: Arc<str>,
    root: Arc<Node>,
    edits: Vec<(Range<usize>, String)>,
}

/// A value.
#[derive(Clone, Debug)]
pub struct Node {
    span: Range<usize>,
    kind: NodeKind,
}

#[derive(Clone, Debug)]
enum NodeKind {
    Object(Vec<Member>),
    Array(Vec<Node>),
    Scalar,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    key: String,
    /// The place at which the key begins.
    start: usize,
    value: Node,
}

impl Document {
    /// Parses a text.
    ///
    /// # Errors
    /// If the text is not JSON. The error names the position.
    pub fn parse(text: &[u8]) -> Result<Document, String> {
        let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
        // Python's writers write no byte order mark. Some editors do.
        let text = text.trim_start_matches('\u{feff}');
        Ok(Document {
            root: Parser::parse(text)?.into(),
            text: text.into(),
            edits: Vec::new(),
        })
    }

    /// Returns the value of the whole text.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// Returns a value as a value of JSON. JSON has no value for `Infinity` and `NaN`, so they become null.
    #[must_use]
    pub fn value(&self, node: &Node) -> Value {
        match &node.kind {
            NodeKind::Object(members) => {
                let members = members.iter();
                let members = members.map(|member| (member.key.clone(), self.value(&member.value)));
                Value::Object(members.collect::<Map<_, _>>())
            }
            NodeKind::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            NodeKind::Scalar => serde_json::from_str(&self.text[node.span.clone()]).unwrap_or(Value::Null),
        }
    }

    /// Replaces a value by another value.
    pub fn replace(&mut self, node: &Node, value: &Value) {
        let indent = self.indent(node.span.start);
        let text = self.written(value, &indent);
        self.edits.push((node.span.clone(), text));
    }

    /// Removes a member of an object, with the comma that separates it from the others.
    pub fn remove(&mut self, object: &Node, key: &str) {
        let members = object.members();
        for (place, member) in members.iter().enumerate() {
            if member.key != key {
                continue;
            }
            // The removed text begins at the end of the member before. If no member stands before, the text ends at the beginning
            // of the next member.
            let kept_before = members[..place].iter().rfind(|member| member.key != key);
            let span = match (kept_before, members.get(place + 1)) {
                (None, Some(next)) => member.start..next.start,
                (None, None) => member.start..member.value.span.end,
                (Some(_), _) => members[place - 1].value.span.end..member.value.span.end,
            };
            self.edits.push((span, String::new()));
        }
    }

    /// Adds a member to the end of an object.
    pub fn insert(&mut self, object: &Node, key: &str, value: &Value) {
        let key = Value::from(key);
        let (at, text) = if let Some(last) = object.members().last() {
            let indent = self.indent(last.start);
            let value = self.written(value, &indent);
            let space = if indent.is_empty() { " " } else { &indent };
            (last.value.span.end, format!(",{space}{key}: {value}"))
        } else {
            let value = self.written(value, "");
            (object.span.start + 1, format!("{key}: {value}"))
        };
        self.edits.push((at..at, text));
    }

    /// Returns the text with all edits. If two edits overlap, the first one counts.
    #[must_use]
    pub fn text(&self) -> String {
        let mut edits: Vec<_> = self.edits.iter().collect();
        edits.sort_by_key(|(span, _)| (span.start, span.end));
        let (mut text, mut at) = (String::new(), 0);
        for (span, new) in edits {
            if span.start >= at {
                text += &self.text[at..span.start];
                text += new;
                at = span.end;
            }
        }
        text + &self.text[at..]
    }

    /// Returns the line break and the blanks before a place that begins a line. Returns nothing for other places.
    fn indent(&self, place: usize) -> String {
        let before = &self.text[..place];
        let line = before.rfind('\n').unwrap_or(before.len());
        let blank = before[line..].chars().all(char::is_whitespace);
        if blank && line < before.len() {
            before[line..].into()
        } else {
            String::new()
        }
    }

    /// Returns the text of a value. The value stands on its own lines if its neighbours do.
    fn written(&self, value: &Value, indent: &str) -> String {
        if indent.is_empty() && !self.text.contains('\n') {
            return value.to_string();
        }
        let indent = if indent.is_empty() { "\n" } else { indent };
        format!("{value:#}").replace('\n', indent)
    }
}

impl Node {
    /// Returns the members of an object. A value of another kind has none.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        match &self.kind {
            NodeKind::Object(members) => members,
            _ => &[],
        }
    }

    /// Returns the value of the member of this name. If several members have the name, the value is that of the last, as in
    /// Python.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        let mut members = self.members().iter();
        members.rfind(|member| member.key == key).map(|member| &member.value)
    }

    /// Returns all objects among this value and the values below it.
    #[must_use]
    pub fn objects(&self) -> Vec<&Node> {
        let mut found = Vec::new();
        let mut left = vec![self];
        while let Some(node) = left.pop() {
            match &node.kind {
                NodeKind::Object(members) => {
                    found.push(node);
                    left.extend(members.iter().rev().map(|member| &member.value));
                }
                NodeKind::Array(items) => left.extend(items.iter().rev()),
                NodeKind::Scalar => {}
            }
        }
        found
    }
}

impl Member {
    /// Returns the name.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns the value.
    #[must_use]
    pub fn value(&self) -> &Node {
        &self.value
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Document;

    const TEXT: &str = "{\n  \"z\": [0.0, Infinity, -Infinity, NaN],\n  \"big\": 123456789012345678901234567890,\n  \"a\": {\"q\": 1, \"r\": \"}\\\"{\", \"s\": 1.50},\n  \"e\": {}\n}\n";

    fn parsed(text: &str) -> Document {
        Document::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn untouched_bytes_of_a_document_stay() {
        assert_eq!(parsed(TEXT).text(), TEXT);
        for text in ["{}", " [1, 2 ]\n", "null", "\"\\u00e9\"", "-0.0e+5"] {
            assert_eq!(parsed(text).text(), text);
        }
    }

    #[test]
    fn members_are_removed_replaced_and_added() {
        for (key, without) in [
            ("q", "{\"r\": \"}\\\"{\", \"s\": 1.50}"),
            ("r", "{\"q\": 1, \"s\": 1.50}"),
            ("s", "{\"q\": 1, \"r\": \"}\\\"{\"}"),
        ] {
            let mut document = parsed(TEXT);
            let a = document.root().get("a").unwrap().clone();
            document.remove(&a, key);
            let expected = TEXT.replace("{\"q\": 1, \"r\": \"}\\\"{\", \"s\": 1.50}", without);
            assert_eq!(document.text(), expected, "{key}");
        }
        let mut document = parsed(TEXT);
        let root = document.root().clone();
        for key in ["z", "big", "a", "e"] {
            document.remove(&root, key);
        }
        assert_eq!(parsed(&document.text()).value(parsed("{}").root()), json!({}));
        let mut document = parsed(TEXT);
        document.replace(&root.get("z").unwrap().clone(), &json!({"new": [1]}));
        document.insert(&root, "last", &json!({"x": 2}));
        document.insert(&root.get("e").unwrap().clone(), "one", &json!(1));
        let text = document.text();
        let result = parsed(&text);
        let value = result.value(result.root());
        assert_eq!(value["z"], json!({"new": [1]}));
        assert_eq!(value["last"], json!({"x": 2}));
        assert_eq!(value["e"], json!({"one": 1}));
        assert!(text.contains("123456789012345678901234567890"));
        assert!(text.ends_with("  \"last\": {\n    \"x\": 2\n  }\n}\n"), "{text}");
    }

    /// If two members have one name, both are removed, whatever stands between them.
    #[test]
    fn the_last_of_repeated_members_counts() {
        for text in [
            r#"{"a":1,"a":2}"#,
            r#"{"a":1,"b":3,"a":2}"#,
            r#"{"b":3,"a":1,"a":2}"#,
            r#"{"a":1,"a":2,"b":3}"#,
        ] {
            let mut document = parsed(text);
            let root = document.root().clone();
            assert_eq!(document.value(root.get("a").unwrap()), json!(2));
            document.remove(&root, "a");
            let left = document.text();
            assert!(left == "{}" || left == r#"{"b":3}"#, "{text}: {left}");
        }
    }

    #[test]
    fn text_that_is_no_json_is_an_error() {
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\" 1}",
            "{a: 1}",
            "nul",
            "Inf",
            "01",
            "\"",
            "\"\\\"",
            "1 2",
            "{\"a\": 1,}",
            "--1",
            "+1",
        ] {
            assert!(Document::parse(text.as_bytes()).is_err(), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert!(Document::parse(deep.as_bytes()).unwrap_err().contains("levels"));
        assert!(Document::parse(b"{\"a\":\n  x}").unwrap_err().contains("line 2 column 3"));
    }
}
