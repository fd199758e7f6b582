//! Reads directories. The standard library's function panics if closing a directory fails, which happens on network file systems.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, at};

/// Returns the names in a directory, sorted.
#[cfg(unix)]
pub(crate) fn names(directory: &Path) -> io::Result<Vec<OsString>> {
    use std::os::unix::ffi::OsStringExt;

    use rustix::fs::{Dir, Mode, OFlags, open};
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let entries = Dir::new(open(directory, flags, Mode::empty())?)?;
    let mut names = Vec::new();
    for entry in entries {
        let name = entry?.file_name().to_bytes().to_vec();
        if name != b"." && name != b".." {
            names.push(OsString::from_vec(name));
        }
    }
    names.sort_unstable();
    Ok(names)
}

#[cfg(not(unix))]
pub(crate) fn names(directory: &Path) -> io::Result<Vec<OsString>> {
    let names = fs::read_dir(directory)?.map(|entry| Ok(entry?.file_name()));
    let mut names = names.collect::<io::Result<Vec<_>>>()?;
    names.sort_unstable();
    Ok(names)
}

/// Removes a file, or a directory with all its entries. If the path is a link, the link is removed and its target stays.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    if !path.symlink_metadata()?.is_dir() {
        return fs::remove_file(path);
    }
    for name in names(path)? {
        remove(&path.join(name))?;
    }
    fs::remove_dir(path)
}

/// A file or directory below another directory.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its path relative to that directory.
    pub(crate) below: PathBuf,
    /// The kind of the entry.
    pub(crate) kind: EntryKind,
}

/// The kinds of entries of a directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EntryKind {
    /// A file, or a link to one.
    File,
    /// A directory, or a link to one.
    Directory,
    /// A link whose target does not exist.
    Dangling,
}

impl Entry {
    /// Returns whether the entry is a directory.
    pub(crate) fn is_directory(&self) -> bool {
        self.kind == EntryKind::Directory
    }
}

/// The largest number of paths on which one directory may be reached. Links in a circle make paths without end, and a few dozen
/// links can make millions of paths.
const WAYS: u32 = 16;

/// Returns everything below a directory, except the entries that `skip` selects by relative path and kind. A directory comes
/// before its entries. Links are followed.
pub(crate) fn below(root: &Path, skip: impl Fn(&Path, EntryKind) -> bool) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    let mut ways = HashMap::from([(root.canonicalize().map_err(at(root))?, 1)]);
    let mut open = vec![PathBuf::new()];
    while let Some(directory) = open.pop() {
        let path = root.join(&directory);
        let mut directories = Vec::new();
        for name in names(&path).map_err(at(&path))? {
            let below = directory.join(name);
            let path = root.join(&below);
            let kind = kind(&path)?;
            if skip(&below, kind) {
                continue;
            }
            if kind == EntryKind::Directory {
                let ways = ways.entry(path.canonicalize().map_err(at(&path))?).or_insert(0);
                if *ways == WAYS {
                    return Err(Error::LinksMeet { path });
                }
                *ways += 1;
                directories.push(below.clone());
            }
            entries.push(Entry { below, kind });
        }
        // The first directory is read next.
        open.extend(directories.into_iter().rev());
    }
    Ok(entries)
}

/// Returns the kind of a path, after following links. Anything but a file or a directory is an error.
fn kind(path: &Path) -> Result<EntryKind, Error> {
    match path.metadata() {
        Ok(metadata) if metadata.is_dir() => Ok(EntryKind::Directory),
        Ok(metadata) if metadata.is_file() => Ok(EntryKind::File),
        Ok(_) => Err(Error::SpecialFile { path: path.into() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.symlink_metadata().is_ok() => Ok(EntryKind::Dangling),
        Err(error) => Err(at(path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_come_before_what_they_hold() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("b/c")).unwrap();
        fs::create_dir_all(root.path().join("a")).unwrap();
        for file in ["a/x", "b/c/y", "b/z", "w"] {
            fs::write(root.path().join(file), "").unwrap();
        }
        let found = below(root.path(), |below, _| below == Path::new("b/z")).unwrap();
        let found: Vec<_> = found.iter().map(|e| e.below.to_str().unwrap()).collect();
        assert_eq!(found, ["a", "b", "w", "a/x", "b/c", "b/c/y"]);
        remove(&root.path().join("b")).unwrap();
        assert_eq!(names(root.path()).unwrap(), ["a", "w"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_that_meet_again_are_found() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        let meet = |root: &Path| matches!(below(root, |_, _| false), Err(Error::LinksMeet { .. }));
        fs::create_dir_all(path("circle/a")).unwrap();
        symlink("..", path("circle/a/up")).unwrap();
        assert!(meet(&path("circle")));

        // Each of 30 directories has two ways to the next. The system itself refuses to follow more links in a row.
        for i in 0..30 {
            fs::create_dir_all(path(&format!("fan/{i}"))).unwrap();
            for way in ["one", "two"] {
                symlink(format!("../{}", i + 1), path(&format!("fan/{i}/{way}"))).unwrap();
            }
        }
        fs::create_dir(path("fan/30")).unwrap();
        assert!(meet(&path("fan")));
        fs::create_dir(path("few")).unwrap();
        symlink("../fan/30", path("few/one")).unwrap();
        symlink("../fan/30", path("few/two")).unwrap();
        assert_eq!(below(&path("few"), |_, _| false).unwrap().len(), 2);

        // The target of a link stays.
        fs::write(path("kept"), "").unwrap();
        fs::create_dir(path("goes")).unwrap();
        symlink("../kept", path("goes/link")).unwrap();
        symlink("../fan", path("goes/directory")).unwrap();
        remove(&path("goes")).unwrap();
        assert!(path("kept").exists() && path("fan/30").exists() && !path("goes").exists());
    }
}
