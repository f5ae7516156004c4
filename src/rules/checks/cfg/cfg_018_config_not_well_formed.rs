//! CFG-018.

use crate::model::facts::ConfigState;
use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether every configuration file that was taken from a node is well-formed XML.
    /// ## Why it matters
    /// ASP.NET refuses to start an application whose configuration it cannot read, so the node serves nobody.
    /// ## How to fix it
    /// Open the file at the line named, correct what was mistyped or cut off, and compare it with the same file of a
    /// node that works.
    /// ## What it cannot see
    /// Whether a well-formed file makes sense to the product. A file that is not well-formed is never taken as
    /// text, so the report cannot show the line.
    id: "CFG-018",
    title: "Configuration file is not well-formed XML",
    severity: Blocker,
    subject: Node,
    cites: ["SELF" Confirmed],
    check: check,
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let snapshot = known!(cx.snapshot(node));
    cx.ask("configs");
    let (mut findings, mut missing) = (Vec::new(), Vec::new());
    for (file, state) in &snapshot.facts.configs {
        match cx.settle(node, "configs", state.as_ref(), file) {
            Err(gap) => missing.push(gap),
            Ok(_) => findings.extend(state.value().and_then(|state| finding(cx, node, file, state))),
        }
    }
    if snapshot.facts.configs.is_empty() {
        missing.push(Missing::of(
            &node.name,
            format!("the configuration files of {}", node.name),
            "its bundle holds none",
            Question::Bundle { node: node.name.clone() },
        ));
    }
    Outcome::from_parts(findings, missing)
}

fn finding(cx: &Context, node: &Node, file: &str, state: &ConfigState) -> Option<Finding> {
    let ConfigState::NotWellFormed { line, column, error } = state else { return None };
    let input = node.input();
    let evidence = Evidence::value(
        &node.name,
        file,
        format!("line {line}, column {column}: {error}"),
        Place::line(file, *line).in_input(input),
    );
    let finding = cx
        .on_node(
            node,
            format!("{}: {file} is not well-formed at line {line}, column {column}", node.name),
            format!("Repair {file} on {} at line {line}, column {column}.", node.name),
        )
        .because(evidence);
    Some(finding)
}
