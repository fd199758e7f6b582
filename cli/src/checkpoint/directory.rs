//! The files of a directory, and the groups of its weights.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::index::{self, Index};
use super::names::{Places, at as tensor_at};
use super::{Group, Shard, in_index, read_small};
use crate::entries::{self, Entry, EntryKind};
use crate::error::{Error, at};

/// The files of a directory, by kind. Paths are relative to the directory. A directory comes before its files.
#[derive(Debug, Default)]
pub struct Listing {
    /// Safetensors files.
    weights: BTreeSet<PathBuf>,
    indices: BTreeSet<PathBuf>,
    /// All other files, and directories.
    pub(crate) others: Vec<Entry>,
    /// Links whose target does not exist.
    pub(crate) dangling: Vec<PathBuf>,
}

impl Listing {
    /// Lists everything except hidden folders. Links are followed, because all files in a cache of downloads are links.
    pub(super) fn read(directory: &Path) -> Result<Listing, Error> {
        let mut listing = Listing::default();
        let hidden = |below: &Path, kind| {
            let name = below.file_name().unwrap_or_default();
            name.as_encoded_bytes().starts_with(b".") && kind == EntryKind::Directory
        };
        for entry in entries::below(directory, hidden)? {
            let name = entry.below.file_name().unwrap_or_default();
            let name = name.to_string_lossy();
            let is_index = name.contains(".safetensors.index.") && name.ends_with(".json");
            match entry.kind {
                EntryKind::Dangling => listing.dangling.push(entry.below),
                EntryKind::File if name.ends_with(".safetensors") => {
                    listing.weights.insert(entry.below);
                }
                EntryKind::File if is_index => {
                    listing.indices.insert(entry.below);
                }
                _ => listing.others.push(entry),
            }
        }
        Ok(listing)
    }

    /// Opens all weights, and finds their groups.
    pub(super) fn open(&mut self, directory: &Path) -> Result<(Vec<Shard>, Vec<Group>), Error> {
        let (mut shards, mut groups) = (BTreeMap::new(), Vec::new());
        for below in &self.indices {
            let path = directory.join(below);
            let missing = || at(&path)(std::io::ErrorKind::NotFound.into());
            let bytes = read_small(&path, index::INDEX_LIMIT)?.ok_or_else(missing)?;
            let index = Index::parse(&bytes).map_err(in_index(&path))?;
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
                // If two indices name a shard, it is written once, as the first index says.
                shards.entry(shard.name.clone()).or_insert(shard);
            }
            groups.push(Group {
                folder,
                index: Some((text(below), index)),
            });
        }
        // Files that no index names are shards of one checkpoint if they have no tensor name in common.
        let mut loose: Vec<(usize, Places)> = Vec::new();
        let mut opened: Vec<Shard> = Vec::new();
        for below in &self.weights {
            let name = text(below);
            if shards.contains_key(&name) {
                continue;
            }
            let folder = below.parent().unwrap_or(Path::new("")).to_path_buf();
            let mut shard = Shard::open(name.clone(), directory.join(below), false)?;
            let known: Vec<&Shard> = opened.iter().collect();
            let fits = |(group, others): &(usize, Places)| {
                let group: &Group = &groups[*group];
                let is_there = |name| others.find(name, tensor_at(&known), |_| true).is_some();
                let mut tensors = shard.header.tensors();
                group.folder == folder && !tensors.any(|tensor| is_there(tensor.name()))
            };
            let number = loose.iter().position(fits).unwrap_or_else(|| {
                loose.push((groups.len(), Places::default()));
                groups.push(Group { folder, index: None });
                loose.len() - 1
            });
            let (group, places) = &mut loose[number];
            shard.group = *group;
            let known: Vec<&Shard> = known.into_iter().chain([&shard]).collect();
            for place in 0..shard.header.count() as u32 {
                places.add((opened.len() as u32, place), tensor_at(&known));
            }
            opened.push(shard);
        }
        shards.extend(opened.into_iter().map(|shard| (shard.name.clone(), shard)));
        // An index may give its shards any name.
        self.others.retain(|other| !shards.contains_key(&text(&other.below)));
        Ok((shards.into_values().collect(), groups))
    }
}

/// Returns a path below the directory, with `/` between its parts.
fn text(below: &Path) -> String {
    let parts = below.components();
    let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}
