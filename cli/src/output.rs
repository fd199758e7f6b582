//! A new file that appears whole or not at all, and never in place of another.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

const EXISTS: &str = "exists already, and is not overwritten";

/// Fails where [`create`] would in the end: asked before the work, to save it.
pub(crate) fn must_not_exist(path: &Path) -> Result<(), String> {
    // A link that leads nowhere is there too.
    match path.symlink_metadata() {
        Ok(_) => Err(EXISTS.into()),
        Err(_) => Ok(()),
    }
}

/// Writes a new file with what `fill` puts into it. Returns what `fill` does, and the file's length.
pub(crate) fn create<T>(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<T>,
) -> Result<(T, u64), String> {
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ulp-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As for any new file, the umask takes away from these; a temporary file would be its owner's alone.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let message = |error: io::Error| error.to_string();
    let mut new = builder.tempfile_in(directory).map_err(message)?;
    let mut writer = BufWriter::with_capacity(1 << 20, new.as_file_mut());
    let result = fill(&mut writer).map_err(message)?;
    writer.flush().map_err(message)?;
    drop(writer);
    new.as_file().sync_all().map_err(message)?;
    let length = new.as_file().metadata().map_err(message)?.len();
    match new.persist_noclobber(path) {
        Ok(_) => Ok((result, length)),
        Err(failed) if failed.error.kind() == ErrorKind::AlreadyExists => Err(EXISTS.into()),
        Err(failed) => Err(failed.error.to_string()),
    }
}
