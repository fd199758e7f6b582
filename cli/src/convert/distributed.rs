//! Conversion in parts. Each of several machines converts some shards of a directory into one shared directory, and `--finish`
//! makes the output of them.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::str::FromStr;

use super::Conversion;
use super::execute::Lost;
use super::plan::Plan;
use super::problem::{PartsProblem, parts};
use super::staging::{self, Staging};
use super::summary::Summary;
use crate::error::{Error, at};
use crate::observer::Activity;
use crate::output::{self, OPEN, make_directory, sync_directory};

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
    /// Returns the files of this part. The files are dealt out from the largest to the smallest, each to the part with the fewest
    /// bytes. All parts compute equal shares, without communication.
    fn share<T>(self, files: impl Iterator<Item = T>, length: impl Fn(&T) -> u64) -> Vec<T> {
        let mut files: Vec<_> = files.collect();
        // The sort is stable, so files of equal length stay in order.
        files.sort_by_key(|file| Reverse(length(file)));
        let mut loads = vec![0; self.of.min(files.len().max(1))];
        let mut mine = Vec::new();
        for file in files {
            let least = (0..loads.len()).min_by_key(|&part| loads[part]).unwrap_or(0);
            loads[least] += length(&file).max(1);
            if least + 1 == self.number {
                mine.push(file);
            }
        }
        mine
    }
}

impl Conversion<'_> {
    /// Converts this machine's share. Complete shards stay.
    pub(super) fn part(&self, part: Part) -> Result<Summary, Error> {
        let mut contents = self.contents()?;
        let record = staging::record(self, &contents)?;
        let staging = Staging::find_or_make(self, &record, contents.mode)?;
        staging.agrees(&record)?;
        for directory in [staging.counts(), staging.whole()] {
            make_directory(&directory, contents.mode).map_err(at(&directory))?;
        }

        let mut mine = part.share(contents.plans.iter_mut(), |plan| plan.shard.length());
        // The names of shards and of their counts.
        let names = mine.iter().map(|plan| Path::new(&plan.shard.name));
        let names = names.flat_map(|name| [name, Path::new(name.file_name().unwrap_or_default())]);
        self.remove_left(staging.path(), names);
        let total = mine.iter().map(|plan| plan.work()).sum();
        self.observer.start(total, Activity::Writing);
        let mut summary = Summary::new(self.rules);
        for plan in &mut mine {
            let count = if let Ok(count) = staging.count(plan) {
                self.observer.advance(plan.work());
                count
            } else {
                self.convert_part(plan, &staging)?
            };
            summary.add(plan, count);
        }
        self.sync_all_above(&mine, &staging)?;
        Ok(summary)
    }

    /// Converts a shard, and returns how many elements were lost.
    fn convert_part(&self, plan: &Plan, staging: &Staging) -> Result<Lost, Error> {
        let name = Path::new(&plan.shard.name);
        let [target, counts] = [staging.whole(), staging.counts()].map(|base| base.join(name));
        for base in [staging.whole(), staging.counts()] {
            self.make_directories(&base, name)?;
        }
        // Files of a killed part lie outside the output.
        let scratch = staging.path();
        let (file, lost) = self.write(plan, scratch, name, &target)?;
        let write = |mut file: &File| writeln!(file, "{lost}");
        self.place(&counts, &counts, scratch, OPEN, write)?;
        // If two machines run one part at once, both have made the same file.
        file.replace(&target).map_err(at(&target))?;
        Ok(lost)
    }

    /// Syncs the directories above the shards. Directories that existed are synced too, because the run that made them may have
    /// failed before its sync.
    fn sync_all_above(&self, plans: &[&mut Plan], staging: &Staging) -> Result<(), Error> {
        let mut directories = BTreeSet::from([staging.path().to_path_buf()]);
        for base in [staging.whole(), staging.counts()] {
            for plan in plans {
                let path = base.join(&plan.shard.name);
                let above = path.ancestors().skip(1);
                directories.extend(above.take_while(|above| above.starts_with(&base)).map(Path::to_path_buf));
            }
        }
        for directory in directories {
            sync_directory(&directory, self.sync).map_err(at(&directory))?;
        }
        Ok(())
    }

    /// Puts the parts together.
    pub(super) fn finish(&self) -> Result<Summary, Error> {
        let mut contents = self.contents()?;
        let Some(staging) = Staging::find(self)? else {
            return Err(parts(&staging::path_of(self.output), PartsProblem::None));
        };
        let record = staging::record(self, &contents)?;
        staging.agrees(&record)?;
        let mut summary = Summary::new(self.rules);
        for plan in &mut contents.plans {
            let lost = staging.count(plan)?;
            summary.add(plan, lost);
        }
        let whole = staging.whole();
        self.complete(&contents, &whole, staging.path())?;
        summary.left_out = self.left_out();
        staging.has_only(|below| contents.has(below))?;
        output::publish(&whole, self.output, self.sync, || {})?;
        self.remove_parts(&staging, &contents.plans)?;
        Ok(summary)
    }

    /// Removes the files that parts have made, after the output is in its place.
    pub(super) fn remove_parts(&self, staging: &Staging, plans: &[Plan]) -> Result<(), Error> {
        let removed = staging.remove(plans);
        if !removed.map_err(output::after_publish(self.output))? {
            let path = staging.path().display();
            self.observer
                .warn(&format!("{path}: left there, since it holds what no part has made"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_parse_from_k_of_n() {
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
            // No share is longer than the mean plus one file.
            assert!(most <= 36_u64.div_ceil(of as u64) + 9, "{of}");
        }
    }
}
