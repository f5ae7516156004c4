//! The logs of a bundle, for whoever reads their entries: whose they are, by which clock, and what must not be shown.

use super::loose::{self, Claim, LooseOptions, LooseSet};
use super::members::{self, is_log, redactor};
use super::sanitized;
use crate::bundle::manifest::{NO_LOG, TOO_OLD};
use crate::bundle::source::Given;
use crate::bundle::{Bundle, Leaf, Status};
use crate::logs::LogClock;
use crate::model::host_name::{is_name, visible};
use crate::redact::{Redactor, Sanitizer};
use std::collections::BTreeMap;

/// Logs that are in no bundle, and what else was given.
pub struct Loose {
    /// Logs that came together.
    pub sets: Vec<LooseLogs>,
    /// Replaces secrets, also those that are in a configuration that came with the logs.
    pub redactor: Redactor,
    /// Everything else.
    pub others: Vec<Given>,
}

/// Logs that came together and are of one node.
pub struct LooseLogs {
    /// The folder or archive that has them, or the file.
    pub input: String,
    /// The node, if anything names it.
    pub node: Option<String>,
    /// The logs.
    pub logs: Vec<Leaf>,
}

/// Finds the logs that are in no bundle. `node_of` says whose a file or a folder is.
pub fn loose(given: Vec<Given>, node_of: &[(String, String)]) -> Loose {
    let options = LooseOptions { node_of: node_of.to_vec(), case_key: None };
    let (sets, others) = loose::sort(super::with_clean_names(given, &Sanitizer), &options);
    let redactor = loose::secrets(&sets).redactor();
    let logs = |set: LooseSet| {
        let logs = loose::logs_of(&set);
        let node = match set.claim {
            Claim::Named(name) | Claim::Maybe(name) => Some(name),
            Claim::Nobody => None,
        };
        LooseLogs { input: set.name, node, logs }
    };
    Loose { sets: sets.into_iter().map(logs).collect(), redactor, others }
}

/// The logs of one node, as a bundle has them.
pub struct BundleLogs {
    /// The node.
    pub node: String,
    /// The clock that wrote them.
    pub clock: LogClock,
    /// Replaces secrets, also those that are in a configuration of the bundle.
    pub redactor: Redactor,
    /// Members that can be read, and their sizes.
    pub members: Vec<(String, u64)>,
    /// What is not there, one sentence each.
    pub problems: Vec<String>,
}

/// What a bundle says about its logs; a lower-case fragment if it names no node.
pub fn of_bundle(bundle: &Bundle) -> Result<BundleLogs, String> {
    let manifest = bundle.manifest();
    if !is_name(&manifest.node.name) {
        let name = sanitized(&manifest.node.name, &Sanitizer);
        return Err(format!(
            "names no machine in its manifest.json: \"{name}\" is not the name of one machine"
        ));
    }
    let members::LogClock { offset, zone } = members::LogClock::of(bundle);
    let clock = LogClock {
        offset,
        known: zone.is_some(),
        zone: zone.map_or_else(String::new, |(name, _)| name.to_owned()),
        ended: zone.map(|(_, ended)| ended),
    };
    let logs = || bundle.members().filter(|record| is_log(record));
    let readable =
        logs().filter_map(|record| Some((record.path.as_str().to_owned(), record.content()?.size)));
    let mut problems: Vec<String> =
        bundle.problems().iter().filter(|one| one.member.is_none()).map(|one| one.text.clone()).collect();
    let mut by_reason: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for record in logs() {
        let why = match &record.status {
            Status::Taken(_) | Status::Missing => continue,
            // Older logs than were asked for are missed by nobody.
            Status::Skipped { why } if why.starts_with(TOO_OLD) || why.starts_with(NO_LOG) => continue,
            Status::Truncated { why, .. } | Status::Denied { why } | Status::Skipped { why } => why,
        };
        by_reason.entry((record.status.word(), why)).or_default().push(record.path.as_str());
    }
    problems.extend(by_reason.into_iter().map(|((word, why), names)| {
        let more = names.len() - 1;
        let and = if more == 0 { String::new() } else { format!(" and {more} more") };
        let why = sanitized(why, &Sanitizer);
        format!("{}{and}: {word}, {why}.", names.first().unwrap_or(&""))
    }));
    Ok(BundleLogs {
        node: visible(&manifest.node.name),
        clock,
        redactor: redactor(bundle),
        members: readable.collect(),
        problems,
    })
}
