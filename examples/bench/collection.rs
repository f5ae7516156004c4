//! `collect` over large application folders, compared with reading and hashing them and compressing their logs.

use crate::log_text::{LogWriter, Random};
use crate::process::Run;
use crate::{Scale, process, report, table};
use anyhow::{Context, Result, ensure};
use chrono::{DateTime, NaiveDateTime};
use clap::ValueEnum as _;
use clusterbrief::bundle::{Bundle, BundleWriter, Form, INVENTORY, NewMember};
use clusterbrief::collect::{self, Options, PortableHost, Progress};
use clusterbrief::demo::{NodeFolder, Pe};
use clusterbrief::knowledge::Knowledge;
use clusterbrief::redact::{Level, SecretSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Number of files in every folder.
const FILES: u64 = 20_000;
const LOGS: [&str; 4] = ["log/SS.log", "log/SS.log.1", "log/SS-BSSR.log", "log/SS-BWSR.log"];
/// DLLs in `bin`, and the share of all other bytes that they have.
const DLLS: u64 = 400;
const DLL_SHARE: u64 = 4;
/// Types of the other files, as often as they are listed here. The last three get a keyed fingerprint.
const TYPES: [&str; 10] = ["js", "js", "css", "png", "svg", "aspx", "ascx", "resx", "html", "json"];
/// Most peak memory beside the inventory, in bytes.
const MEMORY: u64 = 64 << 20;

/// What level `identities` may take in times of the yardstick.
const IDENTITIES: f64 = 8.0;

/// A folder, and what collecting it may take in times of the yardstick.
struct Load {
    /// Bytes of logs.
    logs: u64,
    /// Bytes of all other files.
    others: u64,
    /// Without redaction and leak scan.
    bare: Option<f64>,
    /// With them.
    whole: Option<f64>,
}

const LOADS: [Load; 2] = [
    Load { logs: 20_000_000, others: 980_000_000, bare: Some(1.5), whole: None },
    Load { logs: 300_000_000, others: 700_000_000, bare: Some(1.2), whole: Some(2.5) },
];
/// Secrets in the configurations: what the limit is for, and many.
const VALUES: [usize; 2] = [20, 2_000];
/// The configuration that has them.
const SECRETS: &str = "web-secrets.config";

/// How the collector calls the stages that are printed.
const STAGES: [&str; 5] = [
    "listing the application folder",
    "looking for names in logs",
    "reading the application folder",
    "reading logs",
    "checking the bundle for secrets",
];

pub fn run(folder: &Path, scale: Scale) -> Result<()> {
    for load in LOADS {
        let home = tempfile::tempdir_in(folder)?;
        let app_dir = application(home.path(), &load, scale)?;
        let what = format!(
            "collect, {} MB in {} files, {} MB of logs",
            scale.of(load.others) / 1_000_000,
            scale.of(FILES),
            scale.of(load.logs) / 1_000_000
        );
        let [few, many] = VALUES;
        held(&what, &app_dir, &load, few, Level::Secrets)?;
        if load.whole.is_some() {
            let unlimited = Load { bare: None, whole: None, ..load };
            held(&format!("the same, {many} values"), &app_dir, &unlimited, many, Level::Secrets)?;
            let limited = Load { whole: Some(IDENTITIES), ..unlimited };
            held("the same, level identities", &app_dir, &limited, few, Level::Identities)?;
        }
    }
    Ok(())
}

/// Collects a folder with so many secrets in its configurations, and prints what that took.
fn held(what: &str, app_dir: &Path, load: &Load, values: usize, level: Level) -> Result<()> {
    fs::write(app_dir.join(SECRETS), secrets(values)?)?;
    let mut runs = Vec::new();
    for _ in 0..table::ROUNDS {
        runs.push(Round::of(app_dir, values, level)?);
    }
    let of = |part: fn(&Round) -> Run| -> Vec<Run> { runs.iter().map(part).collect() };
    let median = |part: &dyn Fn(&Round) -> Duration| table::median(runs.iter().map(part));
    let (tool, yardstick) = (of(|round| round.tool), of(|round| round.yardstick));
    table::times(what, &tool, &yardstick, load.whole)?;
    table::processor("  processor time", &tool, &yardstick)?;
    for (stage, name) in STAGES.iter().enumerate() {
        let length = median(&|round| round.stages[stage])?;
        if length > Duration::ZERO {
            table::note(&format!("  stage: {name}"), table::ms(length));
        }
    }
    if level == Level::Secrets {
        table::times("  without redaction and leak scan", &of(Round::bare), &yardstick, load.bare)?;
        table::note("  redaction of the logs, apart", table::ms(median(&|round| round.redaction)?));
        table::note("  writing the logs as they are, apart", table::ms(median(&|round| round.written)?));
    }
    let inventory = runs.iter().map(|round| round.inventory).max().unwrap_or_default();
    table::note("  inventory", table::mb(inventory));
    table::memory("  peak memory", table::peak(&tool)?, Some(table::peak(&yardstick)?), MEMORY + inventory);
    Ok(())
}

/// One run of the tool, and of its yardstick.
struct Round {
    tool: Run,
    yardstick: Run,
    stages: [Duration; STAGES.len()],
    /// The redaction of the logs alone, on one core as in the tool.
    redaction: Duration,
    /// The logs alone, written as they are by the tool's own writer.
    written: Duration,
    /// Bytes of the inventory.
    inventory: u64,
}

impl Round {
    fn of(app_dir: &Path, values: usize, level: Level) -> Result<Self> {
        let out = tempfile::tempdir_in(app_dir.parent().context("a folder")?)?;
        let (tool, numbers) = process::run("collect", [app_dir, out.path(), Path::new(&level.to_string())])?;
        let (inventory, stages) = numbers.split_first().context("the collection reported nothing")?;
        let stages: Vec<Duration> = stages.iter().copied().map(Duration::from_nanos).collect();
        let (redaction, found) = process::run("redact", [app_dir])?;
        ensure!(found.first() >= Some(&(values as u64)), "of {values} values {found:?} were found");
        let written = process::run("write-logs", [app_dir, out.path()])?.0.wall;
        let archive = out.path().join("logs.zip");
        Ok(Self {
            tool,
            yardstick: process::run("deflate", [app_dir, &archive])?.0,
            stages: stages.try_into().ok().context("the collection reported other stages")?,
            redaction: redaction.wall,
            written,
            inventory: *inventory,
        })
    }

    /// The run without redaction and leak scan. There is no way to switch them off, so their stages are taken off, and the
    /// logs count as they are written without.
    fn bare(&self) -> Run {
        let [.., logs, leak_scan] = self.stages;
        Run { wall: (self.tool.wall + self.written).saturating_sub(logs + leak_scan), ..self.tool }
    }
}

/// A configuration with so many secrets.
fn secrets(values: usize) -> Result<String> {
    let mut random = Random(7);
    let mut text = "<appSettings>\n".to_owned();
    for number in 0..values {
        let secret = format!("{:016x}", random.next());
        writeln!(text, "  <add key=\"Service{number}Password\" value=\"{secret}\" />")?;
    }
    Ok(text + "</appSettings>\n")
}

/// The collection itself. Prints the size of the inventory and the time of each stage, in nanoseconds.
pub fn collect(app_dir: &Path, out: &Path, level: &Path) -> Result<()> {
    let level = Level::from_str(&level.to_string_lossy(), false).map_err(anyhow::Error::msg)?;
    let (path, stages) = process::measured(|| {
        let mut phases = Phases::default();
        let options = Options { budget: u64::MAX, level, ..Options::new(app_dir, out) };
        let collected = collect::run(&options, &PortableHost, &mut phases)?;
        Ok((collected.path, phases.stages()))
    })?;
    let bundle = Bundle::open(&path)?;
    let inventory = bundle
        .record(INVENTORY)
        .and_then(clusterbrief::bundle::MemberRecord::content)
        .context("no inventory")?;
    print!("{}", inventory.size);
    for stage in stages {
        print!(" {}", stage.as_nanos());
    }
    println!();
    Ok(())
}

/// Only the logs, hashed and deflated into a bundle as they are.
pub fn write_logs(app_dir: &Path, out: &Path) -> Result<()> {
    process::measured(|| {
        let mut bundle = BundleWriter::create(out, "logs", Form::Zip)?;
        for log in LOGS {
            let mut file = fs::File::open(app_dir.join(log))?;
            let size = file.metadata()?.len();
            let name = bundle.name_for("logs", log);
            bundle.add(NewMember { name, origin: log.to_owned(), size, modified: None }, &mut file)?;
        }
        Ok(())
    })
}

/// Only the redaction of the logs, with the values of the configurations. Prints how many those are.
pub fn redact(app_dir: &Path) -> Result<()> {
    let mut secrets = SecretSet::default();
    for entry in app_dir.read_dir()? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "config") {
            secrets.add_config(&fs::read(path)?);
        }
    }
    let redactor = secrets.redactor();
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
    })?;
    crate::print_number(secrets.strong());
    Ok(())
}

/// An application folder as large as large ones are, from a seed.
fn application(folder: &Path, load: &Load, scale: Scale) -> Result<PathBuf> {
    let clock = DateTime::parse_from_rfc3339(report::CLOCK)?;
    let mut made = NodeFolder::new("WEB01", "11.7.000049", clock);
    for log in LOGS {
        made.put(log, "");
    }
    let app_dir = made.write(folder)?;
    let mut random = Random(1);
    let dlls = scale.of(DLLS);
    let dll_bytes = scale.of(load.others) / DLL_SHARE / dlls;
    for number in 0..dlls {
        let bytes = noise(&mut random, dll_bytes)?;
        let dll = Pe::new("4.2.0.0", [4, 2, 0, 0]).filling(&bytes);
        fs::write(app_dir.join(format!("bin/Vendor.Library{number:03}.dll")), dll.bytes())?;
    }
    let writer = LogWriter::new(&Knowledge::builtin()?)?;
    let end: NaiveDateTime = clock.naive_local();
    for (seed, log) in (0..).zip(LOGS) {
        writer.write(&app_dir.join(log), scale.of(load.logs) / 4, seed, end)?;
    }
    let others = scale.of(FILES) - dlls - made.files.len() as u64;
    let left = scale.of(load.others) - dlls * dll_bytes;
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
    /// How long each stage took: from its beginning to that of the next phase, or to now.
    fn stages(&self) -> [Duration; STAGES.len()] {
        let took = |name: &str| {
            let began = self.0.iter().position(|(phase, _)| phase == name)?;
            let end = self.0.get(began + 1).map_or_else(Instant::now, |(_, next)| *next);
            Some(end - self.0[began].1)
        };
        STAGES.map(|name| took(name).unwrap_or_default())
    }
}

impl Progress for Phases {
    fn phase(&mut self, name: &str, _: u64) {
        self.0.push((name.to_owned(), Instant::now()));
    }

    fn advance(&mut self, _: u64) {}
}
