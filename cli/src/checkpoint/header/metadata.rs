//! The metadata of a safetensors file.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The metadata of a file: texts by name. They are kept as JSON, because a map of many short texts would take many times the
/// memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Metadata {
    json: Box<str>,
}

impl Metadata {
    /// Checks that this is an object of texts, or null. Null is no metadata.
    pub(super) fn parse(json: Box<RawValue>) -> serde_json::Result<Option<Metadata>> {
        if json.get() == "null" {
            return Ok(None);
        }
        let json: Box<str> = json.into();
        let metadata = Metadata { json };
        metadata.each(|_, _| Ok(()))?;
        Ok(Some(metadata))
    }

    /// Passes all keys and texts to `take`, in their order.
    fn each(&self, take: impl FnMut(Cow<str>, Cow<str>) -> serde_json::Result<()>) -> serde_json::Result<()> {
        struct Each<F>(F);

        impl<'de, F: FnMut(Cow<str>, Cow<str>) -> serde_json::Result<()>> Visitor<'de> for Each<F> {
            type Value = ();

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of texts")
            }

            fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
                while let Some((key, text)) = map.next_entry()? {
                    (self.0)(key, text).map_err(A::Error::custom)?;
                }
                Ok(())
            }
        }

        let mut deserializer = serde_json::Deserializer::from_str(&self.json);
        deserializer.deserialize_map(Each(take))
    }

    /// Returns the text of a key. If the key is there twice, the last text counts, as in Python.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<String> {
        let mut found = None;
        let all = self.each(|other, text| {
            if other == key {
                found = Some(text.into_owned());
            }
            Ok(())
        });
        all.ok().and(found)
    }

    /// Returns the metadata without these keys, and with a new one.
    pub(crate) fn with(&self, removed: &[&str], added: Option<(&str, &str)>) -> Metadata {
        let mut json = vec![b'{'];
        let all = self.each(|key, text| {
            if !removed.contains(&&*key) {
                write_entry(&mut json, &key, &text)?;
            }
            Ok(())
        });
        let added = added.map_or(Ok(()), |(key, text)| write_entry(&mut json, key, text));
        all.and(added).expect("the metadata were checked");
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

fn write_entry(json: &mut Vec<u8>, key: &str, text: &str) -> serde_json::Result<()> {
    if json.len() > 1 {
        json.push(b',');
    }
    serde_json::to_writer(&mut *json, key)?;
    json.push(b':');
    serde_json::to_writer(json, text)
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
