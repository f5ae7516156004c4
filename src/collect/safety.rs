//! Checks before anything is read or written.

use super::{CollectError, Options};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The application folder must be one, and the output folder must lie outside of it.
pub(super) fn check(options: &Options) -> Result<(), CollectError> {
    let app_dir = |source| CollectError::AppDir { path: options.app_dir.clone(), source };
    let app = options.app_dir.canonicalize().map_err(app_dir)?;
    // Listing it is what the collection will do first.
    fs::read_dir(&app).map_err(app_dir)?;
    let out = full(&options.out).map_err(|source| {
        CollectError::Write(crate::bundle::WriteError::Io { path: options.out.clone(), source })
    })?;
    if out.starts_with(&app) { Err(CollectError::OutInside(options.out.clone())) } else { Ok(()) }
}

/// The full path of a folder of which the last parts need not exist yet. Links in the part that exists are
/// followed, so that none can lead into the application folder unseen.
fn full(path: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let mut missing = Vec::new();
    let mut existing = absolute.as_path();
    loop {
        if let Ok(real) = existing.canonicalize() {
            return Ok(missing.iter().rev().fold(real, |path: PathBuf, part| match part {
                Component::ParentDir => path.parent().map(Path::to_owned).unwrap_or(path),
                part => path.join(part),
            }));
        }
        match (existing.parent(), existing.components().next_back()) {
            (Some(parent), Some(last)) => {
                missing.push(last);
                existing = parent;
            }
            _ => return Ok(absolute),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_folder_inside_is_refused_whatever_way_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path().join("SecretServer");
        fs::create_dir_all(app.join("log")).unwrap();
        for inside in
            ["SecretServer", "SecretServer/new/deep", "SecretServer/log/../bundles", "x/../SecretServer/y"]
        {
            let options = Options::new(&app, folder.path().join(inside));
            assert!(matches!(check(&options), Err(CollectError::OutInside(_))), "{inside}");
        }
        for outside in ["out", "SecretServer2", "SecretServer/../out"] {
            assert!(check(&Options::new(&app, folder.path().join(outside))).is_ok(), "{outside}");
        }
    }

    #[test]
    fn the_application_folder_must_be_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        for path in [file, folder.path().join("missing")] {
            let options = Options::new(path, folder.path().join("out"));
            assert!(matches!(check(&options), Err(CollectError::AppDir { .. })));
        }
    }
}
