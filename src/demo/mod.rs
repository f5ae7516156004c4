//! Made cases: small clusters with known faults, for training, bug reports and tests.
//!
//! A case is a recipe. Its nodes are application folders made from templates; the real collector turns each into a
//! bundle, and the exports are written next to the bundles. What a recipe changes is what is wrong in its case. The same
//! recipe always gives the same bytes.

mod builder;
mod cases;
mod exports;
mod node_folder;
mod pe;
mod pre_upgrade;
mod upgrade_story;

pub use cases::CASES;
pub use node_folder::{APP_FOLDER, NodeFolder, hex, noise};
pub use pe::Pe;

use crate::bundle::HalfMade;
use crate::collect::CollectError;
use builder::CaseBuilder;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The day on which the cases were collected: `report --as-of` with this day gives the same verdict on every day.
pub const AS_OF: &str = "2026-11-20";

/// A case that can be made.
#[derive(Debug)]
pub struct Case {
    /// Name on the command line.
    pub name: &'static str,
    /// What is wrong in it, in one line.
    pub summary: &'static str,
    /// Build that it is to be upgraded to.
    pub target: Option<&'static str>,
    recipe: fn(&mut CaseBuilder),
}

impl Case {
    /// The case of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        CASES.iter().find(|case| case.name == name)
    }

    /// Makes the bundles and exports of the case in `folder`, which is created if needed and must be empty.
    pub fn write(&self, folder: &Path) -> Result<(), DemoError> {
        fs::create_dir_all(folder).map_err(at(folder))?;
        if fs::read_dir(folder).map_err(at(folder))?.next().is_some() {
            return Err(DemoError::NotEmpty(folder.to_owned()));
        }
        let (half, ()) = HalfMade::begin(folder, |_| Ok(())).map_err(at(folder))?;
        let mut case = CaseBuilder::default();
        (self.recipe)(&mut case);
        case.write(folder)?;
        HalfMade::finish(vec![half], || Ok(()))
    }
}

/// Why a case could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The folder for it has content.
    #[error("{} is not empty; name a new folder, or an empty one", .0.display())]
    NotEmpty(PathBuf),
    /// A file or folder of it could not be read or written.
    #[error("cannot make {}", .0.display())]
    File(PathBuf, #[source] io::Error),
    /// The collector failed on one of its nodes.
    #[error("cannot collect the made node {0}")]
    Collect(String, #[source] CollectError),
}

/// Adds the path to an error of the file system.
fn at(path: &Path) -> impl FnOnce(io::Error) -> DemoError {
    let path = path.to_owned();
    move |error| DemoError::File(path, error)
}

/// Writes a file, and the folders above it.
fn write_file(path: &Path, content: &[u8]) -> Result<(), DemoError> {
    let write = || path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, content));
    HalfMade::make_within(write).map_err(at(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_content_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mine.txt"), "x").unwrap();
        let refused = Case::find("one-bundle").unwrap().write(folder.path());
        assert!(matches!(refused, Err(DemoError::NotEmpty(_))), "{refused:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let file = folder.path().join("mine.txt");
        let refused = Case::find("one-bundle").unwrap().write(&file);
        assert!(matches!(&refused, Err(DemoError::File(path, _)) if *path == file), "{refused:?}");
    }
}
