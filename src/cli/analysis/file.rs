//! Output files, written whole or not at all.

use super::output::to_stdout;
use super::{Exit, Failure};
use crate::bundle::HalfMade;
use crate::cli::OrExit as _;
use anyhow::{Context as _, anyhow};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// Writes `bytes` to `path`, or to standard output for `-`. A file is written next to its target and renamed, so that
/// whatever was there stays whole until the new one is. What is no plain file is written into.
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
    if let Some(special) = special(path) {
        return special_file(path, &special, write);
    }
    // A link stays one: what it leads to is written.
    let target = linked(path)?;
    let path = target.as_path();
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

/// What is at `path`, if it is a pipe, a device or another thing that takes bytes and holds none.
fn special(path: &Path) -> Option<std::fs::Metadata> {
    std::fs::metadata(path).ok().filter(|data| !data.is_file() && !data.is_dir())
}

/// Writes into a pipe or a device; it is never replaced.
fn special_file<T>(
    path: &Path,
    what: &std::fs::Metadata,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<T>,
) -> Result<T, Failure> {
    if is_socket(what) {
        let error = anyhow!("{} is a socket; name a file, or - for standard output", path.display());
        return Err(Failure::new(Exit::CannotWrite, error));
    }
    let written = std::fs::OpenOptions::new().write(true).open(path).and_then(|file| {
        let mut out = BufWriter::new(file);
        let done = write(&mut out)?;
        out.flush()?;
        Ok(done)
    });
    written.with_context(|| format!("cannot write into {}", path.display())).or_exit(Exit::CannotWrite)
}

#[cfg(unix)]
fn is_socket(what: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    what.file_type().is_socket()
}

#[cfg(not(unix))]
fn is_socket(_: &std::fs::Metadata) -> bool {
    false
}

/// Where a path leads, through links to things that need not be there yet.
fn linked(path: &Path) -> Result<PathBuf, Failure> {
    /// Links one after the other that are followed.
    const LINKS: usize = 40;
    let mut at = path.to_owned();
    for _ in 0..LINKS {
        let is_link = std::fs::symlink_metadata(&at).is_ok_and(|data| data.file_type().is_symlink());
        if !is_link {
            return Ok(at);
        }
        let next = std::fs::read_link(&at)
            .with_context(|| format!("cannot follow the link {}", at.display()))
            .or_exit(Exit::CannotWrite)?;
        at = at.parent().unwrap_or(Path::new("")).join(next);
    }
    let error = anyhow!("{} is a link that leads back to itself; name a file", path.display());
    Err(Failure::new(Exit::CannotWrite, error))
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
