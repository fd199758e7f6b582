//! A directory of shards to another.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::Conversion;
use super::config::{self, CONFIG};
use super::plan::{self, Plan};
use super::summary::Summary;
use crate::checkpoint::{INDEX, Source};
use crate::entries::{self, Entry};
use crate::error::{Error, at};
use crate::observer::Activity;
use crate::output::{self, Mode, Unfinished, make_directory, parent, sync_directory};

/// What is in a directory, and what becomes of it.
pub(super) struct Contents<'a> {
    pub(super) plans: Vec<Plan<'a>>,
    config: Option<Map<String, Value>>,
    /// What is copied.
    others: Vec<Entry>,
    /// Who may do what with the directory itself.
    pub(super) mode: Mode,
}

impl Contents<'_> {
    /// Whether there is something at this path below the directory that is written.
    pub(super) fn has(&self, below: &Path) -> bool {
        let shards = self.plans.iter().map(|plan| Path::new(&plan.shard.name));
        let others = self.others.iter().map(|other| &*other.below);
        let anew = [CONFIG, INDEX].map(Path::new);
        // Directories that lead to them too.
        let mut all = shards.chain(others).chain(anew);
        all.any(|path| path.starts_with(below))
    }
}

impl Conversion<'_> {
    /// All shards, and the rest.
    pub(super) fn directory(&self) -> Result<Summary, Error> {
        let contents = self.contents()?;
        let (above, name) = (parent(self.output), self.name());
        self.remove_left(above, std::iter::once(name));
        let unfinished =
            Unfinished::directory(above, name, contents.mode).map_err(at(self.output))?;
        let total = contents.plans.iter().map(Plan::work).sum();
        self.observer.start(total, Activity::Writing);
        let mut summary = Summary::new(self.rules.to);
        for plan in &contents.plans {
            let name = Path::new(&plan.shard.name);
            self.make_directories(unfinished.path(), name)?;
            let shown = self.output.join(name);
            let (file, overflowed) = self.write(plan, unfinished.path(), name, &shown)?;
            file.rename(&unfinished.path().join(name))?;
            summary.add(plan, overflowed);
        }
        self.complete(&contents, unfinished.path(), unfinished.path())?;
        unfinished.publish(self.output, self.sync)?;
        Ok(summary)
    }

    /// Finds all that can be wrong before the work.
    pub(super) fn contents(&self) -> Result<Contents<'_>, Error> {
        let real = |path: &Path| path.canonicalize().map_err(at(path));
        let (input, output) = (real(self.input)?, parent(self.output));
        if output
            .canonicalize()
            .map_err(at(self.output))?
            .starts_with(&input)
        {
            return Err(Error::InsideInput {
                path: self.output.into(),
            });
        }
        let path = self.input.join(CONFIG);
        let config = config::read(&path)?;
        let blocks = config.as_ref().map_or(Ok(None), config::blocks);
        let blocks = blocks.map_err(|why| Error::Config { path, why })?;
        Ok(Contents {
            plans: plan::all(self.checkpoint, self.rules, blocks)?,
            config,
            others: self.others()?,
            mode: mode_of(&input)?,
        })
    }

    /// All but the shards and what is written anew. Links are followed: in a cache of downloads, all files are links.
    fn others(&self) -> Result<Vec<Entry>, Error> {
        let shards = self.checkpoint.shards.iter();
        let mut anew: HashSet<_> = shards.map(|shard| PathBuf::from(&shard.name)).collect();
        anew.insert(CONFIG.into());
        if self.checkpoint.index.is_some() {
            anew.insert(INDEX.into());
        }
        let others = entries::below(self.input, |below| anew.contains(below))?;
        for file in others.iter().filter(|other| !other.is_directory) {
            // They are read after the shards: what can't be is found before.
            Source::open_file(&self.input.join(&file.below))?;
        }
        Ok(others)
    }

    /// Writes all but the shards into a directory. It may have been done in part before. What isn't whole is in `scratch`.
    pub(super) fn complete(
        &self,
        contents: &Contents,
        directory: &Path,
        scratch: &Path,
    ) -> Result<(), Error> {
        for Entry {
            below,
            is_directory,
        } in &contents.others
        {
            let (from, to) = (self.input.join(below), directory.join(below));
            self.make_directories(directory, below)?;
            if *is_directory {
                make_directory(&to, mode_of(&from)?).map_err(at(&self.output.join(below)))?;
                continue;
            }
            let source = Source::open_file(&from)?;
            let shown = self.output.join(below);
            let copy = |file: &File| source.copy_to(file);
            self.place(&to, &shown, scratch, source.mode(), copy)?;
            source.unchanged(&from)?;
        }
        if let Some(config) = &contents.config {
            let mut config = config.clone();
            config::update(&mut config, self.rules, &contents.plans);
            self.place_text(directory, scratch, CONFIG, &config::text(&config))?;
        }
        if let Some(index) = &self.checkpoint.index {
            let index = config::index(index, &contents.plans);
            self.place_text(directory, scratch, INDEX, &config::text(&index))?;
        }
        let root = Entry {
            below: PathBuf::new(),
            is_directory: true,
        };
        for entry in entries::below(directory, |_| false)?.iter().chain([&root]) {
            if entry.is_directory {
                let shown = self.output.join(&entry.below);
                sync_directory(&directory.join(&entry.below), self.sync).map_err(at(&shown))?;
            }
        }
        Ok(())
    }

    /// As readable as the file of this name in the input.
    fn place_text(
        &self,
        directory: &Path,
        scratch: &Path,
        name: &str,
        text: &str,
    ) -> Result<(), Error> {
        let (target, shown) = (directory.join(name), self.output.join(name));
        let mode = mode_of(&self.input.join(name))?;
        let write = |mut file: &File| io::Write::write_all(&mut file, text.as_bytes());
        self.place(&target, &shown, scratch, mode, write)
    }

    /// Puts a file in its place when it's whole. Until then it's in `scratch`. Errors name it as `shown`.
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
            let (unfinished, file) = Unfinished::file(scratch, name, mode)?;
            fill(&file)?;
            if self.sync {
                file.sync_all()?;
            }
            unfinished.replace(target)
        };
        place().map_err(at(shown))
    }

    /// Makes the directories that lead to a path below `base`, which is there, with the modes that they have in the input.
    pub(super) fn make_directories(&self, base: &Path, below: &Path) -> Result<(), Error> {
        let mut above: Vec<_> = below.ancestors().skip(1).collect();
        above.reverse();
        // The first is `base` itself.
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
