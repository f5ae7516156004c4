//! The command line as clap sees it; help texts stand here and nowhere else.

use crate::finding::{Scope, Severity};
use crate::knowledge::Status;
use crate::knowledge::checklist::Occasion;
use crate::model::{BuildVersion, Role};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeZone, Utc};
use clap::{Args as Arguments, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

/// Collect snapshot bundles from the nodes of a Secret Server web cluster, and audit them offline.
#[derive(Debug, Parser)]
#[command(name = "clusterbrief", version, about, disable_help_subcommand = true, max_term_width = 100, after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(subcommand)]
    pub verb: Verb,
}

const AFTER_HELP: &str = "\
On each node:   clusterbrief collect --app-dir C:\\inetpub\\wwwroot\\SecretServer
On your desk:   clusterbrief report bundles/ -o report.html

Exit codes: 0 written; 1 --fail-on reached; 2 usage; 3 written, some input refused;
4 nothing usable; 5 cannot write; 6 a secret could not be removed, nothing written.
Not affiliated with the product's vendor.";

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Write one bundle of this node: hashes, versions, settings and logs, never a secret
    Collect(CollectArgs),
    /// Analyse bundles and exports, and write the readiness-and-error report
    Report(ReportArgs),
    /// Write the checklist of an upgrade or a set-up: what the evidence decides is filled in, the rest asks
    Checklist(ChecklistArgs),
    /// Say what exactly to do, in which order, on which server: to upgrade the cluster, or to add a node to it
    Plan(PlanArgs),
    /// Show who made a bundle, when, and what was taken and skipped and why; verify every hash
    Inspect {
        /// A bundle, zip or folder
        bundle: PathBuf,
    },
    /// Print what a rule checks, why, how to fix it, and its sources
    Explain {
        /// Rule id, such as VER-001
        rule: String,
        /// Folder of own knowledge files, laid over the built-in ones
        #[arg(long, value_name = "DIR")]
        knowledge: Option<PathBuf>,
    },
    /// List the rules: all of them, or those that fit every option given
    Rules(RulesArgs),
    /// Work on own knowledge files
    Knowledge(KnowledgeArgs),
    /// Print a table to fill in
    Template {
        /// Which table
        what: Template,
    },
    /// The workbook in which a team writes which nodes there should be and what no evidence shows
    Inventory(InventoryArgs),
    /// Print the read-only queries whose results the report reads
    Sql(SqlArgs),
    /// Make a key that lets fingerprints of different nodes compare
    CaseKey(CaseKeyArgs),
    /// Print the completion script for a shell
    Completions {
        /// bash, zsh, fish or powershell
        shell: Shell,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Template {
    /// CSV to copy the Server Nodes page into, for versions without the REST call
    Nodes,
}

#[derive(Debug, Arguments)]
pub(super) struct InventoryArgs {
    /// Write an empty one to fill in
    #[arg(long, required = true)]
    pub template: bool,
    /// Where to
    #[arg(short = 'o', long, value_name = "FILE", default_value = "inventory.xlsx")]
    pub out: PathBuf,
}

#[derive(Debug, Arguments)]
pub(super) struct SqlArgs {
    /// Queries to print; all of them without
    pub queries: Vec<String>,
    /// Say what each tells, which rights it needs and what it never reads
    #[arg(long, conflicts_with = "out")]
    pub list: bool,
    /// Write each to a file of its own in this folder
    #[arg(short = 'o', long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Arguments)]
pub(super) struct CaseKeyArgs {
    #[command(subcommand)]
    pub verb: CaseKeyVerb,
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
pub(super) struct RulesArgs {
    /// First part of the id, such as ENC
    #[arg(long, value_name = "FAMILY")]
    pub family: Option<String>,
    /// Severity at its worst
    #[arg(long)]
    pub severity: Option<SeverityArg>,
    /// Question the rule belongs to
    #[arg(long)]
    pub scope: Option<ScopeArg>,
    /// How the best source of the rule is known
    #[arg(long)]
    pub status: Option<StatusArg>,
    /// Input that decides it: bundle, logs, node-list, version-history, answer, target, package, or an export such as diagnostics
    #[arg(long, value_name = "INPUT")]
    pub needs: Option<String>,
    /// Form of the list
    #[arg(long, default_value = "text")]
    pub format: RulesFormat,
    /// Folder of own knowledge files, laid over the built-in ones
    #[arg(long, value_name = "DIR")]
    pub knowledge: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum RulesFormat {
    /// One line a rule
    Text,
    /// The page docs/rules.md
    Md,
    /// Everything, for programs
    Json,
}

/// Declares an option value for each variant of a type below, which knows nothing of command lines.
macro_rules! values {
    ($name:ident of $of:ty: $($variant:ident),+) => {
        #[derive(Debug, Clone, Copy, ValueEnum)]
        pub(super) enum $name { $($variant),+ }

        impl From<$name> for $of {
            fn from(value: $name) -> Self {
                match value { $($name::$variant => Self::$variant),+ }
            }
        }
    };
}

values!(SeverityArg of Severity: Blocker, High, Medium, Low, Info);
values!(ScopeArg of Scope: Now, Upgrade);
values!(StatusArg of Status: Confirmed, Title, Inferred);
values!(OccasionArg of Occasion: Upgrade, Setup);

#[derive(Debug, Arguments)]
pub(super) struct KnowledgeArgs {
    #[command(subcommand)]
    pub verb: KnowledgeVerb,
}

#[derive(Debug, Subcommand)]
pub(super) enum KnowledgeVerb {
    /// Check a folder of own files: print what it adds and replaces, or everything that is wrong with it
    Check {
        /// The folder; every .toml file in it and in its folders counts (see docs/knowledge.md)
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

#[derive(Debug, Arguments)]
pub(super) struct CollectArgs {
    /// Folder of the application, as IIS shows it
    #[arg(long, value_name = "DIR")]
    pub app_dir: PathBuf,
    /// applicationHost.config of IIS [default: where Windows has it]
    #[arg(long, value_name = "FILE")]
    pub iis_config: Option<PathBuf>,
    /// Name of the node the folder was copied from: nothing of this machine is then recorded
    #[arg(long, value_name = "NAME", value_parser = node)]
    pub node: Option<String>,
    /// Folder for the bundle, created if missing
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
    /// List every file, key and command that would be touched, with sizes, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Oldest logs to take: a number of days such as 14d, or a day such as 2026-11-01 [default: 14d]
    #[arg(long, value_name = "AGE", value_parser = since)]
    pub since: Option<Since>,
    /// Most bytes of logs, newest first, before compression; 200MB style suffixes are understood
    #[arg(long, value_name = "BYTES", value_parser = bytes, default_value = "200MB")]
    pub max_log_bytes: u64,
    /// Key file from `clusterbrief case-key new`: the same on every node of the case
    #[arg(long, value_name = "FILE")]
    pub case_key_file: Option<PathBuf>,
    /// What a clock that all nodes can be held against shows right now, such as 2026-11-22T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub reference_time: Option<DateTime<FixedOffset>>,
}

/// A case: what is given, and how it is to be read.
#[derive(Debug, Arguments)]
pub(super) struct CaseArgs {
    /// Bundles (zip or folder), folders of bundles, exports
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Build to upgrade to, such as 11.7.000049: judges the upgrade too
    #[arg(long, value_name = "VERSION", value_parser = BuildVersion::parse)]
    pub target: Option<BuildVersion>,
    /// Zip downloaded for the upgrade: checks its name and what it holds, and prints its SHA-256
    #[arg(long, value_name = "FILE", requires = "target")]
    pub upgrade_package: Option<PathBuf>,
    /// Moment calendar rules are judged against, a day or RFC 3339 [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub as_of: Option<DateTime<Utc>>,
    /// Names of all nodes that serve requests, which confirms the set
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub expect_nodes: Vec<String>,
    /// Puts a node in a group of its own: NAME=dr, NAME=standby or NAME=mirror
    #[arg(long, value_name = "NAME=ROLE", value_parser = role)]
    pub role: Vec<(String, Role)>,
    /// Answers of people: a checklist filled in, or a TOML file (see docs/answers.md)
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// Folder of own knowledge files, laid over the built-in ones (see docs/knowledge.md)
    #[arg(long, value_name = "DIR")]
    pub knowledge: Option<PathBuf>,
}

#[derive(Debug, Arguments)]
pub(super) struct ChecklistArgs {
    #[command(flatten)]
    pub case: CaseArgs,
    /// What the list is for
    #[arg(long = "for", value_name = "WHAT", default_value = "upgrade")]
    pub occasion: OccasionArg,
    /// File to write: a workbook to fill in (.xlsx, never overwritten), or .html, .md, .json; may be given several times
    #[arg(short, long = "out", value_name = "FILE", default_value = "checklist.xlsx")]
    pub out: Vec<PathBuf>,
}

/// Where a result goes, and in which form.
#[derive(Debug, Arguments)]
pub(super) struct OutArgs {
    /// File to write; the format follows the extension (.html, .md, .json); may be given several times; - for standard output
    #[arg(short, long = "out", value_name = "FILE")]
    pub out: Vec<PathBuf>,
    /// Format where the file name does not tell it
    #[arg(long)]
    pub format: Option<Format>,
}

#[derive(Debug, Arguments)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub case: CaseArgs,
    /// The one way to upgrade, such as classic, load-balanced or rolling [default: every way]
    #[arg(long, value_name = "WAY", conflicts_with = "add_node")]
    pub by: Option<String>,
    /// Plan one more node of this name instead of an upgrade
    #[arg(long, value_name = "NAME", conflicts_with = "target")]
    pub add_node: Option<String>,
    #[command(flatten)]
    pub out: OutArgs,
}

#[derive(Debug, Arguments)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    pub case: CaseArgs,
    #[command(flatten)]
    pub out: OutArgs,
    /// Exit with 1 when the verdict is this bad or worse
    #[arg(long, value_name = "VERDICT")]
    pub fail_on: Option<FailOn>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// One self-contained page
    Html,
    /// Text to paste into a ticket
    Md,
    /// Everything, for programs
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// Only on NOT READY
    NotReady,
    /// On NOT READY or CANNOT SAY
    CannotSay,
    /// On anything but READY
    Warnings,
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

fn instant(text: &str) -> Result<DateTime<FixedOffset>, String> {
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

fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(Utc.from_utc_datetime(&day.and_time(NaiveTime::MIN)));
    }
    instant(text)
        .map(|time| time.with_timezone(&Utc))
        .map_err(|_| "expected a day such as 2026-11-22 or a moment such as 2026-11-22T12:00:00Z".into())
}

fn role(text: &str) -> Result<(String, Role), String> {
    let (name, word) = text.split_once('=').ok_or("expected NAME=dr, NAME=standby or NAME=mirror")?;
    let role = [Role::Dr, Role::Standby, Role::Mirror]
        .into_iter()
        .find(|role| role.word() == word)
        .ok_or("the role is dr, standby or mirror")?;
    if name.is_empty() {
        return Err("the name of the node is missing".into());
    }
    Ok((name.to_owned(), role))
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
        assert_eq!(role("WEB03=dr"), Ok(("WEB03".to_owned(), Role::Dr)));
        assert!(role("WEB03=boss").is_err() && role("=dr").is_err());
    }
}
