//! Loading and checking the built-in knowledge, in processor time.

use crate::{process, table};
use anyhow::Result;
use clusterbrief::knowledge::Knowledge;
use std::hint::black_box;
use std::time::Duration;

/// Loads of one process, since processor time is reported in steps of 10 ms.
const LOADS: u32 = 100;
/// Processor time of one load must stay under this.
const LIMIT: Duration = Duration::from_millis(20);

/// The work of the job: every load from the texts on.
pub fn load() -> Result<()> {
    process::measured(|| {
        for _ in 0..LOADS {
            black_box(Knowledge::builtin()?);
        }
        Ok(())
    })
}

pub fn run() -> Result<()> {
    let mut times = Vec::new();
    for _ in 0..table::ROUNDS {
        let (run, _) = process::run::<&str>("knowledge", [])?;
        times.push(run.processor / LOADS);
    }
    table::time("loading and checking the built-in knowledge, processor time", table::median(times)?, LIMIT);
    Ok(())
}
