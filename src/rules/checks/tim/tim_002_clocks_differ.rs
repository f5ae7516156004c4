//! TIM-002: do the clocks of the web servers agree, on builds that store UTC?

use crate::rules::checks::tim::tim_001_clocks_differ_before_utc::SCOPE;
use crate::rules::engine::prelude::*;
use crate::rules::lib::clock_skew::{seconds, skew};

/// Milliseconds that clocks should lie apart at most; ours (domain 10.3).
const WORTH_MENDING: u64 = 30_000;
/// Milliseconds from which Kerberos refuses tickets (domain 4.12).
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
    subject: Cluster,
    applies: since(Build::Current, BuildVersion::new(8, 9, 300_001)),
    cites: ["D:networking/secret-server-clustering" Confirmed, "RN:8.9.300000" Confirmed],
    check: check,
}

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let skew = skew(cx);
    let Some(pair) = skew.widest else { return Outcome::Unknown { missing: skew.missing } };
    if pair.at_least > WORTH_MENDING {
        let mut finding = cx.on_cluster(
            format!("The clocks of {} lie {} apart", pair.names(), seconds(pair.measured)),
            format!("Set the clocks of {} from one time source.", pair.names()),
        );
        finding.evidence = skew.evidence();
        finding.notes = SCOPE.map(str::to_owned).to_vec();
        if pair.at_least <= BREAKS {
            finding = finding.at(Severity::Medium).inferred();
        }
        return Outcome::Findings(vec![finding]);
    }
    let mut missing = skew.missing;
    // Readings that agree need not be exact to the half minute, only too close for harm.
    if skew.measured > WORTH_MENDING || skew.at_most > BREAKS {
        missing.push(pair.too_uncertain(skew.at_most));
    }
    if missing.is_empty() {
        let note = format!("no two clocks lie more than {} apart", seconds(skew.at_most));
        return Outcome::Pass { note, inferred: skew.at_most > WORTH_MENDING };
    }
    Outcome::Unknown { missing }
}
