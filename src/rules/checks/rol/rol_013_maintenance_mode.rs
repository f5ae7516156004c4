//! ROL-013: is maintenance mode on?

use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the node list or the diagnostics of the node show maintenance mode.
    /// ## Why it matters
    /// In maintenance mode the product is read-only, and the Engine Worker and Session Recording Worker do not run.
    /// ## How to fix it
    /// Switch maintenance mode off on the Server Nodes page, unless an upgrade or a key rotation is in progress.
    /// ## What it cannot see
    /// The export shows only the moment when it was made, and not why the mode is on. If the two sources disagree, the
    /// one that shows maintenance mode counts, and the finding only asks.
    id: "ROL-013",
    title: "Maintenance mode is on",
    question: "Is maintenance mode off?",
    severity: High,
    area: NodeState,
    subject: Node,
    cites: ["D:admin/maintenance-mode" Confirmed, "TSS:src/Thycotic.SecretServer/classes" Confirmed],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let sources = [("maintenance mode by the node list", "row.read-only"), ("", "node.read-only")];
    let (mut said, mut missing) = (Vec::new(), Vec::new());
    for (label, path) in sources {
        let fact = cx.fact(node, path, label).map_err(|gap| missing.push(gap));
        said.extend(fact.map(|fact| (cx.knowledge.label(path, label), fact)));
    }
    let is = |word: &str| said.iter().any(|(_, fact)| fact.value().is_some_and(|value| value == word));
    if is("true") {
        let name = &node.name;
        let title = format!("{name} is in maintenance mode");
        let remedy = format!(
            "Unless an upgrade or a key rotation is under way, switch maintenance mode off on {name}."
        );
        let shown = said.iter().map(|(label, fact)| evidence(node, label, fact));
        return cx.on_node(node, title, remedy).resting_on(shown).inferred_if(is("false")).into();
    }
    // Either source is enough to say that it is off.
    if is("false") { Outcome::pass() } else { missing.into() }
}
