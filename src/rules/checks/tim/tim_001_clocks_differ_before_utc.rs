//! TIM-001: do the clocks of the web servers agree, on builds that store local times?

use crate::rules::engine::prelude::*;
use crate::rules::lib::clock_skew::{seconds, skew};

/// Milliseconds that clocks may lie apart. The product's own tolerance is not published (domain 11, G-20); this
/// one is ours.
const LIMIT: u64 = 60_000;

rule! {
    /// ## What it checks
    /// Whether the clocks of the web servers agree to within one minute, each compared with one shared reference. This
    /// applies to builds up to and including 8.9.300000.
    /// ## Why it matters
    /// These builds store local times. A server with a wrong clock writes wrong times into the audit, and the product
    /// may refuse the server because the server dates do not match.
    /// ## How to fix it
    /// Let all web servers get their time from the same source, and check that they show the same date and time. Then
    /// restart the application pools.
    /// ## What it cannot see
    /// How much difference the product accepts, because that is not published. The limit of one minute is our own
    /// choice. Clocks without a shared reference are not compared, because bundles are collected one after another.
    id: "TIM-001",
    title: "Clocks differ on a build that stores local times",
    severity: Blocker,
    subject: Cluster,
    applies: before(Build::Current, BuildVersion::new(8, 9, 300_001)),
    cites: [
        "D:networking/secret-server-clustering" Confirmed,
        "RN:8.9.300000" Confirmed,
        "SEED" Confirmed,
    ],
    check: check,
}

/// What the sources say of the builds concerned (domain 12.1, K-1).
pub(super) const SCOPE: [&str; 2] = [
    "SEED: servers need the same date and time on 8.9.300000 or earlier.",
    "D:networking/secret-server-clustering: one step asks for it on 8.9.300000 or later, the list of errors names \
     builds before 8.9.300000; RN:8.9.300000 brought times in UTC.",
];

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let skew = skew(cx);
    let Some(pair) = skew.widest else { return Outcome::Unknown { missing: skew.missing } };
    if pair.at_least > LIMIT {
        let mut finding = cx.on_cluster(
            format!("The clocks of {} lie {} apart", pair.names(), seconds(pair.measured)),
            format!("Set the clocks of {} from one time source.", pair.names()),
        );
        finding.evidence = skew.evidence();
        finding.notes = SCOPE.map(str::to_owned).to_vec();
        return Outcome::Findings(vec![finding.inferred()]);
    }
    let mut missing = skew.missing;
    if skew.at_most > LIMIT {
        missing.push(pair.too_uncertain(skew.at_most));
    }
    if missing.is_empty() {
        return Outcome::pass_with(format!("no two clocks lie more than {} apart", seconds(skew.at_most)));
    }
    Outcome::Unknown { missing }
}
