//! The whole `report` of a small case, in processor time.

use crate::process;
use crate::table;
use anyhow::{Result, ensure};
use std::path::Path;
use std::time::Duration;

/// Runs that one figure is the mean of, since processor time is told to 10 ms only.
const RUNS: u32 = 20;
/// Processor time must stay under this.
const LIMIT: Duration = Duration::from_millis(100);

pub fn run(folder: &Path) -> Result<()> {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/healthy-3-node");
    ensure!(case.is_dir(), "{} is missing", case.display());
    let page = folder.join("report.html");
    let mut means = Vec::new();
    for _ in 0..table::ROUNDS {
        let mut total = Duration::ZERO;
        for _ in 0..RUNS {
            let arguments = ["report".as_ref(), case.as_os_str(), "-o".as_ref(), page.as_os_str()];
            total += process::run("report", arguments)?.0.processor;
        }
        means.push(total / RUNS);
    }
    table::time("report, 3 small bundles, processor time", table::median(means)?, LIMIT);
    Ok(())
}
