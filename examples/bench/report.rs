//! `report` over bundles of logs, held against inflating and hashing the same members.

use crate::log_text::{LogWriter, Mix};
use crate::process::{self, Run};
use crate::{Scale, table};
use anyhow::{Context, Result, ensure};
use chrono::{DateTime, TimeDelta};
use clusterbrief::bundle::Bundle;
use clusterbrief::collect::{self, Options, Silent};
use clusterbrief::demo::NodeFolder;
use clusterbrief::knowledge::Knowledge;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const NODES: [&str; 4] = ["WEB01", "WEB02", "WEB03", "WEB04"];
const LOGS: [&str; 4] = ["log/SS.log", "log/SS.log.1", "log/SS-BSSR.log", "log/SS-BWSR.log"];
/// Bytes of logs in one bundle.
const LOG_BYTES: u64 = 100_000_000;
/// Most peak memory, in bytes.
const MEMORY: u64 = 96 << 20;
/// What the logs are made of, in words, and how many times the yardstick the tool may take.
const MIXES: [(Mix, &str, f64); 3] = [
    (Mix::Grave(5), "0.5 % of entries at WARN or worse", 2.2),
    (Mix::Grave(50), "5 % of entries at WARN or worse", 3.0),
    (Mix::Distinct, "nothing but distinct errors", 8.0),
];
/// Runs of each, of which the middle one counts.
const ROUNDS: usize = 7;
/// How many times as long `grep` may at least take for the known texts alone.
const GREP_TIMES: f64 = 5.0;

/// A time in the middle of all logs, and how many times the yardstick `logs --around` may take.
const AROUND: &str = "2026-11-20 04:30";
const AROUND_TIMES: f64 = 1.5;
/// Most peak memory of `logs`, in bytes.
const LOGS_MEMORY: u64 = 96 << 20;

/// When the made-up nodes are collected.
pub const CLOCK: &str = "2026-11-20T06:00:00+01:00";

pub fn run(folder: &Path, scale: Scale) -> Result<()> {
    let bytes = scale.of(LOG_BYTES);
    for (number, (mix, what, limit)) in MIXES.into_iter().enumerate() {
        let (once, twice) = (folder.join(format!("once{number}")), folder.join(format!("twice{number}")));
        let share = bundles(&once, bytes, mix)?;
        table::note("logs in the bundles, deflated to", format!("{:.1} %", share * 100.0));
        let is_like_logs = (0.15..=0.20).contains(&share) || matches!(mix, Mix::Distinct);
        ensure!(is_like_logs, "the logs are not like logs: {share}");
        let (mut tool, mut yardstick) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            tool.push(report(&once, folder)?);
            yardstick.push(inflate(&once)?);
        }
        println!("report, {} bundles of {} MB of logs, {what}", NODES.len(), bytes / 1_000_000);
        table::times("  time", &tool, &yardstick, limit)?;
        table::processor("  processor time", &tool, &yardstick)?;
        let seconds = table::median(tool.iter().map(|run| run.processor))?.as_secs_f64();
        let rate = (bytes * NODES.len() as u64) as f64 / 1e6 / seconds;
        table::note("  a core in a second", format!("{rate:.0} MB"));
        table::memory("  peak memory", table::peak(&tool)?, Some(table::peak(&yardstick)?), MEMORY);
        if number == 0 {
            grep(&once, &tool, folder)?;
            logs(&once, folder, &yardstick)?;
        }
        bundles(&twice, 2 * bytes, mix)?;
        let (tool, yardstick) = (report(&twice, folder)?, inflate(&twice)?);
        table::memory("  peak memory with twice the logs", tool.peak, Some(yardstick.peak), MEMORY);
        fs::remove_dir_all(&once)?;
        fs::remove_dir_all(&twice)?;
    }
    Ok(())
}

/// The known texts alone, searched by what a person would use: over the same bundles, and over their logs unpacked.
fn grep(bundles: &Path, tool: &[Run], folder: &Path) -> Result<()> {
    let texts = folder.join("texts.txt");
    let knowledge = Knowledge::builtin()?;
    let known = knowledge.signatures.iter().flat_map(|signature| &signature.patterns);
    let known: Vec<String> = known.map(clusterbrief::knowledge::Pattern::regex_source).collect();
    fs::write(&texts, known.join("\n"))?;
    let unpacked = folder.join("unpacked");
    let own = table::median(tool.iter().map(|run| run.wall))?;
    for (what, program, command) in [
        (
            "  unzip -p | grep -E -i -f, the known texts alone",
            "grep",
            "for one in \"$1\"/*.zip; do unzip -p \"$one\" 'logs/*'; done | LC_ALL=C grep -E -i -c -f \"$2\"",
        ),
        ("  rg -i -f over the same unpacked", "rg", "rg --no-unicode -i -c -f \"$2\" \"$3\""),
    ] {
        if Command::new(program).arg("--version").output().is_err() {
            table::note(what, "not installed".to_owned());
            continue;
        }
        if program == "rg" {
            let unzip =
                "for one in \"$1\"/*.zip; do unzip -q \"$one\" 'logs/*' -d \"$2/$(basename \"$one\")\"; done";
            Command::new("sh").args(["-c", unzip, "-"]).arg(bundles).arg(&unpacked).status()?;
        }
        let start = Instant::now();
        Command::new("sh").args(["-c", command, "-"]).args([bundles, &texts, &unpacked]).output()?;
        let times = start.elapsed().as_secs_f64() / own.as_secs_f64();
        let verdict = match program {
            "grep" if times < GREP_TIMES => ", MISSED",
            _ => "",
        };
        table::note(
            what,
            format!("{:.0} ms, {times:.1} times as long{verdict}", start.elapsed().as_millis()),
        );
    }
    Ok(())
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

fn bundles(out: &Path, bytes: u64, mix: Mix) -> Result<f64> {
    bundles_of(&NODES, out, bytes, mix)
}

/// One bundle a node with `bytes` of logs, as the collector writes it; gives the share that deflate leaves of the
/// logs.
pub fn bundles_of(nodes: &[&str], out: &Path, bytes: u64, mix: Mix) -> Result<f64> {
    let writer = LogWriter::new(&Knowledge::builtin()?)?.with(mix);
    let (mut raw, mut deflated) = (0, 0);
    for (index, node) in (0_u64..).zip(nodes) {
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
