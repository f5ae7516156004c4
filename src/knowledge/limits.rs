//! Numbers from which on a rule speaks, where they are our own choice and a site may want others.

use super::layer::failed;
use super::sources::Citation;
use serde::Deserialize;

/// One such number.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LimitRow {
    /// Short name.
    pub id: String,
    /// What it counts, as a noun with its unit.
    pub title: String,
    /// The number.
    pub value: u64,
    /// Why it is this one, as one sentence.
    pub why: String,
    /// Where that comes from.
    pub cites: Vec<Citation>,
}

impl LimitRow {
    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self) -> Vec<String> {
        failed(&[
            (self.value == 0, "a limit of 0 would always hold"),
            (Limit::of(&self.id).is_none(), "no rule asks for a limit of this name"),
        ])
    }
}

/// The limits that rules ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Entries in an hour from which on errors of one wording are a burst.
    BurstEntries,
    /// How many times the node's median hour a burst has.
    BurstTimes,
    /// Minutes after a change in which errors begin that began with it.
    ChangeMinutes,
    /// Entries since a change from which on errors began with it.
    ChangeEntries,
    /// Entries in a day from which on errors of one wording on one of several equal nodes are reported.
    OneSidedEntries,
    /// The same for one type of exception of the product's own key, start or database code.
    OneSidedCoreEntries,
    /// Per cent of them below which other nodes have them hardly.
    OneSidedPercent,
}

impl Limit {
    /// Every one, in order of name.
    pub const ALL: [Self; 7] = [
        Self::BurstEntries,
        Self::BurstTimes,
        Self::ChangeEntries,
        Self::ChangeMinutes,
        Self::OneSidedCoreEntries,
        Self::OneSidedEntries,
        Self::OneSidedPercent,
    ];

    /// Its name in records.
    pub const fn id(self) -> &'static str {
        match self {
            Self::BurstEntries => "log-burst-entries",
            Self::BurstTimes => "log-burst-times",
            Self::ChangeEntries => "log-change-entries",
            Self::ChangeMinutes => "log-change-minutes",
            Self::OneSidedCoreEntries => "log-one-sided-core-entries",
            Self::OneSidedEntries => "log-one-sided-entries",
            Self::OneSidedPercent => "log-one-sided-percent",
        }
    }

    /// The limit of this name.
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|limit| limit.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Knowledge;
    use super::*;

    #[test]
    fn every_limit_has_a_record_and_every_record_a_rule() {
        let knowledge = Knowledge::builtin().unwrap();
        let ids: Vec<&str> = knowledge.limits.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids, Limit::ALL.map(Limit::id));
        assert_eq!(knowledge.limit(Limit::OneSidedEntries), 50);
    }

    #[test]
    fn a_site_may_have_others() {
        let text = "[[limit]]\nid = \"log-burst-entries\"\ntitle = \"x\"\nvalue = 7\nwhy = \"x\"\n\
                    cites = [{ source = \"SELF\", status = \"inferred\" }]\n";
        let ours = Knowledge::layered(&[("ours.toml", text)]);
        assert_eq!(ours.unwrap().limit(Limit::BurstEntries), 7);
        for (find, replace, why) in [
            ("value = 7", "value = 0", "a limit of 0 would always hold"),
            ("log-burst-entries", "log-other", "no rule asks for a limit of this name"),
        ] {
            let faults = Knowledge::layered(&[("ours.toml", &text.replace(find, replace))]).unwrap_err();
            assert!(faults.to_string().contains(why), "{faults}");
        }
    }
}
