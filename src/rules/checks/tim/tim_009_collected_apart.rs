//! TIM-009: were the bundles of all nodes collected at about the same time?

use crate::rules::engine::prelude::*;
use chrono::{DateTime, FixedOffset, TimeDelta};

/// How far apart collections may begin and still show one state of the cluster; our own choice.
const TOGETHER: TimeDelta = TimeDelta::minutes(10);

rule! {
    /// ## What it checks
    /// Whether the collections on all nodes began within ten minutes, each according to its own clock.
    /// ## Why it matters
    /// Someone may have changed something between two collections. Differences between the bundles may then come from
    /// the time, not from the nodes.
    /// ## How to fix it
    /// Collect on all nodes in one session. Use the same `--reference-time` if the clocks may be wrong.
    /// ## What it cannot see
    /// The rule compares the clocks of different nodes directly, which no other rule does. So a wrong clock looks like
    /// a late collection.
    id: "TIM-009",
    title: "Bundles were collected at different times",
    question: "Were all bundles collected at the same time?",
    severity: Info,
    area: Clocks,
    subject: Cluster,
    cites: ["SELF" Inferred],
}

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let (mut begun, missing) = cx.of_serving(|node| Ok(cx.bundle(node)?.started));
    begun.sort_by(|(x, a), (y, b)| (a, &x.name).cmp(&(b, &y.name)));
    let (Some((_, first)), Some((_, last))) = (begun.first(), begun.last()) else {
        return Outcome::Unknown { missing };
    };
    let span = *last - *first;
    if span > TOGETHER {
        let title = format!("The bundles were collected {}", apart(first, last, span));
        let finding = cx.on_cluster(title, "Collect on all nodes in one go.");
        let shown = begun.iter().map(|(node, started)| {
            let started = started.format("%Y-%m-%d %H:%M:%S %:z").to_string();
            seen_in(node, "collection began", started, &Location::file("manifest.json"))
        });
        return Outcome::Findings(vec![finding.resting_on(shown)]);
    }
    if !missing.is_empty() {
        return missing.into();
    }
    let minutes = TOGETHER.num_minutes();
    let note = format!("all bundles were begun within {minutes} minutes, by their own clocks");
    Outcome::Pass { note, inferred: true }
}

/// The span in the reader's words, with the days where there are several.
fn apart(first: &DateTime<FixedOffset>, last: &DateTime<FixedOffset>, span: TimeDelta) -> String {
    let span = match (span.num_days(), span.num_hours(), span.num_minutes()) {
        (0, 0, minutes) => format!("{minutes} minutes apart"),
        (0, hours, minutes) => format!("{hours} h {} min apart", minutes - hours * 60),
        (1, hours, _) => format!("1 day {} h apart", hours - 24),
        (days, ..) => format!("{days} days apart"),
    };
    let (from, to) = (first.date_naive(), last.date_naive());
    if from == to { span } else { format!("on different days, {from} to {to}, {span}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(text).unwrap()
    }

    #[test]
    fn spans_name_the_days() {
        let reported = |a: &str, b: &str| apart(&at(a), &at(b), at(b) - at(a));
        assert_eq!(reported("2026-11-20T10:00:00+01:00", "2026-11-20T10:25:00+01:00"), "25 minutes apart");
        assert_eq!(reported("2026-11-20T10:00:00+01:00", "2026-11-20T12:25:00+01:00"), "2 h 25 min apart");
        assert_eq!(
            reported("2026-11-20T10:00:00Z", "2026-11-21T13:00:00Z"),
            "on different days, 2026-11-20 to 2026-11-21, 1 day 3 h apart"
        );
        assert_eq!(
            reported("2026-11-18T10:00:00Z", "2026-11-20T10:00:01Z"),
            "on different days, 2026-11-18 to 2026-11-20, 2 days apart"
        );
    }
}
