//! safetensors files that are sound except in a few places.

use std::fmt::Write;

use crate::{Unstructured, arbitrary};

/// The types of elements, and the bits of an element.
const DTYPES: [(&str, u64); 12] = [
    ("BOOL", 8),
    ("U8", 8),
    ("F8_E4M3", 8),
    ("F8_E8M0", 8),
    ("F4", 4),
    ("F6_E2M3", 6),
    ("I16", 16),
    ("BF16", 16),
    ("F16", 16),
    ("F32", 32),
    ("F64", 64),
    ("C64", 64),
];

/// False values for a header.
const LIES: [&str; 12] = [
    "0",
    "1",
    "-1",
    "7",
    "1.0",
    "1e3",
    "4294967296",
    "18446744073709551615",
    "18446744073709551616",
    "null",
    "\"\"",
    "[]",
];

/// Returns a file with some tensors, metadata, and up to three false values.
pub fn any_file(u: &mut Unstructured) -> arbitrary::Result<Vec<u8>> {
    let mut json = String::from("{");
    let mut end = 0;
    if u.arbitrary()? {
        json += r#""__metadata__":{"format":"pt"},"#;
    }
    for nth in 0..u.int_in_range(0..=8)? {
        let (dtype, bits) = *u.choose(&DTYPES)?;
        let mut shape = Vec::new();
        for _ in 0..u.int_in_range(0..=4)? {
            shape.push(u.int_in_range(0..=6_u64)?);
        }
        let start = end;
        end += shape.iter().product::<u64>() * bits / 8;
        let name = u.choose(&["x", "w.0/a", "..", "é", "\\u0061", "\\n", "__metadata__"])?;
        // Most names are unique.
        let number = if u.int_in_range(0..=15)? == 0 { 0 } else { nth };
        write!(
            json,
            r#""{name}{number}":{{"dtype":"{dtype}","shape":{shape:?},"data_offsets":[{start},{end}]}},"#
        )
        .expect("a string takes all");
    }
    json.pop();
    json.push('}');
    for _ in 0..u.int_in_range(0..=3)? {
        lie(u, &mut json)?;
    }
    let length = match u.int_in_range(0..=15)? {
        0 => u.arbitrary()?,
        1 => json.len() as u64 + u.int_in_range(0..=9)?,
        _ => json.len() as u64,
    };
    let data = match u.int_in_range(0..=7)? {
        0 => u.int_in_range(0..=end + 9)?,
        _ => end,
    };
    let mut file = length.to_le_bytes().to_vec();
    file.extend_from_slice(json.as_bytes());
    file.extend((0..data).map(|byte| byte as u8));
    Ok(file)
}

/// Puts another text in the place of a number or in any place, or removes a chunk.
fn lie(u: &mut Unstructured, json: &mut String) -> arbitrary::Result<()> {
    let place = u.choose_index(json.len() + 1)?;
    let place = json.floor_char_boundary(place);
    let rest = &json[place..];
    match u.int_in_range(0..=2)? {
        0 => {
            let Some(from) = rest.find(|c: char| c.is_ascii_digit()) else {
                return Ok(());
            };
            let digits = rest[from..].find(|c: char| !c.is_ascii_digit());
            let to = digits.map_or(json.len(), |digits| place + from + digits);
            json.replace_range(place + from..to, u.choose(&LIES)?);
        }
        1 => json.insert_str(place, u.choose(&["[", "]", "{", "}", ",", ":", "\"", " ", "\\"])?),
        _ => {
            let to = (place + u.int_in_range(0..=40)?).min(json.len());
            let to = json.floor_char_boundary(to);
            json.replace_range(place..to, "");
        }
    }
    Ok(())
}
