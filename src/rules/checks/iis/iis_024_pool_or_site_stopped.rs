//! IIS-024: do the application pool and the site of a node run, and do they start with IIS?

use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the application pool and the site of the node run, and whether they start with IIS. IIS Manager turns
    /// automatic start off when someone stops a pool or site by hand.
    /// ## Why it matters
    /// A stopped pool or site serves no users and is easily forgotten, and the load balancer may still send users
    /// there. Only during an upgrade are the pools of the other nodes stopped on purpose.
    /// ## How to fix it
    /// If no upgrade is in progress, start the pool and the site in IIS Manager.
    /// ## What it cannot see
    /// Changes after the collection. Without administrative rights, IIS does not report whether an idle pool may start.
    id: "IIS-024",
    title: "Application pool or site is stopped",
    question: "Do the application pool and the site run?",
    severity: Blocker,
    area: Iis,
    // Whether the node runs is required by other rules.
    holds: Never,
    subject: Node,
    cites: ["D:secret-server-setup/upgrading/upgrading-with-web-clustering" Confirmed, "MS-IIS" Confirmed],
}

/// The facts on the pool and on the site: the state, and whether it starts with IIS.
const THINGS: [(&str, &str, &str); 2] = [
    ("application pool", "iis.state.pool", "iis.pool.autoStart"),
    ("site", "iis.state.site", "iis.site.auto-start"),
];

fn check(cx: &Context, node: &Node) -> Outcome {
    let (mut findings, mut missing) = (Vec::new(), Vec::new());
    cx.ask("iis.application");
    let is_bound = !node.fact("iis.application").is_absent();
    for (thing, state, starts) in THINGS {
        match cx.fact(node, state, "") {
            Ok(fact) if is(&fact, "stopped") => {
                findings.push(stopped(cx, node, thing, cx.node_evidence(node, state, &fact)));
                continue;
            }
            Ok(_) => {}
            Err(gap) => missing.push(gap),
        }
        // Without an application it has no pool and no site either; CLU-004 says so.
        let label = format!("automatic start of the {thing}");
        match cx.fact(node, starts, &label) {
            Ok(fact) if is_bound && is(&fact, "false") => {
                let title = format!("{}: the {thing} does not start with IIS", node.name);
                let finding = cx.on_node(node, title, remedy(node, thing)).at(Severity::Info).inferred();
                findings.push(finding.because(evidence(node, &label, &fact)));
            }
            Err(gap) if is_bound => missing.push(gap),
            _ => {}
        }
    }
    if findings.is_empty() && !missing.is_empty() {
        // An answer says nothing of the other nodes.
        let answered = question::where_evidence_lacks(cx, Some(node), findings, missing);
        return answered.map_findings(|finding| finding.at(Severity::High));
    }
    Outcome::from_parts(findings, missing)
}

fn is(fact: &Observed<String>, value: &str) -> bool {
    fact.value().is_some_and(|own| own.trim().eq_ignore_ascii_case(value))
}

fn remedy(node: &Node, thing: &str) -> String {
    format!("If no upgrade is in progress, start the {thing} of {}.", node.name)
}

/// What is stopped on a node that should serve users is a fault. It is none on a node that is out of the cluster, and
/// during an upgrade.
fn stopped(cx: &Context, node: &Node, thing: &str, state: Evidence) -> Finding {
    let title = format!("{}: the {thing} is stopped", node.name);
    let finding = cx.on_node(node, title, remedy(node, thing)).because(state).standalone();
    cx.ask("node-list");
    let in_cluster = |node: &Node| node.row.as_ref().and_then(|row| row.in_cluster.value()).copied();
    if in_cluster(node) == Some(false) || in_upgrade(cx) {
        return finding.at(Severity::Info).inferred();
    }
    let finding = match &node.row {
        Some(row) if row.in_cluster.value() == Some(&true) => {
            finding.because(evidence(node, "In Cluster", &row.in_cluster))
        }
        _ => finding.inferred(),
    };
    let is_down = |other: &Node| {
        is(&other.fact("iis.state.pool"), "stopped") || is(&other.fact("iis.state.site"), "stopped")
    };
    // While another node serves, the product is not down.
    if cx.cluster.serving().all(is_down) { finding } else { finding.at(Severity::High) }
}

/// Whether the nodes run different builds, or the product says that an upgrade is in progress.
fn in_upgrade(cx: &Context) -> bool {
    let builds: Vec<BuildVersion> =
        cx.cluster.serving().filter_map(|node| cx.version(node).value().copied()).collect();
    let differ = builds.windows(2).any(|pair| matches!(pair, [one, other] if one != other));
    let database = cx.cluster.database_version();
    differ || database.value().is_some_and(|database| builds.iter().any(|build| build < database))
}
