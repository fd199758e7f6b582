//! Writes the header of a safetensors file. Equal input gives equal bytes. A header is written piece by piece, because a large one
//! would take much memory.

use std::io::{self, BufWriter, Write};
use std::ops::Range;

use safetensors::Dtype;
use serde::Serialize;

use crate::checkpoint::{HEADER_LIMIT, METADATA, Metadata, Name};

/// A tensor to write.
pub(crate) struct TensorEntry<'a> {
    pub(crate) name: Name<'a>,
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<u64>,
    pub(crate) range: Range<u64>,
}

/// The value of a tensor's entry.
#[derive(Serialize)]
struct Described<'a> {
    dtype: Dtype,
    shape: &'a [u64],
    data_offsets: [u64; 2],
}

/// The header would be longer than readers accept.
#[derive(Debug)]
pub(crate) struct TooLong;

/// Returns the length of a header: the bytes before the tensors' data.
pub(crate) fn length<'a>(metadata: Option<&Metadata>, tensors: impl Iterator<Item = TensorEntry<'a>>) -> Result<u64, TooLong> {
    let mut count = Count(0);
    json(&mut count, metadata, tensors).expect("counting doesn't fail");
    let length = count.0.next_multiple_of(8);
    if length > HEADER_LIMIT as u64 {
        return Err(TooLong);
    }
    Ok(8 + length)
}

/// Writes the header of this length. `safetensors::serialize` would write the metadata in another order at each run.
pub(crate) fn write<'a>(
    out: impl Write,
    length: u64,
    metadata: Option<&Metadata>,
    tensors: impl Iterator<Item = TensorEntry<'a>>,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    out.write_all(&(length - 8).to_le_bytes())?;
    let mut count = Count(8);
    json(&mut Both(&mut out, &mut count), metadata, tensors)?;
    let blanks = [b' '; 8];
    out.write_all(&blanks[..(length - count.0) as usize])?;
    out.flush()
}

fn json<'a>(out: &mut impl Write, metadata: Option<&Metadata>, tensors: impl Iterator<Item = TensorEntry<'a>>) -> io::Result<()> {
    out.write_all(b"{")?;
    let mut separator = "";
    if let Some(metadata) = metadata {
        write!(out, "\"{METADATA}\":{}", metadata.json())?;
        separator = ",";
    }
    for tensor in tensors {
        out.write_all(separator.as_bytes())?;
        separator = ",";
        serde_json::to_writer(&mut *out, &tensor.name)?;
        out.write_all(b":")?;
        let described = Described {
            dtype: tensor.dtype,
            shape: &tensor.shape,
            data_offsets: [tensor.range.start, tensor.range.end],
        };
        serde_json::to_writer(&mut *out, &described)?;
    }
    out.write_all(b"}")
}

/// Counts the bytes that are written.
struct Count(u64);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes and counts.
struct Both<'w, W>(&'w mut W, &'w mut Count);

impl<W: Write> Write for Both<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(bytes)?;
        self.1.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
