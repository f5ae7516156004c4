//! The zip of a kit: the same bytes for the same files.

use crate::text::hex;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::io::{Cursor, Read as _, Write as _};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipArchive, ZipWriter};

/// Name of the list of files in a kit, by which a report knows the files that it made itself.
pub const MANIFEST: &str = "kit.json";
/// Format of that list.
pub const SCHEMA: &str = "clusterbrief-kit/1.0";

/// A file of a kit.
#[derive(Debug, Clone)]
pub struct KitFile {
    /// Its name.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

#[derive(Serialize)]
struct List<'a> {
    schema: &'static str,
    made: &'a str,
    files: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    bytes: usize,
    sha256: String,
}

/// Packs the files, in their order, with the list of them at the end.
///
/// # Errors
///
/// Only if a file is larger than a zip can hold.
pub fn pack(files: &[KitFile]) -> Result<Vec<u8>, ZipError> {
    let entry = |file: &'_ KitFile| hex::encode(&Sha256::digest(&file.bytes));
    let listed =
        files.iter().map(|file| Entry { name: &file.name, bytes: file.bytes.len(), sha256: entry(file) });
    let list = List { schema: SCHEMA, made: super::page::MADE_BY, files: listed.collect() };
    let mut text = serde_json::to_vec_pretty(&list).map_err(|error| ZipError::Io(error.into()))?;
    text.push(b'\n');
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .system(System::Unix)
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files.iter().map(|file| (file.name.as_str(), &file.bytes)).chain([(MANIFEST, &text)])
    {
        zip.start_file(name, options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Whether a file is a kit that this program made: a zip with the list of a kit.
pub fn is_own_kit(bytes: &[u8]) -> bool {
    /// What is read of the list.
    const MOST: u64 = 4096;
    let list = || {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).ok()?;
        let mut head = Vec::new();
        zip.by_name(MANIFEST).ok()?.take(MOST).read_to_end(&mut head).ok()?;
        Some(String::from_utf8_lossy(&head).contains("\"schema\": \"clusterbrief-kit/"))
    };
    list().unwrap_or(false)
}
