//! VER-011: does the vendor still support the build of the node?

use crate::knowledge::releases::Release;
use crate::rules::engine::prelude::*;
use chrono::{NaiveDate, TimeDelta};

rule! {
    /// ## What it checks
    /// Whether the build of the node was released more than one year before the date of the report. A build was released
    /// no later than the day on which a public record first named it, and no later than the day on which the version
    /// history says that it was installed.
    /// ## Why it matters
    /// The vendor supports a release for one year. If you open a case about an older release, you may only be asked to
    /// upgrade.
    /// ## How to fix it
    /// Plan the upgrade to a supported build. Run the report with --target to check it.
    /// ## What it cannot see
    /// Release dates after 10.9.000064, because they are not public. A build that was first seen or installed less than
    /// a year ago may be older: then the rule uses a record of the release given with --knowledge, or an answer. If
    /// only a later build of the same branch was seen more than a year ago, or of any branch up to 10.9.000064, the
    /// rule assumes that the build is not newer. A hotfix of an old branch counts by itself.
    id: "VER-011",
    title: "Build is no longer supported by the vendor",
    question: "Does the vendor still support the build?",
    severity: Medium,
    area: Security,
    subject: Node,
    cites: ["LIFE" Confirmed, "CVE" Confirmed],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    known!(cx.fact(node, "version", "build"));
    let version = *known!(node.version.value().ok_or_else(|| cx.version_missing(node, &node.version)));
    let today = cx.cluster.as_of.date_naive();
    let window = TimeDelta::days(i64::from(cx.knowledge.support_window_days));
    let ended = |by: &ReleasedBy| today > by.day + window;
    let bounds = bounds(cx, version);
    // Its own date decides alone. Else what is certain decides before what is assumed.
    let own = || bounds.iter().filter(|by| by.build == version);
    let released = own().find(|by| by.how == How::Released);
    let earliest = own().min_by_key(|by| by.day);
    let assumed = bounds.iter().min_by_key(|by| by.day).filter(|_| released.is_none());
    let ending = [released, earliest.filter(|_| released.is_none()), assumed];
    if let Some(by) = ending.into_iter().flatten().find(|by| ended(by)) {
        return out_of_support(cx, node, version, by, window).into();
    }
    if let Some(ReleasedBy { day, .. }) = released {
        return Outcome::pass_with(format!("released on {day}, supported until {}", *day + window));
    }
    if cx.knowledge.unsupported_before.is_some_and(|first| version < first) {
        return by_notice(cx, node, version).into();
    }
    let why = match assumed {
        Some(by) => format!("{}, but it may have been released earlier", by.words()),
        None => {
            "no public source tells release dates of builds after 10.9.000064; a record of the release in \
            --knowledge may"
                .into()
        }
    };
    let what = format!("the release date of {version}");
    let gap = MissingEvidence::of(&node.name, what, why, EvidenceRequest::Nothing);
    question::where_evidence_lacks(cx, Some(node), Vec::new(), vec![gap])
}

/// A day by which a build was released.
struct ReleasedBy {
    /// The build itself, or a later one that was not released before it.
    build: BuildVersion,
    day: NaiveDate,
    how: How,
    place: Location,
}

#[derive(PartialEq, Eq)]
enum How {
    Released,
    Seen,
    Installed,
}

impl ReleasedBy {
    fn words(&self) -> String {
        let Self { build, day, .. } = self;
        match self.how {
            How::Released => format!("{build} was released on {day}"),
            How::Seen => format!("{build} was first seen on {day}"),
            How::Installed => format!("{build} was installed on {day}"),
        }
    }
}

/// Every day by which the build was released: that of the build itself, and those of builds that were not released before
/// it. Builds of one branch are numbered in order. Of other branches only the release notes are complete, up to
/// 10.9.000064; later, a hotfix of an old branch can be newer than the next branch.
fn bounds(cx: &Context, version: BuildVersion) -> Vec<ReleasedBy> {
    let bounding = |build: BuildVersion, complete: bool| {
        build == version || (build > version && (complete || build.train() == version.train()))
    };
    let of_release = |release: &Release| {
        let (day, how) = match (release.date, release.seen) {
            (Some(date), _) => (date, How::Released),
            (None, seen) => (seen?, How::Seen),
        };
        let complete = how == How::Released && release.version <= LAST_NOTES;
        bounding(release.version, complete).then(|| ReleasedBy {
            build: release.version,
            day,
            how,
            place: Location::default(),
        })
    };
    let mut bounds: Vec<ReleasedBy> = cx.knowledge.releases.iter().filter_map(of_release).collect();
    if let Some(history) = cx.history().value() {
        let installed = history.rows.iter().filter_map(|row| {
            let (build, moment) = (*row.version.value()?, row.upgraded.value()?);
            bounding(build, false).then(|| {
                let day = moment.wall.date();
                ReleasedBy { build, day, how: How::Installed, place: row.place.clone() }
            })
        });
        let before = bounds.len();
        bounds.extend(installed);
        if bounds.len() > before {
            cx.use_input(&history.input);
        }
    }
    bounds
}

/// The last build whose release notes are public.
const LAST_NOTES: BuildVersion = BuildVersion::new(10, 9, 64);

fn out_of_support(
    cx: &Context,
    node: &Node,
    version: BuildVersion,
    by: &ReleasedBy,
    window: TimeDelta,
) -> Finding {
    let until = by.day + window;
    let own = by.build == version;
    let title = match (&by.how, own) {
        (How::Released, true) => format!("{} runs {version}, supported until {until}", node.name),
        (How::Released, false) => {
            format!(
                "{} runs {version}, older than {}, which was supported until {until}",
                node.name, by.build
            )
        }
        (How::Seen | How::Installed, true) => {
            format!("{} runs {version}, out of support since {until} at the latest", node.name)
        }
        (How::Seen | How::Installed, false) => format!(
            "{} runs {version}, older than {}, which is out of support since {until} at the latest",
            node.name, by.build
        ),
    };
    let (fact, value) = match by.how {
        How::Released => (format!("release of {} by the table of releases", by.build), by.day.to_string()),
        How::Seen => (format!("first public record of {}", by.build), by.day.to_string()),
        How::Installed => {
            (format!("installation of {} by the version history", by.build), by.day.to_string())
        }
    };
    let remedy = format!("Plan the upgrade of {} to a supported build.", node.name);
    cx.on_node(node, title, remedy)
        .because(evidence(node, "build", &node.version))
        .because(Evidence::value("", fact, value, by.place.clone()))
        .inferred_if(!own)
}

/// That the vendor's pages call the branch no longer supported.
fn by_notice(cx: &Context, node: &Node, version: BuildVersion) -> Finding {
    let title = format!("{} runs {version}, of a branch that the vendor no longer supports", node.name);
    let remedy = format!("Plan the upgrade of {} to a supported build.", node.name);
    let notice = Evidence::value(
        "",
        "notice on versions out of support",
        "it is on the pages of this branch or of a later one",
        Location::default(),
    );
    cx.on_node(node, title, remedy).because(evidence(node, "build", &node.version)).because(notice)
}
