//! The command line as clap sees it; help texts stand here and nowhere else.

#[cfg(feature = "report")]
use super::analysis::DeskVerb;
use crate::bundle::FormatVersion;
use crate::knowledge::EDITION;
use crate::redact::Level;
use chrono::{DateTime, FixedOffset, NaiveDate};
use clap::{Args as Arguments, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;
use std::sync::LazyLock;

/// Collect snapshot bundles from the nodes of a Secret Server web cluster, and audit them offline.
#[derive(Debug, Parser)]
#[command(name = "clusterbrief", version = VERSION.as_str(), about, disable_help_subcommand = true, max_term_width = 100, after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(subcommand)]
    pub verb: Verb,
}

#[cfg(feature = "report")]
const AFTER_HELP: &str = "\
On each node:   clusterbrief collect
On your desk:   clusterbrief report bundles/ -o report.html

Exit codes: 0 written; 1 --fail-on reached; 2 usage; 3 written, some input
refused; 4 nothing usable; 5 cannot write; 6 a secret could not be removed, or
inspect --leaks found one.
Not affiliated with the product's vendor.";

#[cfg(not(feature = "report"))]
const AFTER_HELP: &str = "\
On each node:   clusterbrief collect
Before mailing: clusterbrief inspect NODE_yyyymmdd-hhmm.zip

This is the collector. Whoever gets the bundles reads them with the full program.
Exit codes: 0 written; 2 usage; 3 a member of the bundle does not count;
4 no bundle; 5 cannot write; 6 a secret could not be removed, or
inspect --leaks found one.
Not affiliated with the product's vendor.";

/// Verbs of the full program that a collector is asked for now and then, in the order of its help.
#[cfg(any(test, not(feature = "report")))]
pub(super) const DESK_VERBS: [&str; 9] =
    ["report", "checklist", "plan", "explain", "rules", "knowledge", "template", "inventory", "sql"];

/// What `--version` says: a bundle fits a report by its format, and a report differs by its knowledge.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    format!("{}, bundle format {}, knowledge of {EDITION}", env!("CARGO_PKG_VERSION"), FormatVersion::CURRENT)
});

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Write one bundle of this node: hashes, versions, settings and logs, never a secret
    Collect(CollectArgs),
    #[cfg(feature = "report")]
    #[command(flatten)]
    Desk(DeskVerb),
    /// Raise a bundle or an export to a stricter level: hosts, users, domains and addresses become labels
    Scrub(ScrubArgs),
    /// Show who made a bundle, when, and what was taken and skipped and why; verify every hash
    Inspect {
        /// A bundle, zip or folder; with --leaks any file, folder or zip
        bundle: PathBuf,
        /// Search it for secrets by name and by shape, whoever wrote it; exit code 6 if there are any
        #[arg(long)]
        leaks: bool,
    },
    /// Make a key that lets fingerprints of different nodes compare
    CaseKey {
        #[command(subcommand)]
        verb: CaseKeyVerb,
    },
    /// Print the completion script for a shell
    Completions {
        /// Whose script
        shell: Shell,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum CaseKeyVerb {
    /// Write a new random key; it stays with the customer
    New {
        /// File to write; never overwritten
        #[arg(short, long, value_name = "FILE", default_value = "clusterbrief-case-key-do-not-send.txt")]
        out: PathBuf,
    },
}

#[derive(Debug, Arguments)]
pub(super) struct ScrubArgs {
    /// A bundle, zip or folder, or an export: JSON, CSV or text
    pub input: PathBuf,
    /// How strict the result is; never less than the input
    #[arg(long, value_name = "LEVEL", default_value = "identities")]
    pub level: LevelArg,
    /// Key file from `clusterbrief case-key new`: labels of one key compare; without it a new key is made
    #[arg(long, value_name = "FILE")]
    pub case_key_file: Option<PathBuf>,
    /// Folder for the result, created if missing
    #[arg(short = 'o', long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
}

/// How much of a text goes.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum LevelArg {
    /// Passwords, keys and tokens
    Secrets,
    /// Hosts, users, domains and addresses, too; each becomes a label
    Identities,
}

impl From<LevelArg> for Level {
    fn from(level: LevelArg) -> Self {
        match level {
            LevelArg::Secrets => Self::Secrets,
            LevelArg::Identities => Self::Identities,
        }
    }
}

#[derive(Debug, Arguments)]
pub(super) struct CollectArgs {
    /// Folder of the application [default: what IIS has, after a question]
    #[arg(long, value_name = "DIR")]
    pub app_dir: Option<PathBuf>,
    /// applicationHost.config of IIS [default: where Windows has it]
    #[arg(long, value_name = "FILE")]
    pub iis_config: Option<PathBuf>,
    /// Name of the node the folder was copied from: nothing of this machine is then recorded
    #[arg(long, value_name = "NAME", value_parser = node, requires = "app_dir")]
    pub node: Option<String>,
    /// Folder for the bundle, created if missing [default: the current folder; without --app-dir beside the program]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Collect what IIS has without a question
    #[arg(long)]
    pub yes: bool,
    /// List every file, registry key and system call it would use, with sizes, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Say how much would be read, how long it takes and how large the bundle becomes; read a sample, write nothing
    #[arg(long, conflicts_with = "dry_run")]
    pub estimate: bool,
    /// Oldest logs to take: a number of days such as 14d, or a day such as 2026-11-01 [default: 14d]
    #[arg(long, value_name = "AGE", value_parser = since)]
    pub since: Option<Since>,
    /// Most bytes of configuration files and logs, shared among the logs in use first, before compression; such as 50MB
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "200MB")]
    pub budget: u64,
    /// Stop reading after so many minutes; what decides whether nodes agree is read in any case, logs come last [default: no limit]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1440))]
    pub minutes: Option<u32>,
    /// low: half of the processors, and on Windows only what nothing else wants; normal: all of them
    #[arg(long, value_name = "HOW", default_value = "low")]
    pub priority: Priority,
    /// Refuse folders and files of other machines, which Windows reaches through its network
    #[arg(long)]
    pub no_network_paths: bool,
    /// What is taken out: secrets; or identities as well, the names of hosts, users and domains, and addresses
    #[arg(long, value_name = "LEVEL", default_value = "secrets")]
    pub level: LevelArg,
    /// Key file from `clusterbrief case-key new`: the same on every node of the case
    #[arg(long, value_name = "FILE")]
    pub case_key_file: Option<PathBuf>,
    /// What a clock that all nodes can be held against shows right now, such as 2026-11-22T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub reference_time: Option<DateTime<FixedOffset>>,
}

/// How much of the machine a collection takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Priority {
    Low,
    Normal,
}

/// How far back logs go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Since {
    Days(u32),
    Day(NaiveDate),
}

fn since(text: &str) -> Result<Since, String> {
    if let Some(days) = text.strip_suffix('d').and_then(|days| days.parse().ok()) {
        return Ok(Since::Days(days));
    }
    text.parse()
        .map(Since::Day)
        .map_err(|_| "expected a number of days such as 14d, or a day such as 2026-11-01".into())
}

fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..).unwrap_or_default().to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "K" | "KB" => 1 << 10,
        "M" | "MB" => 1 << 20,
        "G" | "GB" => 1 << 30,
        _ => return Err("expected a number of bytes such as 200MB".into()),
    };
    digits
        .parse::<u64>()
        .ok()
        .and_then(|n| n.checked_mul(unit))
        .ok_or_else(|| "expected a number of bytes such as 200MB".into())
}

pub(super) fn instant(text: &str) -> Result<DateTime<FixedOffset>, String> {
    DateTime::parse_from_rfc3339(text).map_err(|_| "expected a moment such as 2026-11-22T12:00:00Z".into())
}

/// A name that a machine can have and a terminal can show.
fn node(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
        return Err("expected the name of a machine".into());
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_ages_read_as_people_write_them() {
        assert_eq!(bytes("200MB"), Ok(200 << 20));
        assert_eq!(bytes("5"), Ok(5));
        assert!(bytes("5 parsecs").is_err() && bytes("99999999999GB").is_err());
        assert_eq!(since("14d"), Ok(Since::Days(14)));
        assert!(since("2026-11-01").is_ok() && since("yesterday").is_err());
    }
}
