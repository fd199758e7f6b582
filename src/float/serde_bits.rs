//! serde: a number as its bits, for `#[serde(with = "ulp::serde_bits")]`.
//!
//! The functions write the integer that stores the number. In a binary format, an [`F16`](crate::F16) therefore takes two bytes.
//! As a number, it would take the four bytes of an `f32`. The crate `half` writes its numbers in this way too.
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use ulp::{Bf16, F16};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Step {
//!     loss: F16,
//!     #[serde(with = "ulp::serde_bits")]
//!     rate: Bf16,
//! }
//! let step = Step { loss: F16::from_f32(1.5), rate: Bf16::from_f32(1.0) };
//! assert_eq!(serde_json::to_string(&step)?, r#"{"loss":1.5,"rate":16256}"#);
//! # Ok::<(), serde_json::Error>(())
//! ```

use serde::{Deserialize, Deserializer, Serializer};

use crate::round::{Bits, Format};

/// Writes the bits of a number.
///
/// # Errors
/// The errors are those of the serializer.
pub fn serialize<F: Format, S: Serializer>(number: &F, serializer: S) -> Result<S::Ok, S::Error> {
    let bits = number.to_bits().to_u64();
    match F::Bits::BITS {
        8 => serializer.serialize_u8(bits as u8),
        16 => serializer.serialize_u16(bits as u16),
        32 => serializer.serialize_u32(bits as u32),
        _ => serializer.serialize_u64(bits),
    }
}

/// Reads the bits of a number. Bits above the width of the format are ignored.
///
/// # Errors
/// The errors are those of the deserializer. An integer that doesn't fit the bits of the number is an error too.
pub fn deserialize<'de, F: Format, D: Deserializer<'de>>(deserializer: D) -> Result<F, D::Error> {
    let bits = match F::Bits::BITS {
        8 => u8::deserialize(deserializer)?.into(),
        16 => u16::deserialize(deserializer)?.into(),
        32 => u32::deserialize(deserializer)?.into(),
        _ => u64::deserialize(deserializer)?,
    };
    Ok(F::from_bits(F::Bits::from_u64(bits)))
}
