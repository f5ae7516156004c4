//! TIM-001: do the clocks of the web servers agree, on builds that store local times?

use crate::rules::engine::prelude::*;
use crate::rules::lib::clock_skew::judge;

/// Milliseconds that clocks may lie apart. The product's own tolerance is not published; this
/// one is our own choice.
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
    area: Clocks,
    subject: Cluster,
    applies: before(Build::Current, BuildVersion::new(8, 9, 300_001)),
    cites: [
        "D:networking/secret-server-clustering" Confirmed,
        "RN:8.9.300000" Confirmed,
        "SEED" Confirmed,
    ],
}

fn check(cx: &Context) -> Outcome {
    judge(cx, LIMIT, LIMIT, |finding, _| finding.inferred())
}
