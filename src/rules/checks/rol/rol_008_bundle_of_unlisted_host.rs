//! ROL-008: is the machine of every bundle in the node list?

use crate::model::Role;
use crate::rules::engine::prelude::*;

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
    question: "Is the machine of the bundle in the node list?",
    severity: High,
    area: NodeState,
    subject: Node,
    cites: ["CLU" Top, "LAJ" Title],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    cx.ask("bundle");
    let Some(snapshot) = node.bundle() else { return Outcome::not_applicable("no bundle of it was given") };
    if node.role == Role::Dr {
        return Outcome::not_applicable("a disaster recovery instance is no node of the cluster");
    }
    known!(cx.list());
    if node.row.is_some() {
        return Outcome::pass();
    }
    if node.own_list.is_some() {
        return Outcome::not_applicable("it has a node list of its own: CLU-013 judges that");
    }
    let list = known!(cx.whole_list());
    let names: Vec<&str> = list.rows.iter().map(|row| row.machine_name.as_str()).collect();
    let place = Location::default().in_input(&list.input);
    let title = format!("{} is not in the node list", node.name);
    let remedy = format!(
        "Check the database connection of {0} and open the product on it, then export the node list again.",
        node.name
    );
    let newer = list.newest_connection.as_ref().is_some_and(|newest| newest.is_after(&snapshot.started));
    let sure = newer && !snapshot.copied;
    cx.on_node(node, title, remedy)
        .because(Evidence::absence(&node.name, "row of the node list", place.clone()))
        .because(Evidence::value("", "nodes of the list", names.join(", "), place))
        .inferred_if(!sure)
        .into()
}
