//! The CLI's editor of configurations on any text: what isn't edited stays as it was, and what is edited is as the edit says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use ulp_cli::document::{Document, Node};

fuzz_target!(|data: &[u8]| {
    let Some((&choice, text)) = data.split_first() else {
        return;
    };
    let peer = serde_json::from_slice::<Value>(text);
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            assert!(peer.is_err(), "serde_json reads it: {error}");
            return;
        }
    };
    // But for the mark that some editors put first.
    assert!(text.ends_with(document.text().as_bytes()));
    let root = document.root();
    let before = document.value(root);
    if let Ok(peer) = &peer {
        assert_eq!(&before, peer);
    }
    edit(&document, root, &before, choice);
});

/// One edit of the root, which is right if the text reads as the edited value does.
fn edit(document: &Document, root: &Node, before: &Value, choice: u8) {
    let Some(object) = before.as_object().filter(|_| is_unique(root)) else {
        return;
    };
    let keys: Vec<&String> = object.keys().collect();
    let key = keys.get(usize::from(choice / 4) % keys.len().max(1));
    let mut edited = document.clone();
    let mut expected = object.clone();
    let value = json!({"added": [1, "two"]});
    match (choice % 3, key) {
        (0, Some(key)) => {
            edited.remove(root, key);
            expected.remove(*key);
        }
        (1, Some(key)) => {
            let node = root.get(key).expect("it has this key");
            edited.replace(node, &value);
            expected.insert((*key).clone(), value);
        }
        _ if !object.contains_key("added") => {
            edited.insert(root, "added", &value);
            expected.insert("added".into(), value);
        }
        _ => return,
    }
    let text = edited.text();
    let again = Document::parse(text.as_bytes());
    let again = again.unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(again.value(again.root()), Value::Object(expected), "{text}");
}

/// Whether no key comes twice, of which a map has one.
fn is_unique(root: &Node) -> bool {
    let mut keys: Vec<&str> = root.members().iter().map(|member| member.key()).collect();
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    keys.len() == all
}
