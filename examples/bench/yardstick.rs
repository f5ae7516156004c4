//! The yardstick for the tool: the same libraries doing only what is necessary.

use anyhow::Result;
use calamine::Reader as _;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufWriter, Read};
use std::path::{Path, PathBuf};
use walkdir::DirEntry;
use zip::read::ZipReadOptions;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Inflates and hashes every member of every archive in a folder; gives the bytes inflated.
///
/// The zip's own checksum is left out as in the tool: SHA-256 checks the bytes.
pub fn inflate_and_hash(folder: &Path) -> Result<u64> {
    let mut members = Vec::new();
    for archive in archives(folder)? {
        let count = ZipArchive::new(File::open(&archive)?)?.len();
        members.extend((0..count).map(|index| (archive.clone(), index)));
    }
    let sizes = members.into_par_iter().with_max_len(1).map(|(archive, index)| {
        let mut archive = ZipArchive::new(File::open(archive)?)?;
        let mut member = archive.by_index_with_options(index, ZipReadOptions::new().ignore_crc32(true))?;
        hash(&mut member)
    });
    sizes.sum::<Result<u64>>()
}

/// Reads and hashes every file of an application folder, then deflates its logs into one archive at the collector's
/// level; gives the bytes hashed.
pub fn hash_and_deflate(app_dir: &Path, archive: &Path) -> Result<u64> {
    let files = walkdir::WalkDir::new(app_dir).into_iter().filter_map(Result::ok);
    let files: Vec<_> = files.filter(|entry| entry.file_type().is_file()).map(DirEntry::into_path).collect();
    let hashed = files.par_iter().map(|path| hash(&mut File::open(path)?)).sum::<Result<u64>>()?;
    let mut zip = ZipWriter::new(BufWriter::new(File::create(archive)?));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(2));
    for log in files.iter().filter(|path| path.parent() == Some(&app_dir.join("log"))) {
        zip.start_file_from_path(log, options)?;
        std::io::copy(&mut File::open(log)?, &mut zip)?;
    }
    zip.finish()?;
    Ok(hashed)
}

/// The zip files of a folder.
fn archives(folder: &Path) -> Result<Vec<PathBuf>> {
    let paths = folder.read_dir()?.map(|entry| Ok(entry?.path()));
    paths
        .filter(|path: &Result<PathBuf>| {
            path.as_ref().is_ok_and(|p| p.extension().is_some_and(|e| e == "zip"))
        })
        .collect()
}

fn hash(bytes: &mut impl Read) -> Result<u64> {
    let (mut hasher, mut buffer, mut size) = (Sha256::new(), vec![0; 64 * 1024], 0);
    loop {
        let read = bytes.read(&mut buffer)?;
        if read == 0 {
            // The digest must be made, or the compiler may leave out the work.
            std::hint::black_box(hasher.finalize());
            return Ok(size);
        }
        hasher.update(&buffer[..read]);
        size += read as u64;
    }
}

/// Counts the cells of a separated text.
pub fn csv_cells(path: &Path) -> Result<usize> {
    let text = String::from_utf8(std::fs::read(path)?)?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let (mut record, mut cells) = (csv::StringRecord::new(), 0);
    while reader.read_record(&mut record)? {
        cells += record.len();
    }
    Ok(cells)
}

/// Counts the cells of the first sheet of a workbook.
pub fn xlsx_cells(path: &Path) -> Result<usize> {
    let bytes = std::fs::read(path)?;
    let mut workbook: calamine::Xlsx<_> = calamine::Xlsx::new(std::io::Cursor::new(bytes))?;
    let name = workbook.sheet_names().into_iter().next().unwrap_or_default();
    let mut reader = workbook.worksheet_cells_reader(&name)?;
    let mut cells = 0;
    while reader.next_cell()?.is_some() {
        cells += 1;
    }
    Ok(cells)
}
