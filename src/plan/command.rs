//! Commands of runbooks, written here alone. A line is made of words of this file and of names that passed their
//! grammar; the types let nothing else in.

use super::grammar::{Checked, Folder, Package, Page, UrlPath, Value};
use super::place::{Open, Place, Slot};
use super::runbook::Ground;
use crate::knowledge::Knowledge;
use crate::knowledge::rows::{Build, Expect, Expectation};
use crate::knowledge::runbooks::{CommandKind, On, TaskRow};
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
    /// The line to run; where a name is not known or does not fit the grammar, a placeholder in angle brackets stands
    /// for it, inside quotes, so that running it as it is does no harm.
    pub line: String,
    /// What stands in place of a name and why, one sentence each; empty: the line can be run as it is.
    pub open: Vec<String>,
}

/// The commands of a task, node by node.
pub(super) fn commands(ground: &Ground, task: &TaskRow, nodes: &[String]) -> Vec<CommandLine> {
    let mut places: Vec<Place> = nodes.iter().map(|node| Place::node(ground, node)).collect();
    if places.is_empty() {
        places.push(Place::nowhere(ground, task.on));
    }
    let mut commands: Vec<CommandLine> = Vec::new();
    for place in &places {
        for kind in &task.commands {
            for command in lines(ground, place, *kind) {
                // Two back-ups of one task make their folder once; fingerprints are shown before and after.
                if *kind == CommandKind::Fingerprints || !commands.contains(&command) {
                    commands.push(command);
                }
            }
        }
    }
    commands
}

/// What to know of the commands of a task before running them, one sentence each.
pub(super) fn advice(task: &TaskRow) -> Vec<String> {
    let mut advice: Vec<String> = Vec::new();
    for sentence in task.commands.iter().flat_map(|kind| cautions(*kind)) {
        if !advice.iter().any(|said| said == sentence) {
            advice.push((*sentence).to_owned());
        }
    }
    advice
}

const EXIT_CODES: &str = "Type echo %errorlevel% after robocopy: below 8 the copy is complete, from 8 on at least one file was not copied and its log says which.";
const EXTRA: &str = "Lines marked *EXTRA File are files that only the target has; the copy leaves them there, and a library left over in bin can disturb the new build.";
const EXACT: &str = "Nothing is deleted. To get the folder exactly as the source has it, take the files marked *EXTRA File away by hand once the back-up is complete, and never the two key files.";
const LOGS: &str =
    "Logs named SS*.log are left out: the source is writing them, and each node keeps its own.";
const STAYS: &str = "The back-up holds both key files, and with them and the database the whole vault can be opened: it stays on this machine, outside the web folders, for administrators only.";
const AGAIN: &str = "If the folder of the back-up is there already, an earlier one lies in it: robocopy then adds only files that it lacks, so look whether it is the one you want.";
const HASHES: &str = "Compare the fingerprints on the node itself; they belong into no ticket and no e-mail.";
const PRINT: &str =
    "Compare it with the fingerprint that the vendor publishes for the package, and install nothing else.";

const fn cautions(kind: CommandKind) -> &'static [&'static str] {
    match kind {
        CommandKind::BackUpFolder => &[STAYS, AGAIN, EXIT_CODES],
        CommandKind::BackUpTms => &[AGAIN, EXIT_CODES],
        CommandKind::Fingerprints => &[HASHES],
        CommandKind::ListCopy | CommandKind::ListCopyTms | CommandKind::ListCopyWhole => &[LOGS, EXTRA],
        CommandKind::Copy | CommandKind::CopyTms => &[LOGS, EXIT_CODES, EXACT],
        CommandKind::CopyWhole => &[LOGS, EXIT_CODES],
        CommandKind::PackageHash => &[PRINT],
        CommandKind::StopPool
        | CommandKind::StartPool
        | CommandKind::CreatePool
        | CommandKind::CreateApplication
        | CommandKind::RestartIis
        | CommandKind::CompareClock
        | CommandKind::Collect => &[],
    }
}

/// Addresses of the page that a task is done on.
pub(super) fn pages(ground: &Ground, task: &TaskRow, nodes: &[String]) -> Vec<String> {
    let Some(page) = task.page.as_deref() else { return Vec::new() };
    let rounds = ground.rounds.split_last().map_or(&[][..], |(_, stops)| stops);
    let mut pages: Vec<&str> = Vec::new();
    for from in std::iter::once(ground.names.current).chain(rounds.iter().copied().map(Some)) {
        let page = of_its_time(page, from);
        if !pages.contains(&page) {
            pages.push(page);
        }
    }
    let names = &ground.names;
    // What is done once in the product is done on any node; whose address stands for one that nobody knows is no one's.
    let anywhere = names.first.as_ref().or(names.source.as_ref()).or(names.serving.first());
    let nodes = nodes.iter().chain(anywhere.filter(|_| task.on == On::Product));
    let mut places: Vec<Place> = nodes.map(|node| Place::node(ground, node)).collect();
    if places.is_empty() {
        places.push(Place::nowhere(ground, task.on));
    }
    let pages: Vec<Page> = pages.into_iter().filter_map(Page::read).collect();
    places.iter().flat_map(|place| pages.iter().map(|page| address(place, page))).collect()
}

/// The first build whose upgrade is done on pages below `Setup` (D:secret-server-setup/upgrading).
const SETUP_PAGES: BuildVersion = BuildVersion::new(10, 2, 0);

/// The page that does the same in the build that runs.
fn of_its_time(page: &str, current: Option<BuildVersion>) -> &str {
    if page.starts_with("Setup/") && current.is_some_and(|current| current < SETUP_PAGES) {
        "Installer.aspx"
    } else {
        page
    }
}

/// The page on one machine, past the load balancer. Without bindings it is taken for HTTPS.
fn address(place: &Place, page: &Page) -> String {
    let bindings = place.iis().map_or(&[][..], |app| &app.bindings);
    // A binding reads `https *:443:name`; an address of version 6 has colons of its own, in brackets.
    let port = |scheme: &str| {
        bindings.iter().find_map(|binding| {
            let (address, _) = binding.strip_prefix(scheme)?.rsplit_once(':')?;
            address.rsplit_once(':')?.1.parse::<u16>().ok()
        })
    };
    let (scheme, port) = match (port("https "), port("http ")) {
        (Some(port), _) => ("https", port),
        (None, Some(port)) => ("http", port),
        (None, None) => ("https", 443),
    };
    let port = match (scheme, port) {
        ("https", 443) | ("http", 80) => String::new(),
        (_, port) => format!(":{port}"),
    };
    let below = match place.path() {
        Ok(path) if path.is_root() => String::new(),
        Ok(path) => path.to_string(),
        Err(open) => format!("/<{}>", open.words),
    };
    format!("{scheme}://{}{port}{below}/{page}", written(&place.host()))
}

/// A name, or its placeholder in angle brackets.
fn written(slot: &Slot<impl Checked>) -> String {
    slot.as_ref().map_or_else(|open| format!("<{}>", open.words), ToString::to_string)
}

/// A line as it is put together: words of this file and checked names.
struct Line {
    text: String,
    open: Vec<String>,
}

impl Line {
    fn new(words: &'static str) -> Self {
        Self { text: words.to_owned(), open: Vec::new() }
    }

    fn appcmd(words: &'static str) -> Self {
        Self::new(r"%windir%\system32\inetsrv\appcmd.exe ").words(words)
    }

    fn words(mut self, words: &'static str) -> Self {
        self.text.push_str(words);
        self
    }

    fn quoted(self, words: &'static str) -> Self {
        self.words("\"").words(words).words("\"")
    }

    /// A name in quotes.
    fn name(mut self, slot: &Slot<impl Checked>) -> Self {
        // Writing to a string never fails.
        let _ = write!(self.text, "\"{}\"", written(slot));
        self.open.extend(slot.as_ref().err().map(|open| open.why.clone()));
        self
    }

    fn on(self, place: &Place, does: impl Into<String>) -> CommandLine {
        let Self { text, mut open } = self;
        open.sort();
        open.dedup();
        CommandLine { node: place.label.clone(), does: does.into(), line: text, open }
    }
}

/// The lines of one kind of command on one machine.
fn lines(ground: &Ground, place: &Place, kind: CommandKind) -> Vec<CommandLine> {
    let source = Place::source(ground);
    match kind {
        CommandKind::StopPool => pools(place, "stop apppool /apppool.name:", "Stops"),
        CommandKind::StartPool => pools(place, "start apppool /apppool.name:", "Starts"),
        CommandKind::BackUpFolder => back_up(ground, place, Part::Application),
        CommandKind::BackUpTms => back_up(ground, place, Part::Tms),
        CommandKind::Fingerprints => ["encryption.config", "database.config"]
            .map(|file| {
                let file = place.folder().map(|folder| folder.below(file));
                Line::new("certutil -hashfile ")
                    .name(&file)
                    .words(" SHA256")
                    .on(place, "Shows the fingerprint of the file.")
            })
            .into(),
        CommandKind::ListCopy => copy(&source, place, Part::Application, Copying::List),
        CommandKind::Copy => copy(&source, place, Part::Application, Copying::Copy),
        CommandKind::ListCopyTms => copy(&source, place, Part::Tms, Copying::List),
        CommandKind::CopyTms => copy(&source, place, Part::Tms, Copying::Copy),
        CommandKind::ListCopyWhole => {
            let mut lines = store(place);
            lines.extend(copy(&source, place, Part::Whole, Copying::List));
            lines
        }
        CommandKind::CopyWhole => copy(&source, place, Part::Whole, Copying::Copy),
        CommandKind::CreatePool => create_pool(ground, place),
        CommandKind::CreateApplication => create_application(place),
        CommandKind::RestartIis => vec![Line::new("iisreset").on(place, "Restarts IIS with all its sites.")],
        CommandKind::CompareClock if source.is(place) => Vec::new(),
        CommandKind::CompareClock => {
            let line =
                Line::new("w32tm /stripchart /computer:").name(&source.host()).words(" /samples:3 /dataonly");
            vec![line.on(
                place,
                format!("Shows three times by how many seconds its clock is off that of {}.", source.label),
            )]
        }
        CommandKind::PackageHash => {
            let hash = |build: Option<BuildVersion>| {
                let package = build.map(Package::from).ok_or_else(|| Open {
                    words: "name of the upgrade package".into(),
                    why: "The build to upgrade to is not known.".into(),
                });
                let does = "Shows the fingerprint of the package; run it in the folder that holds it.";
                Line::new("certutil -hashfile ").name(&package).words(" SHA256").on(place, does)
            };
            builds(ground).into_iter().map(hash).collect()
        }
        CommandKind::Collect => {
            let line = Line::new("clusterbrief collect --app-dir ").name(&place.folder());
            vec![line.on(place, "Writes a bundle of this node into the current folder.")]
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
    fn of(self, folder: &Folder) -> Folder {
        match self {
            Self::Application | Self::Whole => folder.clone(),
            Self::Tms => folder.beside("TMS"),
        }
    }
}

/// Whether a copy is made or only listed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Copying {
    List,
    Copy,
}

/// Logs that the source is writing stay out: they are locked, and the target has its own.
const WITHOUT_KEY_FILES: &str = " /XF database.config encryption.config SS*.log SS*.log.*";
const WITHOUT_LOGS: &str = " /XF SS*.log SS*.log.*";

/// Copies from the source to a machine, run on that machine; nothing that it has is deleted. None where both are one folder.
fn copy(source: &Place, place: &Place, part: Part, copying: Copying) -> Vec<CommandLine> {
    let (from, to) =
        (source.share().map(|folder| part.of(&folder)), place.folder().map(|folder| part.of(&folder)));
    if source.is(place) || (from.is_ok() && from == to) {
        return Vec::new();
    }
    let (mode, log) = match copying {
        Copying::List => (" /L /E", "list"),
        Copying::Copy => (" /E", "copy"),
    };
    let without = if part == Part::Application { WITHOUT_KEY_FILES } else { WITHOUT_LOGS };
    let log = place.folder().and_then(|folder| Ok(folder.log(&place.host()?, log)));
    let line = Line::new("robocopy ").name(&from).words(" ").name(&to).words(mode).words(without);
    let line = line.words(" /COPY:DAT /R:2 /W:5 /NP /TEE /LOG+:").name(&log);
    let what = match part {
        Part::Application => "the folder without the two key files",
        Part::Whole => "the whole folder",
        Part::Tms => "the TMS folder",
    };
    let does = match copying {
        Copying::List => {
            format!("Lists what copying {what} from {} would do, and changes nothing.", source.label)
        }
        Copying::Copy => format!("Copies {what} from {}.", source.label),
    };
    vec![line.on(place, does)]
}

/// Makes the folder for back-ups and logs.
fn store(place: &Place) -> Vec<CommandLine> {
    let store = place.folder().map(|folder| folder.store());
    // By their ids: the names of the two groups depend on the language of Windows.
    let rights = r#" /inheritance:r /grant:r "*S-1-5-32-544:(OI)(CI)F" "*S-1-5-18:(OI)(CI)F""#;
    vec![
        Line::new("mkdir ")
            .name(&store)
            .on(place, "Makes the folder for back-ups and logs; that it is there already is no fault."),
        Line::new("icacls ")
            .name(&store)
            .words(rights)
            .on(place, "Lets only administrators and the system open it."),
    ]
}

/// The builds that are installed one after the other, or the one that the work is about.
fn builds(ground: &Ground) -> Vec<Option<BuildVersion>> {
    if ground.rounds.is_empty() {
        vec![ground.names.leg.or(ground.names.target)]
    } else {
        ground.rounds.iter().copied().map(Some).collect()
    }
}

/// Copies a folder, with everything in it, to the store: in each round of an upgrade to a place of its own.
fn back_up(ground: &Ground, place: &Place, part: Part) -> Vec<CommandLine> {
    let (suffix, what) = match part {
        Part::Application | Part::Whole => ("", "the folder with its two key files"),
        Part::Tms => ("-TMS", "the TMS folder"),
    };
    let from = place.folder().map(|folder| part.of(&folder));
    let mut lines = store(place);
    for build in builds(ground) {
        let to = place.folder().and_then(|folder| Ok(folder.back_up(&place.host()?, suffix, build)));
        let line = Line::new("robocopy ").name(&from).words(" ").name(&to);
        let line = line.words(" /E /XC /XN /XO /COPY:DAT /R:2 /W:5 /NP");
        let round = match build {
            Some(build) if ground.rounds.len() > 1 => format!(", in the round to {build}"),
            _ => String::new(),
        };
        lines.push(line.on(place, format!("Copies {what} into the back-up{round}.")));
    }
    lines
}

/// Pools of TMS (D:secret-server-setup/installation/installing-silent-cli).
const TMS_POOLS: [&str; 3] = ["TMS", "TMSAgent", "TMSWorker"];

/// Stops or starts the pool, and those of TMS where it stands beside the application.
fn pools(place: &Place, verb: &'static str, does: &str) -> Vec<CommandLine> {
    let mut lines =
        vec![Line::appcmd(verb).name(&place.pool()).on(place, format!("{does} the application pool."))];
    if place.has_tms() == Some(true) {
        let pool = |name| {
            Line::appcmd(verb)
                .quoted(name)
                .on(place, format!("{does} a pool of TMS; where IIS has none of this name, it says so."))
        };
        lines.extend(TMS_POOLS.map(pool));
    }
    lines
}

/// Makes the pool as the rules expect it to be.
fn create_pool(ground: &Ground, place: &Place) -> Vec<CommandLine> {
    let pool = place.pool();
    let mut set = Line::appcmd("set apppool /apppool.name:").name(&pool);
    let mut cleared = Vec::new();
    for (setting, value) in expected(ground.knowledge, ground.names.target) {
        match value {
            Some(value) => set = set.words(" /").words(setting).words(":").name(&Ok(value)),
            None => cleared.push(
                Line::appcmd("set apppool /apppool.name:")
                    .name(&pool)
                    .words(" /-")
                    .words(setting)
                    .on(place, "Clears the times of recycling."),
            ),
        }
    }
    let mut lines = vec![
        Line::appcmd("add apppool /name:")
            .name(&pool)
            .on(place, "Makes the pool; where it is there already, it says so."),
        set.on(place, "Gives the pool every setting that the product needs."),
    ];
    lines.extend(cleared);
    lines.push(
        Line::appcmd("list apppool /apppool.name:")
            .name(&pool)
            .words(" /text:*")
            .on(place, "Shows all settings of the pool."),
    );
    lines
}

/// What rules expect of the pool of any build, or of this one: the value of each setting, `None` where it is to be empty.
fn expected(knowledge: &Knowledge, build: Option<BuildVersion>) -> BTreeMap<&'static str, Option<Value>> {
    let concerns = |row: &Expectation| {
        let rule = knowledge.rows.rules.iter().find(|rule| rule.id == row.rule);
        let ranges = [row.applies, rule.and_then(|rule| rule.applies)].into_iter().flatten();
        ranges.into_iter().all(|range| {
            matches!(range.of, Build::Current | Build::Either)
                && build.is_none_or(|build| range.versions.include(&build))
        })
    };
    let rows = knowledge.rows.expectations.iter().filter(|row| row.when.is_empty() && concerns(row));
    rows.filter_map(|row| {
        let told = row.fact.strip_prefix("iis.pool.")?;
        let setting = POOL_SETTINGS.iter().find(|name| **name == told)?;
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

/// Makes the application in its site, or the site where the application is a site of its own.
fn create_application(place: &Place) -> Vec<CommandLine> {
    let (site, path, pool, folder) = (place.site(), place.path(), place.pool(), place.folder());
    if !path.as_ref().is_ok_and(UrlPath::is_root) {
        let line = Line::appcmd("add app /site.name:").name(&site).words(" /path:").name(&path);
        let line = line.words(" /physicalPath:").name(&folder).words(" /applicationPool:").name(&pool);
        return vec![line.on(place, "Makes the application; where it is there already, it says so.")];
    }
    let root = site.clone().map(|site| site.root());
    vec![
        Line::appcmd("add site /name:")
            .name(&site)
            .words(" /physicalPath:")
            .name(&folder)
            .on(place, "Makes the site; where it is there already, it says so."),
        Line::appcmd("set vdir /vdir.name:")
            .name(&root)
            .words(" /physicalPath:")
            .name(&folder)
            .on(place, "Points the site at the folder."),
        Line::appcmd("set app /app.name:")
            .name(&root)
            .words(" /applicationPool:")
            .name(&pool)
            .on(place, "Gives the site its pool."),
    ]
}
