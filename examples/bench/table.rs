//! One line a number: what was measured, what it is held against, the ratio and its limit.

use crate::process::Run;
use anyhow::{Context, Result};
use std::time::Duration;

/// Rounds of tool and yardstick in turns.
pub const ROUNDS: usize = 5;

pub fn header() {
    println!("{:<58} {:>10} {:>10} {:>7} {:>9}", "", "tool", "yardstick", "ratio", "limit");
}

/// Time of tool and yardstick, and how many times the yardstick the tool may take, if there is a limit.
pub fn times(what: &str, tool: &[Run], yardstick: &[Run], limit: impl Into<Option<f64>>) -> Result<()> {
    let ratio = compared(what, tool, yardstick, |run| run.wall)?;
    match limit.into() {
        Some(limit) => println!(" {limit:>9.1} {}", if ratio <= limit { "met" } else { "MISSED" }),
        None => println!(),
    }
    Ok(())
}

/// Time of tool and yardstick, each without that of the same run on next to nothing.
pub fn beyond(what: &str, tool: (&[Run], &[Run]), yardstick: (&[Run], &[Run])) -> Result<()> {
    let beyond = |(all, least): (&[Run], &[Run])| -> Result<Vec<Run>> {
        let least = median(least.iter().map(|run| run.wall))?;
        Ok(all.iter().map(|run| Run { wall: run.wall.saturating_sub(least), ..*run }).collect())
    };
    compared(what, &beyond(tool)?, &beyond(yardstick)?, |run| run.wall)?;
    println!();
    Ok(())
}

/// Processor time of tool and yardstick, which other work on the machine disturbs less.
pub fn processor(what: &str, tool: &[Run], yardstick: &[Run]) -> Result<()> {
    compared(what, tool, yardstick, |run| run.processor)?;
    println!();
    Ok(())
}

fn compared(what: &str, tool: &[Run], yardstick: &[Run], time: fn(&Run) -> Duration) -> Result<f64> {
    let (tool, yardstick) = (median(tool.iter().map(time))?, median(yardstick.iter().map(time))?);
    let ratio = tool.as_secs_f64() / yardstick.as_secs_f64();
    print!("{what:<58} {:>10} {:>10} {ratio:>7.2}", ms(tool), ms(yardstick));
    Ok(ratio)
}

/// A time that must stay under a limit.
pub fn time(what: &str, tool: Duration, limit: Duration) {
    let verdict = if tool < limit { "met" } else { "MISSED" };
    println!("{what:<58} {:>10} {:>10} {:>7} {:>9} {verdict}", ms(tool), "", "", ms(limit));
}

/// Peak memory of tool and yardstick, and the most the tool may take.
pub fn memory(what: &str, tool: u64, yardstick: Option<u64>, limit: u64) {
    let verdict = if tool <= limit { "met" } else { "MISSED" };
    let yardstick = yardstick.map_or_else(String::new, mb);
    println!("{what:<58} {:>10} {yardstick:>10} {:>7} {:>9} {verdict}", mb(tool), "", mb(limit));
}

/// A number without a limit.
pub fn note(what: &str, value: impl std::fmt::Display) {
    println!("{what:<58} {value:>10}");
}

pub fn ms(time: Duration) -> String {
    format!("{:.0} ms", time.as_secs_f64() * 1000.0)
}

pub fn mb(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / f64::from(1 << 20))
}

/// The middle one.
pub fn median(times: impl IntoIterator<Item = Duration>) -> Result<Duration> {
    let mut times: Vec<Duration> = times.into_iter().collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied().context("nothing was measured")
}

/// The most memory that any run took.
pub fn peak(runs: &[Run]) -> Result<u64> {
    runs.iter().map(|run| run.peak).max().context("nothing was measured")
}
