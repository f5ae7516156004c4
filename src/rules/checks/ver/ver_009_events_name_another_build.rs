//! VER-009: do logged events show the build that the node runs?

use crate::model::host_name::same_host;
use crate::model::log::Recurring;
use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether events in the Common Event Format (CEF) show the build that the node runs. The rule reads the events of
    /// the last day in the logs of the node. Events that name another host are left out.
    /// ## Why it matters
    /// The running product writes the header of an event. If the header shows another build, the node still runs old
    /// files, or the log is from another time.
    /// ## How to fix it
    /// Restart the application pool of the node and check again. If the builds still differ, copy the application
    /// folder of an upgraded node, without database.config and encryption.config.
    /// ## What it cannot see
    /// Events that go only to a syslog server. A log without such events shows nothing.
    id: "VER-009",
    title: "Events show a different build than the node runs",
    question: "Do events show the build that the node runs?",
    severity: Medium,
    area: NodesAndFiles,
    subject: Node,
    cites: ["EL" Confirmed, "D:security-hardening/common-criteria-hardening-guide" Confirmed],
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
    let odd = named.iter().filter(|(version, _)| *version != build);
    let findings: Vec<Finding> = odd
        .map(|(version, one)| {
            let title = format!("{} runs {build}, and its events name {version}", node.name);
            let remedy = format!(
                "Restart the application pool of {} and look which build its events name then.",
                node.name
            );
            cx.on_node(node, title, remedy).because(signature::log_line(node, &one.sample))
        })
        .collect();
    if findings.is_empty() {
        return Outcome::pass_with(format!("its events name {build}"));
    }
    Outcome::Findings(findings)
}

/// The build of a header, `HOST VERSION` or `VERSION`, unless it is of another host.
fn version_for(node: &str, header: &str) -> Option<BuildVersion> {
    let (host, version) = header.rsplit_once(' ').unwrap_or(("", header));
    let own = host.is_empty() || same_host(host, node);
    BuildVersion::parse(version).ok().filter(|_| own)
}
