//! New files and directories that appear whole or not at all, and never in place of others.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, at};
use crate::signals::{self, uninterrupted};

/// Fails where [`Unfinished::publish`] would in the end: asked before the work, to save it.
pub(crate) fn must_not_exist(path: &Path) -> Result<(), Error> {
    // A link that leads nowhere is there too.
    match path.symlink_metadata() {
        Ok(_) => Err(Error::Exists { path: path.into() }),
        Err(_) => Ok(()),
    }
}

/// The directory of a path.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// A file or directory under a temporary name, which goes unless it is published.
pub(crate) struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    /// An empty file in the directory of `target`.
    pub(crate) fn file(target: &Path) -> io::Result<(Unfinished, File)> {
        let mut lock = uninterrupted();
        let file = builder(0o666).tempfile_in(parent(target))?;
        let (file, path) = file.keep().map_err(|failed| failed.error)?;
        lock.add(&path);
        Ok((Unfinished { path }, file))
    }

    /// An empty directory beside `target`.
    pub(crate) fn directory(target: &Path) -> io::Result<Unfinished> {
        let mut lock = uninterrupted();
        let path = builder(0o777).tempdir_in(parent(target))?.keep();
        lock.add(&path);
        Ok(Unfinished { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it its name, which must be free.
    pub(crate) fn publish(self, target: &Path, sync: bool) -> Result<(), Error> {
        let mut lock = uninterrupted();
        rename(&self.path, target)?;
        lock.forget(&self.path);
        drop(lock);
        std::mem::forget(self);
        sync_directory(parent(target), sync).map_err(at(target))
    }

    /// Gives a file its name, in place of one that has it.
    pub(crate) fn replace(self, target: &Path) -> io::Result<()> {
        let mut lock = uninterrupted();
        fs::rename(&self.path, target)?;
        lock.forget(&self.path);
        drop(lock);
        std::mem::forget(self);
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let mut lock = uninterrupted();
        signals::remove(&self.path);
        lock.forget(&self.path);
    }
}

fn builder(mode: u32) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ulp-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As for any new file, the umask takes away from these; a temporary file would be its owner's alone.
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = mode;
    builder
}

/// Renames without replacing anything, an empty directory neither.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), Error> {
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
