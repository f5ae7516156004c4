//! Reading an export of 100,000 rows, compared with only reading its cells with the same library.

use crate::process::{self, Run};
use crate::{Scale, table};
use anyhow::{Context, Result, ensure};
use clusterbrief::bundle::gather;
use clusterbrief::intake::facts::Facts;
use clusterbrief::intake::read::{Tools, read_all};
use clusterbrief::knowledge::Knowledge;
use clusterbrief::logs::Scanner;
use clusterbrief::redact::Sanitizer;
use rust_xlsxwriter::Workbook;
use std::path::Path;

/// Rows of the export: four facts for each of a quarter as many jobs.
const ROWS: u64 = 100_000;
/// Most peak memory, in bytes.
const MEMORY: u64 = 128 << 20;
/// How many times the yardstick the tool may take.
const TIMES: f64 = 2.0;

pub fn run(folder: &Path, scale: Scale) -> Result<()> {
    let jobs = scale.of(ROWS) / 4;
    let made = ["jobs.csv", "jobs.xlsx", "one.csv", "one.xlsx"].map(|name| folder.join(name));
    let [csv, xlsx, one_csv, one_xlsx] = &made;
    for (csv, xlsx, jobs) in [(csv, xlsx, jobs), (one_csv, one_xlsx, 1)] {
        write_csv(csv, jobs)?;
        write_xlsx(xlsx, jobs)?;
    }
    // A workbook has no cell where three rows of the query itself have no item.
    let cells = (jobs * 4 + 4) * 4;
    for (form, export, one, job, cells) in
        [("CSV", csv, one_csv, "csv-cells", cells), ("XLSX", xlsx, one_xlsx, "xlsx-cells", cells - 3)]
    {
        let (mut tool, mut yardstick) = (Vec::new(), Vec::new());
        let (mut start, mut least) = (Vec::new(), Vec::new());
        for _ in 0..table::ROUNDS {
            tool.push(counted("intake", export, jobs)?);
            yardstick.push(counted(job, export, cells)?);
            start.push(counted("intake", one, 1)?);
            least.push(process::run(job, [one])?.0);
        }
        table::times(&format!("intake, {form} of {} rows", jobs * 4), &tool, &yardstick, TIMES)?;
        table::processor("  processor time, start of the process included", &tool, &yardstick)?;
        table::beyond("  time beyond that of an export of one job", (&tool, &start), (&yardstick, &least))?;
        table::memory("  peak memory", table::peak(&tool)?, Some(table::peak(&yardstick)?), MEMORY);
    }
    Ok(())
}

/// Runs a job that reports how many items it read.
fn counted(job: &str, export: &Path, expected: u64) -> Result<Run> {
    let (run, numbers) = process::run(job, [export])?;
    ensure!(numbers == [expected], "{job} read {numbers:?}, not {expected}");
    Ok(run)
}

/// The job of the tool: the export as intake reads it; reports the number of items.
pub fn intake(export: &Path) -> Result<()> {
    let knowledge = Knowledge::builtin()?;
    let scanner = Scanner::new(&knowledge, &Sanitizer)?;
    let loose = clusterbrief::intake::loose::LooseOptions::default();
    let (sanitizer, questions) = (&Sanitizer, &[][..]);
    let tools = Tools { scanner: &scanner, sanitizer, questions, knowledge: &knowledge, loose: &loose };
    let (read, _) = process::measured(|| Ok(read_all(gather(&[export]), tools)))?;
    let jobs = read.iter().flat_map(|read| &read.facts).find_map(|facts| match facts {
        Facts::Reported(facts) => facts.lists.get("job")?.value(),
        _ => None,
    });
    crate::print_number(jobs.context("no jobs were read")?.len());
    Ok(())
}

/// The rows of a result of the query `jobs`, its header first.
fn rows(jobs: u64) -> impl Iterator<Item = [String; 4]> {
    let row =
        |item: &str, fact: &str, value: &str| ["clusterbrief:jobs:1", item, fact, value].map(str::to_owned);
    let head = [
        ["Export", "Item", "Fact", "Value"].map(str::to_owned),
        row("", "asked at", "2026-11-20 10:30:00.0000000 +01:00"),
        row("", "sees tbVersion", "yes"),
        row("", "items", &jobs.to_string()),
    ];
    let job = move |number: u64| {
        let name = format!("SecretHeartbeat #{number}");
        let second = number % 60;
        [
            row(&name, "state", "WAITING"),
            row(&name, "next run", &format!("2026-11-20 09:35:{second:02}.0000000 UTC")),
            row(&name, "last run", &format!("2026-11-20 09:25:{second:02}.0000000 UTC")),
            row(&name, "minutes late", &(number % 7).to_string()),
        ]
    };
    head.into_iter().chain((1..=jobs).flat_map(job))
}

fn write_csv(path: &Path, jobs: u64) -> Result<()> {
    let mut writer = csv::Writer::from_path(path)?;
    for row in rows(jobs) {
        writer.write_record(&row)?;
    }
    Ok(writer.flush()?)
}

fn write_xlsx(path: &Path, jobs: u64) -> Result<()> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (number, row) in (0..).zip(rows(jobs)) {
        sheet.write_row(number, 0, row)?;
    }
    Ok(workbook.save(path)?)
}
