//! SQL-016: is the transaction log of the database backed up?

use crate::model::export::Moment;
use crate::rules::engine::prelude::*;
use chrono::TimeDelta;

rule! {
    /// ## What it checks
    /// Whether a database in the full recovery model had a log backup in the week before the query `backups` was run.
    /// For a database in an availability group, backups of another copy count, of which a person has to tell.
    /// ## Why it matters
    /// In this model, the transaction log keeps growing until it is backed up.
    /// ## How to fix it
    /// Schedule backups of the transaction log, or have the recovery model changed if it is not needed.
    /// ## What it cannot see
    /// Log backups of other copies of an availability group, and of tools that leave no record in msdb. The limit of one
    /// week is our own choice.
    id: "SQL-016",
    title: "Full recovery model without log backups",
    question: "Does a database in the full recovery model have log backups?",
    severity: Medium,
    area: Database,
    subject: Cluster,
    cites: ["D:events-and-alerts/full-sql-server-transaction-logs" Inferred],
}

const NEWEST: &str = "backup.log.newest";
const ASKED: &str = "asked.backups";
const MODEL: &str = "database.recovery-model";
const GROUP: &str = "database.availability-group";
const RECENT: TimeDelta = TimeDelta::days(7);

fn check(cx: &Context) -> Outcome {
    let model = known!(cx.reported(MODEL));
    let logged =
        model.value().is_some_and(|model| ["FULL", "BULK_LOGGED"].contains(&model.to_uppercase().as_str()));
    if !logged {
        return Outcome::not_applicable("its recovery model needs no log backups");
    }
    let newest = known!(cx.reported(NEWEST));
    let moment = |fact: &Observed<String>| fact.value().and_then(|text| text.parse::<Moment>().ok());
    let title = match moment(&newest) {
        None => "The transaction log has never been backed up".to_owned(),
        Some(end) => {
            // The age counts from the query, however old its result is by now.
            let asked = known!(cx.reported(ASKED));
            let Some(asked_at) = moment(&asked) else {
                return cx
                    .unreported(ASKED, cx.knowledge.label(ASKED, ""), "the result does not say it")
                    .into();
            };
            let age = asked_at.minus(&end);
            if age <= RECENT {
                return Outcome::pass();
            }
            format!("The newest backup of the transaction log was {} days old", age.num_days())
        }
    };
    if question::is_answered(cx, None) {
        return question::answer(cx, None);
    }
    if cx.reported(GROUP).is_ok_and(|group| group.value().is_some_and(|value| value == "true")) {
        let why =
            "the database is in an availability group, and the backups of its other copies are not known";
        return cx.unanswered(None, &cx.rule.id, why).into();
    }
    let remedy = "Schedule backups of the transaction log, or find out why they stopped.";
    let seen = [cx.reported_evidence(MODEL, &model), cx.reported_evidence(NEWEST, &newest)];
    cx.on_cluster(title, remedy).resting_on(seen).inferred().into()
}
