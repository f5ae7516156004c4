//! CLU-011: is a DLL of the build that runs missing on a node?

use crate::rules::engine::prelude::*;
use crate::rules::lib::at_work::works;
use crate::rules::lib::dlls::{DllFault, compared};
use crate::rules::lib::folder::{self, Difference, LEFT_OUT, copy_again};

rule! {
    /// ## What it checks
    /// Whether each node has the DLLs of the product in bin that other nodes at the same build have, as far as their
    /// version is that of the build. VER-004 covers DLLs that are older than the build, and VER-003 those of other
    /// makers.
    /// ## Why it matters
    /// A copy of the application folder that ended early, or an antivirus program that removed a file, leaves a node
    /// that does not start, or that fails as soon as a page needs the DLL.
    /// ## How to fix it
    /// Stop the application pool of the node. Copy the application folder of a good node over its own, without
    /// database.config and encryption.config. Then start the application pool.
    /// ## What it cannot see
    /// A DLL that is missing on every node. A node that demonstrably works runs without the DLL so far, so the finding
    /// blocks nothing there.
    id: "CLU-011",
    title: "A DLL of the product is missing on a node",
    question: "Does the node have all DLLs of the product that other nodes have?",
    severity: Blocker,
    area: NodesAndFiles,
    // Without a bundle, other rules on the files of the node are open as well.
    holds: Never,
    subject: Cluster,
    cites: ["SEED" Confirmed],
}

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let (groups, missing) = folder::groups(cx);
    let mut findings = Vec::new();
    for group in groups.iter().filter(|group| group.members.len() > 1) {
        let differences = compared(cx, group, &[DllFault::Missing]).differences;
        for (index, member) in group.members.iter().enumerate() {
            let lacks = |one: &&Difference| one.states.get(index).is_some_and(Option::is_none);
            let own: Vec<&Difference> = differences.iter().filter(lacks).collect();
            let things = match own.as_slice() {
                [] => continue,
                [one] => format!("{} is missing", one.name),
                several => format!("{} DLLs of the product are missing in bin", several.len()),
            };
            let name = &member.node.name;
            let has_all = |at: &usize| own.iter().all(|one| one.states.get(*at).is_some_and(Option::is_some));
            let good = (0..group.members.len()).find(has_all).and_then(|at| group.members.get(at));
            let good = good.map(|member| member.node.name.as_str());
            let holder = good.unwrap_or("other nodes");
            let title = format!("{name}: {things}, unlike on {holder}, at {}", group.build);
            let shown = own.iter().take(folder::SHOWN).map(|one| folder::lacking(one, group, index));
            // What only a minority has may have been added there, whatever its version.
            let doubtful =
                own.iter().all(|one| one.states.iter().flatten().count() * 2 < group.members.len());
            let finding =
                cx.on_node(member.node, title, copy_again(good, name)).resting_on(shown).note(LEFT_OUT);
            let finding = finding.inferred_if(doubtful);
            findings.push(match works(cx, member.node) {
                Ok(proof) => {
                    let detail = "The node works without it so far; pages that need it fail.";
                    finding.at(Severity::High).detail(detail).resting_on(proof)
                }
                Err(_) => finding,
            });
        }
    }
    folder::outcome(&groups, findings, missing)
}
