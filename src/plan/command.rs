//! Commands of runbooks, which are written only here. A line is made of words of this file and of names that passed
//! their grammar; the types let nothing else in.

use super::grammar::{Checked, Folder, Package, Page, UrlPath, Value};
use super::runbook::PlanContext;
use super::task_target::{Arg, TaskTarget, Unresolved};
use super::unique;
use crate::knowledge::Knowledge;
use crate::knowledge::rows::{Build, Expect, Expectation};
use crate::knowledge::runbooks::{CommandKind, TaskRow, TaskSite};
use crate::model::BuildVersion;
use crate::model::iis::POOL_SETTINGS;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A command to run on a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CommandLine {
    /// Node it is run on, by an administrator, in a command prompt.
    pub node: String,
    /// What it does, in a few words.
    pub does: String,
    /// The line to run; where a name is not known or does not fit the grammar, a placeholder in angle brackets
    /// replaces it, inside quotes, so that running it as it is does no harm.
    pub line: String,
    /// Why names are placeholders, one sentence each; empty: the line can be run as it is.
    pub open: Vec<String>,
}

/// The commands of a task, node by node.
pub(super) fn commands(context: &PlanContext, task: &TaskRow, nodes: &[String]) -> Vec<CommandLine> {
    let mut commands: Vec<CommandLine> = Vec::new();
    for target in &targets(context, task.on, nodes.iter()) {
        for kind in &task.commands {
            for command in lines(context, target, *kind) {
                // Two backups of one task make their folder once; fingerprints are shown before and after.
                if *kind == CommandKind::Fingerprints || !commands.contains(&command) {
                    commands.push(command);
                }
            }
        }
    }
    commands
}

/// The nodes as targets; without any, one target without a name.
fn targets<'a, 'n>(
    context: &PlanContext<'a>,
    on: TaskSite,
    nodes: impl Iterator<Item = &'n String>,
) -> Vec<TaskTarget<'a>> {
    let targets: Vec<_> = nodes.map(|node| TaskTarget::node(context, node)).collect();
    if targets.is_empty() { vec![TaskTarget::unknown(context, on)] } else { targets }
}

/// What to know of the commands of a task before running them, one sentence each.
pub(super) fn advice(task: &TaskRow) -> Vec<String> {
    unique(task.commands.iter().flat_map(|kind| cautions(*kind)).map(ToString::to_string))
}

const EXIT_CODES: &str = "After robocopy, type echo %errorlevel%. Below 8 means that the copy is complete. 8 or more means that at least one file was not copied; the log says which.";
const EXTRA: &str = "Lines marked *EXTRA File are files that exist only on the target. The copy does not remove them, and an old library in bin can disturb the new build.";
const EXACT: &str = "Nothing is deleted. To make the folder equal to the source, remove the files marked *EXTRA File by hand after the backup is complete. Never remove the two key files.";
const LOGS: &str =
    "Logs named SS*.log are not copied: the source is writing to them, and each node keeps its own.";
const STAYS: &str = "The backup contains both key files. With them and the database, anyone can open the whole vault: keep the backup on this machine, outside the web folders, for administrators only.";
const AGAIN: &str = "If the backup folder already exists, it contains an earlier backup. Robocopy then adds only the files that are missing in it, so check that it is the backup you want.";
const HASHES: &str = "Compare the fingerprints on the node itself. Do not put them in a ticket or an e-mail.";
const PRINT: &str =
    "Compare it with the fingerprint that the vendor publishes. Install the package only if they are equal.";

const fn cautions(kind: CommandKind) -> &'static [&'static str] {
    match kind {
        CommandKind::BackUpFolder => &[STAYS, AGAIN, EXIT_CODES],
        CommandKind::BackUpTms => &[AGAIN, EXIT_CODES],
        CommandKind::Fingerprints => &[HASHES],
        CommandKind::ListCopy | CommandKind::ListCopyTms | CommandKind::ListCopyWhole => &[LOGS, EXTRA],
        CommandKind::Copy | CommandKind::CopyTms => &[LOGS, EXIT_CODES, EXACT],
        CommandKind::CopyWhole => &[LOGS, EXIT_CODES],
        CommandKind::PackageHash => &[PRINT],
        _ => &[],
    }
}

/// Addresses of the page that a task is done on.
pub(super) fn pages(context: &PlanContext, task: &TaskRow, nodes: &[String]) -> Vec<String> {
    let Some(page) = task.page.as_deref() else { return Vec::new() };
    let stops = context.rounds.split_last().map_or(&[][..], |(_, stops)| stops);
    let builds = std::iter::once(context.names.current).chain(stops.iter().copied().map(Some));
    let pages = unique(builds.map(|from| page_in_build(page, from)));
    let pages: Vec<Page> = pages.into_iter().filter_map(Page::read).collect();
    // What is done once in the product is done on any node. An address with a placeholder instead of a name would help
    // nobody there.
    let names = context.names;
    let anywhere = names.first.as_ref().or(names.source.as_ref()).or(names.serving.first());
    let nodes = nodes.iter().chain(anywhere.filter(|_| task.on == TaskSite::Product));
    let targets = targets(context, task.on, nodes);
    targets.iter().flat_map(|target| pages.iter().map(|page| address(target, page))).collect()
}

/// The first build whose upgrade is done on pages below `Setup`; before it there was one installer page.
const SETUP_PAGES: BuildVersion = BuildVersion::new(10, 2, 0);

/// The page that does the same in the build that runs.
fn page_in_build(page: &str, current: Option<BuildVersion>) -> &str {
    let is_old = current.is_some_and(|current| current < SETUP_PAGES);
    if page.starts_with("Setup/") && is_old { "Installer.aspx" } else { page }
}

/// The page on one machine, past the load balancer. Without bindings HTTPS is assumed.
fn address(target: &TaskTarget, page: &Page) -> String {
    let bindings = target.iis().map_or(&[][..], |app| &app.bindings);
    // A binding reads `https *:443:name`; an address of version 6 has colons of its own, in brackets.
    let port = |scheme: &str| {
        bindings.iter().find_map(|binding| {
            let (address, _) = binding.strip_prefix(scheme)?.rsplit_once(':')?;
            address.rsplit_once(':')?.1.parse::<u16>().ok()
        })
    };
    let (scheme, port) = match (port("https "), port("http ")) {
        (None, Some(port)) => ("http", port),
        (port, _) => ("https", port.unwrap_or(443)),
    };
    let port = match (scheme, port) {
        ("https", 443) | ("http", 80) => String::new(),
        (_, port) => format!(":{port}"),
    };
    let path = match target.path() {
        Ok(path) if path.is_root() => String::new(),
        Ok(path) => path.to_string(),
        Err(path) => format!("/<{}>", path.placeholder),
    };
    format!("{scheme}://{}{port}{path}/{page}", target.host().written())
}

/// An argument, whatever its grammar.
trait Written {
    /// The name, or its placeholder in angle brackets.
    fn written(&self) -> String;
    /// Why it has no name.
    fn why_open(&self) -> Option<&str>;
}

impl<T: Checked> Written for Arg<T> {
    fn written(&self) -> String {
        self.as_ref().map_or_else(|open| format!("<{}>", open.placeholder), ToString::to_string)
    }

    fn why_open(&self) -> Option<&str> {
        self.as_ref().err().map(|open| open.why.as_str())
    }
}

const APPCMD: &str = r"%windir%\system32\inetsrv\appcmd.exe";

/// A line made of words of this file, with an argument in quotes for each `{}` in them.
fn line(words: &[&'static str], args: &[&dyn Written]) -> CommandLine {
    let words = words.concat();
    let mut words = words.split("{}");
    let mut text = words.next().unwrap_or_default().replacen("appcmd", APPCMD, 1);
    for (arg, words) in args.iter().zip(words) {
        // Writing to a string never fails.
        let _ = write!(text, "\"{}\"{words}", arg.written());
    }
    let mut open: Vec<String> = args.iter().filter_map(|arg| arg.why_open()).map(str::to_owned).collect();
    open.sort();
    open.dedup();
    CommandLine { node: String::new(), does: String::new(), line: text, open }
}

impl CommandLine {
    fn on(self, target: &TaskTarget, does: impl Into<String>) -> Self {
        Self { node: target.label.clone(), does: does.into(), ..self }
    }
}

/// The upgrade package of a build, as the vendor names it.
fn package_of(build: BuildVersion) -> Option<Package> {
    Package::read(&format!("Version_{}.zip", build.to_string().replace('.', "_")))
}

/// The lines of one kind of command on one machine.
fn lines(context: &PlanContext, target: &TaskTarget, kind: CommandKind) -> Vec<CommandLine> {
    let source = TaskTarget::source(context);
    match kind {
        CommandKind::StopPool => pools(target, "appcmd stop apppool /apppool.name:", "Stops"),
        CommandKind::StartPool => pools(target, "appcmd start apppool /apppool.name:", "Starts"),
        CommandKind::BackUpFolder => back_up(context, target, Part::Application),
        CommandKind::BackUpTms => back_up(context, target, Part::Tms),
        CommandKind::Fingerprints => {
            let hash = |file| {
                let file = target.folder().map(|folder| folder.below(file));
                line(&["certutil -hashfile {} SHA256"], &[&file])
                    .on(target, "Shows the fingerprint of the file.")
            };
            ["encryption.config", "database.config"].map(hash).into()
        }
        CommandKind::ListCopy => copy(&source, target, Part::Application, true),
        CommandKind::Copy => copy(&source, target, Part::Application, false),
        CommandKind::ListCopyTms => copy(&source, target, Part::Tms, true),
        CommandKind::CopyTms => copy(&source, target, Part::Tms, false),
        CommandKind::ListCopyWhole => {
            let mut lines = store(target);
            lines.extend(copy(&source, target, Part::Whole, true));
            lines
        }
        CommandKind::CopyWhole => copy(&source, target, Part::Whole, false),
        CommandKind::CreatePool => create_pool(context, target),
        CommandKind::CreateApplication => create_application(target),
        CommandKind::RestartIis => {
            vec![line(&["iisreset"], &[]).on(target, "Restarts IIS with all its sites.")]
        }
        CommandKind::CompareClock if source.is(target) => Vec::new(),
        CommandKind::CompareClock => {
            let host = source.label.as_str();
            let does = format!("Shows three times how many seconds its clock differs from that of {host}.");
            let words = ["w32tm /stripchart /computer:{} /samples:3 /dataonly"];
            vec![line(&words, &[&source.host()]).on(target, does)]
        }
        CommandKind::PackageHash => {
            let hash = |build: Option<BuildVersion>| {
                let package = build.and_then(package_of).ok_or_else(|| Unresolved {
                    placeholder: "name of the upgrade package".into(),
                    why: "The build to upgrade to is not known.".into(),
                });
                let does =
                    "Shows the fingerprint of the package; run it in the folder that contains the package.";
                line(&["certutil -hashfile {} SHA256"], &[&package]).on(target, does)
            };
            builds(context).into_iter().map(hash).collect()
        }
        CommandKind::Collect => {
            let does = "Writes a bundle of this node into the current folder.";
            vec![line(&["clusterbrief collect --app-dir {}"], &[&target.folder()]).on(target, does)]
        }
    }
}

/// What is copied.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The application folder, the two key files left out.
    Application,
    /// The application folder with the two key files.
    Whole,
    /// The TMS folder beside it.
    Tms,
}

impl Part {
    fn of(self, folder: Folder) -> Folder {
        if self == Self::Tms { folder.beside("TMS") } else { folder }
    }
}

/// Copies from the source to a machine, run on that machine, or only lists what would be copied. Nothing on the machine is
/// deleted. No line where both are one folder.
fn copy(source: &TaskTarget, target: &TaskTarget, part: Part, list_only: bool) -> Vec<CommandLine> {
    let from = source.share().map(|folder| part.of(folder));
    let to = target.folder().map(|folder| part.of(folder));
    if source.is(target) || (from.is_ok() && from == to) {
        return Vec::new();
    }
    let what = match part {
        Part::Application => "the folder without the two key files",
        Part::Whole => "the whole folder",
        Part::Tms => "the TMS folder",
    };
    let node = &source.label;
    let (mode, log, does) = if list_only {
        (" /L", "list", format!("Lists what copying {what} from {node} would do, and changes nothing."))
    } else {
        ("", "copy", format!("Copies {what} from {node}."))
    };
    let key_files = if part == Part::Application { "database.config encryption.config " } else { "" };
    let log = target.folder().and_then(|folder| Ok(folder.log(&target.host()?, log)));
    // Logs that the source is writing stay out: they are locked, and the target has its own.
    let words = [
        "robocopy {} {}",
        mode,
        " /E /XF ",
        key_files,
        "SS*.log SS*.log.* /COPY:DAT /R:2 /W:5 /NP /TEE /LOG+:{}",
    ];
    vec![line(&words, &[&from, &to, &log]).on(target, does)]
}

/// Creates the folder for backups and logs.
fn store(target: &TaskTarget) -> Vec<CommandLine> {
    let store = target.folder().map(|folder| folder.store());
    // By their ids: the names of the two groups depend on the language of Windows.
    let rights = r#"icacls {} /inheritance:r /grant:r "*S-1-5-32-544:(OI)(CI)F" "*S-1-5-18:(OI)(CI)F""#;
    vec![
        line(&["mkdir {}"], &[&store])
            .on(target, "Creates the folder for backups and logs. \"Already exists\" is fine."),
        line(&[rights], &[&store]).on(target, "Lets only administrators and the system open it."),
    ]
}

/// The builds that are installed one after the other, or the one that the work is about.
fn builds(context: &PlanContext) -> Vec<Option<BuildVersion>> {
    if context.rounds.is_empty() {
        vec![context.names.hop.or(context.names.target)]
    } else {
        context.rounds.iter().copied().map(Some).collect()
    }
}

/// Copies a folder, with everything in it, to the store: in each round of an upgrade to a place of its own.
fn back_up(context: &PlanContext, target: &TaskTarget, part: Part) -> Vec<CommandLine> {
    let (suffix, what) = match part {
        Part::Application | Part::Whole => ("", "the folder with its two key files"),
        Part::Tms => ("-TMS", "the TMS folder"),
    };
    let from = target.folder().map(|folder| part.of(folder));
    let copy = |build: Option<BuildVersion>| {
        let to = target.folder().and_then(|folder| Ok(folder.back_up(&target.host()?, suffix, build)));
        let round = build.filter(|_| context.rounds.len() > 1);
        let round = round.map_or_else(String::new, |build| format!(", in the round to {build}"));
        line(&["robocopy {} {} /E /XC /XN /XO /COPY:DAT /R:2 /W:5 /NP"], &[&from, &to])
            .on(target, format!("Copies {what} into the backup{round}."))
    };
    store(target).into_iter().chain(builds(context).into_iter().map(copy)).collect()
}

/// Pools that the silent installation of the product makes for TMS.
const TMS_POOLS: [&str; 3] = [r#""TMS""#, r#""TMSAgent""#, r#""TMSWorker""#];

/// Stops or starts the pool, and those of TMS where it is beside the application.
fn pools(target: &TaskTarget, words: &'static str, does: &str) -> Vec<CommandLine> {
    let mut lines =
        vec![line(&[words, "{}"], &[&target.pool()]).on(target, format!("{does} the application pool."))];
    if target.has_tms() == Some(true) {
        let does = format!("{does} a TMS pool. If IIS has no pool of this name, the command says so.");
        lines.extend(TMS_POOLS.map(|pool| line(&[words, pool], &[]).on(target, does.clone())));
    }
    lines
}

/// Creates the pool as the rules expect it to be.
fn create_pool(context: &PlanContext, target: &TaskTarget) -> Vec<CommandLine> {
    let pool = target.pool();
    let (mut cleared, mut words, mut values) =
        (Vec::new(), vec!["appcmd set apppool /apppool.name:{}"], Vec::new());
    for (setting, value) in expected(context.knowledge, context.names.target) {
        if let Some(value) = value {
            words.extend([" /", setting, ":{}"]);
            values.push(Ok(value));
        } else {
            let words = ["appcmd set apppool /apppool.name:{} /-", setting];
            cleared.push(line(&words, &[&pool]).on(target, "Clears the recycling times."));
        }
    }
    let values = values.iter().map(|value: &Arg<Value>| value as &dyn Written);
    let args: Vec<&dyn Written> = std::iter::once(&pool as &dyn Written).chain(values).collect();
    let mut lines = vec![
        line(&["appcmd add apppool /name:{}"], &[&pool])
            .on(target, "Creates the pool. If it already exists, the command says so."),
        line(&words, &args).on(target, "Sets everything on the pool that the product needs."),
    ];
    lines.extend(cleared);
    lines.push(
        line(&["appcmd list apppool /apppool.name:{} /text:*"], &[&pool])
            .on(target, "Shows all settings of the pool."),
    );
    lines
}

/// What rules expect of the pool of any build, or of this one: the value of each setting, `None` where it is to be empty.
fn expected(knowledge: &Knowledge, build: Option<BuildVersion>) -> BTreeMap<&'static str, Option<Value>> {
    let concerns = |row: &Expectation| {
        let rule = knowledge.rows.rules.iter().find(|rule| rule.id == row.rule);
        let ranges = [row.applies, rule.and_then(|rule| rule.applies)].into_iter().flatten();
        ranges.into_iter().all(|range| {
            matches!(range.of, Build::Current | Build::Either | Build::Asked)
                && build.is_none_or(|build| range.versions.include(&build))
        })
    };
    let rows = knowledge.rows.expectations.iter().filter(|row| row.when.is_empty() && concerns(row));
    rows.filter_map(|row| {
        let name = row.fact.strip_prefix("iis.pool.")?;
        let setting = POOL_SETTINGS.iter().find(|setting| **setting == name)?;
        let value = match (row.expect, row.values.as_slice()) {
            (Expect::OneOf, [value]) => Some(Value::read(value)?),
            (Expect::ZeroSpan, _) => Some(Value::read("00:00:00")?),
            (Expect::Empty, _) => None,
            _ => return None,
        };
        Some((*setting, value))
    })
    .collect()
}

/// Creates the application in its site, or the site where the application is a site of its own.
fn create_application(target: &TaskTarget) -> Vec<CommandLine> {
    let (site, path, pool, folder) = (target.site(), target.path(), target.pool(), target.folder());
    if !path.as_ref().is_ok_and(UrlPath::is_root) {
        let words = ["appcmd add app /site.name:{} /path:{} /physicalPath:{} /applicationPool:{}"];
        let line = line(&words, &[&site, &path, &folder, &pool]);
        return vec![line.on(target, "Creates the application. If it already exists, the command says so.")];
    }
    let root = site.clone().map(|site| site.root());
    vec![
        line(&["appcmd add site /name:{} /physicalPath:{}"], &[&site, &folder])
            .on(target, "Creates the site. If it already exists, the command says so."),
        line(&["appcmd set vdir /vdir.name:{} /physicalPath:{}"], &[&root, &folder])
            .on(target, "Points the site at the folder."),
        line(&["appcmd set app /app.name:{} /applicationPool:{}"], &[&root, &pool])
            .on(target, "Assigns the pool to the site."),
    ]
}
