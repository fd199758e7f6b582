//! Checkpoints as they lie on disk: one safetensors file, or a directory of shards with an index.
//!
//! [`Checkpoint::open`] reads headers alone, and checks all that they say. Elements are read a piece at a time, by a [`Reader`], so
//! that memory doesn't grow with the file, nor the number of open files with that of the shards.

mod fingerprint;
mod header;
mod index;
mod reader;
mod source;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

pub(crate) use fingerprint::hash;
pub use header::{HEADER_LIMIT, Header, HeaderError, METADATA, Tensor};
pub use index::{Index, IndexError};
pub use reader::Reader;
pub use source::Source;
pub(crate) use source::read_small;

use crate::error::{Error, at};
use crate::output::Mode;
use source::Version;

/// The index of a directory of shards.
pub const INDEX: &str = "model.safetensors.index.json";

/// The one file of a directory without an index.
const WHOLE: &str = "model.safetensors";

/// A checkpoint whose headers were read.
#[derive(Debug)]
pub struct Checkpoint {
    /// The path that was opened.
    pub path: PathBuf,
    /// Whether that is a directory.
    pub is_directory: bool,
    /// Sorted by name.
    pub shards: Vec<Shard>,
    /// Of a directory that has one.
    pub index: Option<Index>,
}

/// A safetensors file whose header was read.
#[derive(Debug)]
pub struct Shard {
    /// Its path below the checkpoint's directory, with `/`, or the file's name.
    pub name: String,
    /// Where it was opened.
    pub path: PathBuf,
    /// What it has.
    pub header: Header,
    version: Version,
    /// Who may read it.
    pub(crate) mode: Mode,
    /// The file, if it stays open: it is the only one, or can't be opened again.
    open: Option<Source>,
}

impl Checkpoint {
    /// Opens a file, or all shards of a directory.
    ///
    /// # Errors
    /// What can't be read, a header that isn't sound, an index that doesn't agree with its shards.
    pub fn open(path: &Path) -> Result<Checkpoint, Error> {
        let mut checkpoint = Checkpoint {
            path: path.into(),
            is_directory: path.is_dir(),
            shards: Vec::new(),
            index: None,
        };
        if !checkpoint.is_directory {
            let name = path.file_name().unwrap_or(path.as_os_str());
            let name = name.to_string_lossy().into_owned();
            checkpoint
                .shards
                .push(Shard::open(name, path.into(), true)?);
            return Ok(checkpoint);
        }
        let index_path = path.join(INDEX);
        let names = if let Some(text) = read_small(&index_path, index::LIMIT)? {
            let index = Index::parse(&text).map_err(in_index(&index_path))?;
            let names = index.shards();
            checkpoint.index = Some(index);
            names
        } else if is_there(&path.join(WHOLE))? {
            vec![WHOLE.into()]
        } else {
            return Err(Error::NoCheckpoint { path: path.into() });
        };
        for name in names {
            let path = path.join(&name);
            checkpoint.shards.push(Shard::open(name, path, false)?);
        }
        if let Some(index) = &checkpoint.index {
            index
                .agrees(&checkpoint.shards)
                .map_err(in_index(&index_path))?;
        }
        Ok(checkpoint)
    }

    /// All tensors with their shards, in the order in which they lie.
    pub fn tensors(&self) -> impl Iterator<Item = (&Shard, &Tensor)> {
        let of = |shard| move |tensor| (shard, tensor);
        self.shards
            .iter()
            .flat_map(move |shard| shard.header.tensors.iter().map(of(shard)))
    }

    /// The tensors by name. Of two in different shards, the one that the index names.
    #[must_use]
    pub fn by_name(&self) -> HashMap<&str, (&Shard, &Tensor)> {
        let mut all: HashMap<_, _> = HashMap::new();
        for (shard, tensor) in self.tensors() {
            let listed = self.index.as_ref().and_then(|i| i.shard_of(&tensor.name));
            if listed.is_none_or(|listed| listed == shard.name) {
                all.insert(&*tensor.name, (shard, tensor));
            }
        }
        all
    }
}

impl Shard {
    /// Opens a file and reads its header.
    fn open(name: String, path: PathBuf, alone: bool) -> Result<Shard, Error> {
        let source = if alone {
            Source::open(&path)?
        } else {
            Source::open_file(&path)?
        };
        let header = Header::read(&source).map_err(|source| Error::Header {
            path: path.clone(),
            source,
        })?;
        Ok(Shard {
            name,
            path,
            header,
            version: source.version(),
            mode: source.mode(),
            open: Some(source).filter(|source| alone || !source.is_file),
        })
    }

    /// How many bytes the file had when it was opened.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.version.length
    }

    /// That the file is what it was when it was opened: asked when all that matters was read.
    pub(crate) fn unchanged(&self) -> Result<(), Error> {
        match &self.open {
            Some(source) => source.unchanged(&self.path),
            None => Source::again(&self.path, self.version).map(drop),
        }
    }
}

/// Whether there is a file of this name.
fn is_there(path: &Path) -> Result<bool, Error> {
    path.try_exists().map_err(at(path))
}

/// What is wrong with the index at a path.
fn in_index(path: &Path) -> impl Fn(IndexError) -> Error + '_ {
    move |source| Error::Index {
        path: path.into(),
        source,
    }
}
