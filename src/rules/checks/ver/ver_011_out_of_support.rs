//! VER-011: does the vendor still support the build of the node?

use crate::knowledge::releases::Release;
use crate::rules::engine::prelude::*;
use chrono::TimeDelta;

rule! {
    /// ## What it checks
    /// Whether the build of the node was released more than one year before the date of the report.
    /// ## Why it matters
    /// The vendor supports a release for one year. If you open a case about an older release, you may only be asked to
    /// upgrade.
    /// ## How to fix it
    /// Plan the upgrade to a supported build. Run the report with --target to check it.
    /// ## What it cannot see
    /// Release dates after 10.9.000064, because they are not public. For such builds, the rule uses a record of the
    /// release given with --knowledge, or an answer. If a build without a known date is older than a build that is no
    /// longer supported, the rule assumes that it is not supported either.
    id: "VER-011",
    title: "Build is no longer supported by the vendor",
    severity: Medium,
    area: Security,
    subject: Node,
    cites: ["LIFE" Confirmed],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    known!(cx.fact(node, "version", "build"));
    let version = *known!(node.version.value().ok_or_else(|| cx.version_missing(node, &node.version)));
    let dated = |release: &Release| release.date.map(|date| (release.version, date));
    let releases = || cx.knowledge.releases.iter().filter_map(dated);
    // Its own date, else that of the next build after it: it was there by then.
    let undated = |why: String| {
        let what = format!("the release date of {version}");
        let gap = MissingEvidence::of(&node.name, what, why, EvidenceRequest::Nothing);
        question::where_evidence_lacks(cx, Some(node), Vec::new(), vec![gap])
    };
    let Some((build, date)) = releases().find(|(build, _)| *build >= version) else {
        let why = "no public source tells release dates of builds after 10.9.000064; a record of the release in \
            --knowledge may";
        return undated(why.into());
    };
    let own = build == version;
    let until = date + TimeDelta::days(i64::from(cx.knowledge.support_window_days));
    let today = cx.cluster.as_of.date_naive();
    if today <= until {
        return if own {
            Outcome::pass_with(format!("released on {date}, supported until {until}"))
        } else {
            undated(format!("the table of releases does not have it, only that of a later build, {date}"))
        };
    }
    let title = if own {
        format!("{} runs {version}, supported until {until}", node.name)
    } else {
        format!("{} runs {version}, older than {build}, which was supported until {until}", node.name)
    };
    let remedy = format!("Plan the upgrade of {} to a supported build.", node.name);
    let fact = format!("release of {build} by the table of releases");
    let record = Evidence::value("", fact, date.to_string(), Location::default());
    cx.on_node(node, title, remedy)
        .because(evidence(node, "build", &node.version))
        .because(record)
        .inferred_if(!own)
        .into()
}
