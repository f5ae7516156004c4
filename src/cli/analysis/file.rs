//! Output files, written whole or not at all.

use super::output::to_stdout;
use super::{Exit, Failure};
use crate::bundle::HalfMade;
use crate::cli::OrExit as _;
use anyhow::{Context as _, anyhow};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

/// Writes `bytes` to `path`, or to standard output for `-`. A file is written next to its target and renamed, so that
/// whatever was there stays whole until the new one is.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if path.as_os_str() == "-" {
        return to_stdout(io::stdout().lock(), bytes);
    }
    write_with(path, |out| out.write_all(bytes))
}

/// Writes a file at `path` piece by piece, in the same way.
pub(super) fn write_with<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<T>,
) -> Result<T, Failure> {
    if path.is_dir() {
        let error = anyhow!("{} is a folder; name a file in it", path.display());
        return Err(Failure::new(Exit::CannotWrite, error));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))
        .or_exit(Exit::CannotWrite)?;
    let written = HalfMade::file_in(folder, ".clusterbrief-", "").and_then(|file| {
        let ((half, mut file), temporary) = file.into_parts();
        let mut out = BufWriter::new(&mut file);
        let done = write(&mut out)?;
        out.flush()?;
        drop(out);
        file.sync_all()?;
        allow_reading(&file)?;
        HalfMade::finish(vec![half], || temporary.persist(path)).map_err(|error| error.error)?;
        Ok(done)
    });
    written.with_context(|| format!("cannot write {}", path.display())).or_exit(Exit::CannotWrite)
}

/// Temporary files are private to their owner; a report is to be passed on like any other file.
#[cfg(unix)]
fn allow_reading(file: &std::fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn allow_reading(_: &std::fs::File) -> io::Result<()> {
    Ok(())
}
