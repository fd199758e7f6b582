//! The tallies of many tensors, in little memory. A checkpoint may have millions of tensors, and most fields of the tally of a
//! small tensor are zero.

use std::io::{self, BufWriter, Read, Seek, Write};

use tempfile::{SpooledData, SpooledTempFile};

use super::tally::Tally;

/// The tallies of a format while the tensors are counted. Each tally is a number of two bytes with a bit for each field that isn't
/// zero, and then these fields.
pub(super) struct Writer {
    out: BufWriter<SpooledTempFile>,
    count: usize,
}

impl Writer {
    /// Returns a list without tallies. If the list takes more than `limit` bytes, a temporary file holds the list.
    pub(super) fn new(limit: usize) -> Writer {
        Writer {
            out: BufWriter::new(SpooledTempFile::new(limit)),
            count: 0,
        }
    }

    /// Adds the tally of the next tensor.
    pub(super) fn push(&mut self, tally: &Tally) -> io::Result<()> {
        let fields = tally.fields();
        let bits = fields
            .iter()
            .enumerate()
            .map(|(place, &field)| u16::from(field != 0) << place);
        self.out.write_all(&bits.sum::<u16>().to_le_bytes())?;
        for field in fields.into_iter().filter(|&field| field != 0) {
            self.out.write_all(&field.to_le_bytes())?;
        }
        self.count += 1;
        Ok(())
    }

    /// Brings the tallies into memory.
    pub(super) fn finish(self) -> io::Result<Tallies> {
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        let bytes = match file.into_inner() {
            SpooledData::InMemory(bytes) => bytes.into_inner(),
            SpooledData::OnDisk(mut file) => {
                let mut bytes = Vec::new();
                file.rewind()?;
                file.read_to_end(&mut bytes)?;
                bytes
            }
        };
        let mut starts = Vec::with_capacity(self.count);
        let mut start = 0;
        for _ in 0..self.count {
            starts.push(start);
            start += size_of::<u16>() + bits(&bytes[start..]).count_ones() as usize * size_of::<u64>();
        }
        Ok(Tallies { bytes, starts })
    }
}

/// The tallies of a format, by tensor.
pub(super) struct Tallies {
    bytes: Vec<u8>,
    /// The place of each tally in `bytes`.
    starts: Vec<usize>,
}

impl Tallies {
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Returns the tally of the tensor at a place.
    pub(super) fn get(&self, place: usize) -> Tally {
        let bytes = &self.bytes[self.starts[place]..];
        let bits = bits(bytes);
        let mut left = bytes[size_of::<u16>()..].as_chunks().0.iter();
        Tally::of(std::array::from_fn(|place| match bits >> place & 1 {
            0 => 0,
            _ => left.next().map_or(0, |&field| u64::from_le_bytes(field)),
        }))
    }
}

/// Returns the bits of the fields of the tally at the beginning of some bytes.
fn bits(bytes: &[u8]) -> u16 {
    bytes.first_chunk().map_or(0, |&bits| u16::from_le_bytes(bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_return_as_they_were() {
        for limit in [0, 100, usize::MAX] {
            let mut writer = Writer::new(limit);
            let tally = |number: u64| Tally::of(std::array::from_fn(|place| number << place & 0xf0f0_0f0f));
            for number in 0..300 {
                writer.push(&tally(number)).unwrap();
            }
            let tallies = writer.finish().unwrap();
            assert_eq!(tallies.len(), 300);
            for number in 0..300 {
                assert_eq!(tallies.get(number as usize).fields(), tally(number).fields());
            }
        }
    }
}
