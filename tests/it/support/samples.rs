//! The made cases on the disk, for tests that only read them.

use super::bless::blessing;
use clusterbrief::demo::{CASES, Case};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

/// The cases that are committed below `samples/`.
pub const COMMITTED: [&str; 4] = ["healthy-3-node", "key-mismatch", "mid-upgrade", "pre-upgrade"];

/// The folder of the committed cases.
pub fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// The folder of a case, or a path in it.
pub fn sample(path: &str) -> PathBuf {
    let name = path.split('/').next().unwrap_or_default();
    // While the committed ones are rewritten, another test must not read them.
    if COMMITTED.contains(&name) && !blessing() { samples().join(path) } else { made().join(path) }
}

/// A case by its name.
pub fn case(name: &str) -> &'static Case {
    Case::find(name).expect("a case of this name")
}

/// The folder in which all cases were made, once for all tests.
pub fn made() -> &'static Path {
    static MADE: LazyLock<PathBuf> = LazyLock::new(make);
    &MADE
}

fn make() -> PathBuf {
    let parent = Path::new(env!("CARGO_TARGET_TMPDIR"));
    // Nothing runs at the end of all tests, so those of earlier runs are removed here.
    for entry in fs::read_dir(parent).expect("the folder of the build").flatten() {
        let old = |entry: &fs::DirEntry| entry.metadata().ok()?.modified().ok()?.elapsed().ok();
        let made = entry.file_name().to_string_lossy().starts_with("cases-");
        if made && old(&entry).is_some_and(|age| age > Duration::from_secs(3_600)) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    let folder = tempfile::Builder::new().prefix("cases-").tempdir_in(parent).expect("a folder").keep();
    // Each on a thread outside of the shared pool: its threads may all be waiting for these cases.
    std::thread::scope(|scope| {
        for case in CASES {
            let path = folder.join(case.name);
            scope.spawn(move || {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
                pool.install(|| case.write(&path).expect(case.name));
            });
        }
    });
    folder
}
