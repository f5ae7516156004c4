//! BKP-001: is there a full backup of the database from the last 24 hours before the upgrade?

use crate::model::export::Moment;
use crate::rules::engine::prelude::*;
use chrono::TimeDelta;

rule! {
    /// ## What it checks
    /// Whether a full backup of the database finished in the 24 hours before the query `backups` was run. The query
    /// itself must have been run in the 24 hours before the date of the report. If no query result shows this, the rule
    /// asks a person.
    /// ## Why it matters
    /// The upgrade changes the database. Without a backup from just before the upgrade, no rollback is possible.
    /// ## How to fix it
    /// Take a full backup of the database and of the application folder of every node shortly before the upgrade.
    /// ## What it cannot see
    /// Whether the backup can be restored, because that is not tested. Backups of other copies of an availability
    /// group, of which a person has to tell. The limit of 24 hours is our own choice.
    id: "BKP-001",
    title: "Database was not backed up in the last 24 hours",
    question: "Was the database backed up in the last 24 hours?",
    severity: Blocker,
    area: Backups,
    scope: Upgrade,
    subject: Cluster,
    cites: ["SEED" Confirmed, "CHK" Top],
}

const FULL: &str = "backup.full.newest";
const ASKED: &str = "asked.backups";
const GROUP: &str = "database.availability-group";
const RECENT: TimeDelta = TimeDelta::hours(24);

fn check(cx: &Context) -> Outcome {
    // What a person says of a later moment than the result counts as well.
    let answered = || cx.answer(None, &cx.rule.id).map(|_| question::answer(cx, None));
    match evaluate(cx) {
        Ok(None) => Outcome::pass(),
        Ok(Some(finding)) => match answered() {
            Some(pass @ Outcome::Pass { .. }) => pass,
            _ => finding.into(),
        },
        Err(gap) => answered()
            .unwrap_or_else(|| vec![gap, cx.unanswered(None, &cx.rule.id, "nobody has answered it")].into()),
    }
}

/// A finding if the newest full backup is too old, or is not there at all.
fn evaluate(cx: &Context) -> Result<Option<Finding>, MissingEvidence> {
    let newest = cx.reported(FULL)?;
    let asked = cx.reported(ASKED)?;
    let gap = |why: &str| cx.unreported(FULL, cx.knowledge.label(FULL, ""), why);
    let moment = |fact: &Observed<String>| fact.value().and_then(|text| text.parse::<Moment>().ok());
    let asked_at = moment(&asked).ok_or_else(|| gap("its result does not say when it was asked"))?;
    let age = cx.cluster.as_of - asked_at.utc.unwrap_or_else(|| asked_at.wall.and_utc());
    if age > RECENT {
        return Err(gap(&format!("the query was asked {} hours before the report's date", age.num_hours())));
    }
    let title = match moment(&newest).map(|end| asked_at.minus(&end)) {
        None => "The server knows of no full backup of the database".to_owned(),
        Some(age) if age > RECENT => {
            format!("The newest full backup of the database was {} hours old", age.num_hours())
        }
        Some(_) => return Ok(None),
    };
    if cx.reported(GROUP).is_ok_and(|group| group.value().is_some_and(|value| value == "true")) {
        return Err(gap(
            "the database is in an availability group, and the backups of its other copies are not known",
        ));
    }
    let seen = [cx.reported_evidence(FULL, &newest), cx.reported_evidence(ASKED, &asked)];
    let remedy = "Take a full backup of the database shortly before the upgrade.";
    Ok(Some(cx.on_cluster(title, remedy).resting_on(seen)))
}
