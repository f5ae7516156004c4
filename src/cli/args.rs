//! Options of the command line, with their help texts. Those of the analysis are in `analysis::args`.

#[cfg(feature = "report")]
use super::analysis::AnalysisVerb;
use crate::bundle::FormatVersion;
use crate::knowledge::EDITION;
use crate::model::host_name::is_name;
use crate::redact::Level;
use chrono::{DateTime, FixedOffset, NaiveDate};
use clap::{Args as Arguments, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;
use std::sync::LazyLock;

/// Collect snapshots of the nodes of a Secret Server web cluster, and check them offline.
#[derive(Debug, Parser)]
#[command(name = "clusterbrief", version = VERSION.as_str(), about, disable_help_subcommand = true, max_term_width = 100, after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(subcommand)]
    pub verb: Verb,
}

#[cfg(feature = "report")]
const AFTER_HELP: &str = "\
On each node:         clusterbrief collect
On your workstation:  clusterbrief report bundles/ -o report.html

Exit codes: 0 success; 1 --fail-on reached; 2 usage error; 3 success, but some
input was refused; 4 no usable input; 5 cannot write; 6 a secret could not be
removed, or inspect --leaks found one.
Not affiliated with the product's vendor.";

#[cfg(not(feature = "report"))]
const AFTER_HELP: &str = "\
On each node:    clusterbrief collect
Before sending:  clusterbrief inspect NODE_yyyymmdd-hhmm.zip

This is the collector. The full program reads the bundles.
Exit codes: 0 success; 2 usage error; 3 a member of the bundle is damaged;
4 no bundle; 5 cannot write; 6 a secret could not be removed, or
inspect --leaks found one.
Not affiliated with the product's vendor.";

/// Verbs of the full program that the collector does not have, in the order of the help.
#[cfg(any(test, not(feature = "report")))]
pub(super) const ANALYSIS_VERBS: [&str; 14] = [
    "report",
    "logs",
    "intake",
    "checklist",
    "plan",
    "kit",
    "explain",
    "rules",
    "knowledge",
    "template",
    "inventory",
    "sql",
    "decide",
    "demo",
];

/// `--version` shows what matters when bundle and report come from different builds: bundle format and knowledge.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    format!("{}, bundle format {}, knowledge of {EDITION}", env!("CARGO_PKG_VERSION"), FormatVersion::CURRENT)
});

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Write a bundle of this node: file hashes, versions, settings and logs, but no secrets
    Collect(CollectArgs),
    #[cfg(feature = "report")]
    #[command(flatten)]
    Desk(Box<AnalysisVerb>),
    /// Re-redact a bundle or export at a stricter level: hosts, users, domains and addresses become labels
    Scrub(ScrubArgs),
    /// Show what a bundle contains, what was left out and why, and verify every hash
    Inspect {
        /// Bundle (zip or folder); with --leaks, any file, folder or zip
        bundle: PathBuf,
        /// Search for secrets by name and by shape, in files from any source; exit code 6 if it finds any
        #[arg(long)]
        leaks: bool,
    },
    /// Create a key so that fingerprints from different nodes can be compared
    CaseKey {
        #[command(subcommand)]
        verb: CaseKeyVerb,
    },
    /// Print a completion script for a shell
    Completions {
        /// Shell that uses the script
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
    /// Bundle (zip or folder) or export (JSON, CSV or text)
    pub input: PathBuf,
    /// How strict the result is; never less strict than the input
    #[arg(long, value_name = "LEVEL", default_value = "identities")]
    pub level: Level,
    /// Key file from `clusterbrief case-key new`; labels made with the same key match [default: a new key]
    #[arg(long, value_name = "FILE")]
    pub case_key_file: Option<PathBuf>,
    /// Text file of words to redact as well: one a line, or a regular expression after `re:`; counted, never printed
    #[arg(long, value_name = "FILE")]
    pub redact_words: Option<PathBuf>,
    /// Folder for the result, created if missing
    #[arg(short = 'o', long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
}

#[derive(Debug, Arguments)]
pub(super) struct CollectArgs {
    /// Application folder [default: the one that IIS serves, after a question]
    #[arg(long, value_name = "DIR")]
    pub app_dir: Option<PathBuf>,
    /// Path of applicationHost.config of IIS [default: the standard path of Windows]
    #[arg(long, value_name = "FILE")]
    pub iis_config: Option<PathBuf>,
    /// Site and path of the application in IIS, as in "Default Web Site/SecretServer", where several serve the folder
    #[arg(long, value_name = "SITE/PATH")]
    pub iis_application: Option<String>,
    /// Name of the node that the folder was copied from; nothing about this machine is then recorded
    #[arg(long, value_name = "NAME", value_parser = node, requires = "app_dir")]
    pub node: Option<String>,
    /// Folder for the bundle, created if missing [default: the current folder; without --app-dir, the folder of the program]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Collect the application that IIS serves without asking
    #[arg(long)]
    pub yes: bool,
    /// List every file, registry key and system call that would be used, with sizes; write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Estimate how much is read, how long it takes and how large the bundle is, from a sample; write nothing
    #[arg(long, conflicts_with = "dry_run")]
    pub estimate: bool,
    /// Oldest logs to collect: a number of days such as 14d, or a day such as 2026-11-01 [default: 14d]
    #[arg(long, value_name = "AGE", value_parser = since)]
    pub since: Option<Since>,
    /// Limit for configuration files and logs before compression, such as 50MB; logs in use get their share first
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "200MB")]
    pub budget: u64,
    /// Stop reading after this many minutes; what is needed to compare nodes is always read, logs come last [default: no limit]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1440))]
    pub minutes: Option<u32>,
    /// low: half of the cores; background priority on Windows; normal: all cores
    #[arg(long, value_name = "HOW", default_value = "low")]
    pub priority: Priority,
    /// Refuse folders and files on other machines (network paths)
    #[arg(long)]
    pub no_network_paths: bool,
    /// What to remove: secrets, or secrets and identities (hosts, users, domains, addresses)
    #[arg(long, value_name = "LEVEL", default_value = "secrets")]
    pub level: Level,
    /// Key file from `clusterbrief case-key new`; use the same file on every node of the case
    #[arg(long, value_name = "FILE")]
    pub case_key_file: Option<PathBuf>,
    /// Text file of words to redact as well: one a line, or a regular expression after `re:`; counted, never printed
    #[arg(long, value_name = "FILE")]
    pub redact_words: Option<PathBuf>,
    /// Current time on a reference clock shared by all nodes, such as 2026-11-22T12:00:00Z
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
    DateTime::parse_from_rfc3339(text).map_err(|_| "expected a time such as 2026-11-22T12:00:00Z".into())
}

/// A name that a machine can have and a terminal can show.
fn node(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.chars().count() > 64 || !is_name(name) {
        return Err("expected the name of one machine".into());
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_ages_are_read_as_people_write_them() {
        assert_eq!(bytes("200MB"), Ok(200 << 20));
        assert_eq!(bytes("5"), Ok(5));
        assert!(bytes("5 parsecs").is_err() && bytes("99999999999GB").is_err());
        assert_eq!(since("14d"), Ok(Since::Days(14)));
        assert!(since("2026-11-01").is_ok() && since("yesterday").is_err());
    }
}
