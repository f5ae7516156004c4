//! CLU-013: does the node see the other nodes?

use crate::model::Role;
use crate::model::export::OwnList;
use crate::model::host_name::same_host;
use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the product on a node has a node list of its own that does not name the other nodes. Such a node is
    /// attached to another database.
    /// ## Why it matters
    /// A node that uses another database does not belong to this cluster. Its users see other secrets or none, and what
    /// they change never reaches the other nodes.
    /// ## How to fix it
    /// Find out first what the node is for. If it is a replica or a test instance, run the report with
    /// `--role NAME=dr`: the node is then not compared with the others. Only if it should use the same database as the
    /// others, plan a change of its database connection.
    /// ## What it cannot see
    /// The database itself. If the list of the node is not newer than the others, is only a part, or names the same
    /// database, the rule only asks.
    id: "CLU-013",
    title: "Node is attached to another database",
    question: "Is the node attached to the same database as the other nodes?",
    severity: Blocker,
    area: NodesAndFiles,
    holds: Never,
    subject: Node,
    cites: ["CLU" Top],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let list = known!(cx.list());
    let Some(own) = &node.own_list else {
        if node.row.is_some() {
            return Outcome::pass();
        }
        known!(cx.whole_list());
        return Outcome::not_applicable(
            "the node list does not name this node, and it has no list of its own",
        );
    };
    cx.use_input(&own.input);
    if node.role != Role::Serving {
        return Outcome::not_applicable(format!("it is declared as {}", node.role.word()));
    }
    let others: Vec<&str> = list
        .rows
        .iter()
        .map(|row| row.machine_name.as_str())
        .filter(|name| !own.names.iter().any(|own| same_host(own, name)))
        .collect();
    let (name, names) = (&node.name, others.join(", "));
    let elsewhere = other_database(own);
    let title = match elsewhere {
        Some(true) => format!("{name} is attached to another database than {names}"),
        _ => format!("{name} does not see {names}: it may be attached to another database"),
    };
    let remedy = format!(
        "Find out first: is {name} a replica or test instance (`--role {name}=dr`), or should it use the same database? \
         Change no connection before that is answered."
    );
    let list_place = Location::default().in_input(&list.input);
    let mut finding = cx
        .on_node(node, title, remedy)
        .because(Evidence::value(name, "nodes of its own list", own.names.join(", "), own.row.place.clone()))
        .because(Evidence::value("", "nodes of the list of the cluster", names, list_place.clone()))
        .standalone();
    if let Some(database) = own.row.database.value() {
        let (theirs, place) = (own.databases.iter().cloned().collect::<Vec<_>>(), own.row.place.clone());
        finding = finding.because(Evidence::value(name, "database in its own list", database, place));
        if !theirs.is_empty() {
            finding =
                finding.because(Evidence::value("", "database of the others", theirs.join(", "), list_place));
        }
    }
    let why_open = [
        (!own.is_whole, "Its list is only a part."),
        (!is_later(own), "Nothing shows that its list was made after the other nodes had joined."),
        (elsewhere == Some(false), "Its list names the same database as that of the others."),
        (elsewhere.is_none(), "The lists do not say which database each of them is of."),
    ];
    let why_open: Vec<&str> = why_open.into_iter().filter(|(open, _)| *open).map(|(_, why)| why).collect();
    let sure = why_open.is_empty();
    finding.detail(why_open.join(" ")).inferred_if(!sure).into()
}

/// Whether its list was made after one of the nodes that it omits was connected to their database. Only instants compare:
/// the two lists come from different nodes.
fn is_later(own: &OwnList) -> bool {
    let instants = own.newest_connection.and_then(|at| at.utc).zip(own.others_since.and_then(|at| at.utc));
    instants.is_some_and(|(own, others)| own > others)
}

/// Whether its list names another database or server than the lists of the cluster; `None` where one does not say.
fn other_database(own: &OwnList) -> Option<bool> {
    let database = own.row.database.value()?;
    if own.databases.is_empty() {
        return None;
    }
    Some(!own.databases.iter().any(|other| is_same(database, other)))
}

/// Whether two texts of the column Database, such as `SQL01\SecretServer`, name one database: a server may be written with
/// its short or its full name.
fn is_same(a: &str, b: &str) -> bool {
    let parts = |text: &str| -> (String, String) {
        let (server, database) = text.trim().rsplit_once('\\').unwrap_or(("", text.trim()));
        (server.to_lowercase(), database.to_lowercase())
    };
    let ((server, database), (other, its)) = (parts(a), parts(b));
    let split = |server: &str| -> (String, String) {
        let at = server.find(['\\', ',']).unwrap_or(server.len());
        let (host, instance) = server.split_at(at);
        (host.to_owned(), instance.to_owned())
    };
    let ((host, instance), (other_host, its_instance)) = (split(&server), split(&other));
    database == its && instance == its_instance && (host == other_host || same_host(&host, &other_host))
}

#[cfg(test)]
mod tests {
    use super::is_same;

    #[test]
    fn one_database_has_several_spellings() {
        for (a, b) in [
            (r"SQL01\SecretServer", r"sql01\secretserver "),
            (r"sql01.corp.example\SecretServer", r"SQL01\SecretServer"),
            (r"SQL01\INST\SecretServer", r"sql01.corp.example\inst\SecretServer"),
            ("SecretServer", "SECRETSERVER"),
        ] {
            assert!(is_same(a, b), "{a} {b}");
        }
        for (a, b) in [
            (r"SQL01\SecretServer", r"SQL02\SecretServer"),
            (r"SQL01\SecretServer", r"SQL01\SecretServerTest"),
            (r"SQL01\INST\SecretServer", r"SQL01\SecretServer"),
            (r"SQL01,1433\SecretServer", r"SQL01,1444\SecretServer"),
        ] {
            assert!(!is_same(a, b), "{a} {b}");
        }
    }
}
