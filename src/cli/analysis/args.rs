//! The verbs of whoever reads bundles, as clap sees them.

use crate::cli::args::instant;
use crate::finding::{Scope, Severity};
use crate::knowledge::Status;
use crate::knowledge::checklist::Occasion;
use crate::model::{BuildVersion, Role};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone as _, Utc};
use clap::{Args as Arguments, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What the collector alone does not have.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum DeskVerb {
    /// Analyse bundles and exports, and write the readiness-and-error report
    Report(ReportArgs),
    /// Write the checklist of an upgrade or a set-up: what the evidence decides is filled in, the rest asks
    Checklist(ChecklistArgs),
    /// Say what exactly to do, in which order, on which server: to upgrade the cluster, or to add a node to it
    Plan(PlanArgs),
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
    Knowledge {
        #[command(subcommand)]
        verb: KnowledgeVerb,
    },
    /// Print a table to fill in
    Template {
        /// Which table
        what: Template,
    },
    /// The workbook in which a team writes which nodes there should be and what no evidence shows
    Inventory(InventoryArgs),
    /// Print the read-only queries whose results the report reads
    Sql(SqlArgs),
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum Template {
    /// CSV to copy the Server Nodes page into, for versions without the REST call
    Nodes,
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct InventoryArgs {
    /// Write an empty one to fill in
    #[arg(long, required = true)]
    pub template: bool,
    /// Where to
    #[arg(short = 'o', long, value_name = "FILE", default_value = "inventory.xlsx")]
    pub out: PathBuf,
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct SqlArgs {
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
pub(in crate::cli) struct RulesArgs {
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
pub(in crate::cli) enum RulesFormat {
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
        pub(in crate::cli) enum $name { $($variant),+ }

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

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum KnowledgeVerb {
    /// Check a folder of own files: print what it adds and replaces, or everything that is wrong with it
    Check {
        /// The folder; every .toml file in it and in its folders counts (see docs/knowledge.md)
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

/// A case: what is given, and how it is to be read.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct CaseArgs {
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
pub(in crate::cli) struct ChecklistArgs {
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
pub(in crate::cli) struct OutArgs {
    /// File to write; the format follows the extension (.html, .md, .json); may be given several times; - for standard output
    #[arg(short, long = "out", value_name = "FILE")]
    pub out: Vec<PathBuf>,
    /// Format where the file name does not tell it
    #[arg(long)]
    pub format: Option<Format>,
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct PlanArgs {
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
pub(in crate::cli) struct ReportArgs {
    #[command(flatten)]
    pub case: CaseArgs,
    #[command(flatten)]
    pub out: OutArgs,
    /// Exit with 1 when the verdict is this bad or worse
    #[arg(long, value_name = "VERDICT")]
    pub fail_on: Option<FailOn>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    /// One self-contained page
    Html,
    /// Text to paste into a ticket
    Md,
    /// Everything, for programs
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FailOn {
    /// Only on NOT READY
    NotReady,
    /// On NOT READY or CANNOT SAY
    CannotSay,
    /// On anything but READY
    Warnings,
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
    use crate::cli::args::DESK_VERBS;

    #[test]
    fn roles_read_as_people_write_them() {
        assert_eq!(role("WEB03=dr"), Ok(("WEB03".to_owned(), Role::Dr)));
        assert!(role("WEB03=boss").is_err() && role("=dr").is_err());
    }

    #[test]
    fn the_collector_knows_what_it_lacks() {
        let command = DeskVerb::augment_subcommands(clap::Command::new("clusterbrief"));
        let verbs: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        assert_eq!(verbs, DESK_VERBS);
    }
}
