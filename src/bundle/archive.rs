//! A zip that is no bundle: its digest and what it lists, never unpacked.

use super::digest::Sha256;
use super::limits::Limits;
use super::problem::OpenError;
use super::zipped;
use crate::model::package::PackageMember;
use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// A file and what it lists.
#[derive(Debug)]
pub struct Archive {
    /// Size of the file in bytes.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub sha256: Sha256,
    /// Its files in order of name, or why they cannot be listed.
    pub members: Result<Vec<PackageMember>, OpenError>,
}

/// Hashes a file in one pass and lists it within the limits of a bundle: nothing is inflated, so that no bomb goes off.
pub fn list_archive(path: &Path, limits: &Limits) -> io::Result<Archive> {
    let (sha256, bytes) = Sha256::of_reader(&mut File::open(path)?)?;
    let members = catch_unwind(AssertUnwindSafe(|| zipped::names(path, limits)));
    Ok(Archive { bytes, sha256, members: members.unwrap_or(Err(OpenError::Panicked)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write as _};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn zip(names: &[&str]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(b"abc").unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn listed(bytes: &[u8], limits: &Limits) -> Archive {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.zip");
        std::fs::write(&path, bytes).unwrap();
        list_archive(&path, limits).unwrap()
    }

    #[test]
    fn a_zip_is_listed_in_order_with_its_own_digest() {
        let bytes = zip(&["two", "folder/one"]);
        let archive = listed(&bytes, &Limits::default());
        assert_eq!((archive.bytes, archive.sha256), (bytes.len() as u64, Sha256::of(&bytes)));
        let member = |name: &str| PackageMember { name: name.to_owned(), bytes: 3, bad: None };
        assert_eq!(archive.members.unwrap(), [member("folder/one"), member("two")]);
    }

    #[test]
    fn what_cannot_be_listed_is_hashed_all_the_same() {
        let whole = zip(&["one", "two"]);
        let torn = whole.get(..whole.len() - 10).unwrap();
        let few = Limits { entries: 1, ..Limits::default() };
        let short = Limits { directory_bytes: 50, ..Limits::default() };
        for (bytes, limits, said) in [
            (&b"MZ and more"[..], &Limits::default(), "is not a zip archive"),
            (&b""[..], &Limits::default(), "is not a zip archive"),
            (torn, &Limits::default(), "is cut off or damaged"),
            (&whole, &few, "holds more than 1 entries"),
            (&whole, &short, "needs more than 50 bytes"),
        ] {
            let archive = listed(bytes, limits);
            assert_eq!(archive.sha256, Sha256::of(bytes));
            let why = archive.members.unwrap_err().to_string();
            assert!(why.starts_with(said), "{why}");
        }
    }
}
