//! LBL-002: do sessions or logs show that users move between nodes?

use crate::rules::engine::prelude::*;
use crate::rules::lib::reported_number::of_cluster;

rule! {
    /// ## What it checks
    /// Whether users had sessions on several nodes within ten minutes. Also whether the logs of a node show requests
    /// that were refused because their token or session belongs to another node.
    /// ## Why it matters
    /// Without session affinity, a request may reach a node that does not know its session.
    /// ## How to fix it
    /// Check that the load balancer keeps each user on one node. If it does, look for users with old cookies.
    /// ## What it cannot see
    /// A user with two browsers, or a node that stopped in between, looks the same. Ordinary time-outs and old cookies
    /// cause the same log texts. So the rule never blocks.
    id: "LBL-002",
    title: "Sessions seem to move between nodes",
    question: "Do sessions stay on one node?",
    severity: Medium,
    area: LoadBalancer,
    subject: Cluster,
    cites: ["LA" Title, "LAJ" Title, "PSS:reports/system/user-session-details.sql" Inferred],
}

fn check(cx: &Context) -> Outcome {
    let mut findings = signature::of_serving(cx);
    let moving = of_cluster(cx, "sessions.moving-users");
    if let Ok((users, seen)) = &moving
        && *users > 0.0
    {
        let who = if *users > 1.0 { format!("{users} users") } else { "One user".to_owned() };
        let title = format!("{who} had sessions on several nodes within ten minutes");
        let remedy = "Check that the load balancer keeps a user on one node.";
        findings.push(cx.on_cluster(title, remedy).because(seen.clone()));
    }
    if !findings.is_empty() {
        return Outcome::Findings(findings);
    }
    if moving.is_ok() {
        return Outcome::pass_with("no user was on several nodes within ten minutes");
    }
    // Quiet logs of all nodes say it as well.
    let (mut missing, mut notes) = (Vec::new(), Vec::new());
    for node in cx.cluster.serving() {
        match signature::on_node(cx, node) {
            Outcome::Unknown { missing: gaps } => missing.extend(gaps),
            Outcome::Pass { note, .. } => notes.push(format!("{}: {note}", node.name)),
            Outcome::Findings(_) | Outcome::NotApplicable { .. } | Outcome::Failed { .. } => {}
        }
    }
    if missing.is_empty() && !notes.is_empty() {
        return Outcome::pass_with(notes.join("; "));
    }
    missing.extend(moving.err());
    missing.into()
}
