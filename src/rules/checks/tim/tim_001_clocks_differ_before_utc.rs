//! TIM-001: do the clocks of the web servers agree, on builds that store local times?

use crate::rules::engine::prelude::*;
use crate::rules::lib::clock_skew::{Limits, judge};

/// Milliseconds that clocks may lie apart without being "the same date and time". The product's own tolerance is not
/// published; both limits are our own choice.
const NOT_THE_SAME: u64 = 60_000;
/// Milliseconds that are worth a warning.
const WORTH_FIXING: u64 = 5_000;

rule! {
    /// ## What it checks
    /// Whether the clocks of the web servers agree, each compared with one shared reference. This applies to builds up to
    /// and including 8.9.300000. A difference of more than a minute blocks, one of more than five seconds is a warning.
    /// ## Why it matters
    /// These builds store local times. A server with a wrong clock writes wrong times into the audit, and the product
    /// may refuse the server because the server dates do not match.
    /// ## How to fix it
    /// Let all web servers get their time from the same source, and check that they show the same date and time. Then
    /// restart the application pools.
    /// ## What it cannot see
    /// How much difference the product accepts, because that is not published. The vendor asks for the same date and
    /// time; the two limits are our own choice. Clocks without a shared reference are not compared, because bundles are collected one after another.
    id: "TIM-001",
    title: "Clocks differ on a build that stores local times",
    question: "Do the clocks agree on a build that stores local times?",
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
    let limits = Limits { fault: WORTH_FIXING, doubt: NOT_THE_SAME, harm: NOT_THE_SAME };
    judge(cx, &limits, |finding, at_least, measured| {
        match (at_least > NOT_THE_SAME, measured > NOT_THE_SAME) {
            (true, _) => finding,
            (false, true) => finding.inferred(),
            (false, false) => finding.at(Severity::Medium).inferred(),
        }
    })
}
