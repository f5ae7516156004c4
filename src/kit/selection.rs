//! What a kit asks for: everything, or what an earlier report shows to be missing.

use super::earlier::Earlier;
use super::parts::Part;
use super::scripts::{rabbitmq_ids, rest_ids};
use crate::knowledge::exports::{Call, Export};
use crate::knowledge::{Knowledge, sql};
use std::collections::BTreeSet;

/// A node on which to collect.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeAsk {
    /// Its name.
    pub name: String,
    /// How to collect there again, as a lower-case fragment; empty where it is the first time.
    pub how: String,
}

/// What a kit asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Nodes on which to collect, as far as they are known.
    pub nodes: Vec<NodeAsk>,
    /// Every node that is known.
    pub nodes_known: Vec<String>,
    /// Whether to collect at all.
    pub collect: bool,
    /// Ids of the answers of the REST interface; `nodes` is the node list.
    pub rest: BTreeSet<String>,
    /// Ids of the queries.
    pub sql: BTreeSet<String>,
    /// Ids of the answers of the message bus.
    pub rabbitmq: BTreeSet<String>,
    /// Questions to a person: id, and the node or nothing.
    pub questions: BTreeSet<(String, Option<String>)>,
}

impl Selection {
    /// Everything that a kit can ask for without knowing the case.
    pub fn everything(knowledge: &Knowledge) -> Self {
        let owned = |ids: Vec<&str>| ids.into_iter().map(str::to_owned).collect();
        let cluster = knowledge.rows.questions.iter().filter(|row| !row.per_node && row.assume.is_none());
        Self {
            nodes: Vec::new(),
            nodes_known: Vec::new(),
            collect: true,
            rest: owned(rest_ids()),
            sql: sql::queries().iter().map(|query| query.id.to_owned()).collect(),
            rabbitmq: owned(rabbitmq_ids()),
            questions: cluster.map(|row| (row.id.clone(), None)).collect(),
        }
    }

    /// Everything but what the case of a report has already. An answer that the report has and still misses, such as the
    /// diagnostics of one more node, is asked for again. A script or file of queries that was run already comes again only if
    /// something of it is missing: nobody is asked to run one for an answer that decides nothing.
    pub fn of(earlier: &Earlier, knowledge: &Knowledge) -> Self {
        let all = Self::everything(knowledge);
        let find = |id: &String| knowledge.exports.iter().find(|export| export.id == *id);
        let asked = |id: &String| match find(id) {
            Some(export) => {
                earlier.exports.contains(id) || earlier.calls.iter().any(|call| is_call(export, call))
            }
            None => !earlier.has_nodes || earlier.asks_for_nodes,
        };
        let held = |id: &String| find(id).is_some_and(|export| earlier.holds.contains(&export.title));
        let here = |id: &String| match find(id) {
            Some(export) => held(id) || (export.id == "versions" && earlier.has_history),
            None => true,
        };
        let keep = |ids: BTreeSet<String>| -> BTreeSet<String> {
            if ids.iter().any(held) && !ids.iter().any(asked) {
                return BTreeSet::new();
            }
            ids.into_iter().filter(|id| asked(id) || !here(id)).collect()
        };
        // An answer that comes back may raise a question that the report had no reason to ask; that would be a second round.
        let rabbitmq = keep(all.rabbitmq);
        let may_apply = |id: &String| !rabbitmq.is_empty() && earlier.of_bus.contains(id);
        let raised = all.questions.into_iter().filter(|(id, _)| earlier.open.contains(id) || may_apply(id));
        let known = |(id, _): &&(String, Option<String>)| knowledge.question(id).is_some();
        Self {
            collect: !earlier.collect.is_empty() || earlier.nodes.is_empty(),
            nodes: earlier.collect.clone(),
            nodes_known: earlier.nodes.clone(),
            rest: keep(all.rest),
            sql: keep(all.sql),
            questions: earlier.questions.iter().filter(known).cloned().chain(raised).collect(),
            rabbitmq,
        }
    }

    /// The parts that the kit has; the collector only if there is one to put in.
    pub fn parts(&self) -> Vec<Part> {
        let wanted = [
            (Part::Collector, self.collect),
            (Part::Rest, !self.rest.is_empty()),
            (Part::Sql, !self.sql.is_empty()),
            (Part::RabbitMq, !self.rabbitmq.is_empty()),
            (Part::Questions, !self.questions.is_empty()),
            (Part::Screens, self.rest.contains("nodes")),
        ];
        wanted.into_iter().filter(|(_, wanted)| *wanted).map(|(part, _)| part).collect()
    }
}

/// Whether what a report names as the way to an export is that of this one.
fn is_call(export: &Export, call: &str) -> bool {
    match &export.call {
        Some(Call::Get(path)) => call.strip_prefix("GET ") == Some(path),
        Some(Call::Run(command)) => call == command,
        None => call == export.id,
    }
}
