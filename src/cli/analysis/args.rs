//! Options of the analysis verbs, with their help texts.

use super::decide::DecideArgs;
use super::report::FailOn;
use crate::cli::args::instant;
use crate::demo::CASES;
use crate::finding::{Scope, Severity};
use crate::knowledge::Status;
use crate::knowledge::checklist::Occasion;
use crate::logs::LogLevel;
use crate::model::host_name::is_name;
use crate::model::{Area, BuildVersion, Role};
use crate::report::format::{FORMATS, OutputFormat};
use crate::report::ticket::Tracker;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _, Utc};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args as Arguments, Subcommand, ValueEnum};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Verbs that the collector does not have.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum AnalysisVerb {
    /// Analyse bundles and exports, and write a report on faults and upgrade readiness
    Report(ReportArgs),
    /// Show the logs of all nodes together: patterns of errors, or entries in order of time
    Logs(LogsArgs),
    /// Show what each file of a ticket is and what it decides; with -o, write all of it redacted into a folder
    Intake(IntakeArgs),
    /// Write an upgrade or set-up checklist, pre-filled from the evidence
    Checklist(ChecklistArgs),
    /// Write the exact steps, in order and for each server, to upgrade the cluster or to add a node
    Plan(PlanArgs),
    /// Write one zip that asks the customer for everything: a page, scripts, queries, questions, the collector
    Kit(KitArgs),
    /// Explain a rule or a known error: what it is, why it matters, how to fix the fault, and its sources
    Explain {
        /// Id of a rule, such as VER-001, or of a known error, such as E-004
        rule: String,
        /// Folder of your own knowledge files, which add to the built-in ones or replace them
        #[arg(long, value_name = "DIR")]
        knowledge: Option<PathBuf>,
    },
    /// List all rules, or those that match the options
    Rules(RulesArgs),
    /// Check your own knowledge files
    Knowledge {
        #[command(subcommand)]
        verb: KnowledgeVerb,
    },
    /// Print an empty table to fill in
    Template {
        /// Table to print
        what: Template,
    },
    /// Write an empty inventory workbook (expected nodes, load balancer, contacts)
    Inventory(InventoryArgs),
    /// Print the read-only SQL queries whose results the report reads
    Sql(SqlArgs),
    /// Write a decision on a finding of a report into a file for --decisions
    Decide(DecideArgs),
    /// Make a case with known problems, to try the program, to train people or to report a bug
    Demo(DemoArgs),
}

impl AnalysisVerb {
    /// The files and folders that it reads, if it reads a case.
    pub(super) fn inputs(&mut self) -> Option<&mut Vec<PathBuf>> {
        match self {
            Self::Report(args) => Some(&mut args.case.inputs),
            Self::Logs(args) => Some(&mut args.inputs),
            Self::Intake(args) => Some(&mut args.case.inputs),
            Self::Checklist(args) => Some(&mut args.case.inputs),
            Self::Plan(args) => Some(&mut args.case.inputs),
            _ => None,
        }
    }
}

#[derive(Debug, Arguments)]
#[command(after_help = LOGS_HELP)]
pub(in crate::cli) struct LogsArgs {
    /// Bundles (zip or folder), logs, folders and zips of them; the folder of a loose log names its node
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// The node of a file or folder that is in no bundle, such as "ticket.zip/SS.log=WEB02"
    #[arg(long, value_name = "PATH=NAME", value_parser = node_of)]
    pub node_of: Vec<(String, String)>,
    /// Only this node; can be repeated
    #[arg(long, value_name = "NAME")]
    pub node: Vec<String>,
    /// Entries at this time or later, such as "2026-11-20 10:02"; UTC, unless it says its zone
    #[arg(long, value_name = "TIME", value_parser = log_time)]
    pub since: Option<DateTime<Utc>>,
    /// Entries at this time or earlier
    #[arg(long, value_name = "TIME", value_parser = log_time)]
    pub until: Option<DateTime<Utc>>,
    /// Entries around this time
    #[arg(long, value_name = "TIME", value_parser = log_time, conflicts_with_all = ["since", "until"])]
    pub around: Option<DateTime<Utc>>,
    /// Minutes before and after the time of --around
    #[arg(long, value_name = "MINUTES", default_value_t = 5, requires = "around", value_parser = clap::value_parser!(u32).range(0..=525_600))]
    pub span: u32,
    /// Entries of this level or a graver one
    #[arg(long, value_name = "LEVEL", value_parser = one_of(LogLevel::ALL.map(|one| (one.word().into(), one))))]
    pub level: Option<LogLevel>,
    /// Entries with a line that this regular expression matches, after secrets were replaced; (?i) ignores case
    #[arg(long, value_name = "REGEX", allow_hyphen_values = true)]
    pub grep: Option<String>,
    /// Entries of this pattern, such as p-1a2b3c4d5e
    #[arg(long, value_name = "ID")]
    pub pattern: Option<String>,
    /// Print a knowledge record of this pattern, to complete and use with --knowledge
    #[arg(long, value_name = "ID", conflicts_with_all = ["since", "until", "around", "level", "grep", "pattern", "node", "limit", "format", "baseline", "baseline_out"])]
    pub as_record: Option<String>,
    /// Baseline of --baseline-out: patterns that are not in it are marked as new and come first
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write the patterns and how often they come to a file, without any text of an entry
    #[arg(long, value_name = "FILE", conflicts_with_all = ["since", "until", "around", "level", "grep", "pattern", "node"])]
    pub baseline_out: Option<PathBuf>,
    /// At most this many, the first ones
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
    /// text, or json for one object a line
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: LogsFormat,
    /// File to write instead of the terminal
    #[arg(short, long = "out", value_name = "FILE")]
    pub out: Option<PathBuf>,
}

const LOGS_HELP: &str = "\
Without --since, --until, --around, --level, --grep or --pattern it lists the
patterns; with one of them, the entries that fit all of them, of all nodes, in
order of time. Times are shown in UTC; one with a question mark is of a clock
whose zone is not known. Secrets are replaced before anything is searched.

  clusterbrief logs bundles/
  clusterbrief logs bundles/ --around \"2026-11-20 10:02\"
  clusterbrief logs bundles/ --level error --since 2026-11-20 --node WEB02
  clusterbrief logs WEB01/SS.log --grep \"(?i)timeout\" --format json";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LogsFormat {
    Text,
    Json,
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct DemoArgs {
    /// Which case; without it the cases are listed
    #[arg(value_parser = made_cases())]
    pub case: Option<String>,
    /// New or empty folder for its bundles and exports
    pub dir: Option<PathBuf>,
}

fn made_cases() -> PossibleValuesParser {
    let cases = CASES.iter().map(|case| PossibleValue::new(case.name).help(case.summary));
    cases.chain([PossibleValue::new("list").help("List the cases")]).into()
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum Template {
    /// CSV for the values of the Server Nodes page, for versions without the REST call
    Nodes,
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct InventoryArgs {
    /// Write an empty workbook to fill in
    #[arg(long, required = true)]
    pub template: bool,
    /// File to write
    #[arg(short = 'o', long, value_name = "FILE", default_value = "inventory.xlsx")]
    pub out: PathBuf,
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct SqlArgs {
    /// Queries to print [default: all]
    pub queries: Vec<String>,
    /// List what each query returns, which rights it needs and what it never reads
    #[arg(long, conflicts_with = "out")]
    pub list: bool,
    /// Write each query to its own file in this folder
    #[arg(short = 'o', long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct KitArgs {
    /// What it is for: the health of the cluster, or an upgrade to the build of --target
    #[arg(
        long,
        value_name = "PURPOSE",
        default_value = "health",
        default_value_if("target", clap::builder::ArgPredicate::IsPresent, "upgrade")
    )]
    pub purpose: KitPurpose,
    /// Build to upgrade to, such as 11.7.000049
    #[arg(long, value_name = "VERSION", value_parser = BuildVersion::parse)]
    pub target: Option<BuildVersion>,
    /// Name of the case, which the page shows
    #[arg(long, value_name = "NAME", value_parser = crate::kit::case_name)]
    pub case: Option<String>,
    /// Report of this case (.json): what it has is not asked for again, and its questions are asked
    #[arg(long, value_name = "REPORT")]
    pub from: Option<PathBuf>,
    /// The collector for Windows to put in
    #[arg(long, value_name = "FILE")]
    pub exe: Option<PathBuf>,
    /// File to write
    #[arg(short, long = "out", value_name = "FILE", default_value = "kit.zip")]
    pub out: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum KitPurpose {
    /// Is the cluster healthy
    Health,
    /// Is it ready for an upgrade
    Upgrade,
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct RulesArgs {
    /// First part of the rule id, such as ENC
    #[arg(long, value_name = "FAMILY")]
    pub family: Option<String>,
    /// Highest severity that a finding of the rule can have
    #[arg(long, value_parser = one_of(Severity::ALL.map(|one| (one.word().into(), one))))]
    pub severity: Option<Severity>,
    /// When the rule is checked: always (now), or only for an upgrade
    #[arg(long, value_parser = one_of([("now".into(), Scope::Now), ("upgrade".into(), Scope::Upgrade)]))]
    pub scope: Option<Scope>,
    /// How reliable the best source of the rule is: read, only its title seen, or our own conclusion
    #[arg(long, value_parser = one_of(STATUSES.map(|one| (one.word().into(), one))))]
    pub status: Option<Status>,
    /// Input that the rule needs: bundle, logs, node-list, version-history, answer, target, package, or an export such as diagnostics
    #[arg(long, value_name = "INPUT")]
    pub needs: Option<String>,
    /// Format of the list
    #[arg(long, default_value = "text")]
    pub format: RulesFormat,
    /// Folder of your own knowledge files, which add to the built-in ones or replace them
    #[arg(long, value_name = "DIR")]
    pub knowledge: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum RulesFormat {
    /// One line for each rule
    Text,
    /// The page docs/rules.md
    Md,
    /// All data, for programs
    Json,
}

/// How reliable a source can be that a rule rests on.
const STATUSES: [Status; 3] = [Status::Confirmed, Status::Title, Status::Inferred];

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum KnowledgeVerb {
    /// Check a folder of knowledge files: print what it adds and replaces, or every error in it
    Check {
        /// The folder; every .toml file in it and its subfolders is read (see docs/knowledge.md)
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

/// A case: the inputs, and how to read them.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct CaseArgs {
    /// Bundles, exports and logs; folders and archives of them, as they came
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Build to upgrade to, such as 11.7.000049; the rules for the upgrade are then checked too
    #[arg(long, value_name = "VERSION", value_parser = BuildVersion::parse)]
    pub target: Option<BuildVersion>,
    /// Upgrade package (zip) that was downloaded: checks its name and content, and prints its SHA-256
    #[arg(long, value_name = "FILE", requires = "target")]
    pub upgrade_package: Option<PathBuf>,
    /// Date for rules that depend on the calendar: a day or an RFC 3339 time [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub as_of: Option<DateTime<Utc>>,
    /// Names of all nodes that serve requests; confirms that no node is missing
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub expect_nodes: Vec<String>,
    /// The node of a file or folder that is in no bundle, such as "ticket.zip/SS.log=WEB02"; the path as the report shows it
    #[arg(long, value_name = "PATH=NAME", value_parser = node_of)]
    pub node_of: Vec<(String, String)>,
    /// Case key of the bundles: values of files that are in no bundle then compare with theirs
    #[arg(long, value_name = "FILE")]
    pub case_key_file: Option<PathBuf>,
    /// Set a node's role (NAME=dr, NAME=standby or NAME=mirror); non-serving nodes are judged separately
    #[arg(long, value_name = "NAME=ROLE", value_parser = role)]
    pub role: Vec<(String, Role)>,
    /// Areas that the verdict must not leave out, beside those it always needs: database,message-bus,... or all
    #[arg(long, value_name = "AREA", value_delimiter = ',', value_parser = areas())]
    pub require: Vec<RequiredArea>,
    /// Answers of people: a filled-in checklist or a TOML file (see docs/answers.md)
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// Folder of your own knowledge files, which add to the built-in ones or replace them (see docs/knowledge.md)
    #[arg(long, value_name = "DIR")]
    pub knowledge: Option<PathBuf>,
}

impl CaseArgs {
    /// The areas of `--require`.
    pub(super) fn required(&self) -> BTreeSet<Area> {
        let all = self.require.iter().any(Option::is_none);
        Area::ALL.into_iter().filter(|area| all || self.require.contains(&Some(*area))).collect()
    }
}

/// An area of `--require`; `None` for all.
pub(in crate::cli) type RequiredArea = Option<Area>;

fn areas() -> impl TypedValueParser<Value = RequiredArea> {
    let words = Area::ALL.iter().map(|area| PossibleValue::new(area.word()));
    let words = words.chain([PossibleValue::new("all").help("Every area")]);
    PossibleValuesParser::new(words).map(|word| Area::ALL.into_iter().find(|area| area.word() == word))
}

#[derive(Debug, Arguments)]
#[command(after_help = INTAKE_HELP)]
pub(in crate::cli) struct IntakeArgs {
    #[command(flatten)]
    pub case: CaseArgs,
    /// New or empty folder for a redacted copy of all that can be used, which later runs read instead
    #[arg(short, long = "out", value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

const INTAKE_HELP: &str = "\
Give it the folder of the ticket as it came. A report over the folder of -o says
the same as one over the originals; the list in its case.json keeps where each
file came from, and why others were left out.

  clusterbrief intake ticket-4711/
  clusterbrief intake ticket-4711/ mail.zip -o case-4711
  clusterbrief report case-4711 -o report.html";

#[derive(Debug, Arguments)]
pub(in crate::cli) struct ChecklistArgs {
    #[command(flatten)]
    pub case: CaseArgs,
    /// Purpose of the checklist
    #[arg(long = "for", value_name = "WHAT", value_parser = occasion(), default_value = "upgrade")]
    pub occasion: Occasion,
    /// File to write: a workbook to fill in (.xlsx, never overwritten), or .html, .md, .json; can be repeated
    #[arg(short, long = "out", value_name = "FILE", default_value = "checklist.xlsx")]
    pub out: Vec<PathBuf>,
    /// Print nothing but errors once the files are written
    #[arg(short, long)]
    pub quiet: bool,
}

/// Where a result is written, and in which format.
#[derive(Debug, Arguments)]
pub(in crate::cli) struct OutArgs {
    /// File to write; the extension sets the format (.html, .md, .json, of a report also .xlsx, .csv); can be repeated; - for standard output
    #[arg(short, long = "out", value_name = "FILE")]
    pub out: Vec<PathBuf>,
    /// Output format, if the file name does not show it
    #[arg(long, value_parser = one_of(FORMATS.map(|one| (PossibleValue::new(one.name).help(one.about), one))))]
    pub format: Option<&'static OutputFormat>,
    /// Write the first -o of its extension as a ticket that fits this system
    #[arg(long, value_name = "SYSTEM", value_parser = one_of(Tracker::ALL.map(|one| (PossibleValue::new(one.name()).help(one.about()), one))))]
    pub tracker: Option<Tracker>,
    /// Print nothing but errors once the files are written
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Arguments)]
pub(in crate::cli) struct PlanArgs {
    #[command(flatten)]
    pub case: CaseArgs,
    /// Plan only this way to upgrade: classic, load-balanced or rolling [default: every way]
    #[arg(long, value_name = "WAY", conflicts_with = "add_node")]
    pub by: Option<String>,
    /// Plan a new node with this name instead of an upgrade
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
    /// Name of the case, as the report shows it
    #[arg(long = "case", value_name = "NAME")]
    pub case_name: Option<String>,
    /// Name of the customer, as the report shows it
    #[arg(long, value_name = "NAME")]
    pub customer: Option<String>,
    /// Identifier of the ticket, as the report shows it
    #[arg(long, value_name = "ID")]
    pub ticket: Option<String>,
    /// Baseline that `logs --baseline-out` wrote: patterns of errors that are not in it are marked as new
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// An earlier moment to compare with: bundles, a case folder, or the JSON form of an earlier report; after the inputs
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub before: Vec<PathBuf>,
    /// Decisions on findings (see docs/decisions-format.md): accepted, false alarm, in work; --fail-on then reads the verdict with them
    #[arg(long, value_name = "FILE")]
    pub decisions: Option<PathBuf>,
    /// Exit with code 1 if the verdict is this bad or worse, or if something is new since --before
    #[arg(long, value_name = "VERDICT")]
    pub fail_on: Option<FailOn>,
    /// With --target: put the whole plan and checklist into the page, instead of into files beside it
    #[arg(long, requires = "target")]
    pub with_plan: bool,
}

fn occasion() -> impl TypedValueParser<Value = Occasion> {
    one_of([("upgrade".into(), Occasion::Upgrade), ("setup".into(), Occasion::Setup)])
}

/// Reads one of these values by its name.
fn one_of<T: Clone + Send + Sync + 'static, const N: usize>(
    values: [(PossibleValue, T); N],
) -> impl TypedValueParser<Value = T> {
    let names = values.each_ref().map(|(name, _)| name.clone());
    PossibleValuesParser::new(names).try_map(move |name| {
        let found = values.iter().find(|(value, _)| value.get_name() == name);
        found.map(|(_, value)| value.clone()).ok_or("there is no such value")
    })
}

fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(Utc.from_utc_datetime(&day.and_time(NaiveTime::MIN)));
    }
    instant(text)
        .map(|time| time.with_timezone(&Utc))
        .map_err(|_| "expected a day such as 2026-11-22 or a time such as 2026-11-22T12:00:00Z".into())
}

/// A time as people and logs write it; UTC, unless it says its zone.
fn log_time(text: &str) -> Result<DateTime<Utc>, String> {
    let wrong = || "expected a time such as \"2026-11-20 10:02\" or 2026-11-20T10:02:13+01:00".to_owned();
    let text = text.trim();
    let upper = text.to_ascii_uppercase();
    let (reading, offset) = if let Some(reading) = upper.strip_suffix('Z').or(upper.strip_suffix("UTC")) {
        (reading, 0)
    } else if let Some((reading, sign, zone)) = upper.char_indices().skip(11).find_map(|(at, c)| {
        let (reading, zone) = upper.split_at_checked(at)?;
        matches!(c, '+' | '-')
            .then(|| (reading, if c == '-' { -1 } else { 1 }, zone.get(1..).unwrap_or_default()))
    }) {
        let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
        let (hours, minutes) = digits.split_at_checked(2).ok_or_else(wrong)?;
        let minutes = if minutes.is_empty() { 0 } else { minutes.parse::<i64>().map_err(|_| wrong())? };
        let hours = hours.parse::<i64>().map_err(|_| wrong())?;
        if hours > 14
            || minutes > 59
            || digits.len() > 4
            || !zone.chars().all(|c| c.is_ascii_digit() || c == ':')
        {
            return Err(wrong());
        }
        (reading, sign * (hours * 60 + minutes))
    } else {
        (upper.as_str(), 0)
    };
    let reading = reading.trim().replace('T', " ").replace(',', ".");
    let forms = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
    let time = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(&reading, form).ok());
    let day = || Some(NaiveDate::parse_from_str(&reading, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN));
    let time = time.or_else(day).ok_or_else(wrong)?.and_utc();
    time.checked_sub_signed(TimeDelta::minutes(offset)).ok_or_else(wrong)
}

/// A path of a file or folder and the name of its node.
pub(super) fn node_of(text: &str) -> Result<(String, String), String> {
    let (path, name) = text.rsplit_once('=').ok_or("expected PATH=NAME, such as SS.log=WEB02")?;
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path).trim_end_matches('/');
    if path.is_empty() || !is_name(name) {
        return Err("expected the path of a file or folder, and the name of one node".into());
    }
    Ok((path.to_owned(), name.to_owned()))
}

fn role(text: &str) -> Result<(String, Role), String> {
    let (name, word) = text.split_once('=').ok_or("expected NAME=dr, NAME=standby or NAME=mirror")?;
    let role = [Role::Dr, Role::Standby, Role::Mirror]
        .into_iter()
        .find(|role| role.word() == word)
        .ok_or("the role is dr, standby or mirror")?;
    if !is_name(name) {
        return Err("the name of one node is missing".into());
    }
    Ok((name.to_owned(), role))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::ANALYSIS_VERBS;

    #[test]
    fn roles_are_read_as_people_write_them() {
        assert_eq!(role("WEB03=dr"), Ok(("WEB03".to_owned(), Role::Dr)));
        assert!(role("WEB03=boss").is_err() && role("=dr").is_err());
    }

    #[test]
    fn times_are_read_as_people_and_logs_write_them() {
        let read = |text| log_time(text).map(|time| time.format("%m-%d %H:%M:%S%.3f").to_string());
        for (text, expected) in [
            ("2026-11-20", "11-20 00:00:00.000"),
            ("2026-11-20 10:02", "11-20 10:02:00.000"),
            (" 2026-11-20 10:02:13,123 ", "11-20 10:02:13.123"),
            ("2026-11-20T10:02:13.5Z", "11-20 10:02:13.500"),
            ("2026-11-20t10:02z", "11-20 10:02:00.000"),
            ("2026-11-20 10:02 UTC", "11-20 10:02:00.000"),
            ("2026-11-20T10:02:13+02:00", "11-20 08:02:13.000"),
            ("2026-11-20 10:02 -0530", "11-20 15:32:00.000"),
            ("2026-11-20 23:02 -05", "11-21 04:02:00.000"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
        }
        for text in [
            "",
            "10:02",
            "yesterday",
            "2026-13-01",
            "2026-11-20 25:00",
            "2026-11-20 10:02 +99:00",
            "2026-11-20 10:02 CET",
        ] {
            assert!(log_time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_collector_knows_what_it_lacks() {
        let command = AnalysisVerb::augment_subcommands(clap::Command::new("clusterbrief"));
        let verbs: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        assert_eq!(verbs, ANALYSIS_VERBS);
    }
}
