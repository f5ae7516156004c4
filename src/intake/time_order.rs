//! What the dates of exports decide: what is dated after the day of the report counts for nothing, and of several version
//! histories the newest counts.

use super::cluster::CaseBuilder;
use super::node_row;
use crate::model::export::{Moment, VersionHistory};
use crate::model::input::{InputKind, InputStatus, ProblemKind};
use crate::model::{Location, Observed};
use chrono::{DateTime, TimeDelta, Utc};

impl CaseBuilder {
    /// Forgets connections and upgrades that are dated after the day of the report: they would make every other one old.
    pub(super) fn nothing_after(&mut self, as_of: DateTime<Utc>) {
        let is_after = |at: &Moment| is_after(at, as_of);
        let mut told = Vec::new();
        for (index, list) in &mut self.lists {
            for row in list.rows.iter_mut().filter(|row| row.last_connected.value().is_some_and(is_after)) {
                let name = &row.machine_name;
                told.push((
                    *index,
                    format!(
                        "{name} is said to have connected after the day of this report; that does not count."
                    ),
                ));
                let why = "it is dated after the day of this report";
                row.last_connected = Observed::unreadable(row.place.clone(), why);
            }
            if list.newest_connection.as_ref().is_some_and(is_after) {
                list.newest_connection = node_row::newest_connection(&list.rows);
            }
        }
        for (index, history) in &mut self.histories {
            for row in history.rows.iter_mut().filter(|row| row.upgraded.value().is_some_and(is_after)) {
                let why = "a date is after the day of this report";
                row.upgraded = Observed::unreadable(row.place.clone(), why);
                history.unordered.get_or_insert_with(|| why.to_owned());
                told.push((*index, format!("{} is dated after the day of this report.", row.place)));
            }
        }
        for (index, text) in told {
            self.problem(index, InputStatus::Partly, ProblemKind::Malformed, text);
        }
    }

    /// The history whose newest row is the newest; where a date is missing, the longest of those with the highest version. Beside two clusters nobody can say whose it is.
    pub(super) fn history(&mut self, several_clusters: bool) -> Observed<VersionHistory> {
        let mut histories = std::mem::take(&mut self.histories);
        if several_clusters {
            for (index, _) in histories {
                self.refuse_ambiguous(index);
            }
            return self.without(&[InputKind::VersionTable], "version history");
        }
        let upgraded =
            |history: &VersionHistory| history.current().and_then(|row| row.upgraded.value().copied());
        let dated = histories.iter().all(|(_, history)| upgraded(history).is_some());
        // The table only grows. Of two that nothing else tells apart, the one that says which row is the current one counts.
        let rank = |(index, history): &(usize, VersionHistory)| {
            let highest = history.rows.iter().filter_map(|row| row.version.value().copied()).max();
            let version = history.build().value().copied();
            let grown = (highest, history.rows.len(), version);
            (upgraded(history).filter(|_| dated), grown, std::cmp::Reverse(*index))
        };
        histories.sort_by_key(rank);
        let Some((chosen, mut history)) = histories.pop() else {
            return self.without(&[InputKind::VersionTable], "version history");
        };
        let name = self.name(chosen);
        let current = |history: &VersionHistory| upgraded(history).zip(history.build().value().copied());
        for (index, other) in histories {
            let (one, other) = (current(&history), current(&other));
            if let (Some((time, one)), Some((_, other))) =
                (one, other.filter(|other| Some(other.0) == one.map(|one| one.0)))
                && one != other
            {
                let names = format!("{name} and {}", self.name(index));
                let text = format!(
                    "The version histories {names} contradict each other: of {} they name the builds {one} and {other}.",
                    time.wall.date()
                );
                self.problem(index, InputStatus::Partly, ProblemKind::Conflict, text.clone());
                self.problem(chosen, InputStatus::Partly, ProblemKind::Conflict, text.clone());
                self.conflicts.push(text);
                history.unordered = Some(format!("{names} contradict each other"));
                continue;
            }
            self.note(index, format!("{name} is a newer version history and counts instead."));
        }
        Observed::known(history, Location::input(name))
    }
}

/// Whether a moment of an export is after the day of the report.
pub(super) fn is_after(at: &Moment, as_of: DateTime<Utc>) -> bool {
    // A wall clock may be ahead of UTC by this.
    let latest = as_of + TimeDelta::days(1) + TimeDelta::hours(14);
    at.utc.unwrap_or_else(|| at.wall.and_utc()) > latest
}
