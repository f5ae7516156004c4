//! CLU-003: do nodes at the same build have the same application folder, apart from the DLLs in bin?

use crate::model::node::{Setting, encrypted_above};
use crate::model::parity::{Conformity, classify, compared_value, same_value};
use crate::rules::engine::prelude::*;
use crate::rules::lib::folder::{self, Compared, Difference, Group, Words};
use std::collections::{BTreeMap, BTreeSet};

rule! {
    /// ## What it checks
    /// Whether the nodes that run the same build have the same files in the application folder, apart from the DLLs in
    /// bin. Configuration files are compared by their settings, other files by their content. The two key files, logs,
    /// log settings and settings that may differ from node to node are left out.
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
    severity: High,
    area: NodesAndFiles,
    subject: Cluster,
    cites: ["SEED" Confirmed],
}

const WORDS: Words = Words { things: "files or settings", wrong: "not as on the other nodes" };

/// Files that are each node's own, by name in lower case. Configuration files and settings that may differ
/// are parity rows.
const OWN_FILES: &[&str] = &["encryption.config", "database.config"];

/// Folders that are each node's own.
const OWN_FOLDERS: &[&str] = &["log/", "temp/"];

fn check(cx: &Context) -> Outcome {
    folder::by_group(cx, &WORDS, None, |group| {
        let parsed = parsed_everywhere(cx, group);
        let mut all = Compared::files(group, |path| is_compared(cx, path) && !parsed.contains(path));
        for file in &parsed {
            let Compared { differences, undecided, encrypted } = settings(cx, group, file);
            all.differences.extend(differences);
            all.undecided.extend(undecided);
            all.encrypted.extend(encrypted);
        }
        all.differences.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    })
}

fn is_compared(cx: &Context, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    !crate::rules::lib::dlls::is_dll_of_bin(path)
        && !OWN_FOLDERS.iter().any(|folder| path.starts_with(folder))
        // A stray copy of a key file has a rule of its own.
        && !OWN_FILES.iter().any(|own| name.starts_with(own))
        && !cx.knowledge.rows.may_differ(path, None)
}

/// Configuration files, by name in lower case, whose settings are known on every member.
fn parsed_everywhere(cx: &Context, group: &Group) -> BTreeSet<String> {
    cx.ask("configs");
    let known = |file: &String, member: &folder::Member| {
        matches!(member.snapshot.settings.get(file), Some(Observed::Known { .. }))
    };
    let files: BTreeSet<&String> =
        group.members.iter().flat_map(|member| member.snapshot.settings.keys()).collect();
    files
        .into_iter()
        .filter(|file| is_compared(cx, file) && group.members.iter().all(|member| known(file, member)))
        .cloned()
        .collect()
}

/// Compares one configuration file setting by setting.
pub(crate) fn settings(cx: &Context, group: &Group, file: &str) -> Compared {
    let mut compared = Compared::default();
    let members: Vec<Option<&BTreeMap<String, Setting>>> = group
        .members
        .iter()
        .map(|member| member.snapshot.settings.get(file).and_then(Observed::value))
        .collect();
    let keys: BTreeSet<&String> = members.iter().flatten().flat_map(|settings| settings.keys()).collect();
    let mut encrypted = BTreeSet::new();
    for key in keys {
        if cx.knowledge.rows.may_differ(file, Some(key)) {
            continue;
        }
        let values: Vec<Option<&Setting>> =
            members.iter().map(|settings| settings.and_then(|settings| settings.get(key))).collect();
        if let Some(section) = members.iter().flatten().find_map(|settings| encrypted_above(settings, key)) {
            encrypted.insert(section);
            continue;
        }
        if tells_nothing(&values) {
            compared.undecided.push(format!("{file}: {key}"));
            continue;
        }
        let texts: Vec<Option<Option<String>>> =
            values.iter().map(|value| Some(value.map(|setting| compared_value(&setting.value)))).collect();
        let standings = classify(&texts);
        if standings.iter().any(|standing| *standing != Conformity::Same) {
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

/// Whether all hold the setting and some of its redacted values do not compare with each other.
fn tells_nothing(values: &[Option<&Setting>]) -> bool {
    let Some((Some(first), rest)) = values.split_first() else { return false };
    rest.iter().all(Option::is_some)
        && rest.iter().flatten().any(|other| same_value(&first.value, &other.value).is_none())
}
