//! Whether a node demonstrably works: the proof by running that settles a key file which only looks different.

use super::activity::connection;
use crate::model::cluster::current_window;
use crate::model::export::NodeRow;
use crate::rules::engine::prelude::*;

/// `Ok` when the node is in the cluster, connected, without an error in the node list, and without a key error in
/// logs that cover at least a day; else the first of these that does not hold, as a lower-case fragment.
pub(crate) fn at_work(cx: &Context, node: &Node) -> Result<(), String> {
    let row = node.row.as_ref().ok_or("the node list does not name it, or is not there")?;
    if row.in_cluster.value() != Some(&true) {
        return Err("the node list does not show it in the cluster".into());
    }
    if !connection(cx, node).is_ok_and(|connection| connection.is_recent()) {
        return Err("the node list does not show it connected lately".into());
    }
    no_error(row)?;
    if !signature::sightings(cx, node, "ENC-002").is_empty() {
        return Err("an error of the key is in its logs".into());
    }
    match signature::silent(cx, node, "ENC-002") {
        Outcome::Pass { .. } => Ok(()),
        _ => Err(format!("its logs do not cover {} hours", current_window().num_hours())),
    }
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
