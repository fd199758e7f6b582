//! `OUTPUT.parts`, the directory into which parts write. `options.json` is the record on which all parts must agree. `counts` has
//! the number of lost elements of each shard. `whole` becomes OUTPUT.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Conversion;
use super::config;
use super::directory::Contents;
use super::execute::Lost;
use super::plan::Plan;
use super::problem::{PartsProblem, parts};
use crate::checkpoint::{Source, hash, read_small};
use crate::entries;
use crate::error::{Error, at};
use crate::output::{self, AtomicOutput, OPEN, exists, is_temporary, make_directory, parent, sync_directory};

/// The text by which a record is recognized.
const MADE_BY: &str = "ulp convert --part";

/// The length in bytes of the largest record that is read. It is also the limit of the files beside the shards that decide the
/// output.
const RECORD_LIMIT: u64 = 400_000_000;

pub(super) struct Staging {
    path: PathBuf,
    record: Value,
}

impl Staging {
    /// Returns the directory that parts have made, or `None` if there is none. A directory that `ulp` has not made, or that can't
    /// hold parts, is an error.
    pub(super) fn find(conversion: &Conversion) -> Result<Option<Staging>, Error> {
        let path = path_of(conversion.output);
        let metadata = match path.symlink_metadata() {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(at(&path)(error)),
        };
        if !metadata.is_dir() {
            return Err(parts(&path, PartsProblem::NotOurs));
        }
        let real = |path: &Path| path.canonicalize().map_err(at(path));
        let (here, input) = (real(&path)?, real(conversion.input)?);
        let mut read = vec![input.clone()];
        for shard in &conversion.checkpoint.shards {
            read.push(real(&shard.path)?);
        }
        if here.starts_with(input) || read.iter().any(|read| read.starts_with(&here)) {
            return Err(parts(&path, PartsProblem::IsInput));
        }
        let record = path.join("options.json");
        let Some(text) = read_small(&record, RECORD_LIMIT)? else {
            return Err(parts(&path, PartsProblem::NotOurs));
        };
        let record: Value =
            serde_json::from_slice(&text).map_err(|error| parts(&record, PartsProblem::Record(error.to_string())))?;
        if record.get("made_by") != Some(&MADE_BY.into()) {
            return Err(parts(&path, PartsProblem::NotOurs));
        }
        let staging = Staging { path, record };
        staging.can_be_renamed(conversion.output)?;
        Ok(Some(staging))
    }

    /// Returns the directory that parts have made, or a new one.
    pub(super) fn find_or_make(conversion: &Conversion, record: &Value, mode: output::Mode) -> Result<Staging, Error> {
        if let Some(staging) = Staging::find(conversion)? {
            return Ok(staging);
        }
        let path = path_of(conversion.output);
        let directory = parent(&path);
        let name = Path::new(path.file_name().unwrap_or_default());
        conversion.remove_left(directory, std::iter::once(name));
        let new = AtomicOutput::directory(directory, name, mode).map_err(at(&path))?;
        let text = config::text(record);
        let write = |mut file: &File| io::Write::write_all(&mut file, text.as_bytes());
        let target = new.path().join("options.json");
        conversion.place(&target, &path, new.path(), OPEN, write)?;
        for name in ["counts", "whole"] {
            make_directory(&new.path().join(name), mode).map_err(at(&path))?;
        }
        sync_directory(new.path(), conversion.sync).map_err(at(&path))?;
        let renamed = new.rename(&path);
        sync_directory(directory, conversion.sync).map_err(at(directory))?;
        match (Staging::find(conversion)?, renamed) {
            // Another part has made the directory in the meantime.
            (Some(staging), _) => Ok(staging),
            (None, Err(error)) => Err(error),
            (None, Ok(())) => Err(parts(&path, PartsProblem::None)),
        }
    }

    /// Checks that nothing is mounted at `whole`.
    fn can_be_renamed(&self, output: &Path) -> Result<(), Error> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let device = |path: &Path| path.metadata().map(|metadata| metadata.dev());
            let expected = device(parent(output)).map_err(at(output))?;
            for path in [&self.path, &self.whole()] {
                if exists(path).map_err(at(path))? && device(path).map_err(at(path))? != expected {
                    return Err(parts(path, PartsProblem::OtherFileSystem));
                }
            }
        }
        #[cfg(not(unix))]
        let _ = output;
        Ok(())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn whole(&self) -> PathBuf {
        self.path.join("whole")
    }

    pub(super) fn counts(&self) -> PathBuf {
        self.path.join("counts")
    }

    /// Returns how many elements of a shard were lost. A shard that is missing or incomplete is an error.
    pub(super) fn count(&self, plan: &Plan) -> Result<Lost, Error> {
        check_complete(plan, &self.whole().join(&plan.shard.name))?;
        let path = self.counts().join(&plan.shard.name);
        let text = read_small(&path, RECORD_LIMIT)?.and_then(|text| String::from_utf8(text).ok());
        // A text without the final line break may have been cut short.
        let count = text.and_then(|text| text.strip_suffix('\n')?.parse().ok());
        count.ok_or_else(|| parts(&path, PartsProblem::NoCount))
    }

    /// Checks that the other parts had equal options and an equal input.
    pub(super) fn agrees(&self, requested: &Value) -> Result<(), Error> {
        let path = self.path.join("options.json");
        if self.record.get("options") != requested.get("options") {
            return Err(parts(&path, PartsProblem::OtherOptions));
        }
        for key in ["shards", "files"] {
            let [recorded, requested] = [&self.record, requested].map(|record| record.get(key));
            if recorded != requested {
                let other = difference(recorded.unwrap_or(&Value::Null), requested);
                return Err(parts(&path, PartsProblem::OtherInput(other)));
            }
        }
        Ok(())
    }

    /// Checks that `whole` holds only files of OUTPUT.
    pub(super) fn has_only(&self, expected: impl Fn(&Path) -> bool) -> Result<(), Error> {
        let whole = self.whole();
        let entries = entries::below(&whole, |_, _| false)?;
        match entries.iter().find(|entry| !expected(&entry.below)) {
            Some(stray) => Err(parts(&whole.join(&stray.below), PartsProblem::Stray)),
            None => Ok(()),
        }
    }

    /// Removes by name the files that parts have made here, and the directory if it is empty then. Returns whether the directory
    /// is gone.
    pub(super) fn remove(&self, plans: &[Plan]) -> Result<bool, Error> {
        let counts = self.counts();
        for plan in plans {
            let path = counts.join(&plan.shard.name);
            ignore(fs::remove_file(&path), io::ErrorKind::NotFound).map_err(at(&path))?;
            let directories = path.ancestors().skip(1);
            for directory in directories.take_while(|directory| directory.starts_with(&counts)) {
                remove_if_empty(directory)?;
            }
        }
        for name in entries::names(&self.path).map_err(at(&self.path))? {
            let path = self.path.join(name);
            if is_temporary(&path) {
                ignore(entries::remove(&path), io::ErrorKind::NotFound).map_err(at(&path))?;
            }
        }
        // The record goes last, because another run needs it to go on.
        let record = self.path.join("options.json");
        ignore(fs::remove_file(&record), io::ErrorKind::NotFound).map_err(at(&record))?;
        remove_if_empty(&self.path)?;
        Ok(!exists(&self.path).map_err(at(&self.path))?)
    }
}

/// Returns the path of `OUTPUT.parts`.
pub(super) fn path_of(output: &Path) -> PathBuf {
    let mut path = output.as_os_str().to_owned();
    path.push(".parts");
    path.into()
}

/// Returns the record of a conversion: its options and a fingerprint of its input, on which all parts must agree.
pub(super) fn record(conversion: &Conversion, contents: &Contents) -> Result<Value, Error> {
    let mut shards = serde_json::Map::new();
    for shard in &conversion.checkpoint.shards {
        shards.insert(shard.name.clone(), shard.fingerprint()?);
    }
    let mut files = serde_json::Map::new();
    for name in contents.files() {
        if let Some(text) = read_small(&conversion.input.join(name), RECORD_LIMIT)? {
            files.insert(name.to_string_lossy().into(), hash(&text).into());
        }
    }
    Ok(json!({
        "made_by": MADE_BY,
        "options": conversion.rules.record(),
        "shards": shards,
        "files": files,
    }))
}

/// Checks that a file has the header and the length of the plan.
pub(super) fn check_complete(plan: &Plan, path: &Path) -> Result<(), Error> {
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_file() => {}
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(path)(error)),
        _ => return Err(parts(path, PartsProblem::Missing)),
    }
    let source = Source::open_file(path)?;
    let same = Same {
        source: &source,
        start: 0,
        buffer: Vec::new(),
    };
    if source.length() != plan.length() {
        return Err(parts(path, PartsProblem::NotWhole));
    }
    plan.write_head(same).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => parts(path, PartsProblem::NotWhole),
        _ => at(path)(error),
    })
}

/// Compares what is written with a file. A difference is an error of invalid data.
struct Same<'s> {
    source: &'s Source,
    start: u64,
    buffer: Vec<u8>,
}

impl io::Write for Same<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.resize(bytes.len(), 0);
        self.source.read(self.start, &mut self.buffer)?;
        if self.buffer != bytes {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.start += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Describes the first difference between two records of inputs.
fn difference(recorded: &Value, requested: Option<&Value>) -> String {
    let empty = serde_json::Map::new();
    let [recorded, requested] = [Some(recorded), requested].map(|value| value.and_then(Value::as_object).unwrap_or(&empty));
    let names = requested.keys().chain(recorded.keys());
    let other = names.into_iter().find(|name| recorded.get(*name) != requested.get(*name));
    let Some(name) = other else {
        return "an unknown one".into();
    };
    let (Some(recorded), Some(requested)) = (recorded.get(name), requested.get(name)) else {
        return format!("{name} is not in both");
    };
    let differs = |key: &str| recorded.get(key) != requested.get(key);
    let what = [("bytes", "length"), ("hash", "content")].into_iter();
    let what = what.filter(|(key, _)| differs(key)).map(|(_, what)| what);
    let otherwise = if recorded.is_object() { "time of change" } else { "content" };
    format!("{name} has another {}", what.into_iter().next().unwrap_or(otherwise))
}

fn remove_if_empty(directory: &Path) -> Result<(), Error> {
    match fs::remove_dir(directory) {
        Err(error)
            if ![
                io::ErrorKind::NotFound,
                io::ErrorKind::DirectoryNotEmpty,
                // Some systems report this error for a directory that isn't empty.
                io::ErrorKind::AlreadyExists,
            ]
            .contains(&error.kind()) =>
        {
            Err(at(directory)(error))
        }
        _ => Ok(()),
    }
}

fn ignore(result: io::Result<()>, kind: io::ErrorKind) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == kind => Ok(()),
        other => other,
    }
}
