//! Builds of the product: release dates, withdrawals, and fixed vulnerabilities.

use super::layer::failed;
use super::sources::Citation;
use crate::model::BuildVersion;
use chrono::NaiveDate;
use serde::Deserialize;

/// One build.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Release {
    /// The build.
    pub version: BuildVersion,
    /// The day it was released; `None` if no source gives it.
    pub date: Option<NaiveDate>,
    /// The day on which a public record first names it: it was released no later.
    pub seen: Option<NaiveDate>,
    /// Why nobody should run it, as a sentence.
    pub withdrawn: Option<String>,
    /// The build to go to instead of a withdrawn one.
    pub go_to: Option<BuildVersion>,
    /// Names of the vulnerabilities that it fixes.
    #[serde(default)]
    pub fixes: Vec<String>,
    /// What else there is to know, as a sentence.
    pub note: Option<String>,
    /// Where that comes from.
    pub cites: Vec<Citation>,
}

impl Release {
    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self) -> Vec<String> {
        let unpaired = self.withdrawn.is_some() != self.go_to.is_some();
        let late = self.date.zip(self.seen).is_some_and(|(date, seen)| seen < date);
        failed(&[
            (late, "it cannot be `seen` before its `date`"),
            (unpaired, "`withdrawn` and `go-to` belong together"),
            (self.go_to.is_some_and(|other| other <= self.version), "the build in `go-to` is not later"),
        ])
    }
}

#[cfg(test)]
mod tests {
    use crate::knowledge::Knowledge;

    /// The dated releases of the release notes; of the several days of 10.9.000000 the last one counts.
    #[test]
    fn dates_are_those_of_the_release_notes() {
        let releases = Knowledge::builtin().unwrap().releases;
        assert!(releases.is_sorted_by_key(|one| one.version));
        let dated = releases.iter().filter_map(|one| Some((one.version.to_string(), one.date?.to_string())));
        let expected = [
            ("8.8.000004", "2015-02-10"),
            ("8.8.000005", "2015-02-20"),
            ("8.8.000018", "2015-03-16"),
            ("8.9.000000", "2015-08-07"),
            ("8.9.000022", "2015-10-01"),
            ("8.9.300000", "2016-01-13"),
            ("8.9.300008", "2016-03-08"),
            ("9.0.000000", "2016-04-13"),
            ("9.1.000000", "2016-07-13"),
            ("9.1.000001", "2016-10-13"),
            ("10.0.000000", "2016-10-13"),
            ("10.0.000006", "2016-10-20"),
            ("10.1.000000", "2017-01-18"),
            ("10.1.000023", "2017-02-22"),
            ("10.2.000000", "2017-04-12"),
            ("10.2.000001", "2017-04-25"),
            ("10.2.000018", "2017-05-17"),
            ("10.2.000019", "2017-06-19"),
            ("10.3.000000", "2017-07-12"),
            ("10.3.000014", "2017-08-29"),
            ("10.3.000015", "2017-09-25"),
            ("10.4.000000", "2018-01-17"),
            ("10.5.000000", "2018-07-10"),
            ("10.5.000001", "2018-08-15"),
            ("10.5.000003", "2018-09-24"),
            ("10.6.000000", "2019-02-12"),
            ("10.6.000001", "2019-03-20"),
            ("10.6.000026", "2019-05-29"),
            ("10.6.000027", "2019-06-18"),
            ("10.7.000000", "2019-09-12"),
            ("10.7.000002", "2019-10-08"),
            ("10.7.000059", "2019-12-09"),
            ("10.8.000000", "2020-04-03"),
            ("10.8.000004", "2020-06-08"),
            ("10.9.000000", "2020-08-09"),
            ("10.9.000002", "2020-09-22"),
            ("10.9.000005", "2020-12-08"),
            ("10.9.000032", "2020-12-08"),
            ("10.9.000033", "2020-12-14"),
            ("10.9.000063", "2021-03-23"),
            ("10.9.000064", "2021-04-13"),
        ];
        assert!(releases.iter().all(|one| one.date.is_none() || one.seen.is_none()));
        let expected = expected.map(|(version, date)| (version.to_owned(), date.to_owned()));
        assert_eq!(dated.collect::<Vec<_>>(), expected);
    }

    /// Within a branch builds are numbered in the order of their release; between branches a hotfix is newer than the next
    /// branch.
    #[test]
    fn days_on_which_builds_were_first_seen_are_those_of_the_public_records() {
        let releases = Knowledge::builtin().unwrap().releases;
        let seen = releases.iter().filter_map(|one| Some((one.version.to_string(), one.seen?.to_string())));
        let seen: Vec<_> = seen.collect();
        assert_eq!(seen.len(), 21, "{seen:?}");
        for (build, day) in [
            ("11.3.000003", "2023-02-09"),
            ("11.7.000049", "2024-11-28"),
            ("11.7.000062", "2026-09-02"),
            ("11.9.000047", "2026-01-27"),
            ("12.3.000001", "2026-10-30"),
        ] {
            assert!(seen.contains(&(build.to_owned(), day.to_owned())), "{build}");
        }
    }

    #[test]
    fn one_build_was_withdrawn_and_two_fix_known_vulnerabilities() {
        let releases = Knowledge::builtin().unwrap().releases;
        let withdrawn =
            releases.iter().filter_map(|one| Some((one.version.to_string(), one.go_to?.to_string())));
        assert_eq!(withdrawn.collect::<Vec<_>>(), [("10.9.000032".to_owned(), "10.9.000033".to_owned())]);
        let fixing = releases.iter().filter(|one| !one.fixes.is_empty()).map(|one| one.version.to_string());
        assert_eq!(fixing.collect::<Vec<_>>(), ["11.7.000001", "11.7.000049"]);
    }
}
