//! Whole verbs on cases with very little log text, in processor time: what is left is reading exports, evaluating every rule, and
//! writing the page, the plan or the checklist.

use crate::process;
use crate::report::CLOCK;
use crate::table;
use anyhow::{Context, Result, ensure};
use chrono::DateTime;
use clusterbrief::collect::{self, Options, Silent};
use clusterbrief::demo::NodeFolder;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Runs that one figure is the mean of, since processor time is reported in steps of 10 ms.
const RUNS: u32 = 20;
/// Processor time of three small bundles must stay under this.
const SMALL: Duration = Duration::from_millis(100);
/// Processor time of eight nodes with every export must stay under this.
const FULL: Duration = Duration::from_millis(300);
/// Nodes of the full case.
const NODES: [&str; 8] = ["WEB01", "WEB02", "WEB03", "WEB04", "WEB05", "WEB06", "WEB07", "WEB08"];

pub fn run(folder: &Path) -> Result<()> {
    let small = processor("report", "html", &sample("healthy-3-node")?, &[], folder)?;
    table::time("report, 3 small bundles, processor time", small, SMALL);
    let full = full(folder)?;
    let target = ["--target".as_ref(), "11.7.000049".as_ref()];
    for (verb, form) in [("report", "html"), ("plan", "html"), ("checklist", "xlsx")] {
        let took = processor(verb, form, &full, &target, folder)?;
        table::time(&format!("{verb}, 8 nodes, all exports, no logs, processor time"), took, FULL);
    }
    Ok(())
}

fn sample(name: &str) -> Result<PathBuf> {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
    ensure!(case.is_dir(), "{} is missing", case.display());
    Ok(case)
}

/// The processor time of one verb over a folder.
fn processor(verb: &str, form: &str, case: &Path, options: &[&OsStr], folder: &Path) -> Result<Duration> {
    let page = folder.join(format!("{verb}.{form}"));
    let mut means = Vec::new();
    for _ in 0..table::ROUNDS {
        let mut total = Duration::ZERO;
        for _ in 0..RUNS {
            let line = [verb.as_ref(), case.as_os_str(), "-o".as_ref(), page.as_os_str()];
            // The job "report" is the command line, for every verb.
            total += process::run("report", line.iter().chain(options))?.0.processor;
            // A checklist is never overwritten.
            fs::remove_file(&page)?;
        }
        means.push(total / RUNS);
    }
    table::median(means)
}

/// The sample `pre-upgrade` grown to eight nodes: its exports, those that speak of nodes for all of them, and a bundle
/// of each without a log.
fn full(folder: &Path) -> Result<PathBuf> {
    let (from, case) = (sample("pre-upgrade")?, folder.join("eight"));
    fs::create_dir(&case)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        let name = entry.file_name().into_string().ok().context("a name")?;
        // An inventory of three nodes would contradict the list of eight.
        let of_nodes = name == "nodes.json" || name.starts_with("diagnostics-") || name == "inventory.xlsx";
        if entry.file_type()?.is_file() && !of_nodes {
            fs::copy(entry.path(), case.join(name))?;
        }
    }
    let diagnostics = fs::read_to_string(from.join("diagnostics-WEB01.json"))?;
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&fs::read(from.join("nodes.json"))?)?;
    let row = rows.first().context("a node list of at least one")?.to_string();
    let mut list = Vec::new();
    for name in NODES {
        let own = |text: &str| text.replace("WEB01", name);
        fs::write(case.join(format!("diagnostics-{name}.json")), own(&diagnostics))?;
        list.push(own(&row));
        bundle(name, &case)?;
    }
    fs::write(case.join("nodes.json"), format!("[{}]", list.join(",")))?;
    let inventory = NODES.map(|name| format!("{name},serving\r\n")).concat();
    fs::write(case.join("inventory.csv"), format!("Node,Role\r\n{inventory}"))?;
    Ok(case)
}

fn bundle(name: &str, out: &Path) -> Result<()> {
    let work = tempfile::tempdir_in(out.parent().context("a folder")?)?;
    let mut node = NodeFolder::new(name, "11.5.000002", DateTime::parse_from_rfc3339(CLOCK)?);
    node.files.retain(|path, _| !path.starts_with("log/"));
    let app_dir = node.write(work.path())?;
    let iis_config = Some(work.path().join("applicationHost.config"));
    let options = Options { iis_config, ..Options::new(app_dir, out) };
    collect::run(&options, &node.host(), &mut Silent)?;
    Ok(())
}
