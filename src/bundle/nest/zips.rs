//! Zips: bundles, tickets, and documents of office programs, which are no archives for anybody.

use super::super::leaf::Leaf;
use super::super::listing::At;
use super::super::read::Bundle;
use super::super::zipped::{self, OpenZip, fault, names_of};
use super::entries::Packed;
use super::{Nest, limits};
use crate::bundle::{GivenError, MANIFEST, OpenError};
use chrono::{NaiveDate, NaiveDateTime};

/// Names in the directory of a document or a program that is packed as a zip.
const DOCUMENTS: [&str; 7] = [
    "[Content_Types].xml",
    "mimetype",
    "META-INF/MANIFEST.MF",
    "xl/workbook.xml",
    "xl/workbook.bin",
    "word/document.xml",
    "ppt/presentation.xml",
];
/// Ends of names of such documents.
const OFFICE: [&str; 9] = ["xlsx", "xlsm", "xlsb", "docx", "pptx", "ods", "odt", "odp", "jar"];

impl Nest<'_> {
    pub(super) fn zip(&mut self, leaf: &Leaf, depth: usize) -> Result<(), GivenError> {
        let file = self.bytes_of(leaf)?;
        let archive = match zipped::archive(file.clone(), &limits()) {
            Ok(archive) => archive,
            // What is wrong with a document is said by whoever reads documents.
            Err(_) if is_office(leaf.name()) => {
                self.leaf(leaf.clone());
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let names = names_of(&archive);
        let is_manifest = |name: &String| name.rsplit('/').next() == Some(MANIFEST);
        let is_document = names.iter().any(|name| DOCUMENTS.contains(&name.as_str()))
            || (is_office(leaf.name()) && !names.iter().any(is_manifest));
        if is_document {
            self.leaf(leaf.clone());
            return Ok(());
        }
        let packed = packed(&archive, names)?;
        let whole = || Bundle::of_zip(file);
        self.entries(leaf.place(), Some(&archive), packed, depth, whole)
    }
}

fn is_office(name: &str) -> bool {
    let end = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    OFFICE.contains(&end.as_str())
}

fn packed(archive: &OpenZip, names: Vec<String>) -> Result<Vec<Packed>, OpenError> {
    let inconsistent = |error: zip::result::ZipError| OpenError::Inconsistent(error.to_string());
    let entry = |(index, name): (usize, String)| {
        let entry = archive.by_index_data(index).map_err(inconsistent)?;
        let bad = fault(&entry);
        let is_folder = bad.is_none() && entry.size() == 0 && (entry.is_dir() || name.ends_with('/'));
        let name = if is_folder && !name.ends_with('/') { name + "/" } else { name };
        let modified = entry.last_modified().and_then(local);
        Ok(Packed { name, bytes: entry.size(), modified, at: At::Zip(index), bad })
    };
    names.into_iter().enumerate().map(entry).collect()
}

/// The time of an entry, which is that of the clock on the wall of whoever packed it.
fn local(time: zip::DateTime) -> Option<NaiveDateTime> {
    let day = NaiveDate::from_ymd_opt(time.year().into(), time.month().into(), time.day().into())?;
    day.and_hms_opt(time.hour().into(), time.minute().into(), time.second().into())
}
