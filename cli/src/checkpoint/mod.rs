//! Checkpoints on disk: one safetensors file, or a directory of shards with an index.
//!
//! [`Checkpoint::open`] reads only headers, and checks everything that they say. A [`Reader`] reads elements a chunk at a time.
//! Memory therefore doesn't grow with the file, and the number of open files doesn't grow with the number of shards.

mod directory;
mod fingerprint;
pub(crate) mod header;
mod index;
mod kind;
mod names;
mod reader;
mod source;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use directory::Listing;
pub(crate) use fingerprint::hash;
pub(crate) use header::Name;
pub use header::{HEADER_LIMIT, Header, HeaderError, METADATA, Metadata, Shape, Tensor};
pub use index::{Index, IndexError};
pub use names::Names;
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
    /// The files of the directory, if the path is a directory.
    pub listing: Option<Listing>,
    /// The shards, sorted by name.
    pub shards: Vec<Shard>,
    /// The groups: shards whose tensors are named together. [`Shard::group`] is an index of this list.
    pub groups: Vec<Group>,
}

/// Shards of one folder whose tensors have different names. A directory may have several groups: the parts of a pipeline, or one
/// set of weights in two formats.
#[derive(Debug)]
pub struct Group {
    /// The folder, relative to the directory.
    pub folder: PathBuf,
    /// The index and its path relative to the directory, if the group has an index.
    pub index: Option<(String, Index)>,
}

/// A safetensors file whose header was read.
#[derive(Debug)]
pub struct Shard {
    /// The path relative to the checkpoint's directory, with `/`, or the name of a single file.
    pub name: String,
    /// The path under which the file was opened.
    pub path: PathBuf,
    /// The header of the file.
    pub header: Header,
    /// The index of the shard's group in [`Checkpoint::groups`].
    pub group: usize,
    version: Version,
    /// The permissions of the file.
    pub(crate) mode: Mode,
    /// The file, if it stays open. It stays open if it is the only one, or can't be opened again.
    open: Option<Source>,
}

impl Checkpoint {
    /// Opens a file, or all shards of a directory.
    ///
    /// # Errors
    /// If a file can't be read, a header isn't valid, or an index doesn't agree with its shards.
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

    /// Returns whether the checkpoint is a directory.
    #[must_use]
    pub fn is_directory(&self) -> bool {
        self.listing.is_some()
    }

    /// Returns all tensors with their shards, in the order of their data.
    pub fn tensors(&self) -> impl Iterator<Item = (&Shard, Tensor<'_>)> {
        let of = |shard| move |tensor| (shard, tensor);
        self.shards
            .iter()
            .flat_map(move |shard| shard.header.tensors().map(of(shard)))
    }

    /// Returns the tensors of a group by name. If two shards have a tensor of equal name, returns the tensor in the shard that
    /// the index names.
    #[must_use]
    pub fn by_name(&self, group: usize) -> Names<'_> {
        let Group { folder, index } = &self.groups[group];
        let own = self.shards.iter().filter(|shard| shard.group == group);
        Names::of(own.collect(), |shard, tensor| {
            let index = index.as_ref();
            let listed = index.and_then(|(_, index)| index.shard_of(tensor.name()));
            listed.is_none_or(|listed| folder.join(listed) == Path::new(&shard.name))
        })
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

    /// Returns how many bytes the file had when it was opened.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.version.length
    }

    /// Checks that the file hasn't changed since it was opened. Callers check after they have read all that they need.
    pub(crate) fn unchanged(&self) -> Result<(), Error> {
        match &self.open {
            Some(source) => source.unchanged(&self.path),
            None => Source::again(&self.path, self.version).map(drop),
        }
    }
}

/// Returns the error for an index at a path.
fn in_index(path: &Path) -> impl Fn(IndexError) -> Error + '_ {
    move |source| Error::Index {
        path: path.into(),
        source,
    }
}
