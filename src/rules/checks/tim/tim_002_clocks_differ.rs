//! TIM-002: do the clocks of the web servers agree, on builds that store UTC?

use crate::rules::engine::prelude::*;
use crate::rules::lib::clock_skew::judge;

/// Milliseconds that clocks should lie apart at most; our own choice.
const WORTH_MENDING: u64 = 30_000;
/// Milliseconds from which Kerberos refuses tickets.
const BREAKS: u64 = 300_000;

rule! {
    /// ## What it checks
    /// Whether the clocks of the web servers agree, each compared with one shared reference. This applies to builds
    /// after 8.9.300000. They should agree to within half a minute, and must agree to within five minutes.
    /// ## Why it matters
    /// These builds store UTC, and no longer refuse a server because of its clock. But tokens, SAML, one-time passwords
    /// and the order of the audit still need the same time on all nodes. If clocks differ by more than five minutes,
    /// Kerberos refuses logins.
    /// ## How to fix it
    /// Let all web servers get their time from the domain hierarchy or from one time server. Restart the time service
    /// of the server whose clock is wrong.
    /// ## What it cannot see
    /// The limit of half a minute is our own choice. Clocks without a shared reference are not compared, because
    /// bundles are collected one after another. A reference time that a person typed is uncertain by half a minute for
    /// each node. The offset that a time service recorded is only as recent as its last synchronisation.
    id: "TIM-002",
    title: "Clocks differ between nodes",
    severity: High,
    area: Clocks,
    subject: Cluster,
    applies: since(Build::Current, BuildVersion::new(8, 9, 300_001)),
    cites: ["D:networking/secret-server-clustering" Confirmed, "RN:8.9.300000" Confirmed],
}

fn check(cx: &Context) -> Outcome {
    judge(cx, WORTH_MENDING, BREAKS, |finding, at_least| {
        if at_least <= BREAKS { finding.at(Severity::Medium).inferred() } else { finding }
    })
}
