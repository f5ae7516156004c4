//! Tells loose files from bundles and exports, by name and by their beginning, and puts together what belongs together.

use super::names::{self, Claim};
use super::{LooseOptions, LooseSet, What};
use crate::bundle::Leaf;
use crate::bundle::source::{Content, Given};
use crate::intake::kinds;
use crate::model::host_name::{is_name, visible};
use crate::model::log::Component;
use crate::model::product::is_key_file_name;
use crate::text::encoding;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

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
const ENGINE: &str = "is a log of a distributed engine, and engines are not judged: send the logs of the web nodes";

/// Parts the loose files from all that was given. A file that is given twice counts once; the same bytes of two nodes are two
/// facts.
pub(in crate::intake) fn sort(given: Vec<Given>, options: &LooseOptions) -> (Vec<LooseSet>, Vec<Given>) {
    let roots = app_folders(&given);
    let kinds: Vec<Option<Kind>> = given
        .par_iter()
        .map(|one| match &one.content {
            Ok(Content::File(leaf)) if !is_below(&roots, &one.name) => kind(leaf, &one.name),
            _ => None,
        })
        .collect();
    let mut sets = Sets { options, sets: BTreeMap::new(), seen: BTreeSet::new() };
    let mut others = Vec::new();
    for (one, kind) in given.into_iter().zip(kinds) {
        let root = roots.iter().find(|root| one.name.starts_with(root.as_str()));
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
    (sets.sets.into_values().collect(), others)
}

/// The folders that have a `web.config` and a DLL in `bin`, each with a `/` at its end, the outermost only. The folder that was
/// given itself is empty.
fn app_folders(given: &[Given]) -> BTreeSet<String> {
    let files = given.iter().filter(|one| matches!(one.content, Ok(Content::File(_))));
    let lower: BTreeMap<String, &str> = files.map(|one| (one.name.to_lowercase(), one.name.as_str())).collect();
    let mut roots = BTreeSet::new();
    for (lower_name, name) in &lower {
        let Some(folder) = lower_name.strip_suffix("web.config") else { continue };
        if !(folder.is_empty() || folder.ends_with('/')) {
            continue;
        }
        let bin = format!("{folder}bin/");
        let has_dll = lower.range(bin.clone()..).take_while(|(path, _)| path.starts_with(&bin)).any(|(path, _)| {
            path.ends_with(".dll") && !path.get(bin.len()..).is_some_and(|tail| tail.contains('/'))
        });
        if has_dll {
            roots.extend(name.get(..folder.len()).map(ToOwned::to_owned));
        }
    }
    let outermost = |root: &String| {
        !roots.iter().any(|other| other != root && root.starts_with(other.as_str()))
    };
    roots.iter().filter(|root| outermost(root)).cloned().collect()
}

fn is_below(roots: &BTreeSet<String>, name: &str) -> bool {
    roots.iter().any(|root| name.starts_with(root.as_str()))
}

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
    if start.starts_with("#Software: Microsoft Internet Information Services") || start.starts_with("#Fields: date time ") {
        return Some(Kind::Other(IIS_LOG));
    }
    if start.starts_with("Version=") && start.contains("EventType=") {
        return Some(Kind::Other(WER));
    }
    if start.starts_with('<') && by_name.is_none() {
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
    sets: BTreeMap<(String, String), LooseSet>,
    /// Files so far, by where they are.
    seen: BTreeSet<(std::path::PathBuf, String)>,
}

impl Sets<'_> {
    fn add(&mut self, given: &Given, leaf: &Leaf, kind: Kind) {
        if !self.seen.insert((given.path.clone(), given.name.clone())) {
            return;
        }
        let place = &given.name;
        let root = root_of(given);
        let (what, by_name) = match kind {
            Kind::Log(claim) => (What::Logs, claim),
            Kind::Config(file, claim) => (What::Config(file), claim),
            Kind::Iis(claim) => (What::Iis, claim),
            Kind::Other(why) => (What::Other(why), Claim::Nobody),
        };
        let claim = self.claim(place, &root, by_name);
        // Logs of one node in one folder are one input; every other file is one by itself.
        let name = match what {
            What::Logs => log_folder(place).unwrap_or(place.as_str()).to_owned(),
            _ => place.clone(),
        };
        let leaf = leaf.clone().renamed(place.clone());
        let key = (name.clone(), format!("{claim:?}{}", given.path.display()));
        let new = || LooseSet { name, claim, what, files: Vec::new() };
        self.sets.entry(key).or_insert_with(new).files.push(leaf);
    }

    fn add_copied(&mut self, given: &Given, leaf: &Leaf, root: &str) {
        let outside = root_of(given);
        let folder = root.trim_end_matches('/');
        let name = if folder.is_empty() { outside.as_str() } else { folder };
        let claim = self.claim(&given.name, &outside, Claim::Nobody);
        let path = given.name.get(root.len()..).unwrap_or(&given.name).to_owned();
        let key = (name.to_owned(), format!("{}", given.path.ancestors().last().unwrap_or(&given.path).display()));
        let new = || LooseSet { name: name.to_owned(), claim, what: What::Copied, files: Vec::new() };
        self.sets.entry(key).or_insert_with(new).files.push(leaf.clone().renamed(path));
    }

    /// Whose a file is: as a person says, else as its own name says, else as the folders above it say.
    fn claim(&self, place: &str, root: &str, by_name: Claim) -> Claim {
        let full = format!("{root}/{place}");
        let declared = names::declared(place, &self.options.node_of)
            .or_else(|| names::declared(&full, &self.options.node_of))
            .filter(|name| is_name(name));
        match (declared, by_name) {
            (Some(name), _) => Claim::Named(visible(name)),
            (None, named @ Claim::Named(_)) => named,
            (None, by_name) => match names::of_folders(place, root) {
                Claim::Nobody => by_name,
                claim => claim,
            },
        }
    }
}

/// The folder that was given and that a file is below, by its name; empty where the file itself was given.
fn root_of(given: &Given) -> String {
    let depth = given.name.split('/').count();
    let disk = given.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // The file on disk is a part of the place: the archive that holds it, or the file itself.
    let below = given.name.split('/').position(|segment| segment == disk).map_or(depth, |at| at + 1);
    let root = given.path.ancestors().nth(below).and_then(|root| root.file_name());
    root.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
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
