//! Output files, written whole or not at all; but for what is no plain file, which is written into.

use super::output::to_stdout;
use super::{Exit, Failure};
use crate::bundle::HalfMade;
use crate::cli::OrExit as _;
use anyhow::{Context as _, anyhow};
use std::fs::File;
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
    // A pipe, a device or a link is written into: a file in its place would be somebody else's loss.
    if path.symlink_metadata().is_ok_and(|there| !there.is_file()) {
        let written = File::options().write(true).create(true).truncate(true).open(path).and_then(|file| {
            let mut out = BufWriter::new(file);
            let done = write(&mut out)?;
            out.flush()?;
            Ok(done)
        });
        return written
            .with_context(|| format!("cannot write to {}", path.display()))
            .or_exit(Exit::CannotWrite);
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
fn allow_reading(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn allow_reading(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{FileTypeExt as _, symlink};

    #[test]
    fn links_and_pipes_are_written_into_and_stay_what_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("target.md"), "a longer text than the new one").unwrap();
        symlink("target.md", at("link.md")).unwrap();
        symlink("new.md", at("dangling.md")).unwrap();
        for (link, target) in [("link.md", "target.md"), ("dangling.md", "new.md")] {
            write(&at(link), b"report").unwrap();
            assert!(at(link).symlink_metadata().unwrap().is_symlink());
            assert_eq!(std::fs::read(at(target)).unwrap(), b"report");
        }
        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status();
        if made.is_ok_and(|status| status.success()) {
            let reader = std::thread::spawn({
                let pipe = at("pipe");
                move || std::fs::read(pipe).unwrap()
            });
            write(&at("pipe"), b"report").unwrap();
            assert_eq!(reader.join().unwrap(), b"report");
            assert!(at("pipe").symlink_metadata().unwrap().file_type().is_fifo());
        }
    }
}
