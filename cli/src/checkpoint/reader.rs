//! Reads elements of many shards. One shard is open at a time.

use super::source::Source;
use super::{Shard, Tensor};
use crate::Error;

/// Reads the bytes of tensors for one thread. The last shard that it has read stays open.
#[derive(Debug, Default)]
pub struct Reader<'s> {
    last: Option<(&'s Shard, Source)>,
}

impl<'s> Reader<'s> {
    /// Fills `bytes` from the bytes of a tensor of a shard, from `offset` on.
    ///
    /// # Errors
    /// If the file can't be read, became shorter, or was changed before it was opened again.
    pub fn read(&mut self, shard: &'s Shard, tensor: Tensor, offset: u64, bytes: &mut [u8]) -> Result<(), Error> {
        let start = shard.header.data_start + tensor.start() + offset;
        let read = self.source(shard)?.read(start, bytes);
        read.map_err(|source| Error::TensorIo {
            path: shard.path.clone(),
            tensor: tensor.name().into(),
            source,
        })
    }

    fn source(&mut self, shard: &'s Shard) -> Result<&Source, Error> {
        if let Some(source) = &shard.open {
            return Ok(source);
        }
        let last = self.last.take();
        let last = last.filter(|(last, _)| std::ptr::eq(*last, shard));
        let last = last.map_or_else(|| Source::again(&shard.path, shard.version), |(_, source)| Ok(source));
        let (_, source) = self.last.insert((shard, last?));
        Ok(source)
    }
}
