//! Checks before anything is read or written.

use super::error::CollectError;
use super::network;
use super::options::Options;
use super::walk::ListedFile;
use crate::model::product::{BIN_FOLDER, DATABASE_CONFIG, ENCRYPTION_CONFIG};
use crate::probes::System;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Files that only the product's folder has, in lower case.
const MARKS: [&str; 3] = [ENCRYPTION_CONFIG, DATABASE_CONFIG, "web-appsettings.config"];

/// The application folder must be the product's, and the output folder must be outside of it.
pub(super) fn check(options: &Options) -> Result<(), CollectError> {
    network::check(options)?;
    let app_dir = |source| CollectError::AppDir(options.app_dir.clone(), source);
    let app = options.app_dir.canonicalize().map_err(app_dir)?;
    // Listing it is the first thing that the collection will do.
    let names = names(&app).map_err(app_dir)?;
    if !is_product(&app, &names) {
        return Err(CollectError::NotTheProduct(options.app_dir.clone()));
    }
    let out = full(&options.out).map_err(|source| {
        CollectError::Write(crate::bundle::WriteError::Io { path: options.out.clone(), source })
    })?;
    if out.starts_with(&app) { Err(CollectError::OutInside(options.out.clone())) } else { Ok(()) }
}

/// Free bytes where the output folder is or will be; `None` where the system does not show it.
pub(super) fn free(options: &Options, system: &dyn System) -> Option<u64> {
    let out = full(&options.out).ok()?;
    let existing = out.ancestors().find(|path| path.is_dir())?;
    system.volume(existing).ok().map(|volume| volume.free)
}

/// Refuses a drive that is surely too full for the bundle, before anything is read. The final size is not known yet,
/// but every file leaves a digest, which cannot be compressed.
pub(super) fn check_room(
    options: &Options,
    system: &dyn System,
    files: &[ListedFile],
) -> Result<(), CollectError> {
    /// Bytes of a digest.
    const DIGEST: u64 = 32;
    let needed = files.len() as u64 * DIGEST;
    match free(options, system) {
        Some(free) if free < needed => Err(CollectError::NoRoom { path: options.out.clone(), needed, free }),
        _ => Ok(()),
    }
}

/// Whether a folder is the product's. Each of its files may be missing on a broken node, but not all of them.
pub(super) fn is_the_product(folder: &Path) -> io::Result<bool> {
    Ok(is_product(folder, &names(folder)?))
}

/// Other web applications do not have these files beside their pages.
fn is_product(folder: &Path, names: &[String]) -> bool {
    let is_dll = |name: &String| {
        let name = name.to_lowercase();
        name.strip_prefix("thycotic.").is_some_and(|name| name.rsplit('.').next() == Some("dll"))
    };
    names.iter().any(|name| {
        MARKS.iter().any(|mark| name.eq_ignore_ascii_case(mark))
            || (name.eq_ignore_ascii_case(BIN_FOLDER)
                && self::names(&folder.join(name)).is_ok_and(|dlls| dlls.iter().any(is_dll)))
    })
}

/// Names in a folder.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(folder)?.filter_map(Result::ok);
    Ok(entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
}

/// The full path of a folder whose last parts need not exist yet. Links in the existing part are followed, so that none
/// can lead into the application folder unnoticed.
fn full(path: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let real = absolute.ancestors().find_map(|path| Some((path, path.canonicalize().ok()?)));
    let Some((existing, real)) = real else { return Ok(absolute) };
    let missing = absolute.strip_prefix(existing).unwrap_or(Path::new(""));
    Ok(missing.components().fold(real, |path, part| match part {
        Component::ParentDir => path.parent().map(Path::to_owned).unwrap_or(path),
        part => path.join(part),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_folder_inside_is_refused_whatever_way_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path().join("SecretServer");
        fs::create_dir_all(app.join("log")).unwrap();
        fs::write(app.join("Database.config"), "").unwrap();
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

    #[test]
    fn the_product_is_told_by_what_no_other_application_has() {
        let folder = tempfile::tempdir().unwrap();
        let with = |files: &[&str]| {
            let app = tempfile::tempdir_in(folder.path()).unwrap();
            for file in files {
                fs::create_dir_all(app.path().join(file).parent().unwrap()).unwrap();
                fs::write(app.path().join(file), "").unwrap();
            }
            check(&Options::new(app.path(), folder.path().join("out")))
        };
        for files in [&["encryption.config"][..], &["WEB-AppSettings.config"], &["bin/Thycotic.Data.dll"]] {
            assert!(with(files).is_ok(), "{files:?}");
        }
        for files in [&[][..], &["web.config", "bin/Other.dll"], &["old/encryption.config"]] {
            assert!(matches!(with(files), Err(CollectError::NotTheProduct(_))), "{files:?}");
        }
    }
}
