//! JSON that is somebody else's: read as Python reads it, with `Infinity` and `NaN`, and edited as text, so that what isn't touched stays
//! as it was, to the digit and the blank.

mod parser;

use std::ops::Range;

use serde_json::{Map, Value};

use parser::Parser;

/// A text, and where its values stand in it.
#[derive(Clone, Debug)]
pub struct Document {
    text: String,
    root: Node,
    edits: Vec<(Range<usize>, String)>,
}

/// A value.
#[derive(Clone, Debug)]
pub struct Node {
    span: Range<usize>,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Object(Vec<Member>),
    Array(Vec<Node>),
    Scalar,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    key: String,
    /// Where the key begins.
    start: usize,
    value: Node,
}

impl Document {
    /// Parses a text.
    ///
    /// # Errors
    /// If it is no JSON, with the place.
    pub fn parse(text: &[u8]) -> Result<Document, String> {
        let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
        // Python's writers leave none, editors do.
        let text = text.trim_start_matches('\u{feff}').to_string();
        let root = Parser::parse(&text)?;
        Ok(Document {
            root,
            text,
            edits: Vec::new(),
        })
    }

    /// The whole value.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// A value as a value of JSON. `Infinity` and `NaN`, which JSON has no value for, are null in it.
    #[must_use]
    pub fn value(&self, node: &Node) -> Value {
        match &node.kind {
            Kind::Object(members) => {
                let members = members.iter();
                let members = members.map(|member| (member.key.clone(), self.value(&member.value)));
                Value::Object(members.collect::<Map<_, _>>())
            }
            Kind::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Kind::Scalar => {
                serde_json::from_str(&self.text[node.span.clone()]).unwrap_or(Value::Null)
            }
        }
    }

    /// Puts another value in the place of one.
    pub fn replace(&mut self, node: &Node, value: &Value) {
        let indent = self.indent(node.span.start);
        let text = self.written(value, &indent);
        self.edits.push((node.span.clone(), text));
    }

    /// Removes a member of an object, with the comma that parts it from the others.
    pub fn remove(&mut self, object: &Node, key: &str) {
        let members = object.members();
        for (place, member) in members.iter().enumerate() {
            if member.key != key {
                continue;
            }
            // From the end of the one before to its own end, or, of the first, up to the beginning of the next.
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

    /// The text with all edits, the first one of two that overlap.
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

    /// The line break and the blanks before a place that begins a line, and nothing elsewhere.
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

    /// A value, on lines of its own where its neighbours are.
    fn written(&self, value: &Value, indent: &str) -> String {
        if indent.is_empty() && !self.text.contains('\n') {
            return value.to_string();
        }
        let indent = if indent.is_empty() { "\n" } else { indent };
        format!("{value:#}").replace('\n', indent)
    }
}

impl Node {
    /// Of an object; none of another value.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        match &self.kind {
            Kind::Object(members) => members,
            _ => &[],
        }
    }

    /// The member of this name: of several, the last, as Python reads it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        let mut members = self.members().iter();
        members
            .rfind(|member| member.key == key)
            .map(|member| &member.value)
    }

    /// This value and all below it that are objects.
    #[must_use]
    pub fn objects(&self) -> Vec<&Node> {
        let mut found = Vec::new();
        let mut left = vec![self];
        while let Some(node) = left.pop() {
            match &node.kind {
                Kind::Object(members) => {
                    found.push(node);
                    left.extend(members.iter().rev().map(|member| &member.value));
                }
                Kind::Array(items) => left.extend(items.iter().rev()),
                Kind::Scalar => {}
            }
        }
        found
    }
}

impl Member {
    /// The name.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The value.
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
    fn what_is_not_touched_stays() {
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
        assert_eq!(
            parsed(&document.text()).value(parsed("{}").root()),
            json!({})
        );
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
        assert!(
            text.ends_with("  \"last\": {\n    \"x\": 2\n  }\n}\n"),
            "{text}"
        );
    }

    /// Of two members of one name both go, whatever is between them.
    #[test]
    fn members_that_come_twice() {
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
    fn what_is_no_json() {
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
        assert!(
            Document::parse(deep.as_bytes())
                .unwrap_err()
                .contains("levels")
        );
        assert!(
            Document::parse(b"{\"a\":\n  x}")
                .unwrap_err()
                .contains("line 2 column 3")
        );
    }
}
