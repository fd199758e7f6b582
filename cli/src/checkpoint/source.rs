//! A file that any thread can read at any place.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use super::header::HEADER_LIMIT;
use super::kind;
use crate::error::{Error, at};
use crate::output::{self, Mode};

/// An open file of fixed length.
#[derive(Debug)]
pub struct Source {
    file: File,
    version: Version,
    /// True if the path can be opened again, and false for a pipe.
    pub(super) is_file: bool,
    /// The permissions of the file.
    mode: Mode,
}

/// The properties that a file must keep until it is opened again and until it has been read.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Version {
    pub(super) length: u64,
    /// The time of change, on systems that have one.
    pub(super) modified: Option<SystemTime>,
    /// The device, and the number of the file on the device. They change if another file takes the name.
    identity: [u64; 2],
}

impl From<&Metadata> for Version {
    fn from(metadata: &Metadata) -> Version {
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt;
            [metadata.dev(), metadata.ino()]
        };
        #[cfg(not(unix))]
        let identity = [0; 2];
        Version {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            identity,
        }
    }
}

impl Source {
    /// Opens a file. A pipe is first copied to a temporary file that has no name.
    ///
    /// # Errors
    /// If the file can't be opened or copied, or is a device.
    pub fn open(path: &Path) -> Result<Source, Error> {
        let kind = path.metadata().map_err(at(path))?.file_type();
        if !is_pipe(kind) {
            // Some devices never end.
            return Source::open_file(path);
        }
        let copied = File::open(path).and_then(copy);
        Source::of(copied.map_err(at(path))?, false).map_err(at(path))
    }

    /// Opens a file, and refuses pipes: a reader of a pipe may wait forever.
    ///
    /// # Errors
    /// If the path is not a file, or can't be opened.
    pub fn open_file(path: &Path) -> Result<Source, Error> {
        is_file(path, &path.metadata().map_err(at(path))?)?;
        let file = File::open(path).map_err(at(path))?;
        Source::of(file, true).map_err(at(path))
    }

    fn of(file: File, is_file: bool) -> io::Result<Source> {
        let metadata = file.metadata()?;
        Ok(Source {
            version: Version::from(&metadata),
            is_file,
            mode: if is_file { output::mode(&metadata) } else { output::OPEN },
            file,
        })
    }

    /// Opens a file again.
    ///
    /// # Errors
    /// If the file can't be opened, or has changed.
    pub(super) fn again(path: &Path, version: Version) -> Result<Source, Error> {
        let source = Source::open_file(path)?;
        if source.version == version {
            Ok(source)
        } else {
            Err(Error::Changed { path: path.into() })
        }
    }

    /// Checks that the file at `path` hasn't changed since it was opened. Callers check after they have read all that they need.
    pub(crate) fn unchanged(&self, path: &Path) -> Result<(), Error> {
        let now = self.file.metadata().map_err(at(path))?;
        if Version::from(&now) == self.version {
            Ok(())
        } else {
            Err(Error::Changed { path: path.into() })
        }
    }

    /// Writes the whole file to another file.
    pub(crate) fn copy_to(&self, mut to: &File) -> io::Result<()> {
        io::copy(&mut &self.file, &mut to).map(drop)
    }

    /// Returns the permissions of the file.
    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    pub(super) fn version(&self) -> Version {
        self.version
    }

    /// Returns how many bytes the file had when it was opened.
    pub fn length(&self) -> u64 {
        self.version.length
    }

    /// Fills `bytes` with the bytes of the file from `start` on.
    ///
    /// # Errors
    /// If the file can't be read, or ends too early.
    pub fn read(&self, start: u64, bytes: &mut [u8]) -> io::Result<()> {
        let read = read_at(&self.file, start, bytes);
        read.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => io::Error::other("the file became shorter"),
            _ => error,
        })
    }
}

#[cfg(unix)]
fn is_pipe(kind: std::fs::FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    kind.is_fifo() || kind.is_socket()
}

#[cfg(not(unix))]
fn is_pipe(_: std::fs::FileType) -> bool {
    true
}

/// Checks that this is a file.
fn is_file(path: &Path, metadata: &Metadata) -> Result<(), Error> {
    if metadata.is_file() {
        Ok(())
    } else if metadata.is_dir() {
        Err(at(path)(io::ErrorKind::IsADirectory.into()))
    } else {
        Err(Error::SpecialFile { path: path.into() })
    }
}

/// Copies a pipe, unless its first bytes show that it has no checkpoint. Such a pipe may never end.
fn copy(mut pipe: File) -> io::Result<File> {
    let mut copy = tempfile::tempfile()?;
    let mut begin = Vec::new();
    (&mut pipe).take(kind::BEGIN as u64).read_to_end(&mut begin)?;
    io::copy(&mut &*begin, &mut copy)?;
    let sound = |length: [u8; 8]| u64::from_le_bytes(length) <= HEADER_LIMIT as u64;
    if begin.first_chunk().is_some_and(|&length| sound(length)) {
        io::copy(&mut pipe, &mut copy)?;
    }
    Ok(copy)
}

/// Returns the content of a small file. Returns `None` if no file has this name.
pub(crate) fn read_small(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, Error> {
    match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(path)(error)),
        Ok(metadata) => is_file(path, &metadata)?,
    }
    let mut text = Vec::new();
    let read = File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut text));
    read.map_err(at(path))?;
    if text.len() as u64 > limit {
        return Err(Error::TooLarge {
            path: path.into(),
            limit,
        });
    }
    let begin = &text[..text.len().min(kind::BEGIN)];
    if let Some(kind) = kind::of(begin) {
        return Err(Error::OtherKind { path: path.into(), kind });
    }
    Ok(Some(text))
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
