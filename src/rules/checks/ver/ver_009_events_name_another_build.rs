//! VER-009.

use crate::model::log::Recurring;
use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether events in the common event format that the node's logs hold from the last day name the build that the node
    /// runs. Events that name another host are left out.
    /// ## Why it matters
    /// The header of an event is written by the running product: another build there means a node that still runs old
    /// files, or a log of another time.
    /// ## How to fix it
    /// Restart the application pool of the node and look again; if the builds still differ, copy the application folder of
    /// an upgraded node without database.config and encryption.config.
    /// ## What it cannot see
    /// Events that go to a syslog server only. A log without such events says nothing.
    id: "VER-009",
    title: "Events name another build than the node runs",
    severity: Medium,
    subject: Node,
    cites: ["EL" Confirmed, "D:security-hardening/common-criteria-hardening-guide" Confirmed],
    check: check,
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let digest = known!(cx.logs(node));
    let current = digest.cef.iter().filter(|one| cx.cluster.is_current(node, digest, one.last));
    let named: Vec<(BuildVersion, &Recurring)> =
        current.filter_map(|one| Some((version_for(&node.name, &one.text)?, one))).collect();
    if named.is_empty() {
        return Outcome::not_applicable("the logs of the last day hold no event of this node in that format");
    }
    let build = known!(cx.build(node));
    let input = node.input();
    let odd = named.iter().filter(|(version, _)| *version != build);
    let findings: Vec<_> = odd
        .map(|(version, one)| {
            let line =
                Evidence::Text { place: one.sample.place.in_input(input), excerpt: one.sample.text.clone() };
            cx.on_node(
                node,
                format!("{} runs {build}, and its events name {version}", node.name),
                format!(
                    "Restart the application pool of {} and look which build its events name then.",
                    node.name
                ),
            )
            .because(line)
        })
        .collect();
    if findings.is_empty() {
        Outcome::pass_with(format!("its events name {build}"))
    } else {
        Outcome::Findings(findings)
    }
}

/// The build of a header, `HOST VERSION` or `VERSION`, unless it is of another host.
fn version_for(node: &str, header: &str) -> Option<BuildVersion> {
    let (host, version) = header.rsplit_once(' ').unwrap_or(("", header));
    let name = host.split('.').next().unwrap_or(host);
    let own = name.is_empty() || name.eq_ignore_ascii_case(node);
    BuildVersion::parse(version).ok().filter(|_| own)
}
