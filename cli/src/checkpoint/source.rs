//! A file that is read at any place by any thread.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// A file of fixed length that is open.
#[derive(Debug)]
pub struct Source {
    file: File,
    version: Version,
    /// Whether its path leads to it again.
    pub(super) is_file: bool,
}

/// What a file that is opened twice must still be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Version {
    pub(super) length: u64,
    /// On systems that know.
    modified: Option<SystemTime>,
}

impl Source {
    /// Opens a file. What can't be read at any place, such as a pipe, is first copied to a temporary file that has no name.
    ///
    /// # Errors
    /// If it can't be opened or copied.
    pub fn open(path: &Path) -> io::Result<Source> {
        let mut file = File::open(path)?;
        let kind = file.metadata()?.file_type();
        if kind.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if !kind.is_file() {
            let mut copy = tempfile::tempfile()?;
            io::copy(&mut file, &mut copy)?;
            file = copy;
        }
        let metadata = file.metadata()?;
        let version = Version {
            length: metadata.len(),
            modified: metadata.modified().ok(),
        };
        Ok(Source {
            file,
            version,
            is_file: kind.is_file(),
        })
    }

    /// Opens a file that was open before.
    ///
    /// # Errors
    /// If it can't be opened, or isn't what it was.
    pub(super) fn again(path: &Path, version: Version) -> io::Result<Source> {
        let source = Source::open(path)?;
        if source.version == version {
            Ok(source)
        } else {
            Err(io::Error::other("the file was changed meanwhile"))
        }
    }

    pub(super) fn version(&self) -> Version {
        self.version
    }

    /// How many bytes it had when it was opened.
    pub fn length(&self) -> u64 {
        self.version.length
    }

    /// Fills `bytes` with those from `start` on.
    ///
    /// # Errors
    /// If that fails, or the file ends before.
    pub fn read(&self, start: u64, bytes: &mut [u8]) -> io::Result<()> {
        let read = read_at(&self.file, start, bytes);
        read.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => io::Error::other("the file became shorter"),
            _ => error,
        })
    }
}

#[cfg(unix)]
fn read_at(file: &File, start: u64, bytes: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, start)
}

#[cfg(windows)]
fn read_at(file: &File, mut start: u64, mut bytes: &mut [u8]) -> io::Result<()> {
    use std::os::windows::fs::FileExt;
    while !bytes.is_empty() {
        match file.seek_read(bytes, start) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                bytes = &mut bytes[read..];
                start += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
