//! Files of other kinds that people take for weights or for configurations.

use super::header::HEADER_LIMIT;

/// How many bytes of the beginning of a file show its kind.
pub(super) const BEGIN: usize = 64;

const POINTER: &str = "a git-lfs pointer, and not the file itself: `git lfs pull` fetches the file";
const PAGE: &str = "a web page, and not the file itself: download the file again, with a login if the site asks for one";
const TORCH: &str = "load it in torch, and write it with safetensors.torch.save_file";

/// Describes a file of another kind, and names a remedy.
pub(super) fn of(begin: &[u8]) -> Option<String> {
    if is_header(begin) {
        return None;
    }
    let text = begin.strip_prefix(b"\xef\xbb\xbf").unwrap_or(begin);
    let text = text.trim_ascii_start().to_ascii_lowercase();
    let starts = |magic: &[u8]| text.starts_with(magic);
    let kind = if starts(b"version https://git-lfs") {
        POINTER.into()
    } else if starts(b"<!doctype") || starts(b"<html") || starts(b"<?xml") {
        PAGE.into()
    } else if begin.starts_with(b"GGUF") {
        "a GGUF file, which is not read: convert the safetensors files from which it was made".into()
    } else if begin.starts_with(b"PK\x03\x04") {
        format!("a zip archive, as torch.save writes it: {TORCH}")
    } else if matches!(begin, [0x80, 2..=5, ..]) {
        format!("a pickle, as torch.save wrote it: {TORCH}")
    } else {
        return None;
    };
    Some(kind)
}

/// Returns whether this is the beginning of a safetensors file. Its length may begin with the same bytes as another kind of file.
fn is_header(begin: &[u8]) -> bool {
    let Some((length, json)) = begin.split_first_chunk() else {
        return false;
    };
    u64::from_le_bytes(*length) <= HEADER_LIMIT as u64 && json.starts_with(b"{")
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_header_is_never_another_kind() {
        let header = |length: u64, json: &str| [&length.to_le_bytes(), json.as_bytes()].concat();
        assert_eq!(of(&header(0x280, "{}")), None);
        assert_eq!(of(&header(0x0403_4b50, "{}")), None);
        assert!(of(&header(0x0403_4b50, "data.pkl")).unwrap().contains("zip"));
        for short in [&b""[..], b"P", b"\x80", b"<"] {
            assert_eq!(of(short), None);
        }
    }
}
