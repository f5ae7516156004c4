//! `report` over a ticket as it came, three bundles in one zip, held against the same bundles as files.

use crate::report::{bundles_of, report};
use crate::{Scale, log_text::Mix, table};
use anyhow::{Context as _, Result};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const NODES: [&str; 3] = ["WEB01", "WEB02", "WEB03"];
/// Bytes of logs in one bundle: together one gigabyte.
const LOG_BYTES: u64 = 333_000_000;
/// How many times as long the ticket may take.
const TIMES: f64 = 1.3;

pub fn run(folder: &Path, scale: Scale) -> Result<()> {
    let (plain, packed) = (folder.join("plain"), folder.join("packed"));
    let bytes = scale.of(LOG_BYTES);
    bundles_of(&NODES, &plain, bytes, Mix::Grave(5))?;
    fs::create_dir(&packed)?;
    let mut zip = ZipWriter::new(File::create(packed.join("ticket.zip"))?);
    let mut largest = 0;
    for entry in fs::read_dir(&plain)? {
        let entry = entry?;
        largest = largest.max(entry.metadata()?.len());
        zip.start_file(entry.file_name().to_str().context("a name")?, SimpleFileOptions::default())?;
        io::copy(&mut File::open(entry.path())?, &mut zip)?;
    }
    zip.finish()?.flush()?;
    let (mut ticket, mut files) = (Vec::new(), Vec::new());
    for _ in 0..table::ROUNDS {
        ticket.push(report(&packed, folder)?);
        files.push(report(&plain, folder)?);
    }
    println!(
        "report, a zip of {} bundles of {} MB of logs, against the bundles",
        NODES.len(),
        bytes / 1_000_000
    );
    table::times("  time", &ticket, &files, TIMES)?;
    table::processor("  processor time", &ticket, &files)?;
    let peak = table::peak(&files)?;
    table::memory(
        "  peak memory, with room for one bundle",
        table::peak(&ticket)?,
        Some(peak),
        peak + largest,
    );
    Ok(())
}
