//! `collect` over a large application folder, held against reading and hashing it and deflating its logs.

use crate::log_text::{LogWriter, Random};
use crate::node_folder::NodeFolder;
use crate::pe::Pe;
use crate::{Scale, process, report, table};
use anyhow::{Context, Result, bail};
use chrono::{DateTime, NaiveDateTime};
use clusterbrief::bundle::{Bundle, INVENTORY};
use clusterbrief::collect::{self, Options, PortableHost, Progress};
use clusterbrief::knowledge::Knowledge;
use clusterbrief::redact::Harvest;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Bytes and number of all files.
const BYTES: u64 = 1_000_000_000;
const FILES: u64 = 20_000;
/// Bytes of logs among them.
const LOG_BYTES: u64 = 20_000_000;
const LOGS: [&str; 4] = ["log/SS.log", "log/SS.log.1", "log/SS-BSSR.log", "log/SS-BWSR.log"];
/// DLLs in `bin`, and the share of all bytes that they have.
const DLLS: u64 = 400;
const DLL_SHARE: u64 = 4;
/// Types of the other files, as often as they stand here. The last three get a keyed fingerprint.
const TYPES: [&str; 10] = ["js", "js", "css", "png", "svg", "aspx", "ascx", "resx", "html", "json"];
/// Most peak memory beside the inventory, in bytes.
const MEMORY: u64 = 64 << 20;
/// How many times the yardstick the tool may take.
const TIMES: f64 = 1.5;
/// How the collector calls the phase of its leak scan.
const LEAK_SCAN: &str = "checking the bundle for secrets";

pub fn run(folder: &Path, scale: Scale) -> Result<()> {
    let app_dir = application(folder, scale)?;
    let (mut tool, mut yardstick, mut scans, mut redactions) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut inventory = 0;
    for _ in 0..table::ROUNDS {
        let out = tempfile::tempdir_in(folder)?;
        let (mut run, told) = process::run("collect", [app_dir.as_path(), out.path()])?;
        let [scan, bytes] = told.as_slice() else { bail!("the collection told {told:?}") };
        let scan = Duration::from_nanos(*scan);
        inventory = *bytes;
        let redaction = process::run("redact", [&app_dir])?.0.wall;
        run.wall = run.wall.saturating_sub(scan + redaction);
        tool.push(run);
        scans.push(scan);
        redactions.push(redaction);
        yardstick.push(process::run("deflate", [app_dir.as_path(), &out.path().join("logs.zip")])?.0);
    }
    let logs = scale.of(LOG_BYTES) / 1_000_000;
    let what = format!(
        "collect, {} MB in {} files, {logs} MB of logs",
        scale.of(BYTES) / 1_000_000,
        scale.of(FILES)
    );
    table::times(&what, &tool, &yardstick, TIMES)?;
    table::note("  and apart: redaction of the logs", table::ms(table::median(redactions)?));
    table::note("  and apart: leak scan of the bundle", table::ms(table::median(scans)?));
    table::processor("  processor time of all of it", &tool, &yardstick)?;
    table::note("  inventory", table::mb(inventory));
    table::memory("  peak memory", table::peak(&tool)?, Some(table::peak(&yardstick)?), MEMORY + inventory);
    Ok(())
}

/// The collection itself. Prints the time of the leak scan, in nanoseconds, and the size of the inventory.
pub fn collect(app_dir: &Path, out: &Path) -> Result<()> {
    let (path, scan) = process::measured(|| {
        let mut phases = Phases::default();
        let collected = collect::run(&Options::new(app_dir, out), &PortableHost, &mut phases)?;
        Ok((collected.path, phases.since(LEAK_SCAN)?))
    })?;
    let bundle = Bundle::open(&path)?;
    let inventory = bundle
        .record(INVENTORY)
        .and_then(clusterbrief::bundle::MemberRecord::content)
        .context("no inventory")?;
    println!("{} {}", scan.as_nanos(), inventory.size);
    Ok(())
}

/// Only the redaction of the logs, with the values of the configurations.
pub fn redact(app_dir: &Path) -> Result<()> {
    let mut harvest = Harvest::new();
    for entry in app_dir.read_dir()? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "config") {
            harvest.add_config(&fs::read(path)?);
        }
    }
    let redactor = harvest.redactor()?;
    process::measured(|| {
        for log in LOGS {
            let mut stream = redactor.stream();
            let mut out = Vec::new();
            for piece in fs::read(app_dir.join(log))?.chunks(256 * 1024) {
                stream.push(piece, &mut out);
                out.clear();
            }
            stream.finish(&mut out);
        }
        Ok(())
    })
}

/// An application folder as large as large ones are, from a seed.
fn application(folder: &Path, scale: Scale) -> Result<PathBuf> {
    let clock = DateTime::parse_from_rfc3339(report::CLOCK)?;
    let mut made = NodeFolder::new("WEB01", "11.7.000049", clock);
    for log in LOGS {
        made.put(log, "");
    }
    let app_dir = made.write(folder);
    let mut random = Random(1);
    let dlls = scale.of(DLLS);
    let dll_bytes = scale.of(BYTES) / DLL_SHARE / dlls;
    for number in 0..dlls {
        let bytes = noise(&mut random, dll_bytes)?;
        let dll = Pe::new("4.2.0.0", [4, 2, 0, 0]).assembly([4, 2, 0, 0]).filling(&bytes);
        fs::write(app_dir.join(format!("bin/Vendor.Library{number:03}.dll")), dll.bytes())?;
    }
    let writer = LogWriter::new(&Knowledge::builtin()?)?;
    let end: NaiveDateTime = clock.naive_local();
    for (seed, log) in (0..).zip(LOGS) {
        writer.write(&app_dir.join(log), scale.of(LOG_BYTES) / 4, seed, end)?;
    }
    let others = scale.of(FILES) - dlls - made.files.len() as u64;
    let left = scale.of(BYTES) - dlls * dll_bytes - scale.of(LOG_BYTES);
    for number in 0..others {
        let folder = app_dir.join(format!("Scripts/part{:03}", number / 100));
        fs::create_dir_all(&folder)?;
        // Most files are small, few are large: twice the mean at most.
        let bytes = noise(&mut random, number % 100 * 2 * left / others / 99)?;
        fs::write(folder.join(format!("file{number:05}.{}", random.pick(&TYPES))), bytes)?;
    }
    Ok(app_dir)
}

fn noise(random: &mut Random, length: u64) -> Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(length)?];
    random.fill(&mut bytes);
    Ok(bytes)
}

/// When each phase began.
#[derive(Default)]
struct Phases(Vec<(String, Instant)>);

impl Phases {
    /// Time from the first beginning of a phase to now.
    fn since(&self, name: &str) -> Result<Duration> {
        let (_, began) =
            self.0.iter().find(|(phase, _)| phase == name).with_context(|| format!("no phase {name}"))?;
        Ok(began.elapsed())
    }
}

impl Progress for Phases {
    fn phase(&mut self, name: &str, _: u64) {
        self.0.push((name.to_owned(), Instant::now()));
    }

    fn advance(&mut self, _: u64) {}
}
