//! Numbers that exports tell.

use crate::model::items::Item;
use crate::rules::engine::prelude::*;

/// A number of the cluster with its evidence; an absent one counts as none.
pub(crate) fn of_cluster(cx: &Context, path: &str) -> Result<(f64, Evidence), MissingEvidence> {
    let fact = cx.reported(path)?;
    let number = fact.value().and_then(|text| text.parse().ok()).unwrap_or_default();
    Ok((number, reported(cx.knowledge.label(path, ""), &fact)))
}

/// A number of one item of a list with its evidence.
pub(crate) fn of_item(cx: &Context, item: Item, path: &str) -> Result<(f64, Evidence), MissingEvidence> {
    let fact = item.fact(path);
    let label = format!("{} of {}", cx.knowledge.label(path, ""), item.name());
    if let Some(why) = fact.why_unknown() {
        return Err(cx.unreported(path, label, why));
    }
    let number = fact.value().and_then(|text| text.parse().ok()).unwrap_or_default();
    Ok((number, reported(&label, &fact)))
}
