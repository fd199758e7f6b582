//! Checkpoints as they lie on disk: one safetensors file, or a directory of shards with an index.
//!
//! [`Checkpoint::open`] reads headers alone, and checks all that they say. Elements are read a piece at a time, by a [`Reader`], so
//! that memory doesn't grow with the file, nor the number of open files with that of the shards.

mod directory;
mod fingerprint;
mod header;
mod index;
mod reader;
mod source;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

pub use directory::Listing;
pub(crate) use fingerprint::hash;
pub use header::{HEADER_LIMIT, Header, HeaderError, METADATA, Tensor};
pub use index::{Index, IndexError};
pub use reader::Reader;
pub use source::Source;
pub(crate) use source::read_small;

use crate::error::Error;
use crate::output::Mode;
use source::Version;

/// A checkpoint whose headers were read.
#[derive(Debug)]
pub struct Checkpoint {
    /// The path that was opened.
    pub path: PathBuf,
    /// What is in it, if that is a directory.
    pub listing: Option<Listing>,
    /// Sorted by name.
    pub shards: Vec<Shard>,
    /// Shards whose tensors are named together, by number.
    pub groups: Vec<Group>,
}

/// Shards of one folder whose tensors have different names. A directory may have several: the parts of a pipeline, or one set of weights
/// in two formats.
#[derive(Debug)]
pub struct Group {
    /// The folder, below the directory.
    pub folder: PathBuf,
    /// The index and its path below the directory, if it has one.
    pub index: Option<(String, Index)>,
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
    /// The number of its group.
    pub group: usize,
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
        if path.is_dir() {
            let mut listing = Listing::read(path)?;
            let (shards, groups) = listing.open(path)?;
            if shards.is_empty() {
                return Err(Error::NoCheckpoint { path: path.into() });
            }
            return Ok(Checkpoint {
                path: path.into(),
                listing: Some(listing),
                shards,
                groups,
            });
        }
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = name.to_string_lossy().into_owned();
        Ok(Checkpoint {
            path: path.into(),
            listing: None,
            shards: vec![Shard::open(name, path.into(), true)?],
            groups: vec![Group {
                folder: PathBuf::new(),
                index: None,
            }],
        })
    }

    /// Whether it is a directory.
    #[must_use]
    pub fn is_directory(&self) -> bool {
        self.listing.is_some()
    }

    /// All tensors with their shards, in the order in which they lie.
    pub fn tensors(&self) -> impl Iterator<Item = (&Shard, &Tensor)> {
        let of = |shard| move |tensor| (shard, tensor);
        self.shards
            .iter()
            .flat_map(move |shard| shard.header.tensors.iter().map(of(shard)))
    }

    /// The tensors of a group by name. Of two in different shards, the one that the index names.
    #[must_use]
    pub fn by_name(&self, group: usize) -> HashMap<&str, (&Shard, &Tensor)> {
        let mut all: HashMap<_, _> = HashMap::new();
        let Group { folder, index } = &self.groups[group];
        for (shard, tensor) in self.tensors() {
            if shard.group != group {
                continue;
            }
            let index = index.as_ref();
            let listed = index.and_then(|(_, index)| index.shard_of(&tensor.name));
            if listed.is_none_or(|listed| folder.join(listed) == Path::new(&shard.name)) {
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
            group: 0,
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

/// What is wrong with the index at a path.
fn in_index(path: &Path) -> impl Fn(IndexError) -> Error + '_ {
    move |source| Error::Index {
        path: path.into(),
        source,
    }
}
