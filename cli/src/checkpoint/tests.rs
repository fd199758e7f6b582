//! Headers and indices that contradict themselves or their files.

use super::{Checkpoint, Header, Index, Reader};

const INDEX: &str = "model.safetensors.index.json";

fn header(json: &str, data: u64) -> Result<Header, String> {
    Header::parse(json.as_bytes(), data).map_err(|error| error.to_string())
}

#[test]
fn a_valid_header_is_read() {
    let json = r#"{"__metadata__":{"format":"pt"},
        "model.layers.0/weight:0":{"dtype":"F32","shape":[2,3],"data_offsets":[3,27]},
        "n":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},
        "none":{"dtype":"F16","shape":[0,7],"data_offsets":[27,27]},
        "one":{"dtype":"BF16","shape":[],"data_offsets":[27,29]}}   "#;
    let header = header(json, 29).unwrap();
    let names: Vec<_> = header.tensors().map(super::Tensor::name).collect();
    assert_eq!(names, ["n", "model.layers.0/weight:0", "none", "one"]);
    let elements: Vec<_> = header.tensors().map(super::Tensor::elements).collect();
    assert_eq!(elements, [3, 6, 0, 1]);
    assert_eq!(header.data_start, 8 + json.len() as u64);
    assert_eq!(header.metadata.unwrap().get("format").unwrap(), "pt");
}

#[test]
fn headers_with_wrong_offsets_are_errors() {
    let one = |name: &str, dtype: &str, shape: &str, offsets: &str| {
        format!(r#"{{"{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}}}"#)
    };
    let cases = [
        (
            one("x", "F32", "[1]", "[4,8]"),
            8,
            "tensor x: its data, from 4 on, leave a hole",
        ),
        (one("x", "F32", "[1]", "[4,0]"), 4, "tensor x: its data end at 0, before"),
        (one("x", "F33", "[1]", "[0,4]"), 4, "tensor x: unknown variant"),
        (one("x", "F4", "[3]", "[0,2]"), 2, "tensor x: [3] elements of F4"),
        (one("x", "F32", "[3]", "[0,8]"), 8, "tensor x: 8 bytes, and not the 12"),
        (one("x", "U8", "[4294967296,4294967296]", "[0,0]"), 0, "tensor x: the product"),
        (one("x", "F64", "[2305843009213693952]", "[0,0]"), 0, "tensor x: the product"),
        (one("x", "F32", "[-1]", "[0,4]"), 4, "tensor x: invalid value"),
        (one("x", "U8", "[1]", "[0,1]"), 2, "data are not as long"),
        (r#"{"__metadata__":{},"__metadata__":{}}"#.into(), 0, "metadata twice"),
        (r#"{"__metadata__":{"a":1}}"#.into(), 0, "invalid type"),
        ("[1, 2]".into(), 0, "a map of tensors"),
        ("[".repeat(100_000), 0, "not a safetensors file"),
    ];
    for (json, data, words) in cases {
        let error = header(&json, data).unwrap_err();
        assert!(error.contains(words), "{json}: {error}");
    }
    let twice = r#""x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}"#;
    let error = header(&format!("{{{twice},{twice}}}"), 1).unwrap_err();
    assert!(error.contains("tensor x: two have this name"), "{error}");
    let other = twice.replace('x', "y");
    let error = header(&format!("{{{twice},{other}}}"), 1).unwrap_err();
    assert!(error.contains("tensor y: its data, from 0 on, overlap"), "{error}");
}

/// Tests odd headers that the reference reader takes.
#[test]
fn unusual_valid_headers_are_read() {
    for (name, read) in [("/w", "/w"), ("a/../b", "a/../b"), (r"a\\..", r"a\.."), (r"a\u0000", "a\0")] {
        let json = format!(r#"{{"{name}":{{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}}}"#);
        assert_eq!(header(&json, 1).unwrap().tensor(0).name(), read);
    }
    let json = r#"{"x":{"dtype":"U8","more":{"a":[1]},"shape":[1],"data_offsets":[0,1]}}"#;
    assert_eq!(header(json, 1).unwrap().count(), 1);
    let json = r#"{"__metadata__":null}"#;
    assert_eq!(header(json, 0).unwrap().metadata, None);
    let json = r#"{"__metadata__":{"a":"1","a":"2"}}"#;
    assert_eq!(header(json, 0).unwrap().metadata.unwrap().get("a").unwrap(), "2");
    let entry = |i| format!(r#""{i}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#);
    let entries: Vec<_> = (0..=1 << 17).map(entry).collect();
    let many = header(&format!("{{{}}}", entries.join(",")), 0).unwrap();
    assert_eq!(many.count(), (1 << 17) + 1);
}

#[test]
fn other_file_formats_are_named_in_the_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x");
    for (bytes, words) in [
        (
            &b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"[..],
            "git-lfs",
        ),
        (b"GGUF\x03\0\0\0", "GGUF"),
        (b"PK\x03\x04\0\0\x08\x08\0\0", "zip"),
        (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9", "pickle"),
        (b"<!DOCTYPE html><html></html>", "web page"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let error = Checkpoint::open(&path).unwrap_err().line();
        assert!(error.contains("not a safetensors file") && error.contains(words), "{error}");
    }
    // A length may look like a pickle.
    let json = format!("{{}}{}", " ".repeat(0x280 - 2));
    std::fs::write(&path, [&0x280_u64.to_le_bytes(), json.as_bytes()].concat()).unwrap();
    assert!(Checkpoint::open(&path).is_ok());
}

#[test]
fn wrong_indices_are_errors() {
    let sound = r#"{"metadata":{"total_size":8},"weight_map":{"b":"2.safetensors","a":"x/1.safetensors"}}"#;
    let index = Index::parse(sound.as_bytes()).unwrap();
    assert_eq!(index.shard_of("a"), Some("x/1.safetensors"));
    assert_eq!(index.shards(), ["2.safetensors", "x/1.safetensors"]);
    for (weight_map, words) in [
        (r#"{"a":"../1.safetensors"}"#, "tensor a: "),
        (r#"{"a":"x/../../1.safetensors"}"#, "tensor a: "),
        (r#"{"a":"/1.safetensors"}"#, "tensor a: "),
        (r#"{"a":"..\\1.safetensors"}"#, "tensor a: "),
        (r#"{"a":"."}"#, "tensor a: "),
        (r#"{"a":""}"#, "tensor a: "),
        (r#"{"a":"1","a":"2"}"#, "tensor a: it is there twice"),
        (r#"{"a":1}"#, "invalid type"),
        ("[]", "a map of file names"),
    ] {
        let error = Index::parse(format!(r#"{{"weight_map":{weight_map}}}"#).as_bytes());
        let error = error.unwrap_err().to_string();
        assert!(error.contains(words), "{weight_map}: {error}");
    }
    assert!(Index::parse(b"{}").unwrap_err().to_string().contains("weight_map"));
}

#[test]
fn a_directory_lists_its_shards() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let opened = || Checkpoint::open(directory.path()).map_err(|error| error.line());
    assert!(opened().unwrap_err().contains("no safetensors file"));

    let json = r#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#;
    let file = [&(json.len() as u64).to_le_bytes(), json.as_bytes(), b"xyz"].concat();
    std::fs::write(path("model.safetensors"), file).unwrap();
    let checkpoint = opened().unwrap();
    let (shard, tensor) = checkpoint.by_name(0).get("a").unwrap();
    let mut bytes = [0; 2];
    Reader::default().read(shard, tensor, 1, &mut bytes).unwrap();
    assert_eq!(&bytes, b"yz");

    for (weight_map, words) in [
        (r#"{"a":"missing"}"#, "missing: No such file"),
        (r#"{"b":"model.safetensors"}"#, "tensor b: model.safetensors doesn't have it"),
    ] {
        std::fs::write(path(INDEX), format!(r#"{{"weight_map":{weight_map}}}"#)).unwrap();
        let error = opened().unwrap_err();
        assert!(error.contains(words), "{error}");
    }
    std::fs::write(path(INDEX), r#"{"weight_map":{"a":"model.safetensors"}}"#).unwrap();
    assert_eq!(opened().unwrap().tensors().count(), 1);
}

/// A text from a file must not break a line of a message, and must not reach a terminal as an escape. Fuzzing found such texts.
#[test]
fn messages_have_one_line() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.safetensors");
    for json in [
        r#"{"a\n\u001b[2J":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
        r#"{"a":{"dtype":"U8\r\n","shape":[1],"data_offsets":[0,1]}}"#,
    ] {
        let file = [&(json.len() as u64).to_le_bytes(), json.as_bytes(), b"x"].concat();
        std::fs::write(&path, file).unwrap();
        let error = Checkpoint::open(&path).unwrap_err().line();
        assert!(!error.contains(char::is_control), "{error:?}");
        assert!(error.contains(r"\n"), "{error}");
    }
}

/// A shard is opened again before its elements are read. The file must still be the one whose header was read.
#[test]
fn a_shard_that_changes_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("model.safetensors");
    let json = r#"{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#;
    let file = |data: &[u8]| [&(json.len() as u64).to_le_bytes(), json.as_bytes(), data].concat();
    std::fs::write(&path, file(b"ab")).unwrap();
    let checkpoint = Checkpoint::open(directory.path()).unwrap();
    let (shard, tensor) = checkpoint.tensors().next().unwrap();
    let read = || {
        let mut bytes = [0; 2];
        let read = Reader::default().read(shard, tensor, 0, &mut bytes);
        read.map(|()| bytes).map_err(|error| error.line())
    };
    assert_eq!(read(), Ok(*b"ab"));
    std::fs::write(&path, file(b"abc")).unwrap();
    let error = read().unwrap_err();
    assert!(
        error.ends_with("model.safetensors: it was changed while it was read"),
        "{error}"
    );
    // Another file has the same length and the same time of change.
    let modified = shard.version.modified.unwrap();
    std::fs::rename(&path, directory.path().join("before")).unwrap();
    std::fs::write(&path, file(b"AB")).unwrap();
    let other = std::fs::File::options().write(true).open(&path).unwrap();
    other.set_modified(modified).unwrap();
    if cfg!(unix) {
        assert!(read().unwrap_err().contains("changed while it was read"));
    }
    std::fs::remove_file(&path).unwrap();
    assert!(read().unwrap_err().contains("model.safetensors: "));
}
