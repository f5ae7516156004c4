//! TIM-002: do the clocks of the web servers agree, on builds that store UTC?

use crate::rules::engine::prelude::*;
use crate::rules::lib::clock_skew::{Limits, judge};

/// Milliseconds that clocks should lie apart at most on any build; our own choice.
const FAR: u64 = 30_000;
/// Milliseconds that are worth a warning on builds with clustered schedulers; our own choice.
const WORTH_FIXING: u64 = 5_000;
/// Milliseconds within which clustered schedulers need their clocks.
const SCHEDULER: u64 = 1_000;
/// First build with clustered schedulers.
const QUARTZ: BuildVersion = BuildVersion::new(10, 7, 0);
/// Milliseconds from which Kerberos refuses tickets.
const BREAKS: u64 = 300_000;

rule! {
    /// ## What it checks
    /// Whether the clocks of the web servers agree, each compared with one shared reference. This applies to builds
    /// after 8.9.300000. They should agree to within half a minute, and must agree to within five minutes. From 10.7 on,
    /// they should agree to within one second.
    /// ## Why it matters
    /// These builds store UTC, and no longer refuse a server because of its clock. But tokens, SAML, one-time passwords
    /// and the order of the audit still need the same time on all nodes. The schedulers that nodes share since 10.7 need
    /// clocks that agree to within a second; otherwise work runs twice, late or not at all. If clocks differ by more than
    /// five minutes, Kerberos refuses logins.
    /// ## How to fix it
    /// Let all web servers get their time from the domain hierarchy or from one time server. Restart the time service
    /// of the server whose clock is wrong.
    /// ## What it cannot see
    /// The limits of five seconds and half a minute are our own choice, and that the product's schedulers need what their
    /// library asks for is our inference. Clocks without a shared reference are not compared, because
    /// bundles are collected one after another. A reference time that a person typed is uncertain by half a minute for
    /// each node. The offset that a time service recorded is only as recent as its last synchronisation.
    id: "TIM-002",
    title: "Clocks differ between nodes",
    question: "Do the clocks of all nodes agree?",
    severity: High,
    area: Clocks,
    subject: Cluster,
    applies: since(Build::Current, BuildVersion::new(8, 9, 300_001)),
    cites: ["D:networking/secret-server-clustering" Confirmed, "RN:8.9.300000" Confirmed, "QZ-NET" Inferred],
}

fn check(cx: &Context) -> Outcome {
    let shares_schedulers = cx.applies(&since(Build::Current, QUARTZ), None) == Ok(true);
    let limits = Limits { fault: if shares_schedulers { SCHEDULER } else { FAR }, doubt: FAR, harm: BREAKS };
    judge(cx, &limits, |finding, at_least, _| {
        if at_least <= WORTH_FIXING {
            finding.at(Severity::Low).inferred()
        } else if shares_schedulers && (FAR..=BREAKS).contains(&at_least) {
            finding.inferred()
        } else if at_least <= BREAKS {
            finding.at(Severity::Medium).inferred()
        } else {
            finding
        }
    })
}
