//! New files and directories. They appear complete or not at all, and never replace others.

use std::fs::{self, File, Metadata, TryLockError};
use std::hash::Hasher;
use std::io;
use std::path::{Path, PathBuf};

use siphasher::sip::SipHasher;

use crate::entries;
use crate::error::{Error, at};
use crate::signals::{self, uninterrupted};

/// All temporary names begin with this text.
const PREFIX: &str = ".ulp-";

/// The permissions of a new file or directory, before the umask. Only Unix uses them.
pub(crate) type Mode = u32;

/// The permissions with which everybody may read and write.
pub(crate) const OPEN: Mode = 0o666;

/// Returns the permissions of the owner, the group and all others. The setuid, setgid and sticky bits are left out, because a
/// copy has another owner.
pub(crate) fn mode(of: &Metadata) -> Mode {
    #[cfg(unix)]
    let mode = std::os::unix::fs::PermissionsExt::mode(&of.permissions());
    #[cfg(not(unix))]
    let (mode, _) = (0o777, of);
    mode & 0o777
}

/// Returns an error if the path exists, because [`publish`] would then fail. Callers check this before they do the work.
pub(crate) fn must_not_exist(path: &Path) -> Result<(), Error> {
    if exists(path).map_err(at(path))? {
        return Err(Error::Exists { path: path.into() });
    }
    Ok(())
}

/// Returns the directory of a path.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// A file or directory under a temporary name. It is removed unless it is renamed.
#[derive(Debug)]
pub(crate) struct AtomicOutput {
    path: PathBuf,
    renamed: bool,
    /// The lock is held until the file has its final name. Other runs remove a file only if nobody holds its lock.
    _lock: Option<File>,
}

impl AtomicOutput {
    /// Makes an empty file in `directory`. It will be renamed to `target`.
    pub(crate) fn file(directory: &Path, target: &Path, mode: Mode) -> io::Result<(AtomicOutput, File)> {
        let prefix = prefix(target);
        loop {
            let mut lock = uninterrupted();
            let file = builder(&prefix, mode).tempfile_in(directory)?;
            let (file, path) = file.keep().map_err(|failed| failed.error)?;
            let locked = lock_new(&file, &path);
            lock.add(&path);
            // Both handles share the lock of the file.
            let unfinished = AtomicOutput::new(path, file.try_clone().ok());
            drop(lock);
            if locked? {
                return Ok((unfinished, file));
            }
        }
    }

    /// Makes an empty directory in `directory`. It will be renamed to `target`. Its owner may do everything.
    pub(crate) fn directory(directory: &Path, target: &Path, mode: Mode) -> io::Result<AtomicOutput> {
        let prefix = prefix(target);
        loop {
            let mut lock = uninterrupted();
            let path = builder(&prefix, mode | 0o700).tempdir_in(directory)?.keep();
            // A system that can't open a directory can't lock it.
            let file = match File::open(&path) {
                Ok(file) => Some(file),
                // Another run has just removed the directory.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(_) => None,
            };
            let locked = file.as_ref().map_or(Ok(true), |file| lock_new(file, &path));
            lock.add(&path);
            let unfinished = AtomicOutput::new(path, file);
            drop(lock);
            if locked? {
                return Ok(unfinished);
            }
        }
    }

    fn new(path: PathBuf, lock: Option<File>) -> AtomicOutput {
        AtomicOutput {
            path,
            renamed: false,
            _lock: lock,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Renames the file to the output's name, which must be free.
    pub(crate) fn publish(mut self, output: &Path, sync: bool) -> Result<(), Error> {
        publish(&self.path, output, sync, || self.renamed = true)
    }

    /// Renames the file to its name, which must be free.
    pub(crate) fn rename(mut self, target: &Path) -> Result<(), Error> {
        let mut lock = uninterrupted();
        rename(&self.path, target)?;
        lock.forget(&self.path);
        self.renamed = true;
        Ok(())
    }

    /// Renames the file to its name, and replaces the file that has the name.
    pub(crate) fn replace(mut self, target: &Path) -> io::Result<()> {
        let mut lock = uninterrupted();
        fs::rename(&self.path, target)?;
        lock.forget(&self.path);
        self.renamed = true;
        Ok(())
    }
}

impl Drop for AtomicOutput {
    fn drop(&mut self) {
        if !self.renamed {
            let mut lock = uninterrupted();
            signals::remove(&self.path);
            lock.forget(&self.path);
        }
    }
}

/// Renames a complete file to the output's name, which must be free. After `renamed`, errors and signals say that the output is
/// complete.
pub(crate) fn publish(from: &Path, output: &Path, sync: bool, renamed: impl FnOnce()) -> Result<(), Error> {
    let mut lock = uninterrupted();
    rename(from, output)?;
    lock.forget(from);
    lock.publish(output);
    renamed();
    drop(lock);
    let directory = parent(output);
    sync_directory(directory, sync)
        .map_err(at(directory))
        .map_err(after_publish(output))
}

/// Converts an error that happens after the output is in its place.
pub(crate) fn after_publish(output: &Path) -> impl Fn(Error) -> Error + '_ {
    move |source| Error::AfterPublish {
        path: output.into(),
        source: source.into(),
    }
}

/// Removes the files that killed runs for these targets left in a directory. Returns the paths that may be such files and
/// couldn't be removed.
pub(crate) fn remove_left<'t>(directory: &Path, targets: impl Iterator<Item = &'t Path>) -> Vec<PathBuf> {
    let prefixes: Vec<String> = targets.map(prefix).collect();
    let Ok(names) = entries::names(directory) else {
        return Vec::new();
    };
    let left = |name: &std::ffi::OsString| {
        let name = name.to_string_lossy();
        prefixes.iter().any(|prefix| name.starts_with(prefix))
    };
    let paths = names.iter().filter(|name| left(name));
    let paths = paths.map(|name| directory.join(name));
    paths.filter(|path| !is_removed(path)).collect()
}

/// Returns whether a temporary file is gone, or belongs to a run that goes on.
fn is_removed(path: &Path) -> bool {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) => return error.kind() == io::ErrorKind::NotFound,
    };
    match file.try_lock() {
        Ok(()) => {
            let removed = entries::remove(path);
            removed.is_ok() || exists(path).is_ok_and(|exists| !exists)
        }
        Err(TryLockError::WouldBlock) => true,
        Err(TryLockError::Error(_)) => false,
    }
}

/// Returns whether a path is a temporary name of this program.
pub(crate) fn is_temporary(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(PREFIX.as_bytes())
}

/// Locks a new file. Returns false if another run has found the file and removes it, or has removed it. Returns true if the
/// system can't lock files.
fn lock_new(file: &File, path: &Path) -> io::Result<bool> {
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        return Ok(false);
    }
    // Once this run has the lock, nobody else removes the file.
    exists(path)
}

/// Returns whether a path exists. A link without a target exists too. If the system can't tell, returns its error.
pub(crate) fn exists(path: &Path) -> io::Result<bool> {
    match path.symlink_metadata() {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Returns the beginning of the temporary names for a target. Other runs for the target find the files by this text.
fn prefix(target: &Path) -> String {
    let mut hash = SipHasher::new();
    hash.write(target.as_os_str().as_encoded_bytes());
    format!("{PREFIX}{:016x}-", hash.finish())
}

/// Returns a builder of temporary files. Their permissions are `mode` less the umask. By default, `tempfile` would give
/// permissions to the owner alone.
fn builder(prefix: &str, mode: Mode) -> tempfile::Builder<'_, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    builder
}

/// Renames without replacing anything. An empty directory is not replaced either.
fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            Ok(()) => return Ok(()),
            Err(Errno::EXIST) => return Err(Error::Exists { path: to.into() }),
            // The file system lacks this kind of rename.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            Err(error) => return Err(at(to)(error.into())),
        }
    }
    must_not_exist(to)?;
    fs::rename(from, to).map_err(at(to))
}

/// Makes a directory if it is missing. A signal that removes incomplete files waits meanwhile.
pub(crate) fn make_directory(path: &Path, mode: Mode) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, mode | 0o700);
    #[cfg(not(unix))]
    let _ = mode;
    let _lock = uninterrupted();
    match builder.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made,
    }
}

/// Syncs a directory, so that the names in it survive a crash.
pub(crate) fn sync_directory(path: &Path, sync: bool) -> io::Result<()> {
    // Other systems can't open a directory.
    if cfg!(unix) && sync {
        File::open(path)?.sync_all()?;
    }
    Ok(())
}

/// Writes a file from its beginning on, and leaves the file's own place alone.
pub(crate) struct Beginning<'f> {
    file: &'f File,
    written: u64,
}

impl<'f> Beginning<'f> {
    pub(crate) fn of(file: &'f File) -> Beginning<'f> {
        Beginning { file, written: 0 }
    }
}

impl io::Write for Beginning<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        write_at(self.file, self.written, bytes)?;
        self.written += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
pub(crate) fn write_at(file: &File, start: u64, bytes: &[u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, start)
}

#[cfg(windows)]
pub(crate) fn write_at(file: &File, mut start: u64, mut bytes: &[u8]) -> io::Result<()> {
    use std::os::windows::fs::FileExt;
    while !bytes.is_empty() {
        let written = file.seek_write(bytes, start)?;
        bytes = &bytes[written..];
        start += written as u64;
    }
    Ok(())
}
