//! Known vulnerabilities of the product: which builds each of them affects, branch by branch, and which builds fix it.

pub mod builds;
pub(super) mod cve;

use super::layer::failed;
use super::sources::Citation;
use crate::finding::{Confidence, Severity};
use crate::model::BuildVersion;
use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};

/// One advisory.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Advisory {
    /// Its id, such as `CVE-2026-19117`.
    pub id: String,
    /// The day it was published; `None` if its record does not say.
    pub published: Option<NaiveDate>,
    /// What it allows, as a sentence.
    pub allows: String,
    /// The rule that reports it.
    #[serde(default = "own_rule")]
    pub rule: String,
    /// Ranges of builds with their status. They may be of several branches with gaps between them.
    pub affected: Vec<Range>,
    /// Status of the builds that are in none of the ranges.
    #[serde(default = "unaffected")]
    pub otherwise: BuildStatus,
    /// The same of other entries of its CVE record; the worst of all entries counts.
    #[serde(skip)]
    pub further: Vec<(Vec<Range>, BuildStatus)>,
    /// Builds that fix it for good.
    #[serde(default)]
    pub fixed: Vec<BuildVersion>,
    /// Builds that fix it within an old branch.
    #[serde(default)]
    pub hotfixes: Vec<BuildVersion>,
    /// Its CVSS base score.
    pub score: Option<Score>,
    /// The version of CVSS that the score is of.
    pub scale: Option<String>,
    /// Which account an attacker needs.
    pub privileges: Option<Privileges>,
    /// Anything else that is important, as a sentence.
    pub note: Option<String>,
    /// Where that comes from.
    pub cites: Vec<Citation>,
}

/// The rule that reports every advisory without a rule of its own.
pub const RULE: &str = "VER-016";

fn own_rule() -> String {
    RULE.into()
}

fn unaffected() -> BuildStatus {
    BuildStatus::Unaffected
}

/// Whether an advisory is about a build, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BuildStatus {
    /// It is not.
    Unaffected,
    /// The record does not say.
    Unknown,
    /// It is.
    Affected,
}

/// Builds of one status. Without a bound on one side it is open there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Range {
    /// First build.
    pub from: Option<BuildVersion>,
    /// Last build.
    pub through: Option<BuildVersion>,
    /// First build after it.
    pub before: Option<BuildVersion>,
    /// Their status.
    #[serde(default = "affected")]
    pub status: BuildStatus,
}

fn affected() -> BuildStatus {
    BuildStatus::Affected
}

impl Range {
    /// Whether a build is in it.
    fn includes(&self, build: BuildVersion) -> bool {
        self.from.is_none_or(|from| from <= build)
            && self.through.is_none_or(|through| build <= through)
            && self.before.is_none_or(|before| build < before)
    }
}

/// A CVSS base score, in tenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score(u8);

impl Score {
    /// The score as the standard writes it.
    pub fn text(self) -> String {
        format!("{}.{}", self.0 / 10, self.0 % 10)
    }
}

impl<'de> Deserialize<'de> for Score {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let score = f64::deserialize(deserializer)?;
        let fits = |tenths: &u8| (f64::from(*tenths) - score * 10.0).abs() < 0.5;
        let score = (0..=100).find(fits).map(Self);
        score.ok_or_else(|| serde::de::Error::custom("a CVSS score is a number from 0 to 10"))
    }
}

/// Which account an attacker needs, in the words of CVSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Privileges {
    /// None.
    None,
    /// That of a user.
    Low,
    /// That of an administrator.
    High,
}

impl Privileges {
    /// In words that follow a score.
    pub const fn words(self) -> &'static str {
        match self {
            Self::None => "needs no account",
            Self::Low => "needs an account",
            Self::High => "needs the account of an administrator",
        }
    }
}

impl Advisory {
    /// Whether it affects a build. Of several ranges that include the build, the one that begins last is the most precise:
    /// a fixed branch within the range of all older builds.
    pub fn status(&self, build: BuildVersion) -> BuildStatus {
        let of_entry = |ranges: &[Range], otherwise: BuildStatus| {
            let including = ranges.iter().filter(|range| range.includes(build));
            let most_precise = including.max_by_key(|range| (range.from, range.status));
            most_precise.map_or(otherwise, |range| range.status)
        };
        let further = self.further.iter().map(|(ranges, otherwise)| of_entry(ranges, *otherwise));
        further.fold(of_entry(&self.affected, self.otherwise), Ord::max)
    }

    /// Whether a build is affected by what no range says: only by the status of all others.
    pub fn is_affected_by_default(&self, build: BuildVersion) -> bool {
        let entries = self.further.iter().map(|(ranges, _)| ranges).chain([&self.affected]);
        let named = entries.flatten().any(|range| range.includes(build) && range.status == affected());
        self.status(build) == BuildStatus::Affected && !named
    }

    /// Whether it is critical: a score of 9 or more, and no account needed.
    pub fn is_critical(&self) -> bool {
        self.score >= Some(Score(90)) && self.privileges == Some(Privileges::None)
    }

    /// How bad it is to run an affected build. It never keeps a cluster from working. Without a score it counts as medium:
    /// what is not known is not harmless.
    pub fn severity(&self) -> Severity {
        match self.score {
            _ if self.is_critical() => Severity::High,
            Some(score) if score < Score(40) => Severity::Low,
            _ => Severity::Medium,
        }
    }

    /// How sure it is.
    pub fn confidence(&self) -> Confidence {
        let confirms = self.cites.iter().any(|cite| cite.status.confirms());
        if confirms { Confidence::Confirmed } else { Confidence::Inferred }
    }

    /// The score and what an attacker needs: "CVSS 9.8 (3.1), needs no account"; empty if neither is known.
    pub fn rating(&self) -> String {
        let scale = self.scale.as_ref().map(|scale| format!(" ({scale})")).unwrap_or_default();
        let score = self.score.map(|score| format!("CVSS {}{scale}", score.text()));
        let needs = self.privileges.map(|needed| needed.words().to_owned());
        score.into_iter().chain(needs).collect::<Vec<_>>().join(", ")
    }

    /// Its id with its day: "CVE-2026-19117 of 2026-09-02".
    pub fn named(&self) -> String {
        self.published.map_or_else(|| self.id.clone(), |day| format!("{} of {day}", self.id))
    }

    /// Builds that are known to fix it, in order: those that its record names, and those at which an affected range ends.
    pub fn fixing(&self) -> Vec<BuildVersion> {
        let ranges = self.further.iter().flat_map(|(ranges, _)| ranges).chain(&self.affected);
        let ends = ranges.filter_map(|range| match range.status {
            BuildStatus::Affected => range.before,
            BuildStatus::Unaffected => range.from,
            BuildStatus::Unknown => None,
        });
        let mut builds: Vec<_> = ends.chain(self.fixed.iter().chain(&self.hotfixes).copied()).collect();
        builds.retain(|build| self.status(*build) == BuildStatus::Unaffected);
        builds.sort_unstable();
        builds.dedup();
        builds
    }

    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self) -> Vec<String> {
        let range_is_empty = |range: &Range| {
            let last = range.through.is_some_and(|last| range.from.is_some_and(|from| last < from));
            last || range.before.is_some_and(|before| range.from.is_some_and(|from| before <= from))
        };
        let mut fixed = self.fixed.iter().chain(&self.hotfixes);
        failed(&[
            (self.id.trim().is_empty(), "it needs an id"),
            (self.allows.trim().is_empty(), "`allows` needs a sentence"),
            (self.affected.iter().any(range_is_empty), "a range ends before it begins"),
            (
                self.affected.iter().any(|range| range.through.is_some() && range.before.is_some()),
                "`through` and `before` exclude each other",
            ),
            (
                fixed.any(|build| self.status(*build) == BuildStatus::Affected),
                "a build that fixes it is in a range of affected builds",
            ),
        ])
    }
}

/// The names that CVE records give to the product.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CveProduct {
    /// Short name.
    pub name: String,
    /// Names of its vendor; only letters and digits count.
    pub vendors: Vec<String>,
    /// Names of the product.
    pub products: Vec<String>,
    /// Parts with version numbers of their own, by the name that a record uses as type of a version.
    #[serde(default)]
    pub components: Vec<String>,
}

impl CveProduct {
    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self) -> Vec<String> {
        let empty = |names: &[String]| names.iter().all(|name| cve::letters(name).is_empty());
        failed(&[(
            empty(&self.vendors) || empty(&self.products),
            "it needs a name of the vendor and one of the product",
        )])
    }
}

#[cfg(test)]
mod tests;
