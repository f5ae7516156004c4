//! What the logs of a node show of its connection to the database and of its key: the line that proves that both worked,
//! and the newest error that says otherwise.

use crate::knowledge::Signature;
use crate::model::log::{ConnectedLine, PROOF_WINDOW};
use crate::rules::engine::prelude::*;
use chrono::{DateTime, Utc};

/// Rules on errors of the key, of the version, and of the connection to the database.
const CONTRARY: [&str; 5] = ["CLU-001", "CLU-002", "ENC-002", "SQL-011", "VER-005"];

/// Signs of a node's connection in its logs.
pub(crate) struct LoggedConnection<'a> {
    /// The newest line of the last hour before the collection that proves a connection.
    pub(crate) proof: Option<&'a ConnectedLine>,
    /// The newest error of the key, the version or the database after the last start.
    pub(crate) fault: Option<LoggedFault<'a>>,
}

/// An error of the key, the version or the database.
pub(crate) struct LoggedFault<'a> {
    /// Which one.
    pub(crate) signature: &'a Signature,
    /// When last, at error level; `None` if its lines carry no readable time.
    pub(crate) time: Option<DateTime<Utc>>,
}

/// What the logs of the node show. `Err` if there are none.
pub(crate) fn logged_connection<'a>(
    cx: &Context<'a>,
    node: &'a Node,
) -> Result<LoggedConnection<'a>, MissingEvidence> {
    let digest = cx.logs(node)?;
    let started = started(cx, node);
    let contrary = |signature: &Signature| signature.rules.iter().any(|id| CONTRARY.contains(&id.as_str()));
    let signatures = cx.knowledge.signatures.iter().filter(|one| contrary(one) && !one.corroborating_only);
    let faults = signatures.flat_map(|known| {
        let hits = digest.hits.iter().filter(|hit| {
            hit.signature == known.id && hit.errors > 0 && signature::bearing(cx, node, hit).is_some()
        });
        hits.map(move |hit| LoggedFault { signature: known, time: hit.last_error.map(|time| time.to_utc()) })
    });
    let since = |fault: &LoggedFault| match (fault.time, started) {
        (Some(time), Some(started)) => time >= started,
        _ => true,
    };
    // An error without a time may be the newest.
    let fault = faults.filter(since).max_by_key(|fault| fault.time.unwrap_or(DateTime::<Utc>::MAX_UTC));
    Ok(LoggedConnection { proof: digest.connected.as_ref(), fault })
}

/// `Ok` with the line when the logs alone prove that the node works: after its last start and the last upgrade, in the
/// hour before the collection, a line was written that proves the connection, and no error of the key, the version or
/// the database after it. Else why not, as a lower-case fragment. It says nothing of the files: a change after the line
/// is for the caller to see.
pub(crate) fn proved_by_logs(cx: &Context, node: &Node) -> Result<Evidence, String> {
    let snapshot = cx.any_snapshot(node).map_err(|_| "there is no bundle of it")?;
    let digest = cx.logs(node).map_err(|gap| gap.why)?;
    if snapshot.copied {
        return Err("its folder was copied from elsewhere, so its logs may be old".into());
    }
    if let Some(file) = digest.files.iter().find(|file| file.broken.is_some()) {
        return Err(format!("{} could not be read whole", file.name));
    }
    let shown = logged_connection(cx, node).map_err(|gap| gap.why)?;
    let minutes = PROOF_WINDOW.num_minutes();
    let line = shown.proof.ok_or_else(|| {
        format!("no line of its logs in the last {minutes} minutes before the collection proves that it had its database")
    })?;
    let started = started(cx, node).ok_or("when its worker process started is not known")?;
    if line.time < started {
        return Err("it was started after the line that proves that it had its database".into());
    }
    if !cx.cluster.is_current(node, digest, Some(line.time)) {
        return Err("the database was upgraded after the line that proves that the node had it".into());
    }
    match shown.fault {
        Some(fault) if fault.time.is_none_or(|time| time > line.time) => {
            Err(format!("its logs show {} after that", fault.signature.id))
        }
        _ => Ok(signature::log_line(node, &line.sample)),
    }
}

/// When the worker process started.
fn started(cx: &Context, node: &Node) -> Option<DateTime<Utc>> {
    cx.ask("host.worker-started");
    node.worker_started()
}
