//! A directory of shards to another.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::Conversion;
use super::config::{self, Config};
use super::plan::{self, Plan};
use super::summary::Summary;
use crate::error::{Error, at};
use crate::observer::Activity;
use crate::output::{Unfinished, parent, sync_directory};
use crate::signals::uninterrupted;

/// What is in a directory, and what becomes of it.
pub(super) struct Contents<'a> {
    pub(super) plans: Vec<Plan<'a>>,
    configs: Vec<Config>,
}

impl Conversion<'_> {
    /// All shards, and the rest.
    pub(super) fn directory(&self) -> Result<Summary, Error> {
        let contents = self.contents()?;
        let unfinished = Unfinished::directory(self.output).map_err(at(self.output))?;
        let total = contents.plans.iter().map(Plan::data).sum();
        self.observer.start(total, Activity::Writing);
        let mut summary = Summary::new(self.rules.to);
        for plan in &contents.plans {
            let target = unfinished.path().join(&plan.shard.name);
            let shown = self.output.join(&plan.shard.name);
            make_directory(parent(&target)).map_err(at(&shown))?;
            let (file, overflowed) = self.write(plan, &target, &shown)?;
            file.publish(&target, false)?;
            summary.add(plan, overflowed);
        }
        let beside = unfinished.path().join("file");
        self.complete(&contents, unfinished.path(), &beside)?;
        summary.left_out = self.left_out();
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
        let configs = config::of_directory(self.checkpoint)?;
        let declared = config::declared(&configs, self.checkpoint);
        Ok(Contents {
            plans: plan::all(self.checkpoint, self.rules, &declared)?,
            configs,
        })
    }

    /// Writes all but the shards into a directory. It may have been done in part before. What isn't whole is `beside` that path.
    pub(super) fn complete(
        &self,
        contents: &Contents,
        directory: &Path,
        beside: &Path,
    ) -> Result<(), Error> {
        let is_config = |below: &&PathBuf| {
            let mut configs = contents.configs.iter();
            configs.any(|config| config.below == **below)
        };
        let others = self.checkpoint.listing.iter();
        let others = others.flat_map(|listing| &listing.others);
        for below in others.filter(|below| !is_config(below)) {
            let (from, to) = (self.input.join(below), directory.join(below));
            let copied = if from.is_dir() {
                make_directory(&to)
            } else {
                self.place(&to, beside, |mut file| {
                    let mut source = File::open(&from)?;
                    io::copy(&mut source, &mut file)?;
                    file.set_permissions(source.metadata()?.permissions())
                })
            };
            copied.map_err(at(&self.output.join(below)))?;
        }
        for config in &contents.configs {
            if let Some(text) = config.update(self.rules.to, &contents.plans) {
                self.place_text(directory, beside, &config.below, &text)?;
            }
        }
        for group in &self.checkpoint.groups {
            if let Some((below, index)) = &group.index {
                let index = config::index(index, group, &contents.plans);
                let below = Path::new(below);
                self.place_text(directory, beside, below, &config::text(&index))?;
            }
        }
        let directories = WalkDir::new(directory)
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_dir());
        for entry in directories {
            sync_directory(entry.path(), self.sync).map_err(at(self.output))?;
        }
        Ok(())
    }

    /// Links that lead nowhere and that nothing needs.
    pub(super) fn left_out(&self) -> Vec<String> {
        let listing = self.checkpoint.listing.iter();
        let dangling = listing.flat_map(|listing| &listing.dangling);
        dangling.map(|path| path.display().to_string()).collect()
    }

    fn place_text(
        &self,
        directory: &Path,
        beside: &Path,
        name: &Path,
        text: &str,
    ) -> Result<(), Error> {
        let write = |mut file: &File| io::Write::write_all(&mut file, text.as_bytes());
        self.place(&directory.join(name), beside, write)
            .map_err(at(&self.output.join(name)))
    }

    /// Puts a file in its place when it's whole. Until then it's `beside` that path.
    pub(super) fn place(
        &self,
        target: &Path,
        beside: &Path,
        fill: impl FnOnce(&File) -> io::Result<()>,
    ) -> io::Result<()> {
        let (unfinished, file) = Unfinished::file(beside)?;
        fill(&file)?;
        if self.sync {
            file.sync_all()?;
        }
        unfinished.replace(target)
    }
}

/// Makes a directory and those above it, not while a signal removes them.
pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    let _lock = uninterrupted();
    fs::create_dir_all(path)
}
