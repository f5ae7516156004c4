//! BKP-003: did the newest backup that the product made succeed?

use crate::model::export::Moment;
use crate::model::items::{Item, Items};
use crate::rules::engine::prelude::*;
use std::collections::BTreeMap;

rule! {
    /// ## What it checks
    /// Whether the newest backup of each kind succeeded, according to the product's backup log. Also whether the logs
    /// of the nodes show known backup errors.
    /// ## Why it matters
    /// A failed backup is usually noticed only when it is needed.
    /// ## How to fix it
    /// Read the notes of the failed backup and fix the cause. Then run a backup manually, and repeat this until it
    /// succeeds.
    /// ## What it cannot see
    /// A backup that succeeded may still be useless: nothing shows that it can be restored. Backups made by other tools
    /// are not in this log.
    id: "BKP-003",
    title: "The product's last backup failed",
    question: "Did the product's last backup succeed?",
    severity: High,
    area: Backups,
    subject: Cluster,
    cites: [
        "D:backup-and-disaster-recovery/common-backup-errors" Confirmed,
        "TSS:src/Thycotic.SecretServer/classes" Confirmed,
    ],
}

const SUCCEEDED: &str = "product-backup.succeeded";

fn check(cx: &Context) -> Outcome {
    let mut findings = signature::of_serving(cx);
    let mut missing = Vec::new();
    let items = cx.items_seen("product-backup").map_err(|gap| missing.push(gap));
    let items = items.map(|(items, part)| {
        missing.extend(part.filter(|_| !begins_with_newest(items)));
        items
    });
    for newest in items.into_iter().flat_map(newest_of_each_kind) {
        let succeeded = newest.fact(SUCCEEDED);
        match succeeded.value().map(String::as_str) {
            Some("false") => findings.push(failed(cx, newest)),
            Some(_) => {}
            None => {
                let why = succeeded.why_unknown().unwrap_or_default();
                missing.push(cx.unreported(SUCCEEDED, "the outcome of the newest backup", why));
            }
        }
    }
    Outcome::from_parts(findings, missing)
}

/// Whether a page of the log is its newest part: its first one, with the newest entry first.
fn begins_with_newest(items: &Items) -> bool {
    let times: Option<Vec<Moment>> =
        items.iter().map(|item| item.fact("product-backup.time").value()?.parse().ok()).collect();
    let falls = |pair: &[Moment]| matches!(pair, [a, b] if a.minus(b) >= chrono::TimeDelta::zero());
    items.has_first() && times.is_some_and(|times| times.len() > 1 && times.windows(2).all(falls))
}

/// The newest entry of each kind; entries without a readable time count as the oldest.
fn newest_of_each_kind(items: &Items) -> impl Iterator<Item = Item<'_>> {
    let mut newest: BTreeMap<String, (Option<Moment>, Item)> = BTreeMap::new();
    for item in items.iter() {
        let kind = item.fact("product-backup.kind").value().cloned().unwrap_or_default();
        let time = item.fact("product-backup.time").value().and_then(|time| time.parse::<Moment>().ok());
        let later = newest.get(&kind).is_none_or(|(earlier, _)| {
            time.zip(*earlier)
                .map_or(time.is_some(), |(time, earlier)| time.minus(&earlier) > chrono::TimeDelta::zero())
        });
        if later {
            newest.insert(kind, (time, item));
        }
    }
    newest.into_values().map(|(_, item)| item)
}

fn failed(cx: &Context, item: Item) -> Finding {
    let kind = item.fact("product-backup.kind").value().cloned().unwrap_or_else(|| "backup".into());
    let finding = cx.on_cluster(
        format!("The newest backup failed: {kind}"),
        "Read the notes of the backup, fix its cause, and start a backup by hand until it succeeds.",
    );
    let facts =
        [SUCCEEDED, "product-backup.time", "product-backup.notes"].map(|path| (path, item.fact(path)));
    let known = facts.iter().filter(|(_, fact)| fact.value().is_some());
    finding.resting_on(known.map(|(path, fact)| cx.reported_evidence(path, fact)))
}
