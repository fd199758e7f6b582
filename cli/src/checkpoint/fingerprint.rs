//! Fingerprints of shards. They tell apart inputs with equal names and lengths, such as two fine-tunes of a model.

use std::hash::Hasher;
use std::time::UNIX_EPOCH;

use serde_json::{Value, json};
use siphasher::sip128::{Hasher128, SipHasher13};

use super::Shard;
use super::source::Source;
use crate::error::{Error, at};

/// How many chunks of the data are hashed. The first and the last chunk are among them. A chunk is a few pages of a large file.
const SAMPLES: u64 = 32;
const SAMPLE: u64 = 4096;

impl Shard {
    /// Returns the shard's length, its time of change, and a hash of its header and of samples of its data.
    ///
    /// # Errors
    /// If the shard can't be read, or was changed.
    pub(crate) fn fingerprint(&self) -> Result<Value, Error> {
        let again;
        let source = if let Some(source) = &self.open {
            source
        } else {
            again = Source::again(&self.path, self.version)?;
            &again
        };
        let mut hasher = SipHasher13::new();
        let mut take = |start: u64, end: u64| -> Result<(), Error> {
            let mut bytes = vec![0; (end - start) as usize];
            source.read(start, &mut bytes).map_err(at(&self.path))?;
            hasher.write(&bytes);
            Ok(())
        };
        let (data, length) = (self.header.data_start, self.length());
        for start in (0..data).step_by(1 << 20) {
            take(start, data.min(start + (1 << 20)))?;
        }
        if length - data <= SAMPLES * SAMPLE {
            take(data, length)?;
        } else {
            let last = u128::from(length - data - SAMPLE);
            for sample in 0..SAMPLES {
                let start = data + (last * u128::from(sample) / u128::from(SAMPLES - 1)) as u64;
                take(start, start + SAMPLE)?;
            }
        }
        let modified = self.version.modified;
        let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Ok(json!({
            "bytes": length,
            "modified": modified.map(|time| format!("{}.{:09}", time.as_secs(), time.subsec_nanos())),
            "hash": text(&hasher),
        }))
    }
}

/// Returns a hash of a small file.
pub(crate) fn hash(bytes: &[u8]) -> String {
    let mut hasher = SipHasher13::new();
    hasher.write(bytes);
    text(&hasher)
}

fn text(hasher: &SipHasher13) -> String {
    format!("{:032x}", hasher.finish128().as_u128())
}
