//! What a bundle does not contain, and why: the last part of the output of `inspect`.

use super::output::{bold, item};
use crate::bundle::{Bundle, FACTS, INVENTORY};
use crate::knowledge::facts;
use crate::model::facts::InventoryEntry;
use crate::model::unknown::unknown;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Most names that are printed for one reason; the others are counted.
const SHOWN: usize = 60;

/// Facts of the application folder and of the machine that every bundle has, in the order of `facts.json`.
const OWN: &[(&str, &str)] = &[
    ("host.name", "name of the machine"),
    ("host.machine-id", "installation id of the machine"),
    ("host.os", "operating system"),
    ("host.time-zone", "time zone"),
    ("host.clock", "clock"),
    ("host.clock-reference", "clock against a reference time"),
    ("host.time-service", "clock against its time server"),
    ("host.worker-started", "start of the worker process"),
    ("application-folder", "path of the application folder on the node"),
    ("stray-key-copies", "copies of the key files"),
    ("binaries", "versions of the DLLs"),
    ("iis", "settings of IIS"),
    ("iis.application", "the application in IIS"),
    ("tms-folder", "the TMS folder"),
    ("log-folder", "the log folder"),
];

/// Facts that exist only on Windows, where none of them was collected.
const WINDOWS: &str = "Windows facts: services, rights, protocols, certificate, event logs";

/// What is not there, not known, or listed without its content; empty where nothing is missing.
pub(super) fn text(bundle: &Bundle) -> String {
    let mut text = String::new();
    let json = bundle.bytes(FACTS, u64::MAX).ok();
    if let Some(facts) = json.and_then(|json| serde_json::from_slice::<Value>(&json).ok()) {
        text += &section("Missing on the node:", &[(String::new(), absent(&facts))].into());
        text += &section("Not known:", &not_known(&facts, bundle.manifest().node.copied));
    }
    text + &section("Listed only (content not collected):", &unread(bundle))
}

/// Names of what is missing, by reason.
type ByReason = BTreeMap<String, Vec<String>>;

/// One paragraph for each reason: what it keeps back, and the reason itself.
fn section(title: &str, by_reason: &ByReason) -> String {
    let mut paragraphs = String::new();
    for (why, names) in by_reason.iter().filter(|(_, names)| !names.is_empty()) {
        let mut what = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join("; ");
        if let Some(more @ 1..) = names.len().checked_sub(SHOWN) {
            let _ = write!(what, "; and {more} more");
        }
        let colon = if why.is_empty() { "" } else { ": " };
        paragraphs += &item("  - ", &format!("{what}{colon}{why}"));
    }
    if paragraphs.is_empty() { paragraphs } else { format!("\n{}\n{paragraphs}", bold(title)) }
}

/// Parts of the application folder that were looked for.
fn absent(facts: &Value) -> Vec<String> {
    let is_absent = |pointer: &str| facts.pointer(pointer).is_some();
    let parts = [
        (is_absent("/encryption-config/absent"), "encryption.config"),
        (is_absent("/database-config/absent"), "database.config"),
        (is_absent("/binaries/absent"), "DLLs of the product in bin"),
        (facts.pointer("/log-folder/known/value") == Some(&Value::Bool(false)), "logs of the product in log"),
        (is_absent("/iis/known/value/application/absent"), "the application in IIS"),
    ];
    parts.into_iter().filter(|(absent, _)| *absent).map(|(_, what)| what.to_owned()).collect()
}

fn not_known(facts: &Value, copied: bool) -> ByReason {
    let labels = facts::labels();
    let mut by_reason = ByReason::new();
    for fact in unknown(facts) {
        by_reason.entry(fact.why).or_default().push(name(&fact.path, &labels));
    }
    if facts.get("machine").is_none() {
        let why = if copied { crate::collect::COPIED } else { "the node does not run Windows" };
        by_reason.entry(why.to_owned()).or_default().push(WINDOWS.to_owned());
    }
    by_reason
}

/// What a fact is called.
fn name(path: &str, labels: &BTreeMap<String, String>) -> String {
    if let Some((_, name)) = OWN.iter().find(|(own, _)| *own == path) {
        return (*name).to_owned();
    }
    if let Some(fact) = path.strip_prefix("machine.") {
        return labels.get(fact).map_or(fact, String::as_str).to_owned();
    }
    for (prefix, file) in [("encryption-config", "encryption.config"), ("database-config", "database.config")]
    {
        match path.strip_prefix(prefix).map(|fact| fact.trim_start_matches('.')) {
            None => {}
            Some("") => return file.to_owned(),
            Some("efs") => return format!("EFS attribute of {file}"),
            Some(fact) => return format!("{} of {file}", fact.replace('-', " ")),
        }
    }
    for (prefix, before, after) in [
        ("configs.", "", ""),
        ("binaries.", "version of ", ""),
        ("iis.application.pool-settings.", "", " of the pool in IIS"),
        ("iis.application.settings.", "", " in IIS"),
    ] {
        if let Some(fact) = path.strip_prefix(prefix) {
            return format!("{before}{fact}{after}");
        }
    }
    path.to_owned()
}

/// Files that are in the inventory without a digest, by reason. Those that are members have a line of their own.
fn unread(bundle: &Bundle) -> ByReason {
    let members: BTreeSet<&str> = bundle.members().map(|record| record.origin.as_str()).collect();
    let inventory = bundle.bytes(INVENTORY, u64::MAX).unwrap_or_default();
    let lines = inventory.split(|byte| *byte == b'\n');
    let mut by_reason = ByReason::new();
    for entry in lines.filter_map(|line| serde_json::from_slice::<InventoryEntry>(line).ok()) {
        if let Some(why) = entry.unread.filter(|_| !members.contains(entry.path.as_str())) {
            by_reason.entry(why).or_default().push(entry.path);
        }
    }
    by_reason
}
