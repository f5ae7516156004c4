//! `decide`: writes a decision on a finding; and the file of `--decisions`.

use super::args::DecideArgs;
use super::{Exit, Failure, before, file, output};
use crate::analysis::Decisions;
use crate::cli::{OrExit as _, must_exist};
use crate::decisions::{Entry, Kind, append, entry_from_report};
use anyhow::Context as _;
use chrono::Utc;
use std::path::Path;

pub(super) fn run(args: &DecideArgs) -> Result<Exit, Failure> {
    must_exist(&args.report)?;
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
    let found = entry_from_report(&report, &wanted);
    let (title, entries) = found.with_context(|| args.report.display().to_string()).or_exit(Exit::Usage)?;
    let there = args.out.exists().then(|| std::fs::read(&args.out)).transpose();
    let there = there.with_context(|| format!("cannot read {}", args.out.display())).or_exit(Exit::Usage)?;
    let bytes = append(there.as_deref(), &entries);
    let bytes = bytes.with_context(|| args.out.display().to_string()).or_exit(Exit::Usage)?;
    file::write(&args.out, &bytes)?;
    if args.out.as_os_str() != "-" {
        let (out, owner, until) = (args.out.display(), &args.owner, args.until);
        let text = format!("{out}: \"{title}\" is {} by {owner} until {until}.", kind.said());
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
