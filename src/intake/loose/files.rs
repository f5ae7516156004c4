//! Tells loose files from bundles and exports, by name and by their beginning, and puts together what belongs together.

use super::copied::is_dll_name;
use super::kept::{KEPT, Kept};
use super::names::{self, Claim};
use super::{LooseOptions, LooseSet, What};
use crate::bundle::Leaf;
use crate::bundle::source::{Content, Given, Origin};
use crate::intake::kinds;
use crate::intake::together::together;
use crate::model::host_name::{is_name, visible};
use crate::model::log::Component;
use crate::model::product::is_key_file_name;
use crate::text::encoding;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a file is, as far as one file tells.
enum Kind {
    Log(Claim),
    Config(String, Claim),
    Iis(Claim),
    Other(&'static str),
}

const IIS_LOG: &str = "is a log of requests to IIS: it shows when users got errors, and no rule reads it; look at it around the \
    time of an error";
const WER: &str = "is a report of Windows on a program that crashed: it names the program, the module and the time, and no \
    rule reads it; collect on the node, so that the event logs come too";
const APPCMD: &str = "is output of appcmd and no applicationHost.config: send a copy of \
    %SystemRoot%\\System32\\inetsrv\\config\\applicationHost.config itself, or collect on the node";
const REDIRECTION: &str = "is redirection.config, not applicationHost.config: send the file applicationHost.config in the \
    folder that it points at, or beside it if it points nowhere";
const ENGINE: &str =
    "is a log of a distributed engine, and engines are not judged: send the logs of the web nodes";

/// Parts the loose files from all that was given. A file that is given twice counts once; the same bytes of two nodes are two
/// facts.
pub(in crate::intake) fn sort(given: Vec<Given>, options: &LooseOptions) -> (Vec<LooseSet>, Vec<Given>) {
    let roots = app_folders(&given);
    let look = |one: &Given| match &one.content {
        Ok(Content::File(leaf)) if app_folder(&roots, one).is_none() => kind(leaf, &one.name),
        _ => None,
    };
    let kinds = together(given.iter().collect(), |one: &&Given| one.inner_id(), look);
    let mut sets = Sets { options, found: BTreeMap::new(), seen: BTreeSet::new() };
    let mut others = Vec::new();
    for (one, kind) in given.into_iter().zip(kinds) {
        let root = app_folder(&roots, &one);
        match (&one.content, kind, root) {
            (Ok(Content::File(leaf)), Some(kind), _) => sets.add(&one, leaf, kind),
            (Ok(Content::File(leaf)), None, Some(root)) => {
                sets.add_copied(&one, leaf, root);
                // What a key file is worth is said of it by itself, too: it must not be here.
                if is_key_file_name(&one.name) {
                    others.push(one);
                }
            }
            _ => others.push(one),
        }
    }
    (sets.found.into_values().collect(), others)
}

/// Application folders by the path of what was given, each with a `/` at its end; the folder that was given itself is empty.
type Roots = BTreeMap<PathBuf, BTreeSet<String>>;

/// The folders that have a `web.config` and a DLL in `bin`.
fn app_folders(given: &[Given]) -> Roots {
    let mut by_root: BTreeMap<&Path, BTreeMap<String, &str>> = BTreeMap::new();
    for one in given.iter().filter(|one| matches!(one.content, Ok(Content::File(_)))) {
        by_root.entry(root_path(one)).or_default().insert(one.name.to_lowercase(), &one.name);
    }
    let mut all = Roots::new();
    for (path, lower) in by_root {
        let mut roots = BTreeSet::new();
        for (lower_name, name) in &lower {
            // A case folder keeps of a copied folder what was read from it.
            if let Some(folder) = name.strip_suffix(KEPT).filter(|folder| folder.ends_with('/')) {
                roots.insert(folder.to_owned());
            }
            let Some(folder) = lower_name.strip_suffix("web.config") else { continue };
            // The folder of the other product on the server is none of this one.
            let is_other = folder == "tms/" || folder.ends_with("/tms/");
            if is_other || !(folder.is_empty() || folder.ends_with('/')) {
                continue;
            }
            let bin = format!("{folder}bin/");
            let mut in_bin = lower.range(bin.clone()..).take_while(|(path, _)| path.starts_with(&bin));
            let has_dll = in_bin.any(|(path, _)| {
                is_dll_name(path) && !path.get(bin.len()..).is_some_and(|tail| tail.contains('/'))
            });
            if has_dll {
                roots.extend(name.get(..folder.len()).map(ToOwned::to_owned));
            }
        }
        if !roots.is_empty() {
            all.insert(path.to_owned(), roots);
        }
    }
    all
}

/// The application folder that a file is in, the outermost one.
fn app_folder<'r>(roots: &'r Roots, given: &Given) -> Option<&'r str> {
    let roots = roots.get(root_path(given))?;
    let name = &given.name;
    let ends = name.match_indices('/').map(|(at, _)| at + 1);
    let found = std::iter::once(0).chain(ends).find_map(|end| roots.get(name.get(..end)?))?;
    // Beside the files of a folder that was given itself a person may have put others.
    let is_beside = found.is_empty() && !name.contains('/') && {
        let end = name.rsplit('.').next().unwrap_or_default().to_lowercase();
        EXPORTS.contains(&end.as_str())
    };
    (!is_beside).then_some(found.as_str())
}

/// Ends of the names of exports and other inputs.
const EXPORTS: [&str; 6] = ["json", "csv", "tsv", "xlsx", "xlsm", "toml"];

/// What a file is, if it is loose evidence.
fn kind(leaf: &Leaf, place: &str) -> Option<Kind> {
    let name = place.rsplit('/').next().unwrap_or(place);
    if is_key_file_name(name) {
        return None;
    }
    let lower = name.to_lowercase();
    // Names say most; only what may be a log or a configuration is opened.
    let end = lower.rsplit_once('.').map_or("", |(_, end)| end);
    let by_name = names::of_log(name);
    let may_be = by_name.is_some() || lower.contains(".log") || lower.contains(".config");
    if !may_be && !["", "txt", "xml", "wer", "log"].contains(&end) {
        return None;
    }
    let head = leaf.head().unwrap_or_default();
    if !head.is_empty() && (!encoding::is_text(&head) || kinds::is_binary(&head, leaf.size())) {
        return None;
    }
    let text = encoding::decode(&head);
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with("#Software: Microsoft Internet Information Services")
        || start.starts_with("#Fields: date time ")
    {
        return Some(Kind::Other(IIS_LOG));
    }
    if start.starts_with("Version=") && start.contains("EventType=") {
        return Some(Kind::Other(WER));
    }
    if Kept::is(start) {
        let (file, claim) = names::of_config(name)?;
        return Some(if file == "applicationhost.config" {
            Kind::Iis(claim)
        } else {
            Kind::Config(file, claim)
        });
    }
    if by_name.is_none() && (start.starts_with('<') || names::of_config(name).is_some()) {
        return markup(start, name);
    }
    if names::is_of_engine(place) || lower.starts_with("ssde") {
        let is_log = by_name.is_some() || lower.contains(".log");
        return is_log.then_some(Kind::Other(ENGINE));
    }
    if let Some(claim) = by_name {
        return Some(Kind::Log(claim));
    }
    let in_log_folder = || place.rsplit('/').nth(1).is_some_and(|folder| folder.eq_ignore_ascii_case("log"));
    let exported = || place.split('/').any(|segment| names::exported(segment).is_some());
    let is_log = lower.contains(".log") && (in_log_folder() || exported() || head.is_empty());
    (is_log || is_product_log(start)).then_some(Kind::Log(Claim::Nobody))
}

/// What markup is, by its first element and its name.
fn markup(start: &str, name: &str) -> Option<Kind> {
    let head = start.to_lowercase();
    let has = |tag: &str| head.contains(tag);
    if has("<appcmd") {
        return Some(Kind::Other(APPCMD));
    }
    let named = names::of_config(name);
    if has("<configurationredirection") && !has("<system.applicationhost") {
        return Some(Kind::Other(REDIRECTION));
    }
    let claim = named.as_ref().map_or(Claim::Nobody, |(_, claim)| claim.clone());
    let is_iis = named.as_ref().is_some_and(|(file, _)| file == "applicationhost.config");
    if is_iis || has("<system.applicationhost") || has("name=\"system.applicationhost\"") {
        return Some(Kind::Iis(claim));
    }
    named.map(|(file, claim)| Kind::Config(file, claim))
}

/// Whether a text begins as a log of the product does: a line with a level and a name of the product's code.
fn is_product_log(start: &str) -> bool {
    let levels = ["INFO", "WARN", "ERROR", "DEBUG", "FATAL"];
    let is_entry = |line: &str| {
        let words = || line.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
        line.starts_with(|c: char| c.is_ascii_digit())
            && words().any(|word| levels.contains(&word))
            && words().any(|word| word.starts_with("Thycotic.") || word.starts_with("Delinea."))
    };
    start.lines().take(40).any(is_entry)
}

struct Sets<'o> {
    options: &'o LooseOptions,
    found: BTreeMap<(String, String), LooseSet>,
    /// Files so far, by where they are.
    seen: BTreeSet<(PathBuf, String)>,
}

impl Sets<'_> {
    fn add(&mut self, given: &Given, leaf: &Leaf, kind: Kind) {
        if !self.seen.insert((given.path.clone(), given.name.clone())) {
            return;
        }
        let place = &given.name;
        let (what, by_name) = match kind {
            Kind::Log(claim) => (What::Logs, claim),
            Kind::Config(file, claim) => (What::Config(file), claim),
            Kind::Iis(claim) => (What::Iis, claim),
            Kind::Other(why) => (What::Other(why), Claim::Nobody),
        };
        let is_named = matches!(by_name, Claim::Named(_));
        let claim = self.claim(given, by_name);
        // Logs of one node in one folder are one input; every other file is one by itself.
        let name = match what {
            What::Logs if !is_named => log_folder(place).unwrap_or(place.as_str()).to_owned(),
            _ => place.clone(),
        };
        let leaf = leaf.clone().renamed(place.clone());
        let key = (name.clone(), format!("{claim:?}{}", root_path(given).display()));
        let new = || LooseSet { name, claim, what, files: Vec::new(), inner: given.inner_id() };
        self.found.entry(key).or_insert_with(new).files.push(leaf);
    }

    fn add_copied(&mut self, given: &Given, leaf: &Leaf, root: &str) {
        if !self.seen.insert((given.path.clone(), given.name.clone())) {
            return;
        }
        let outside = root_of(given);
        let folder = root.trim_end_matches('/');
        let own = outside.rsplit('/').next().filter(|own| !own.is_empty()).unwrap_or("application folder");
        let name = if folder.is_empty() { own } else { folder };
        let claim = self.claim(given, Claim::Nobody);
        let path = given.name.get(root.len()..).unwrap_or(&given.name).to_owned();
        let key = (name.to_owned(), format!("{}", root_path(given).display()));
        let inner = given.inner_id();
        let new = || LooseSet { name: name.to_owned(), claim, what: What::Copied, files: Vec::new(), inner };
        self.found.entry(key).or_insert_with(new).files.push(leaf.clone().renamed(path));
    }

    /// Whose a file is: as a person says, else as its own name says, else as the folders above it say.
    fn claim(&self, given: &Given, by_name: Claim) -> Claim {
        let (place, root) = (given.name.as_str(), &root_of(given));
        let full = format!("{root}/{place}");
        let declared = names::declared(place, &self.options.node_of)
            .or_else(|| names::declared(&full, &self.options.node_of))
            .filter(|name| is_name(name));
        match (declared, by_name) {
            (Some(name), _) => Claim::Named(visible(name)),
            // The list of a case folder keeps what was said when it was written.
            (None, by_name) if matches!(given.origin, Origin::Case(_)) => match &given.origin {
                Origin::Case(Some(owner)) => Claim::of(owner),
                _ => by_name,
            },
            (None, named @ Claim::Named(_)) => named,
            (None, by_name) => match names::of_folders(place, root) {
                Claim::Nobody => by_name,
                claim => claim,
            },
        }
    }
}

/// The folders above the place of a file, as a person gave them: of a path from where they are, all; of any other one, the
/// folder that was given, with the one above it where it has the name of every log folder.
fn root_of(given: &Given) -> String {
    let root = root_path(given);
    let name =
        |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if given.path.is_relative() {
        return root.to_string_lossy().replace('\\', "/");
    }
    let own = name(root);
    let above = root.parent().map(name).unwrap_or_default();
    let is_one_of = |name: &str, words: &[&str]| words.iter().any(|word| name.eq_ignore_ascii_case(word));
    // Homes of people and folders for passing things are called as machines are.
    match () {
        () if is_one_of(&above, &["home", "users", "tmp", "temp"]) => String::new(),
        () if is_one_of(&own, &["log", "logs"]) => format!("{above}/{own}"),
        () => own,
    }
}

/// The path of that folder; of the folder that has it, where the file itself was given.
fn root_path(given: &Given) -> &Path {
    if matches!(given.origin, Origin::Case(_)) {
        return &given.path;
    }
    let depth = given.name.split('/').count();
    let disk = given.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // The file on disk is a part of the place: the archive that holds it, or the file itself.
    let below = given.name.split('/').position(|segment| segment == disk).map_or(depth, |at| at + 1);
    given.path.ancestors().nth(below).unwrap_or(&given.path)
}

/// The folder or archive that has the logs of one node: what names the node, or what holds the log.
fn log_folder(place: &str) -> Option<&str> {
    let mut end = 0;
    let mut named = None;
    for segment in place.split('/') {
        if names::exported(segment).is_some() {
            named = Some(end + segment.len());
        }
        end += segment.len() + 1;
    }
    let folder = place.rsplit_once('/').map(|(folder, _)| folder);
    let own = Component::of(place).is_some() || named.is_some();
    match named {
        Some(end) => place.get(..end),
        None => folder.filter(|_| own),
    }
}
