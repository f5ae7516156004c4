//! The numbers of `docs/performance.md`: `cargo run --profile dist --example bench`, with `-- --quick` on a tenth of
//! the data, with `-- --divide N` on that part of it, with `-- --only STEP` one step of it.
//!
//! Tool and yardstick do the same work with the same libraries and as many threads, each run in a process of its own,
//! in turns, on warm files; the median of five counts. Linux only: times and memory are read from `/proc`.
#![expect(clippy::print_stdout, reason = "a command that prints numbers")]
#![expect(clippy::indexing_slicing, reason = "data made here, nothing hostile")]
#![expect(clippy::cast_precision_loss, reason = "ratios and megabytes are printed with two digits")]
#![expect(unreachable_pub, reason = "modules of a program")]

mod before;
mod case;
mod collection;
mod hostile;
mod knowledge;
mod log_text;
mod nest;
mod process;
mod report;
mod table;
mod tables;
mod yardstick;

use anyhow::{Result, bail, ensure};
use std::path::{Path, PathBuf};

/// How much data the cases are made of.
#[derive(Clone, Copy)]
struct Scale {
    /// Every size and count is divided by this.
    divisor: u64,
}

impl Scale {
    fn of(self, full: u64) -> u64 {
        full / self.divisor
    }
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = |index: usize| arguments.get(index).map_or(Path::new(""), Path::new);
    match process::job().as_deref() {
        None => all(&arguments),
        Some("report") => process::measured(|| process::succeeded(clusterbrief::cli::main())),
        Some("inflate") => process::measured(|| yardstick::inflate_and_hash(path(0)).map(drop)),
        Some("collect") => collection::collect(path(0), path(1), path(2)),
        Some("redact") => collection::redact(path(0)),
        Some("write-logs") => collection::write_logs(path(0), path(1)),
        Some("knowledge") => knowledge::load(),
        Some("deflate") => process::measured(|| yardstick::hash_and_deflate(path(0), path(1)).map(drop)),
        Some("intake") => tables::intake(path(0)),
        Some("csv-cells") => process::measured(|| yardstick::csv_cells(path(0))).map(print_number),
        Some("xlsx-cells") => process::measured(|| yardstick::xlsx_cells(path(0))).map(print_number),
        Some("verb") => hostile::verb(),
        Some(job) => bail!("no job {job}"),
    }
}

/// Prints a number for the process that started the job.
fn print_number(number: usize) {
    println!("{number}");
}

/// Parts of the data of which one is little enough for a debug build.
const TINY: u64 = 100;

/// The steps, in order.
const STEPS: [&str; 8] = ["report", "nest", "before", "collect", "tables", "case", "knowledge", "hostile"];

/// The steps asked for, on data in a temporary folder that is removed again.
fn all(arguments: &[String]) -> Result<()> {
    let mut scale = Scale { divisor: 1 };
    let mut wanted = STEPS.to_vec();
    let mut rest: Vec<&str> = arguments.iter().map(String::as_str).collect();
    while let Some(option) = rest.pop() {
        // Options that take a value end in it.
        match (rest.last().copied(), option) {
            (Some("--only"), step) if STEPS.contains(&step) => wanted = vec![step],
            (Some("--divide"), parts) => scale = Scale { divisor: parts.parse()? },
            (_, "--quick") => {
                scale = Scale { divisor: 10 };
                continue;
            }
            _ => bail!("usage: bench [--quick|--divide N] [--only {}]", STEPS.join("|")),
        }
        rest.pop();
    }
    ensure!(scale.divisor > 0, "--divide needs a number of parts");
    if cfg!(debug_assertions) {
        ensure!(scale.divisor >= TINY, "a debug build measures nothing: use --profile dist");
        println!("This is a debug build: it shows that everything runs, and its numbers mean nothing.\n");
    }
    let folder = tempfile::tempdir()?;
    let sub = |name: &str| -> Result<PathBuf> {
        let path = folder.path().join(name);
        std::fs::create_dir(&path)?;
        Ok(path)
    };
    println!("{} threads, data in {}\n", process::threads()?, folder.path().display());
    table::header();
    for step in wanted {
        let folder = sub(step)?;
        match step {
            "report" => report::run(&folder, scale)?,
            "nest" => nest::run(&folder, scale)?,
            "before" => before::run(&folder, scale)?,
            "collect" => collection::run(&folder, scale)?,
            "tables" => tables::run(&folder, scale)?,
            "knowledge" => knowledge::run()?,
            "hostile" => hostile::run(&folder, scale)?,
            _ => case::run(&folder)?,
        }
    }
    Ok(())
}
