//! A directory of shards to another.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use walkdir::WalkDir;

use super::Conversion;
use super::config::{self, CONFIG};
use super::plan::{self, Plan};
use super::summary::Summary;
use crate::checkpoint::INDEX;
use crate::error::{Error, at};
use crate::observer::Activity;
use crate::output::{Unfinished, parent, sync_directory};
use crate::signals::uninterrupted;

/// What is in a directory, and what becomes of it.
pub(super) struct Contents<'a> {
    pub(super) plans: Vec<Plan<'a>>,
    config: Option<Map<String, Value>>,
    /// Paths, below the directory, of what is copied, directories before what is in them.
    others: Vec<PathBuf>,
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
        self.complete(&contents, unfinished.path(), &unfinished.path().join(INDEX))?;
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
        })
    }

    /// All but the shards and what is written anew. Links are followed: in a cache of downloads, all files are links.
    fn others(&self) -> Result<Vec<PathBuf>, Error> {
        let shards = self.checkpoint.shards.iter();
        let mut anew: HashSet<_> = shards.map(|shard| PathBuf::from(&shard.name)).collect();
        anew.insert(CONFIG.into());
        if self.checkpoint.index.is_some() {
            anew.insert(INDEX.into());
        }
        let mut others = Vec::new();
        let walk = WalkDir::new(self.input).min_depth(1).follow_links(true);
        for entry in walk.sort_by_file_name() {
            let entry = entry.map_err(|error| {
                let path = error.path().unwrap_or(self.input).to_path_buf();
                at(&path)(error.into())
            })?;
            let path = entry.path();
            if !entry.file_type().is_dir() && !entry.file_type().is_file() {
                return Err(Error::SpecialFile { path: path.into() });
            }
            let below = path.strip_prefix(self.input).unwrap_or(path);
            if !anew.contains(below) {
                others.push(below.into());
            }
        }
        Ok(others)
    }

    /// Writes all but the shards into a directory. It may have been done in part before. What isn't whole is `beside` that path.
    pub(super) fn complete(
        &self,
        contents: &Contents,
        directory: &Path,
        beside: &Path,
    ) -> Result<(), Error> {
        for below in &contents.others {
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
        if let Some(config) = &contents.config {
            let mut config = config.clone();
            config::update(&mut config, self.rules, &contents.plans);
            self.place_text(directory, beside, CONFIG, &config::text(&config))?;
        }
        if let Some(index) = &self.checkpoint.index {
            let index = config::index(index, &contents.plans);
            self.place_text(directory, beside, INDEX, &config::text(&index))?;
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

    fn place_text(
        &self,
        directory: &Path,
        beside: &Path,
        name: &str,
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
