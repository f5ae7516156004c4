//! `report --before` over bundles of two moments, held against the two reports that it saves.

use crate::process::{self, Run};
use crate::report::{bundles_of, report};
use crate::{Scale, log_text::Mix, table};
use anyhow::Result;
use std::fs;
use std::path::Path;

const NODES: [&str; 3] = ["WEB01", "WEB02", "WEB03"];
/// Bytes of logs in one bundle.
const LOG_BYTES: u64 = 100_000_000;
/// How many times as long as two reports it may take.
const TIMES: f64 = 1.2;

pub fn run(folder: &Path, scale: Scale) -> Result<()> {
    let (then, now) = (folder.join("then"), folder.join("now"));
    let bytes = scale.of(LOG_BYTES);
    for bundles in [&then, &now] {
        bundles_of(&NODES, bundles, bytes, Mix::Grave(5))?;
    }
    let (mut both, mut apart, mut earlier) = (Vec::new(), Vec::new(), Vec::new());
    let saved = folder.join("then.json");
    compared(&then, None, &saved)?;
    let page = folder.join("since.html");
    for _ in 0..table::ROUNDS {
        both.push(compared(&now, Some(&then), &page)?);
        let (one, other) = (report(&then, folder)?, report(&now, folder)?);
        apart.push(Run {
            wall: one.wall + other.wall,
            processor: one.processor + other.processor,
            peak: one.peak.max(other.peak),
        });
        earlier.push(compared(&now, Some(&saved), &page)?);
    }
    println!(
        "report --before, 2 × {} bundles of {} MB of logs, against two reports",
        NODES.len(),
        bytes / 1_000_000
    );
    table::times("  time", &both, &apart, TIMES)?;
    table::processor("  processor time", &both, &apart)?;
    table::times("  time with an earlier report's JSON", &earlier, &apart, TIMES)?;
    table::note("  peak memory", format!("{} MB", table::peak(&both)? / 1_000_000));
    fs::remove_dir_all(&then)?;
    fs::remove_dir_all(&now)?;
    Ok(())
}

/// A report of the same nodes as [`report`] makes, compared if there is something to compare with.
fn compared(now: &Path, then: Option<&Path>, out: &Path) -> Result<Run> {
    let mut arguments = vec![
        "report".as_ref(),
        now.as_os_str(),
        "--expect-nodes".as_ref(),
        "WEB01,WEB02,WEB03,WEB04".as_ref(),
        "-o".as_ref(),
        out.as_os_str(),
    ];
    if let Some(then) = then {
        arguments.extend(["--before".as_ref(), then.as_os_str()]);
    }
    Ok(process::run("report", arguments)?.0)
}
