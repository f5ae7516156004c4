//! What is being written and is not yet what its name says: gone again when the work on it fails, and when the process is
//! asked to end in the middle of it.
//!
//! Ending cannot wait for the work: a piece of it may take long. So whoever ends the process calls [`abandon`], which
//! removes all of it; whatever is begun or finished takes the same lock, so it is either before that or never.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::{NamedTempFile, TempDir};

/// Everything half made, in this process.
static ALL: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn all() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file or a folder that is half made. Dropped, it is removed.
#[derive(Debug)]
#[must_use]
pub struct HalfMade {
    path: PathBuf,
}

impl HalfMade {
    /// Begins it with `create`.
    pub fn begin<T>(path: &Path, create: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<(Self, T)> {
        let mut all = all();
        let made = create(path)?;
        all.insert(path.to_owned());
        Ok((Self { path: path.to_owned() }, made))
    }

    /// A file in `folder` with a name of its own, which begins and ends like this.
    pub fn file_in(folder: &Path, begin: &str, end: &str) -> io::Result<NamedTempFile<(Self, File)>> {
        tempfile::Builder::new()
            .prefix(begin)
            .suffix(end)
            .make_in(folder, |path| Self::begin(path, super::create_private))
    }

    /// Makes something in what is half made: a folder that is being removed gets nothing new, which would keep it.
    pub fn make_within<T>(make: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let _all = all();
        make()
    }

    /// A folder for what is only needed for a while.
    pub fn temporary_folder() -> io::Result<(Self, TempDir)> {
        let mut all = all();
        let folder = tempfile::tempdir()?;
        all.insert(folder.path().to_owned());
        Ok((Self { path: folder.path().to_owned() }, folder))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Does the last step of all `parts`, after which they are whole and stay.
    pub fn finish<T, E>(parts: Vec<Self>, last: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let mut all = all();
        let done = last();
        if done.is_ok() {
            all.retain(|path| parts.iter().all(|part| part.path != *path));
        }
        // What is not whole is removed now, which takes the lock again.
        drop(all);
        done
    }
}

impl Drop for HalfMade {
    fn drop(&mut self) {
        let mut all = all();
        if all.remove(&self.path) {
            remove(&self.path);
        }
    }
}

/// Removes all that is half made. From then on nothing is begun or finished any more: whoever tries waits for ever, so
/// the process has to end next.
pub fn abandon() {
    let all = all();
    all.iter().for_each(|path| remove(path));
    std::mem::forget(all);
}

fn remove(path: &Path) {
    // A folder that is a link is somebody else's.
    let folder = path.symlink_metadata().is_ok_and(|found| found.is_dir());
    let _ = if folder { fs::remove_dir_all(path) } else { fs::remove_file(path) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finished_is_removed_and_what_is_stays() {
        let folder = tempfile::tempdir().unwrap();
        let [one, two, out] = ["one", "two", "out"].map(|name| folder.path().join(name));
        let begin = |path: &Path| HalfMade::begin(path, |path| File::create_new(path)).unwrap().0;
        let parts = vec![begin(&one), begin(&two)];
        let failed = HalfMade::finish(parts, || Err::<(), _>(io::Error::other("no")));
        assert!(failed.is_err() && !one.exists() && !two.exists());
        let (half, ()) = HalfMade::begin(&out, |path| fs::create_dir(path)).unwrap();
        fs::write(out.join("in it"), "x").unwrap();
        drop(half);
        assert!(!out.exists());
        let parts = vec![begin(&one), begin(&two)];
        HalfMade::finish(parts, || fs::rename(&two, &out)).unwrap();
        assert!(one.exists() && !two.exists() && out.exists());
        assert!(
            HalfMade::begin(&one, |path| File::create_new(path)).is_err(),
            "what is there is not begun, and not removed"
        );
        assert!(one.exists());
    }
}
