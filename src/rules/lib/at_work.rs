//! Proved by running: whether a node demonstrably works. The product refuses to run with the wrong build, the wrong key or
//! a database that it cannot write, so a node that works answers what could not be looked at. The proof is our own
//! reasoning, says nothing of other nodes, and a confirmed sign to the contrary beats it.

use super::dlls::is_dll_of_bin;
use super::logged_connection::proved_by_logs;
use crate::model::export::{Moment, NodeRow};
use crate::model::node::Snapshot;
use crate::rules::engine::prelude::*;
use chrono::{DateTime, TimeDelta, Utc};

/// How far before the time of the list a node's last connection may be. Our own choice.
const CONNECTED: TimeDelta = TimeDelta::minutes(15);
/// How far the evidence and the collection of the node may be apart.
const NEAR: TimeDelta = TimeDelta::hours(24);
/// Files that did not change for so long before the collection were read by the last start, whenever that was.
const SETTLED: TimeDelta = TimeDelta::days(30);

/// What a pass by this proof says.
pub(crate) const PROVED: &str = "proved by running";

/// `Ok` with what proves it when the node works; else the first thing that is missing for the proof, as a lower-case
/// fragment.
pub(crate) fn works(cx: &Context, node: &Node) -> Result<Vec<Evidence>, String> {
    cx.ask("node-list");
    let snapshot = cx.any_snapshot(node).map_err(|_| "there is no bundle of it")?;
    if snapshot.copied {
        return Err("its folder was copied from elsewhere".into());
    }
    read_by_last_start(cx, node, snapshot)?;
    for rule in ["ENC-002", "VER-005"] {
        if !signature::sightings(cx, node, rule).is_empty() {
            return Err(format!("its logs or its row of the node list show an error of {rule}"));
        }
    }
    by_list(cx, node, snapshot).or_else(|by_list| {
        proved_by_logs(cx, node).map(|line| vec![line]).map_err(|by_logs| format!("{by_list}; {by_logs}"))
    })
}

/// `Ok` when every serving node works; else what is missing for the first that is not proved to.
pub(crate) fn all_work(cx: &Context) -> Result<Vec<Evidence>, String> {
    let mut shown = Vec::new();
    for node in cx.cluster.serving() {
        shown
            .extend(works(cx, node).map_err(|why| format!("{} is not proved by running: {why}", node.name))?);
    }
    if shown.is_empty() { Err("there is no node".into()) } else { Ok(shown) }
}

/// That the worker process read the key files and the program as they are now: it started after their last change, or
/// they have been as they are for long.
fn read_by_last_start(cx: &Context, node: &Node, snapshot: &Snapshot) -> Result<(), String> {
    cx.ask("host.worker-started");
    cx.ask("encryption-config");
    cx.ask("database-config");
    let ended = snapshot.ended.to_utc();
    let changed = last_change(snapshot)?;
    if ended - changed > SETTLED {
        return Ok(());
    }
    match node.worker_started() {
        Some(started) if started > changed => Ok(()),
        Some(_) => Err(format!("{} was not started after its files were changed", node.name)),
        None => Err("when its worker process started is not known".into()),
    }
}

/// The last change of the key files and of what is in `bin`. A stamp later than the collection cannot be true and says
/// nothing.
fn last_change(snapshot: &Snapshot) -> Result<DateTime<Utc>, String> {
    let ended = snapshot.ended.to_utc();
    let mut changed = Vec::new();
    for (name, file) in [
        ("encryption.config", &snapshot.facts.encryption_config),
        ("database.config", &snapshot.facts.database_config),
    ] {
        let modified = file.value().and_then(|file| file.modified.value());
        changed.push(*modified.ok_or_else(|| format!("when its {name} was changed is not known"))?);
    }
    let inventory = snapshot.inventory.value().ok_or("its files are not known")?;
    let in_bin = inventory.iter().filter(|file| is_dll_of_bin(&file.path));
    changed.extend(in_bin.filter_map(|file| file.modified).filter(|modified| *modified <= ended));
    changed
        .into_iter()
        .filter(|modified| *modified <= ended)
        .max()
        .ok_or_else(|| "its key files carry times after the collection".into())
}

/// Whether the node list shows it at work at a time that is known and near to the collection.
fn by_list(cx: &Context, node: &Node, snapshot: &Snapshot) -> Result<Vec<Evidence>, String> {
    let list = cx.list().map_err(|gap| gap.why)?;
    let row = node.row.as_ref().ok_or("the node list does not name it")?;
    if row.in_cluster.value() != Some(&true) {
        return Err("the node list does not show it in the cluster".into());
    }
    if row.read_only.value() != Some(&false) {
        return Err("the node list does not show that it may write".into());
    }
    no_error(row)?;
    let connected = row.last_connected.value().ok_or("the node list does not tell when it connected")?;
    let made = if row.is_current.value() == Some(&true) {
        // It made the list, so it answered at that time.
        *connected
    } else {
        let current = list.rows.iter().find(|row| row.is_current.value() == Some(&true));
        *current
            .and_then(|row| row.last_connected.value())
            .ok_or("the node list does not tell when it was made")?
    };
    if made.minus(connected) > CONNECTED {
        return Err("the node list does not show it connected lately".into());
    }
    let made = made.utc.ok_or("the node list does not tell its time zone")?;
    let ended = snapshot.ended.to_utc();
    if (made - ended).abs() > NEAR {
        return Err("the node list and its bundle are more than a day apart".into());
    }
    unchanged_between(cx, node, made, ended)?;
    Ok(vec![evidence(node, "last connected", &row.last_connected)])
}

/// No start and no upgrade between the time of the list and the collection.
fn unchanged_between(
    cx: &Context,
    node: &Node,
    made: DateTime<Utc>,
    ended: DateTime<Utc>,
) -> Result<(), String> {
    let between = |time: DateTime<Utc>| time > made.min(ended) && time <= made.max(ended);
    if node.worker_started().is_some_and(between) {
        return Err("it was started between the node list and the collection".into());
    }
    let upgraded = cx.history().value().and_then(|history| history.current()?.upgraded.value().copied());
    if upgraded.and_then(|upgraded: Moment| upgraded.utc).is_some_and(between) {
        return Err("the database was upgraded between the node list and the collection".into());
    }
    Ok(())
}

/// Errors of the workers count where the list has those columns; the error of the node has to be there and empty.
fn no_error(row: &NodeRow) -> Result<(), String> {
    let text = |error: &Observed<String>| error.value().is_some_and(|text| !text.trim().is_empty());
    let workers =
        [&row.background_worker_error, &row.engine_worker_error, &row.session_recording_worker_error];
    if text(&row.error_message) || workers.into_iter().any(text) {
        return Err("the node list shows an error for it".into());
    }
    if row.error_message.is_unknown() {
        return Err("the node list does not say whether it has an error".into());
    }
    Ok(())
}
