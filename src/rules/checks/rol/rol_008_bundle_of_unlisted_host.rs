//! ROL-008: is the machine of every bundle in the node list?

use crate::rules::engine::context::Context;
use crate::rules::engine::rule::{Check, known, rule};
use crate::finding::{Evidence, Outcome, Subject};
use crate::model::{Node, Place};

rule! {
    /// ## What it checks
    /// Whether the node list contains the machine on which the bundle was collected.
    /// ## Why it matters
    /// If the cluster does not know a machine with the product, the machine uses another database, was renamed or
    /// cloned, or never managed to connect. Such a machine is refused with the error that it is not a valid instance.
    /// ## How to fix it
    /// If the machine should be a node, check its database connection and open the product on it. If it was renamed,
    /// decommission the old name. If it belongs to another cluster, leave its bundle out.
    /// ## What it cannot see
    /// If the node list is older than the bundle, or the node name was typed by hand, the rule only asks.
    id: "ROL-008",
    title: "Bundle comes from a machine that is not in the node list",
    severity: High,
    scope: Now,
    subject: Node,
    applies: None,
    cites: ["CLU" Top, "LAJ" Title],
    check: Check::Node(check),
    needs: ["bundle", "node-list"],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let Some(snapshot) = &node.snapshot else { return Outcome::not_applicable("no bundle of it was given") };
    let list = known!(cx.list());
    if node.row.is_some() {
        return Outcome::pass();
    }
    let names: Vec<&str> = list.rows.iter().map(|row| row.machine_name.as_str()).collect();
    let place = Place { input: list.input.clone(), ..Place::default() };
    let finding = cx
        .finding(
            Subject::node(&node.name),
            format!("{} is not in the node list", node.name),
            format!("Check the database connection of {0} and open the product on it, then export the node list again.", node.name),
        )
        .because(Evidence::Absence { node: node.name.clone(), fact: "row of the node list".into(), place: place.clone() })
        .because(Evidence::Value {
            node: String::new(),
            fact: "nodes of the list".into(),
            value: names.join(", "),
            place,
        });
    let newer = list.newest_connection.as_ref().is_some_and(|newest| newest.is_after(&snapshot.started));
    let sure = newer && !snapshot.copied;
    Outcome::Findings(vec![if sure { finding } else { finding.inferred() }])
}
