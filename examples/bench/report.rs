//! `report` over bundles of logs, held against inflating and hashing the same members.

use crate::log_text::LogWriter;
use crate::process::{self, Run};
use crate::{Scale, table};
use anyhow::{Context, Result, ensure};
use chrono::{DateTime, TimeDelta};
use clusterbrief::bundle::Bundle;
use clusterbrief::collect::{self, Options, Silent};
use clusterbrief::demo::NodeFolder;
use clusterbrief::knowledge::Knowledge;
use std::path::Path;

const NODES: [&str; 4] = ["WEB01", "WEB02", "WEB03", "WEB04"];
const LOGS: [&str; 4] = ["log/SS.log", "log/SS.log.1", "log/SS-BSSR.log", "log/SS-BWSR.log"];
/// Bytes of logs in one bundle.
const LOG_BYTES: u64 = 100_000_000;
/// Most peak memory, in bytes.
const MEMORY: u64 = 128 << 20;
/// How many times the yardstick the tool may take.
const TIMES: f64 = 2.0;

/// A time in the middle of all logs, and how many times the yardstick `logs --around` may take.
const AROUND: &str = "2026-11-20 04:30";
const AROUND_TIMES: f64 = 1.5;
/// Most peak memory of `logs`, in bytes.
const LOGS_MEMORY: u64 = 96 << 20;

/// When the made-up nodes are collected.
pub const CLOCK: &str = "2026-11-20T06:00:00+01:00";

pub fn run(folder: &Path, scale: Scale) -> Result<()> {
    let (once, twice) = (folder.join("once"), folder.join("twice"));
    let bytes = scale.of(LOG_BYTES);
    let share = bundles(&once, bytes)?;
    bundles(&twice, 2 * bytes)?;
    table::note("logs in the bundles, deflated to (15 to 20 %)", format!("{:.1} %", share * 100.0));
    ensure!((0.15..=0.20).contains(&share), "the logs are not like logs: {share}");

    let (mut tool, mut yardstick) = (Vec::new(), Vec::new());
    for _ in 0..table::ROUNDS {
        tool.push(report(&once, folder)?);
        yardstick.push(inflate(&once)?);
    }
    let what = format!("report, {} bundles of {} MB of logs", NODES.len(), bytes / 1_000_000);
    table::times(&what, &tool, &yardstick, TIMES)?;
    table::processor("  processor time", &tool, &yardstick)?;
    table::memory("  peak memory", table::peak(&tool)?, Some(table::peak(&yardstick)?), MEMORY);
    table::memory(
        "  peak memory with twice the logs",
        report(&twice, folder)?.peak,
        Some(inflate(&twice)?.peak),
        MEMORY,
    );
    logs(&once, folder, &yardstick)
}

/// The verb `logs`: what happened around a time, of which nearly all lines are not, and a text in every line.
fn logs(bundles: &Path, out: &Path, yardstick: &[Run]) -> Result<()> {
    let page = out.join("entries.txt");
    let around = ["--around", AROUND, "--span", "1"];
    for (what, options, limit) in [
        ("logs --around, 2 minutes of the same", &around[..], Some(AROUND_TIMES)),
        ("logs --around, 10 minutes of the same", &around[..2], None),
        ("logs --grep, the same", &["--grep", "no such text"], None),
        ("logs --level warn, the same", &["--level", "warn"], None),
    ] {
        let mut tool = Vec::new();
        for _ in 0..table::ROUNDS {
            let head = ["logs".as_ref(), bundles.as_os_str(), "-o".as_ref(), page.as_os_str()];
            tool.push(process::run("report", head.into_iter().chain(options.iter().map(AsRef::as_ref)))?.0);
        }
        table::times(what, &tool, yardstick, limit)?;
        table::memory("  peak memory", table::peak(&tool)?, Some(table::peak(yardstick)?), LOGS_MEMORY);
    }
    Ok(())
}

/// One bundle a node with `bytes` of logs, as the collector writes it; gives the share that deflate leaves of the
/// logs.
fn bundles(out: &Path, bytes: u64) -> Result<f64> {
    let writer = LogWriter::new(&Knowledge::builtin()?)?;
    let (mut raw, mut deflated) = (0, 0);
    for (index, node) in (0_u64..).zip(NODES) {
        let work = tempfile::tempdir_in(out.parent().context("a folder")?)?;
        let clock = DateTime::parse_from_rfc3339(CLOCK)?;
        let mut made = NodeFolder::new(node, "11.7.000049", clock);
        for (step, log) in (1..).zip(LOGS) {
            made.put(log, "");
            made.modified.insert(log.to_owned(), (clock - TimeDelta::minutes(step)).to_utc());
        }
        let app_dir = made.write(work.path())?;
        for (seed, log) in (index * 4..).zip(LOGS) {
            writer.write(&app_dir.join(log), bytes / 4, seed, clock.naive_local())?;
        }
        let options = Options {
            iis_config: Some(work.path().join("applicationHost.config")),
            budget: u64::MAX,
            ..Options::new(app_dir, out)
        };
        let bundle = collect::run(&options, &made.host(), &mut Silent)?.path;
        let logs = Bundle::open(&bundle)?;
        raw += logs
            .members()
            .filter_map(clusterbrief::bundle::MemberRecord::content)
            .map(|content| content.size)
            .sum::<u64>();
        deflated += bundle.metadata()?.len();
    }
    Ok(deflated as f64 / raw as f64)
}

/// The whole verb, from the command line to the page.
pub fn report(bundles: &Path, out: &Path) -> Result<Run> {
    let page = out.join("report.html");
    let arguments = [
        "report".as_ref(),
        bundles.as_os_str(),
        "--expect-nodes".as_ref(),
        "WEB01,WEB02,WEB03,WEB04".as_ref(),
        "-o".as_ref(),
        page.as_os_str(),
    ];
    Ok(process::run("report", arguments)?.0)
}

fn inflate(bundles: &Path) -> Result<Run> {
    Ok(process::run("inflate", [bundles])?.0)
}
