//! `decide`: writes a decision on a finding; and the file of `--decisions`.

use super::{Exit, Failure, before, file, output};
use crate::analysis::Decisions;
use crate::cli::{OrExit as _, must_exist};
use crate::compare::{BeforeError, FileList, Snapshot};
use crate::decisions::{Decided, Entry, Kind, append, entry_from_report, is_decisions};
use anyhow::{Context as _, anyhow};
use chrono::{NaiveDate, Utc};
use clap::Args as Arguments;
use std::path::{Path, PathBuf};

#[derive(Debug, Arguments)]
#[command(group = clap::ArgGroup::new("kind").required(true).args(["accept", "false_alarm", "in_work"]))]
pub(in crate::cli) struct DecideArgs {
    /// JSON form of the report
    #[arg(value_name = "REPORT.json")]
    pub report: PathBuf,
    /// Fingerprint of the finding, as the report shows it
    pub finding: String,
    /// Accept the risk
    #[arg(long)]
    pub accept: bool,
    /// The finding is wrong for this cluster
    #[arg(long)]
    pub false_alarm: bool,
    /// Somebody works on it, in this ticket
    #[arg(long, value_name = "TICKET")]
    pub in_work: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Who answers for it
    #[arg(long, value_name = "NAME")]
    pub owner: String,
    /// Last day on which the decision counts
    #[arg(long, value_name = "DAY")]
    pub until: NaiveDate,
    /// Day of the decision [default: today]
    #[arg(long, value_name = "DAY")]
    pub decided: Option<NaiveDate>,
    /// File to write; an entry is added to one that is there
    #[arg(short, long, value_name = "FILE", default_value = "decisions.toml")]
    pub out: PathBuf,
}

/// What cannot be a decision, or cannot be written, said by the name of its option before anything is read.
fn check(args: &DecideArgs) -> Result<(), Failure> {
    let is_empty = |text: &str| text.trim().is_empty();
    let out = args.out.display();
    let workbook = args.out.extension().is_some_and(|it| {
        ["xlsx", "xlsm", "xlsb", "xls", "ods"].iter().any(|one| it.eq_ignore_ascii_case(one))
    });
    if is_empty(&args.owner) {
        Err(Failure::usage("--owner is empty: say who answers for the decision"))
    } else if is_empty(&args.reason) {
        Err(Failure::usage("--reason is empty: say why it is decided"))
    } else if args.in_work.as_deref().is_some_and(is_empty) {
        Err(Failure::usage("--in-work is empty: name the ticket"))
    } else if workbook {
        Err(Failure::usage(format!("{out}: decisions are written as .toml; give -o such a name")))
    } else if args.report.is_dir() {
        let report = args.report.display();
        Err(Failure::usage(format!("{report} is a folder: give the JSON form of a report")))
    } else if args.out.is_dir() {
        let error = anyhow!("{out} is a folder; name a file in it");
        Err(Failure::new(Exit::CannotWrite, error))
    } else {
        must_exist(&args.report)
    }
}

/// A report that `--before` does not read is not read here either: its keys may mean something else.
fn check_version(path: &Path, report: &[u8]) -> Result<(), Failure> {
    match Snapshot::read(report, FileList::new()) {
        Err(error @ (BeforeError::Newer(_) | BeforeError::CutOff)) => {
            Err(error).with_context(|| path.display().to_string()).or_exit(Exit::Usage)
        }
        _ => Ok(()),
    }
}

pub(super) fn run(args: &DecideArgs) -> Result<Exit, Failure> {
    check(args)?;
    #[expect(clippy::disallowed_methods, reason = "a decision is made today, unless its day is given")]
    let today = Utc::now().date_naive();
    let kind = match args {
        DecideArgs { accept: true, .. } => Kind::Accepted,
        DecideArgs { false_alarm: true, .. } => Kind::FalseAlarm,
        _ => Kind::InWork,
    };
    let wanted = Entry {
        line: 0,
        kind,
        rule: String::new(),
        finding: args.finding.clone(),
        node: String::new(),
        value: String::new(),
        ticket: args.in_work.clone().unwrap_or_default(),
        reason: args.reason.clone(),
        owner: args.owner.clone(),
        until: args.until,
        decided: args.decided.unwrap_or(today),
    };
    let report = before::bytes(&args.report)?;
    check_version(&args.report, &report)?;
    let found = entry_from_report(&report, &wanted);
    let Decided { title, covers, entries } =
        found.with_context(|| args.report.display().to_string()).or_exit(Exit::Usage)?;
    let there = args.out.exists().then(|| std::fs::read(&args.out)).transpose();
    let there = there.with_context(|| format!("cannot read {}", args.out.display())).or_exit(Exit::Usage)?;
    if there.as_deref().is_some_and(|there| !is_decisions(there)) {
        let out = args.out.display();
        return Err(Failure::usage(format!("{out} is no file of decisions: give -o another name")));
    }
    let bytes = append(there.as_deref(), &entries);
    let bytes = bytes.with_context(|| args.out.display().to_string()).or_exit(Exit::Usage)?;
    file::write(&args.out, &bytes)?;
    if args.out.as_os_str() != "-" {
        let (out, owner, until) = (args.out.display(), &args.owner, args.until);
        let also = if covers > 1 {
            format!(
                " {covers} findings of the report have this fingerprint, rule and subject: the decision is on all of them."
            )
        } else {
            String::new()
        };
        let text = format!("{out}: \"{title}\" is {} by {owner} until {until}.{also}", kind.said());
        output::print(&output::item("", &text))?;
    }
    Ok(Exit::Success)
}

/// The file of `--decisions`. One that is not as it must be is refused: it would accept something else than was meant.
pub(super) fn read(path: &Path) -> Result<Decisions, Failure> {
    must_exist(path)?;
    let bytes = std::fs::read(path)
        .with_context(|| format!("cannot read {}", path.display()))
        .or_exit(Exit::Usage)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Decisions::read(&name, &bytes)
        .with_context(|| format!("--decisions {}", path.display()))
        .or_exit(Exit::Usage)
}
