//! What a bundle lacks, and why, in words: the end of what `inspect` prints.

use super::paragraph::wrap;
use crate::bundle::{Bundle, FACTS, INVENTORY};
use crate::knowledge::facts;
use crate::model::facts::InventoryEntry;
use crate::model::unknown::unknown;
use crate::text::escape;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Most bytes of a member that is read for this.
const MAX_BYTES: u64 = 64 << 20;

/// Most names behind one reason; the rest are counted.
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

/// What only Windows tells, where nothing of it was asked.
const WINDOWS: &str = "what only Windows tells: services, rights, protocols, certificate, event logs";

/// What is not there, not known, or listed without its content; empty where nothing is missing.
pub(super) fn text(bundle: &Bundle) -> String {
    let mut text = String::new();
    let json = bundle.bytes(FACTS, MAX_BYTES).ok();
    if let Some(facts) = json.and_then(|json| serde_json::from_slice::<Value>(&json).ok()) {
        section("Not there:", &[(String::new(), absent(&facts))].into(), &mut text);
        section("Not known:", &not_known(&facts, bundle.manifest().node.copied), &mut text);
    }
    section("Listed without their content:", &unread(bundle), &mut text);
    text
}

/// One paragraph a reason: what it keeps back, and the reason itself.
fn section(title: &str, by_reason: &BTreeMap<String, Vec<String>>, text: &mut String) {
    let bold = clap::builder::styling::Style::new().bold();
    let mut paragraphs = String::new();
    for (why, names) in by_reason.iter().filter(|(_, names)| !names.is_empty()) {
        let mut what = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join("; ");
        if let Some(more @ 1..) = names.len().checked_sub(SHOWN) {
            let _ = write!(what, "; and {more} more");
        }
        let colon = if why.is_empty() { "" } else { ": " };
        paragraphs.push_str(&wrap(&escape::one_line(&format!("{what}{colon}{why}")), "  - "));
    }
    if !paragraphs.is_empty() {
        let _ = write!(text, "\n{bold}{title}{bold:#}\n{paragraphs}");
    }
}

/// Parts of the application folder that were looked for.
fn absent(facts: &Value) -> Vec<String> {
    let parts = [
        ("encryption-config", "encryption.config"),
        ("database-config", "database.config"),
        ("binaries", "DLLs of the product in bin"),
    ];
    let mut all: Vec<&str> = parts
        .iter()
        .filter(|(key, _)| facts.get(key).is_some_and(|fact| fact.get("absent").is_some()))
        .map(|(_, what)| *what)
        .collect();
    if facts.pointer("/log-folder/known/value") == Some(&Value::Bool(false)) {
        all.push("logs of the product in log");
    }
    if facts.pointer("/iis/known/value/application/absent").is_some() {
        all.push("the application in IIS");
    }
    all.into_iter().map(str::to_owned).collect()
}

fn not_known(facts: &Value, copied: bool) -> BTreeMap<String, Vec<String>> {
    let labels = facts::labels();
    let mut by_reason = BTreeMap::<String, Vec<String>>::new();
    for fact in unknown(facts) {
        by_reason.entry(fact.why).or_default().push(name(&fact.path, &labels));
    }
    if facts.get("machine").is_none() {
        let why = if copied { crate::collect::COPIED } else { "the node is no Windows" };
        by_reason.entry(why.to_owned()).or_default().push(WINDOWS.to_owned());
    }
    by_reason
}

/// What a fact is called.
fn name(path: &str, labels: &BTreeMap<String, String>) -> String {
    if let Some((_, own)) = OWN.iter().find(|(own, _)| *own == path) {
        return (*own).to_owned();
    }
    let of = |kind: &str| path.strip_prefix(kind);
    let part = |file: &str, rest: &str| match rest {
        "" => file.to_owned(),
        "efs" => format!("EFS attribute of {file}"),
        _ => format!("{} of {file}", rest.replace('-', " ")),
    };
    if let Some(fact) = of("machine.") {
        labels.get(fact).cloned().unwrap_or_else(|| fact.to_owned())
    } else if let Some(rest) = of("encryption-config") {
        part("encryption.config", rest.trim_start_matches('.'))
    } else if let Some(rest) = of("database-config") {
        part("database.config", rest.trim_start_matches('.'))
    } else if let Some(file) = of("configs.") {
        file.to_owned()
    } else if let Some(dll) = of("binaries.") {
        format!("version of {dll}")
    } else if let Some(setting) = of("iis.application.pool-settings.") {
        format!("{setting} of the pool in IIS")
    } else if let Some(setting) = of("iis.application.settings.") {
        format!("{setting} in IIS")
    } else {
        path.to_owned()
    }
}

/// Files that are in the inventory without a digest, by reason. Those that are members have a line of their own.
fn unread(bundle: &Bundle) -> BTreeMap<String, Vec<String>> {
    let members: BTreeSet<&str> = bundle.members().map(|record| record.origin.as_str()).collect();
    let inventory = bundle.bytes(INVENTORY, MAX_BYTES).unwrap_or_default();
    let lines = inventory.split(|byte| *byte == b'\n');
    let mut by_reason = BTreeMap::<String, Vec<String>>::new();
    for entry in lines.filter_map(|line| serde_json::from_slice::<InventoryEntry>(line).ok()) {
        if let Some(why) = entry.unread.filter(|_| !members.contains(entry.path.as_str())) {
            by_reason.entry(why).or_default().push(entry.path);
        }
    }
    by_reason
}
