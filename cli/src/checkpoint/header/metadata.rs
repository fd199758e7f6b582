//! The metadata of a safetensors file.

use std::cell::RefCell;
use std::fmt;

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::text::Text;

/// The metadata of a file: texts by name. They are kept as JSON, because a map of many short texts would take many times the
/// memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Metadata {
    json: Box<str>,
}

impl Metadata {
    /// Checks that this is an object of texts, or null. Null is no metadata.
    pub(super) fn parse(json: &RawValue) -> serde_json::Result<Option<Metadata>> {
        let json = json.get();
        if json == "null" {
            return Ok(None);
        }
        each(json, |_| (), |(), _| ())?;
        Ok(Some(Metadata { json: json.into() }))
    }

    /// Returns the text of a key. If the key is there twice, the last text counts, as in Python.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<String> {
        let mut found = None;
        let text = |is_it, text: &str| {
            if is_it {
                found = Some(text.into());
            }
        };
        each(&self.json, |other| other == key, text).ok()?;
        found
    }

    /// Returns the metadata without these keys, and with a new one.
    pub(crate) fn with(&self, removed: &[&str], added: Option<(&str, &str)>) -> Metadata {
        let json = RefCell::new(vec![b'{']);
        let key = |key: &str| {
            let stays = !removed.contains(&key);
            if stays {
                write_key(&mut json.borrow_mut(), key);
            }
            stays
        };
        let text = |stays, text: &str| {
            if stays {
                write(&mut json.borrow_mut(), text);
            }
        };
        each(&self.json, key, text).expect("the metadata were checked");
        let mut json = json.into_inner();
        if let Some((key, text)) = added {
            write_key(&mut json, key);
            write(&mut json, text);
        }
        json.push(b'}');
        let json = String::from_utf8(json).expect("JSON is text");
        Metadata { json: json.into() }
    }

    /// Returns the metadata as JSON.
    pub(super) fn json(&self) -> &str {
        &self.json
    }
}

impl Default for Metadata {
    fn default() -> Self {
        Metadata { json: "{}".into() }
    }
}

/// Passes all keys of an object to `key`, and all texts to `text`, in their order. `text` also takes the result for its key. A key
/// or a text may take most of the header, so neither is copied.
fn each<K>(json: &str, key: impl FnMut(&str) -> K, text: impl FnMut(K, &str)) -> serde_json::Result<()> {
    struct Each<F, G>(F, G);

    impl<'de, K, F: FnMut(&str) -> K, G: FnMut(K, &str)> Visitor<'de> for Each<F, G> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map of texts")
        }

        fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
            while let Some(key) = map.next_key_seed(Text(&mut self.0))? {
                map.next_value_seed(Text(|text: &str| (self.1)(key, text)))?;
            }
            Ok(())
        }
    }

    let mut deserializer = serde_json::Deserializer::from_str(json);
    deserializer.deserialize_map(Each(key, text))
}

fn write_key(json: &mut Vec<u8>, key: &str) {
    if json.len() > 1 {
        json.push(b',');
    }
    write(json, key);
    json.push(b':');
}

fn write(json: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(json, text).expect("memory takes all");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(json: &str) -> serde_json::Result<Option<Metadata>> {
        Metadata::parse(serde_json::from_str(json)?)
    }

    #[test]
    fn metadata_are_texts() {
        let metadata = parsed(r#"{"a": "1", "b\n":"\u00e9", "a":"2"}"#).unwrap().unwrap();
        assert_eq!(metadata.get("a").unwrap(), "2");
        assert_eq!(metadata.get("b\n").unwrap(), "\u{e9}");
        assert_eq!(metadata.get("c"), None);
        let other = metadata.with(&["a", "c"], Some(("d", "\"")));
        assert_eq!(other.json(), "{\"b\\n\":\"\u{e9}\",\"d\":\"\\\"\"}");
        assert_eq!(Metadata::default().with(&["a"], None), Metadata::default());
        assert_eq!(parsed("null").unwrap(), None);
        for json in ["1", "[]", r#""a""#, r#"{"a":1}"#, r#"{"a":null}"#, r#"{"a":"\ud800"}"#] {
            assert!(parsed(json).is_err(), "{json}");
        }
    }
}
