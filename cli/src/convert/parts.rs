//! Shares of a directory's shards, converted by different machines into one directory, and put together in the end.
//!
//! `OUTPUT.parts` has `options.json`, what all parts must agree on; `counts`, how many elements of each shard overflowed; and
//! `whole`, which becomes OUTPUT.

use std::cmp::Reverse;
use std::fs;
use std::io::Write;
use std::num::ParseIntError;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde_json::{Value, json};

use super::Conversion;
use super::config;
use super::directory::make_directory;
use super::plan::Plan;
use super::summary::Summary;
use crate::checkpoint::Source;
use crate::error::{Error, PartsProblem, at, parts};
use crate::observer::Activity;
use crate::output::{self, parent, sync_directory};

/// The K-th of N shares, K from 1 on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    number: usize,
    of: usize,
}

impl FromStr for Part {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Part, Self::Err> {
        let numbers = text.split_once('/');
        numbers
            .and_then(|(number, of)| {
                let (number, of) = (number.parse().ok()?, of.parse().ok()?);
                (1..=of).contains(&number).then_some(Part { number, of })
            })
            .ok_or("not K/N with K from 1 to N, such as 3/16")
    }
}

impl Part {
    /// This part's share: the largest file first, each to the part that has least so far, so that all parts agree without talking.
    fn share<T>(self, files: impl Iterator<Item = T>, length: impl Fn(&T) -> u64) -> Vec<T> {
        let mut files: Vec<_> = files.collect();
        // Stable: files of one length stay in order.
        files.sort_by_key(|file| Reverse(length(file)));
        let mut loads = vec![0; self.of.min(files.len().max(1))];
        let mut mine = Vec::new();
        for file in files {
            let least = (0..loads.len())
                .min_by_key(|&part| loads[part])
                .unwrap_or(0);
            loads[least] += length(&file).max(1);
            if least + 1 == self.number {
                mine.push(file);
            }
        }
        mine
    }
}

/// Where parts are put together.
struct Staging {
    path: PathBuf,
}

impl Staging {
    fn of(output: &Path) -> Staging {
        // Without a slash at the end.
        let mut path = output.components().as_path().as_os_str().to_owned();
        path.push(".parts");
        Staging { path: path.into() }
    }

    fn options(&self) -> PathBuf {
        self.path.join("options.json")
    }

    fn whole(&self) -> PathBuf {
        self.path.join("whole")
    }

    fn counts(&self, plan: &Plan) -> PathBuf {
        self.path.join("counts").join(&plan.shard.name)
    }

    /// How many elements of a shard that is there overflowed.
    fn count(&self, plan: &Plan) -> Result<u64, Error> {
        let path = self.counts(plan);
        let text = fs::read_to_string(&path).map_err(at(&path))?;
        let count: Result<u64, ParseIntError> = text.trim().parse();
        count.map_err(|error| parts(&path, PartsProblem::Record(error.to_string())))
    }
}

impl Conversion<'_> {
    /// This machine's share. Shards that are there already stay.
    pub(super) fn part(&self, part: Part) -> Result<Summary, Error> {
        let contents = self.contents()?;
        let staging = Staging::of(self.output);
        let options = staging.options();
        make_directory(&staging.whole()).map_err(at(&staging.whole()))?;
        if !options.exists() {
            self.record(&contents.plans, &options)?;
        }
        self.agrees(&contents.plans, &options)?;

        let mine = part.share(contents.plans.iter(), |plan| plan.shard.length());
        let total = mine.iter().map(|plan| plan.data()).sum();
        self.observer.start(total, Activity::Writing);
        let mut summary = Summary::new(self.rules.to);
        for plan in mine {
            let target = staging.whole().join(&plan.shard.name);
            if target.exists() {
                is_whole(plan, &target)?;
                self.observer.advance(plan.data());
            } else {
                self.convert_part(plan, &staging, &target)?;
            }
            summary.add(plan, staging.count(plan)?);
        }
        Ok(summary)
    }

    fn convert_part(&self, plan: &Plan, staging: &Staging, target: &Path) -> Result<(), Error> {
        let counts = staging.counts(plan);
        for path in [target, &counts] {
            make_directory(parent(path)).map_err(at(path))?;
        }
        // What a killed part leaves is no part of what is whole.
        let beside = staging.options();
        let (file, overflowed) = self.write(plan, &beside, target)?;
        self.place(&counts, &beside, |mut file| writeln!(file, "{overflowed}"))
            .map_err(at(&counts))?;
        match file.publish(target, self.sync) {
            // The same part, tried twice at once, has done the same.
            Err(_) if target.exists() => is_whole(plan, target),
            published => published,
        }
    }

    /// Puts together what the parts have written.
    pub(super) fn finish(&self) -> Result<Summary, Error> {
        let contents = self.contents()?;
        let staging = Staging::of(self.output);
        let whole = staging.whole();
        if !staging.options().exists() {
            return Err(parts(&staging.path, PartsProblem::None));
        }
        self.agrees(&contents.plans, &staging.options())?;
        let mut summary = Summary::new(self.rules.to);
        for plan in &contents.plans {
            let path = whole.join(&plan.shard.name);
            if !path.exists() {
                return Err(parts(&path, PartsProblem::Missing));
            }
            is_whole(plan, &path)?;
            summary.add(plan, staging.count(plan)?);
        }
        self.complete(&contents, &whole, &staging.options())?;
        output::rename(&whole, self.output)?;
        sync_directory(parent(self.output), self.sync).map_err(at(self.output))?;
        fs::remove_dir_all(&staging.path).map_err(at(&staging.path))?;
        Ok(summary)
    }

    /// What all parts must have in common.
    fn common(&self, plans: &[Plan]) -> Value {
        let shards = plans
            .iter()
            .map(|plan| (plan.shard.name.clone(), plan.shard.length().into()));
        json!({
            "options": self.rules.record(),
            "shards": shards.collect::<serde_json::Map<_, _>>(),
        })
    }

    /// Writes that down, unless another part is faster.
    fn record(&self, plans: &[Plan], path: &Path) -> Result<(), Error> {
        let text = config::text(&self.common(plans));
        let (unfinished, mut file) = output::Unfinished::file(path).map_err(at(path))?;
        file.write_all(text.as_bytes()).map_err(at(path))?;
        if self.sync {
            file.sync_all().map_err(at(path))?;
        }
        match unfinished.publish(path, self.sync) {
            Err(_) if path.exists() => Ok(()),
            published => published,
        }
    }

    fn agrees(&self, plans: &[Plan], path: &Path) -> Result<(), Error> {
        let text = fs::read(path).map_err(at(path))?;
        let recorded: Result<Value, _> = serde_json::from_slice(&text);
        let recorded =
            recorded.map_err(|error| parts(path, PartsProblem::Record(error.to_string())))?;
        let asked = self.common(plans);
        for (key, problem) in [
            ("options", PartsProblem::OtherOptions),
            ("shards", PartsProblem::OtherShards),
        ] {
            if recorded.get(key) != asked.get(key) {
                return Err(parts(path, problem));
            }
        }
        Ok(())
    }
}

/// That a file has the header and the length that were planned.
fn is_whole(plan: &Plan, path: &Path) -> Result<(), Error> {
    let source = Source::open(path).map_err(at(path))?;
    let mut head = vec![0; plan.head.len()];
    if source.length() == plan.length() {
        source.read(0, &mut head).map_err(at(path))?;
    }
    if head == plan.head {
        Ok(())
    } else {
        Err(parts(path, PartsProblem::NotWhole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_by_name() {
        assert_eq!("3/16".parse(), Ok(Part { number: 3, of: 16 }));
        for text in ["", "1", "0/1", "2/1", "1/0", "a/b", "-1/2", "1/2/3"] {
            assert!(text.parse::<Part>().is_err(), "{text}");
        }
    }

    #[test]
    fn each_file_is_in_one_share() {
        let files = [5_u64, 1, 9, 9, 2, 7, 0, 3];
        for of in 1..12 {
            let mut all = Vec::new();
            let mut most = 0;
            for number in 1..=of {
                let share = Part { number, of }.share(0..files.len(), |&file| files[file]);
                most = most.max(share.iter().map(|&file| files[file]).sum());
                all.extend(share);
            }
            all.sort_unstable();
            assert_eq!(all, [0, 1, 2, 3, 4, 5, 6, 7]);
            // No share is longer than the mean and one file.
            assert!(most <= 36_u64.div_ceil(of as u64) + 9, "{of}");
        }
    }
}
