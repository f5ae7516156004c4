//! CFG-018: is every collected configuration file well-formed XML?

use crate::model::facts::ConfigState;
use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether every configuration file that was collected from a node is well-formed XML, in the encoding that its
    /// first line names.
    /// ## Why it matters
    /// ASP.NET does not start an application if it cannot read the configuration, so the node cannot serve users.
    /// ## How to fix it
    /// Open the file at the line shown. Correct the text that is mistyped or cut off, or save the file in the encoding
    /// that its first line names. Compare the file with the same file on a node that works.
    /// ## What it cannot see
    /// Whether a well-formed file makes sense to the product. The text of a file that is not well-formed is never
    /// collected, so the report cannot show the line.
    id: "CFG-018",
    title: "Configuration file is not well-formed XML",
    question: "Are all configuration files well-formed XML?",
    severity: Blocker,
    area: NodesAndFiles,
    subject: Node,
    cites: ["SELF" Confirmed],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let snapshot = known!(cx.evidence(node));
    cx.ask("configs");
    let (mut findings, mut missing) = (Vec::new(), Vec::new());
    for (file, state) in &snapshot.facts.configs {
        match cx.settle(node, "configs", state.as_ref(), file) {
            Err(gap) => missing.push(gap),
            Ok(_) => findings.extend(state.value().and_then(|state| finding(cx, node, file, state))),
        }
    }
    if snapshot.facts.configs.is_empty() {
        let what = format!("the configuration files of {}", node.name);
        let from = EvidenceRequest::Bundle { node: node.name.clone() };
        missing.push(MissingEvidence::of(&node.name, what, "its bundle holds none", from));
    }
    Outcome::from_parts(findings, missing)
}

/// A finding if the file is not well-formed.
fn finding(cx: &Context, node: &Node, file: &str, state: &ConfigState) -> Option<Finding> {
    let ConfigState::NotWellFormed { line, column, error } = state else { return None };
    let title = format!("{}: {file} is not well-formed at line {line}, column {column}", node.name);
    let encoding = error.contains("UTF-");
    let remedy = if encoding {
        format!(
            "Save {file} on {} in the encoding that its first line names, or correct that line.",
            node.name
        )
    } else {
        format!("Repair {file} on {} at line {line}, column {column}.", node.name)
    };
    let fault = format!("line {line}, column {column}: {error}");
    let evidence = seen_in(node, file, fault, &Location::line(file, *line));
    let finding = cx.on_node(node, title, remedy).because(evidence);
    Some(if encoding { finding.standalone() } else { finding })
}
