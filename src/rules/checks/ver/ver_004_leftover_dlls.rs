//! VER-004: does a node have DLLs that were left over?

use crate::rules::engine::prelude::*;
use crate::rules::lib::dlls::{DllFault, compared, is_older};
use crate::rules::lib::folder::{self, Difference, Group, Member};

rule! {
    /// ## What it checks
    /// Whether a node has DLLs in bin that do not belong there: DLLs of the product that are older than the build and
    /// are missing on other nodes, or, with at least three nodes at the same build, any DLL that only one of them has.
    /// ## Why it matters
    /// A DLL that is left from an older build, or was added by hand, may be loaded instead of the right one.
    /// ## How to fix it
    /// Stop the application pool of the node, move the DLLs out of the application folder, start the pool and check the
    /// node. A better way is to empty bin and copy the application folder of a good node again, without database.config
    /// and encryption.config.
    /// ## What it cannot see
    /// A DLL that is left over on every node. With two nodes, it is not clear whether another maker's DLL is left over
    /// on one or missing on the other. VER-003 reports it in that case.
    id: "VER-004",
    title: "Leftover DLLs on a node",
    question: "Are the nodes free of leftover DLLs?",
    severity: Medium,
    area: NodesAndFiles,
    subject: Cluster,
    cites: ["SEED" Inferred],
}

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let (groups, missing) = folder::groups(cx);
    let mut findings = Vec::new();
    for group in groups.iter().filter(|group| group.members.len() > 1) {
        let differences = compared(cx, group, &[DllFault::Leftover]).differences;
        let (older, alone): (Vec<Difference>, Vec<Difference>) =
            differences.into_iter().partition(|one| is_older(cx, group, one));
        for (index, member) in group.members.iter().enumerate() {
            findings.extend(finding(cx, group, (index, member), &older, true));
            findings.extend(finding(cx, group, (index, member), &alone, false));
        }
    }
    folder::outcome(&groups, findings, missing)
}

/// What is left over on one member, if anything is.
fn finding(
    cx: &Context,
    group: &Group,
    (index, member): (usize, &Member),
    differences: &[Difference],
    older: bool,
) -> Option<Finding> {
    let has = |one: &&Difference| one.states.get(index).is_some_and(Option::is_some);
    let own: Vec<&Difference> = differences.iter().filter(has).collect();
    let things = match own.as_slice() {
        [] => return None,
        [one] => format!("{} is", one.name),
        several => format!("{} DLLs in bin are", several.len()),
    };
    let name = &member.node.name;
    let wrong = if older { "left from an older build" } else { "on no other node" };
    let title = format!("{name}: {things} {wrong}");
    let remedy = format!(
        "Stop the application pool of {name}, move the DLLs out of bin, start the pool again and check the node."
    );
    let shown = own.iter().take(folder::SHOWN).map(|one| folder::lacking(one, group, index));
    let finding = cx.on_node(member.node, title, remedy).resting_on(shown).standalone();
    Some(if older { finding.at(Severity::Low) } else { finding })
}
