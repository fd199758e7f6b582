//! The CLI's editor of configurations, on any text. Text that no edit touches stays, and the edited text has the edited value.
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
    // Some editors put a byte order mark first. The editor of the CLI removes it.
    assert!(text.ends_with(document.text().as_bytes()));
    let root = document.root();
    let before = document.value(root);
    if let Ok(peer) = &peer {
        assert_eq!(&before, peer);
    }
    edit(&document, root, &before, choice);
});

/// Makes one edit of the root, and checks that the text reads as the edited value.
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

/// Returns whether no key comes twice. A map has one entry for a key.
fn is_unique(root: &Node) -> bool {
    let mut keys: Vec<&str> = root.members().iter().map(|member| member.key()).collect();
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    keys.len() == all
}
