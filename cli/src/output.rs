//! New files and directories that appear whole or not at all, and never in place of others.

use std::fs::{self, File, Metadata, TryLockError};
use std::hash::Hasher;
use std::io;
use std::path::{Path, PathBuf};

use siphasher::sip::SipHasher;

use crate::entries;
use crate::error::{Error, at};
use crate::signals::{self, uninterrupted};

/// What all temporary names begin with.
const PREFIX: &str = ".ulp-";

/// Who may do what with a new file or directory, before the umask takes away from it. Systems other than Unix don't ask.
pub(crate) type Mode = u32;

/// All may read and write.
pub(crate) const OPEN: Mode = 0o666;

/// What the owner, the group and all others may do, without the bits that lend a file its owner's or group's rights: a copy has another
/// owner.
pub(crate) fn mode(of: &Metadata) -> Mode {
    #[cfg(unix)]
    let mode = std::os::unix::fs::PermissionsExt::mode(&of.permissions());
    #[cfg(not(unix))]
    let (mode, _) = (0o777, of);
    mode & 0o777
}

/// Fails where [`publish`] would in the end: asked before the work, to save it.
pub(crate) fn must_not_exist(path: &Path) -> Result<(), Error> {
    // A link that leads nowhere is there too.
    match path.symlink_metadata() {
        Ok(_) => Err(Error::Exists { path: path.into() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(at(path)(error)),
    }
}

/// The directory of a path.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// A file or directory under a temporary name, which goes unless it gets another.
#[derive(Debug)]
pub(crate) struct Unfinished {
    path: PathBuf,
    renamed: bool,
    /// Locked until it has its name, so that other runs can tell it from what was left by one that was killed.
    _lock: Option<File>,
}

impl Unfinished {
    /// An empty file in `directory`, which shall become `target`.
    pub(crate) fn file(
        directory: &Path,
        target: &Path,
        mode: Mode,
    ) -> io::Result<(Unfinished, File)> {
        let mut lock = uninterrupted();
        let prefix = prefix(target);
        loop {
            let file = builder(&prefix, mode).tempfile_in(directory)?;
            let (file, path) = file.keep().map_err(|failed| failed.error)?;
            if is_taken(&file) {
                continue;
            }
            lock.add(&path);
            // The lock belongs to both.
            let unfinished = Unfinished::new(path, file.try_clone().ok());
            return Ok((unfinished, file));
        }
    }

    /// An empty directory in `directory`, which shall become `target`. Its owner may do everything.
    pub(crate) fn directory(directory: &Path, target: &Path, mode: Mode) -> io::Result<Unfinished> {
        let mut lock = uninterrupted();
        let prefix = prefix(target);
        loop {
            let path = builder(&prefix, mode | 0o700).tempdir_in(directory)?.keep();
            // Where a directory can't be opened, it can't be locked.
            let file = File::open(&path).ok();
            if file.as_ref().is_some_and(is_taken) {
                continue;
            }
            lock.add(&path);
            return Ok(Unfinished::new(path, file));
        }
    }

    fn new(path: PathBuf, lock: Option<File>) -> Unfinished {
        Unfinished {
            path,
            renamed: false,
            _lock: lock,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it the output's name, which must be free.
    pub(crate) fn publish(mut self, output: &Path, sync: bool) -> Result<(), Error> {
        publish(&self.path, output, sync, || self.renamed = true)
    }

    /// Gives it its name, which must be free.
    pub(crate) fn rename(mut self, target: &Path) -> Result<(), Error> {
        let mut lock = uninterrupted();
        rename(&self.path, target)?;
        lock.forget(&self.path);
        self.renamed = true;
        Ok(())
    }

    /// Gives a file its name, in place of one that has it.
    pub(crate) fn replace(mut self, target: &Path) -> io::Result<()> {
        let mut lock = uninterrupted();
        fs::rename(&self.path, target)?;
        lock.forget(&self.path);
        self.renamed = true;
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.renamed {
            let mut lock = uninterrupted();
            signals::remove(&self.path);
            lock.forget(&self.path);
        }
    }
}

/// Gives what is whole the output's name, which must be free. From `renamed` on, errors and signals say that the output is whole.
pub(crate) fn publish(
    from: &Path,
    output: &Path,
    sync: bool,
    renamed: impl FnOnce(),
) -> Result<(), Error> {
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

/// What fails once the output is in its place.
pub(crate) fn after_publish(output: &Path) -> impl Fn(Error) -> Error + '_ {
    move |source| Error::AfterPublish {
        path: output.into(),
        source: source.into(),
    }
}

/// Removes what runs for the same targets left in a directory when they were killed. Returns what may be such, and couldn't be removed.
pub(crate) fn remove_left<'t>(
    directory: &Path,
    targets: impl Iterator<Item = &'t Path>,
) -> Vec<PathBuf> {
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

/// Whether a temporary file is gone, or held by a run that goes on.
fn is_removed(path: &Path) -> bool {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) => return error.kind() == io::ErrorKind::NotFound,
    };
    match file.try_lock() {
        Ok(()) => {
            let removed = entries::remove(path);
            removed.is_ok() || path.symlink_metadata().is_err()
        }
        Err(TryLockError::WouldBlock) => true,
        Err(TryLockError::Error(_)) => false,
    }
}

/// Whether a path is one that this program gives to what isn't finished.
pub(crate) fn is_temporary(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(PREFIX.as_bytes())
}

/// Whether another run has found a new file, or one that its system can lock, and is about to remove it.
fn is_taken(file: &File) -> bool {
    matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

/// What temporary names for a target begin with: other runs for the same find it by this.
fn prefix(target: &Path) -> String {
    let mut hash = SipHasher::new();
    hash.write(target.as_os_str().as_encoded_bytes());
    format!("{PREFIX}{:016x}-", hash.finish())
}

/// The umask takes away from `mode` as for any new file; left to itself, `tempfile` would make the owner's alone.
fn builder(prefix: &str, mode: Mode) -> tempfile::Builder<'_, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    builder
}

/// Renames without replacing anything, an empty directory neither.
fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            Ok(()) => return Ok(()),
            Err(Errno::EXIST) => return Err(Error::Exists { path: to.into() }),
            // The file system can't.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            Err(error) => return Err(at(to)(error.into())),
        }
    }
    must_not_exist(to)?;
    fs::rename(from, to).map_err(at(to))
}

/// Makes a directory that is missing, not while a signal removes what isn't whole.
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

/// So that the names in a directory outlast a crash.
pub(crate) fn sync_directory(path: &Path, sync: bool) -> io::Result<()> {
    // Elsewhere a directory can't be opened.
    if cfg!(unix) && sync {
        File::open(path)?.sync_all()?;
    }
    Ok(())
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
