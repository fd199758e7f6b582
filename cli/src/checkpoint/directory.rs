//! What is in a directory, and which of its weights are named together.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::{Group, Index, Shard, in_index};
use crate::error::{Error, at};

/// The files of a directory, by what they are. Paths are below it, directories before what is in them.
#[derive(Debug, Default)]
pub struct Listing {
    /// Safetensors files.
    weights: BTreeSet<PathBuf>,
    indices: BTreeSet<PathBuf>,
    /// All others, and directories.
    pub others: Vec<PathBuf>,
    /// Links that lead nowhere.
    pub dangling: Vec<PathBuf>,
}

impl Listing {
    /// Looks at all but hidden folders. Links are followed: in a cache of downloads, all files are links.
    pub(super) fn read(directory: &Path) -> Result<Listing, Error> {
        let mut listing = Listing::default();
        let hidden = |entry: &DirEntry| {
            let name = entry.file_name().to_string_lossy();
            entry.depth() > 0 && name.starts_with('.') && entry.file_type().is_dir()
        };
        let walk = WalkDir::new(directory)
            .min_depth(1)
            .follow_links(true)
            .sort_by_file_name();
        for entry in walk.into_iter().filter_entry(|entry| !hidden(entry)) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(directory).to_path_buf();
                    let is_link = path.symlink_metadata().is_ok_and(|data| data.is_symlink());
                    let below = path.strip_prefix(directory);
                    match (error.loop_ancestor(), below) {
                        (None, Ok(below)) if is_link && !path.exists() => {
                            listing.dangling.push(below.into());
                            continue;
                        }
                        _ => return Err(at(&path)(error.into())),
                    }
                }
            };
            let path = entry.path();
            if !entry.file_type().is_dir() && !entry.file_type().is_file() {
                return Err(Error::SpecialFile { path: path.into() });
            }
            let below = path.strip_prefix(directory).unwrap_or(path).to_path_buf();
            let name = entry.file_name().to_string_lossy();
            let json = path
                .extension()
                .is_some_and(|extension| extension == "json");
            if entry.file_type().is_dir() {
                listing.others.push(below);
            } else if name.ends_with(".safetensors") {
                listing.weights.insert(below);
            } else if json && name.contains(".safetensors.index.") {
                listing.indices.insert(below);
            } else {
                listing.others.push(below);
            }
        }
        Ok(listing)
    }

    /// Opens all weights, and finds which are named together.
    pub(super) fn open(&mut self, directory: &Path) -> Result<(Vec<Shard>, Vec<Group>), Error> {
        let (mut shards, mut groups) = (BTreeMap::new(), Vec::new());
        for below in &self.indices {
            let path = directory.join(below);
            let index = Index::read(&path).map_err(in_index(&path))?;
            let folder = below.parent().unwrap_or(Path::new("")).to_path_buf();
            let mut own = Vec::new();
            for name in index.shards() {
                let below = folder.join(&name);
                let path = directory.join(&below);
                let shard = Shard::open(text(&below), path, false)?;
                own.push((name, shard));
            }
            index.agrees(&own).map_err(in_index(&path))?;
            for (_, mut shard) in own {
                shard.group = groups.len();
                // A shard that two indices name is written once, as the first one says.
                shards.entry(shard.name.clone()).or_insert(shard);
            }
            groups.push(Group {
                folder,
                index: Some((text(below), index)),
            });
        }
        // Files that no index names, and that have no tensor of one name, are shards of one checkpoint.
        let mut loose: Vec<(usize, HashSet<Box<str>>)> = Vec::new();
        for below in &self.weights {
            let name = text(below);
            if shards.contains_key(&name) {
                continue;
            }
            let folder = below.parent().unwrap_or(Path::new("")).to_path_buf();
            let mut shard = Shard::open(name.clone(), directory.join(below), false)?;
            let tensors = shard.header.tensors.iter();
            let names: HashSet<Box<str>> = tensors.map(|tensor| tensor.name.clone()).collect();
            let fits = |(group, others): &&mut (usize, HashSet<Box<str>>)| {
                let group: &Group = &groups[*group];
                group.folder == folder && names.is_disjoint(others)
            };
            if let Some((group, others)) = loose.iter_mut().find(fits) {
                shard.group = *group;
                others.extend(names);
            } else {
                shard.group = groups.len();
                loose.push((groups.len(), names));
                groups.push(Group {
                    folder,
                    index: None,
                });
            }
            shards.insert(name, shard);
        }
        // An index may name its shards as it likes.
        self.others
            .retain(|other| !shards.contains_key(&text(other)));
        Ok((shards.into_values().collect(), groups))
    }
}

/// A path below the directory, with `/`.
fn text(below: &Path) -> String {
    let parts = below.components();
    let parts: Vec<_> = parts
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}
