//! CLU-003: do nodes at the same build have the same application folder, apart from the DLLs in bin?

use crate::model::facts::ConfigState;
use crate::model::node::{Setting, encrypted_above};
use crate::model::parity::{Conformity, classify_values};
use crate::rules::engine::prelude::*;
use crate::rules::lib::file_kind;
use crate::rules::lib::folder::{self, Compared, Difference, Group, Member, Part, Words};
use std::collections::{BTreeMap, BTreeSet};

rule! {
    /// ## What it checks
    /// Whether the nodes that run the same build have the same files in the application folder, apart from the DLLs in
    /// bin. Configuration files are compared by their settings, other files by their content. The two key files, logs,
    /// log settings and settings that may differ from node to node are left out, and so is what has a rule of its own,
    /// such as web.config (CFG-009), documented settings (CFG-003) and files of the customer (CFG-012). A finding is as
    /// bad as the kind of file that differs: copies, notes and temporary files are reported apart, and are harmless.
    /// ## Why it matters
    /// Every node is a copy of the original folder. If files were forgotten, or changed on one node only, the nodes
    /// behave differently. Users see errors that come and go.
    /// ## How to fix it
    /// Find out which node is right. Copy its application folder over that of the other node, without database.config
    /// and encryption.config. Repeat changes that were made by hand on every node.
    /// ## What it cannot see
    /// Which node is right if there are only two. If fingerprints were made with different keys, only the sizes of the
    /// files can be compared. Use the same case key on every node to avoid this.
    id: "CLU-003",
    title: "Application folder differs between nodes, apart from the DLLs in bin",
    question: "Is the application folder the same on all nodes, apart from DLLs in bin?",
    severity: High,
    area: NodesAndFiles,
    subject: Cluster,
    cites: ["SEED" Confirmed],
}

const WORDS: Words = Words {
    things: "files",
    wrong: "not as on the other nodes",
    weigh: Some(|one| file_kind::severity(&one.name)),
};

const SETTINGS: Words = Words { things: "settings", ..WORDS };
const SET: &str = "Decide which value is right, set it on every node, and recycle the application pools.";

const HARMLESS: Words = Words { things: "notes, copies or temporary files", ..WORDS };
const REMOVE: &str = "Move the files out of the application folder, if nobody needs them there.";

/// Files that are each node's own, or have a rule of their own, by name in lower case. Configuration files and settings
/// that may differ are parity rows.
const OWN_FILES: &[&str] = &["saml.config", "keydigests.txt", "app_offline.htm"];

/// How the names of the key files begin. A stray copy of one has a rule of its own.
const KEY_FILES: &[&str] = &["encryption.config", "database.config"];

/// Folders that are each node's own, or have a rule of their own.
const OWN_FOLDERS: &[&str] = &["log/", "temp/", "customresources/"];

fn check(cx: &Context) -> Outcome {
    let alone =
        folder::files_alone(cx).into_iter().filter(|file| file != "web.config" && is_compared(cx, file));
    alone.map(|file| of_file(cx, &file)).fold(of_folders(cx), |all, one| match (all, one) {
        (Outcome::Findings(mut all), Outcome::Findings(more)) => {
            all.extend(more);
            Outcome::Findings(all)
        }
        (_, findings @ Outcome::Findings(_)) => findings,
        (all, _) => all,
    })
}

/// Compares a configuration that came without its folder with that of the other nodes.
fn of_file(cx: &Context, file: &str) -> Outcome {
    folder::by_file(cx, file, &SETTINGS, Some(SET), |group| {
        Ok(if group.has_loose() { settings(cx, group, file) } else { Compared::default() })
    })
}

fn of_folders(cx: &Context) -> Outcome {
    folder::by_part(cx, |group| {
        let configs = configs(cx, group);
        let Compared { differences, mut undecided, .. } =
            Compared::files(group, |path| is_compared(cx, path) && !configs.contains_key(path));
        let is_harmless = |name: &str| file_kind::is_harmless(file_kind::severity(name));
        let (harmless, differences) = differences.into_iter().partition(|one| is_harmless(&one.name));
        // What does no harm if it differs need not be compared either.
        undecided.retain(|name| !is_harmless(name));
        let mut of_settings = Compared::default();
        let parsed = configs.into_iter().filter(|(file, parsed)| *parsed && file != "web.config");
        for (file, _) in parsed {
            let Compared { differences, undecided, encrypted } = settings(cx, group, &file);
            of_settings.differences.extend(differences);
            of_settings.undecided.extend(undecided);
            of_settings.encrypted.extend(encrypted);
        }
        let harmless = Compared { differences: harmless, ..Compared::default() };
        let files = Compared { differences, undecided, ..Compared::default() };
        Ok(vec![
            Part { words: &WORDS, remedy: None, compared: files },
            Part { words: &SETTINGS, remedy: Some(SET), compared: of_settings },
            Part { words: &HARMLESS, remedy: Some(REMOVE), compared: harmless },
        ])
    })
}

/// Configuration files, by name in lower case, whose content need not be compared: their settings are known on every member,
/// or (false) they are not well-formed on one, which CFG-018 says.
fn configs(cx: &Context, group: &Group) -> BTreeMap<String, bool> {
    cx.ask("configs");
    let mut configs = BTreeMap::new();
    for file in group.members.iter().flat_map(|member| member.snapshot.settings.keys()) {
        let mut states = group.members.iter().map(|member| member.snapshot.settings.get(file));
        let known = states.all(|state| matches!(state, Some(Observed::Known { .. })));
        let broken = |member: &Member| {
            let state = member.snapshot.facts.configs.iter().find(|(own, _)| own.eq_ignore_ascii_case(file));
            matches!(state.and_then(|(_, state)| state.value()), Some(ConfigState::NotWellFormed { .. }))
        };
        if is_compared(cx, file) && (known || group.members.iter().any(broken)) {
            configs.insert(file.clone(), known);
        }
    }
    configs
}

fn is_compared(cx: &Context, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    !crate::rules::lib::dlls::is_dll_of_bin(path)
        && !OWN_FOLDERS.iter().any(|folder| path.starts_with(folder))
        && !OWN_FILES.contains(&path)
        && !KEY_FILES.iter().any(|own| name.starts_with(own))
        && !cx.knowledge.rows.may_differ(path, None)
}

/// Compares one configuration file setting by setting, apart from settings that may differ or have a rule of their own.
pub(crate) fn settings(cx: &Context, group: &Group, file: &str) -> Compared {
    let mut compared = Compared::default();
    let members: Vec<Option<&BTreeMap<String, Setting>>> = group
        .members
        .iter()
        .map(|member| member.snapshot.settings.get(file).and_then(Observed::value))
        .collect();
    let keys: BTreeSet<&String> = members.iter().flatten().flat_map(|settings| settings.keys()).collect();
    let mut encrypted = BTreeSet::new();
    for &key in &keys {
        if cx.knowledge.rows.has_row(file, key) || OWN_SETTINGS.contains(&(file, key.as_str())) {
            continue;
        }
        if is_name_of_element(key, &keys) {
            continue;
        }
        let values: Vec<Option<&Setting>> =
            members.iter().map(|settings| settings.and_then(|settings| settings.get(key))).collect();
        if let Some(section) = members.iter().flatten().find_map(|settings| encrypted_above(settings, key)) {
            encrypted.insert(section);
            continue;
        }
        let texts: Vec<Option<Option<&str>>> =
            values.iter().map(|value| Some(value.map(|setting| setting.value.as_str()))).collect();
        let standings = classify_values(&texts);
        let differ = standings.iter().any(|one| matches!(one, Conformity::Odd | Conformity::Differs));
        if !differ && standings.contains(&Conformity::Unknown) {
            compared.undecided.push(format!("{file}: {key}"));
        }
        if differ {
            let state =
                |setting: &Setting| (format!("\"{}\"", setting.value), Location::line(file, setting.line));
            compared.differences.push(Difference {
                name: format!("{file}: {key}"),
                states: values.iter().map(|value| value.map(state)).collect(),
                standings,
            });
        }
    }
    // One node's encryption of a section leaves nothing to compare on any.
    compared.encrypted = encrypted.into_iter().map(|section| format!("{section} of {file}")).collect();
    compared
}

/// Whether the setting only names its element, which has other settings: `add[X]@key` beside `add[X]@value`. Those say
/// everything that it says.
fn is_name_of_element(key: &str, keys: &BTreeSet<&String>) -> bool {
    let Some((element, "key" | "name")) = key.rsplit_once('@') else { return false };
    let of_element = |other: &str| {
        other.strip_prefix(element).is_some_and(|setting| setting.starts_with('@') && !key.ends_with(setting))
    };
    element.ends_with(']') && keys.iter().any(|other| of_element(other))
}

/// Settings that coded rules judge: CFG-017 and CFG-021.
const OWN_SETTINGS: [(&str, &str); 3] = [
    ("web.config", "system.web/compilation@debug"),
    ("web.config", "system.web/machineKey@decryptionKey"),
    ("web.config", "system.web/machineKey@validationKey"),
];
