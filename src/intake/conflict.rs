//! What is left of bundles of one node that contradict each other, and whether one is a stricter copy of another.

use crate::model::export::NodeRow;
use crate::model::facts::NodeFacts;
use crate::model::node::Snapshot;
use crate::model::{Location, Observed};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Most facts that are named.
const NAMED: usize = 8;

/// Merges bundles of one node: what they agree on is known, the rest unreadable, because `why`. Gives the names of what
/// differs, too.
pub(super) fn neither(bundles: Vec<(usize, Snapshot)>, why: &str) -> (Option<(usize, Snapshot)>, String) {
    let mut differ = BTreeSet::new();
    let mut bundles = bundles.into_iter();
    let Some((index, mut merged)) = bundles.next() else { return (None, String::new()) };
    for (_, other) in bundles {
        let mut merge = Merge { why, differ: &mut differ };
        let facts =
            [&merged.facts, &other.facts].map(|facts| serde_json::to_value(facts).unwrap_or_default());
        let [a, b] = facts;
        merged.facts = merge
            .value(a, b, "")
            .ok()
            .and_then(|facts| serde_json::from_value::<NodeFacts>(facts).ok())
            .unwrap_or_default();
        let names: BTreeSet<String> = merged.settings.keys().chain(other.settings.keys()).cloned().collect();
        for name in names {
            let (a, b) = (merged.settings.remove(&name), other.settings.get(&name));
            let settings = merge.whole(&name, a.as_ref() == b, a.unwrap_or_default());
            merged.settings.insert(name, settings);
        }
        let same = merged.inventory.value() == other.inventory.value();
        merged.inventory = merge.whole("files of the application folder", same, merged.inventory);
        // Of what was read of them all that can be shown is compared.
        let same = format!("{:?}", merged.logs.value()) == format!("{:?}", other.logs.value());
        merged.logs = merge.whole("logs", same, merged.logs);
        let same = merged.elevated.value() == other.elevated.value();
        merged.elevated = merge.whole("rights of the collector", same, merged.elevated);
        (merged.started, merged.ended) = (merged.started.min(other.started), merged.ended.min(other.ended));
        merged.copied |= other.copied;
        merged.key_id = merged.key_id.filter(|key| other.key_id.as_ref() == Some(key));
    }
    let more = differ.len().saturating_sub(NAMED);
    let named: Vec<&str> = differ.iter().take(NAMED).map(String::as_str).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (Some((index, merged)), format!("{}{more}", named.join(", ")))
}

/// Leaves of two rows of one node what they agree on, and gives what differs. Which node answered is no difference.
pub(super) fn rows(row: &mut NodeRow, other: &NodeRow, why: &str) -> Vec<&'static str> {
    let place = other.place.clone();
    let mut differ = Vec::new();
    let mut note = |what: &'static str, differs: bool| differ.extend(differs.then_some(what));
    note("version", agree(&mut row.binary_version, &other.binary_version, &place, why));
    note("database", agree(&mut row.database, &other.database, &place, why));
    note("In Cluster", agree(&mut row.in_cluster, &other.in_cluster, &place, why));
    note("last connection", agree(&mut row.last_connected, &other.last_connected, &place, why));
    note("maintenance mode", agree(&mut row.read_only, &other.read_only, &place, why));
    for (what, one, other) in [
        ("background worker", &mut row.background_worker, &other.background_worker),
        ("engine worker", &mut row.engine_worker, &other.engine_worker),
        ("session recording worker", &mut row.session_recording_worker, &other.session_recording_worker),
    ] {
        note(what, agree(one, other, &place, why));
    }
    for (what, one, other) in [
        ("error", &mut row.error_message, &other.error_message),
        ("error of the background worker", &mut row.background_worker_error, &other.background_worker_error),
        ("error of the engine worker", &mut row.engine_worker_error, &other.engine_worker_error),
        (
            "error of the session recording worker",
            &mut row.session_recording_worker_error,
            &other.session_recording_worker_error,
        ),
    ] {
        note(what, agree(one, other, &place, why));
    }
    differ
}

/// Forgets a fact that another source of the same time denies; takes over one that only the other knows.
fn agree<T: Clone + PartialEq>(
    fact: &mut Observed<T>,
    other: &Observed<T>,
    place: &Location,
    why: &str,
) -> bool {
    if fact.is_unknown() {
        fact.clone_from(other);
    } else if !other.is_unknown() && fact.value() != other.value() {
        *fact = Observed::unreadable(place.clone(), why);
        return true;
    }
    false
}

/// Two values that cannot be made one.
struct Differs;

struct Merge<'a> {
    why: &'a str,
    differ: &'a mut BTreeSet<String>,
}

impl Merge<'_> {
    fn whole<T>(&mut self, what: &str, same: bool, of: Observed<T>) -> Observed<T> {
        if same {
            return of;
        }
        self.differ.insert(what.to_owned());
        Observed::unreadable(Location::file("manifest.json"), self.why)
    }

    /// What two facts agree on. A fact that is not observed as one can only be equal, or the fact around it is lost.
    fn value(&mut self, a: Value, b: Value, path: &str) -> Result<Value, Differs> {
        if a == b {
            return Ok(a);
        }
        let (Value::Object(a), Value::Object(b)) = (a, b) else { return Err(Differs) };
        if !(is_observed(&a) && is_observed(&b)) {
            return self.object(a, b, path).map(Value::Object);
        }
        let known = |of: &Map<String, Value>| of.get("known").and_then(|known| known.get("value")).cloned();
        let merged = match (known(&a), known(&b)) {
            (Some(one), Some(other)) => self.value(one, other, path),
            // Two reasons why nothing is known.
            (None, None) if !a.contains_key("absent") && !b.contains_key("absent") => {
                return Ok(Value::Object(a));
            }
            (None, None) if a.contains_key("absent") && b.contains_key("absent") => {
                return Ok(Value::Object(a));
            }
            _ => Err(Differs),
        };
        match (merged, a) {
            (Ok(value), mut a) => {
                if let Some(known) = a.get_mut("known").and_then(|known| known.get_mut("value")) {
                    *known = value;
                }
                Ok(Value::Object(a))
            }
            (Err(Differs), _) => {
                self.differ.insert(path.trim_start_matches('.').to_owned());
                let lost: Observed<()> = Observed::unreadable(Location::file("manifest.json"), self.why);
                serde_json::to_value(lost).map_err(|_| Differs)
            }
        }
    }

    fn object(
        &mut self,
        a: Map<String, Value>,
        mut b: Map<String, Value>,
        path: &str,
    ) -> Result<Map<String, Value>, Differs> {
        let nothing = || serde_json::to_value(Observed::<()>::default()).map_err(|_| Differs);
        let mut merged = Map::new();
        for (key, one) in a {
            let other = match b.remove(&key) {
                Some(other) => other,
                None if one.as_object().is_some_and(is_observed) => nothing()?,
                None => return Err(Differs),
            };
            let path = format!("{path}.{key}");
            merged.insert(key, self.value(one, other, &path)?);
        }
        for (key, other) in b {
            other.as_object().filter(|other| is_observed(other)).ok_or(Differs)?;
            let path = format!("{path}.{key}");
            merged.insert(key, self.value(other, nothing()?, &path)?);
        }
        Ok(merged)
    }
}

fn is_observed(of: &Map<String, Value>) -> bool {
    of.len() == 1
        && ["known", "absent", "unreadable", "not-collected"].iter().any(|key| of.contains_key(*key))
}

/// Whether a bundle is a stricter copy of another: it names the manifest of the other, and says the same but for what was
/// replaced. Anybody can name a manifest.
pub(super) fn is_copy_of(copy: &Snapshot, of: &Snapshot) -> bool {
    let names = || copy.scrubbed_from.contains(&of.manifest);
    let siblings = || {
        let first = copy.scrubbed_from.first().filter(|first| of.scrubbed_from.first() == Some(first));
        first.is_some() && copy.scrubbed_from.len() > of.scrubbed_from.len()
    };
    (names() || siblings()) && (copy.started, copy.ended) == (of.started, of.ended) && says_the_same(copy, of)
}

fn says_the_same(copy: &Snapshot, of: &Snapshot) -> bool {
    let value = |snapshot: &Snapshot| serde_json::to_value(&snapshot.facts).unwrap_or_default();
    let settings = |snapshot: &Snapshot| {
        let files = snapshot.settings.values();
        files
            .map(|file| file.value().map(|all| all.values().map(|one| one.value.clone()).collect::<Vec<_>>()))
            .collect::<Vec<_>>()
    };
    let inventory =
        |snapshot: &Snapshot| serde_json::to_value(snapshot.inventory.value()).unwrap_or_default();
    let logs = |snapshot: &Snapshot| {
        let logs = snapshot.logs.value()?;
        let files: Vec<_> = logs.files.iter().map(|file| (file.lines, file.period, file.component)).collect();
        let hits: Vec<_> = logs
            .hits
            .iter()
            .map(|hit| (hit.signature.clone(), hit.pattern, hit.errors, hit.others, hit.first, hit.last))
            .collect();
        Some((files, hits, logs.errors_by_hour.clone()))
    };
    redacted(&value(copy), &value(of))
        && redacted(&inventory(copy), &inventory(of))
        && redacted(
            &serde_json::to_value(settings(copy)).unwrap_or_default(),
            &serde_json::to_value(settings(of)).unwrap_or_default(),
        )
        && logs(copy) == logs(of)
}

/// Whether a value is another one with parts of its texts replaced.
fn redacted(copy: &Value, of: &Value) -> bool {
    match (copy, of) {
        (Value::String(copy), Value::String(of)) => is_redacted(copy, of),
        (Value::Array(copy), Value::Array(of)) => {
            copy.len() == of.len() && copy.iter().zip(of).all(|(copy, of)| redacted(copy, of))
        }
        (Value::Object(copy), Value::Object(of)) => {
            let renamed = |key: &String| {
                of.iter().any(|(other, value)| {
                    is_redacted(key, other) && copy.get(key).is_some_and(|copy| redacted(copy, value))
                })
            };
            copy.len() == of.len()
                && copy.iter().all(|(key, copy)| match of.get(key) {
                    Some(of) => redacted(copy, of),
                    None => key.contains('{') && renamed(key),
                })
        }
        (copy, of) => copy == of,
    }
}

/// Whether `copy` is `of` with markers and labels, in braces, in place of some parts.
fn is_redacted(copy: &str, of: &str) -> bool {
    if copy == of {
        return true;
    }
    let mut tail = of;
    let mut first = true;
    for piece in copy.split('{') {
        let kept = if first { piece } else { piece.split_once('}').map_or("", |(_, kept)| kept) };
        let found = if first { tail.starts_with(kept).then_some(0) } else { tail.find(kept) };
        let Some(at) = found else { return false };
        tail = tail.get(at + kept.len()..).unwrap_or_default();
        first = false;
    }
    copy.contains('{') && (tail.is_empty() || copy.ends_with('}'))
}
