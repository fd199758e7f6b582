//! Converts a directory of shards to another directory.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::Conversion;
use super::config::{self, CONFIG, Config};
use super::plan::Plan;
use super::planner;
use super::summary::Summary;
use crate::checkpoint::Source;
use crate::entries::{self, Entry, EntryKind};
use crate::error::{Error, at};
use crate::observer::Activity;
use crate::output::{self, AtomicOutput, Mode, OPEN, exists, make_directory, parent, sync_directory};

/// The files of a directory, by their use in the output.
pub(super) struct Contents<'a> {
    pub(super) plans: Vec<Plan<'a>>,
    /// Configurations and indices of the output: their relative paths, with the text of each, or `None` if the output has no such
    /// file.
    rewritten: Vec<(PathBuf, Option<String>)>,
    /// The files and directories to copy.
    others: Vec<&'a Entry>,
    /// The permissions of the directory itself.
    pub(super) mode: Mode,
}

impl Contents<'_> {
    /// Returns whether the output has something at this relative path.
    pub(super) fn has(&self, below: &Path) -> bool {
        let shards = self.plans.iter().map(|plan| Path::new(&plan.shard.name));
        let others = self.others.iter().map(|other| &*other.below);
        let rewritten = self.rewritten.iter().filter(|(_, text)| text.is_some());
        // The directories above these paths count too.
        let mut all = shards.chain(others).chain(rewritten.map(|(path, _)| &**path));
        all.any(|path| path.starts_with(below))
    }

    /// Returns the files beside the shards on which the output depends.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        self.rewritten.iter().map(|(path, _)| &**path)
    }
}

impl Conversion<'_> {
    /// Converts all shards, and writes the other files.
    pub(super) fn directory(&self) -> Result<Summary, Error> {
        let mut contents = self.contents()?;
        let (above, name) = (parent(self.output), self.name());
        self.remove_left(above, std::iter::once(name));
        let unfinished = AtomicOutput::directory(above, name, contents.mode).map_err(at(self.output))?;
        let total = contents.plans.iter().map(Plan::work).sum();
        self.observer.start(total, Activity::Writing);
        let mut summary = Summary::new(self.rules);
        for plan in &mut contents.plans {
            let name = Path::new(&plan.shard.name);
            self.make_directories(unfinished.path(), name)?;
            let shown = self.output.join(name);
            let (file, lost) = self.write(plan, unfinished.path(), name, &shown)?;
            file.rename(&unfinished.path().join(name))?;
            summary.add(plan, lost);
        }
        self.complete(&contents, unfinished.path(), unfinished.path())?;
        summary.left_out = self.left_out();
        unfinished.publish(self.output, self.sync)?;
        Ok(summary)
    }

    /// Plans the output, and finds every error that can be found before anything is written.
    pub(super) fn contents(&self) -> Result<Contents<'_>, Error> {
        let real = |path: &Path| path.canonicalize().map_err(at(path));
        let (input, output) = (real(self.input)?, parent(self.output));
        if output.canonicalize().map_err(at(self.output))?.starts_with(&input) {
            return Err(Error::InsideInput {
                path: self.output.into(),
            });
        }
        let configs = config::of_directory(self.checkpoint)?;
        let declared = config::declared(&configs, self.checkpoint);
        let plans = planner::all(self.checkpoint, self.rules, &declared)?;
        let others = self.others(&configs)?;
        let mut rewritten = Vec::new();
        let is_main = |config: &&Config| config.below.ends_with(CONFIG);
        let described = configs.iter().filter(is_main);
        let described: Vec<usize> = described.flat_map(|config| config.groups.clone()).collect();
        for config in configs {
            let text = config.update(self.rules, &plans);
            rewritten.push((config.below, text));
        }
        if let Some(target) = &self.rules.target {
            for (number, group) in self.checkpoint.groups.iter().enumerate() {
                let own = plans.iter().filter(|plan| plan.shard.group == number);
                let own: Vec<&Plan> = own.collect();
                let below = group.folder.join(CONFIG);
                let is_described = described.contains(&number);
                if !is_described && own.iter().any(|plan| plan.quantizes()) {
                    rewritten.push((below, Some(config::of_scheme(target, &own))));
                }
            }
        }
        for group in &self.checkpoint.groups {
            if let Some((below, index)) = &group.index {
                let index = config::index(index, group, &plans);
                rewritten.push((below.into(), Some(config::text(&index))));
            }
        }
        Ok(Contents {
            plans,
            rewritten,
            others,
            mode: mode_of(&input)?,
        })
    }

    /// Returns all files except the shards and the files that are written anew.
    fn others(&self, configs: &[Config]) -> Result<Vec<&Entry>, Error> {
        let listing = self.checkpoint.listing.iter();
        let others = listing.flat_map(|listing| &listing.others);
        let is_config = |other: &&Entry| configs.iter().any(|config| config.below == other.below);
        let others: Vec<_> = others.filter(|other| !is_config(other)).collect();
        for file in others.iter().filter(|other| !other.is_directory()) {
            // These files are read after the shards. An error in one is found before the work.
            Source::open_file(&self.input.join(&file.below))?;
        }
        Ok(others)
    }

    /// Returns the links that have no target and that no other file needs.
    pub(super) fn left_out(&self) -> Vec<String> {
        let listing = self.checkpoint.listing.iter();
        let dangling = listing.flat_map(|listing| &listing.dangling);
        dangling.map(|path| path.display().to_string()).collect()
    }

    /// Writes all files except the shards into a directory. An earlier run may have written some of them. Incomplete files are in
    /// `scratch`.
    pub(super) fn complete(&self, contents: &Contents, directory: &Path, scratch: &Path) -> Result<(), Error> {
        for other in &contents.others {
            let below = &other.below;
            let (from, to) = (self.input.join(below), directory.join(below));
            self.make_directories(directory, below)?;
            if other.is_directory() {
                make_directory(&to, mode_of(&from)?).map_err(at(&self.output.join(below)))?;
                continue;
            }
            let source = Source::open_file(&from)?;
            let shown = self.output.join(below);
            let copy = |file: &File| source.copy_to(file);
            self.place(&to, &shown, scratch, source.mode(), copy)?;
            source.unchanged(&from)?;
        }
        for (below, text) in &contents.rewritten {
            if let Some(text) = text {
                self.place_text(directory, scratch, below, text)?;
            }
        }
        let root = Entry {
            below: PathBuf::new(),
            kind: EntryKind::Directory,
        };
        for entry in entries::below(directory, |_, _| false)?.iter().chain([&root]) {
            if entry.is_directory() {
                let shown = self.output.join(&entry.below);
                sync_directory(&directory.join(&entry.below), self.sync).map_err(at(&shown))?;
            }
        }
        Ok(())
    }

    /// Writes a text. The file has the permissions of the file of this name in the input, if there is one.
    fn place_text(&self, directory: &Path, scratch: &Path, name: &Path, text: &str) -> Result<(), Error> {
        self.make_directories(directory, name)?;
        let (target, shown) = (directory.join(name), self.output.join(name));
        let path = self.input.join(name);
        let mode = if exists(&path).map_err(at(&path))? {
            mode_of(&path)?
        } else {
            OPEN
        };
        let write = |mut file: &File| io::Write::write_all(&mut file, text.as_bytes());
        self.place(&target, &shown, scratch, mode, write)
    }

    /// Writes a file in `scratch`, and moves the file to its place when it is complete. Errors name the file as `shown`.
    pub(super) fn place(
        &self,
        target: &Path,
        shown: &Path,
        scratch: &Path,
        mode: Mode,
        fill: impl FnOnce(&File) -> io::Result<()>,
    ) -> Result<(), Error> {
        let place = || {
            let name = Path::new(target.file_name().unwrap_or_default());
            let (unfinished, file) = AtomicOutput::file(scratch, name, mode)?;
            fill(&file)?;
            if self.sync {
                file.sync_all()?;
            }
            unfinished.replace(target)
        };
        place().map_err(at(shown))
    }

    /// Makes the directories above a path below `base`, with the permissions that they have in the input. `base` exists.
    pub(super) fn make_directories(&self, base: &Path, below: &Path) -> Result<(), Error> {
        let mut above: Vec<_> = below.ancestors().skip(1).collect();
        above.reverse();
        // The first directory is `base` itself.
        for directory in above.into_iter().skip(1) {
            let mode = mode_of(&self.input.join(directory))?;
            let made = make_directory(&base.join(directory), mode);
            made.map_err(at(&self.output.join(directory)))?;
        }
        Ok(())
    }
}

fn mode_of(path: &Path) -> Result<Mode, Error> {
    let metadata = path.metadata().map_err(at(path))?;
    Ok(output::mode(&metadata))
}
