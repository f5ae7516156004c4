//! What is missing: the gaps of all undecided rules, grouped by what would close them, most decisive first.

use super::RuleInfo;
use crate::finding::{Judged, Missing, Outcome, Question, Severity};
use crate::knowledge::Knowledge;
use crate::model::{BuildVersion, Cluster};
use crate::plan::{listed, safe_name};
use crate::report::model::MissingView;
use std::collections::{BTreeMap, BTreeSet};

/// First build whose REST interface has the node list (domain 8).
const REST_NODE_LIST: BuildVersion = BuildVersion::new(10, 9, 64);

/// What closes a gap, cheapest for the customer first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Closes {
    NodeList,
    VersionHistory,
    NodeNames,
    Export(String),
    Bundles,
    Again(String),
    Answer(String),
    Nothing,
}

#[derive(Default)]
struct Gap {
    nodes: BTreeSet<String>,
    blockers: BTreeSet<String>,
    rules: BTreeSet<String>,
    facts: BTreeSet<Missing>,
}

pub(super) fn missing(
    cluster: &Cluster,
    judged: &[Judged],
    rules: &BTreeMap<&str, &RuleInfo>,
    knowledge: &Knowledge,
) -> Vec<MissingView> {
    let mut gaps: BTreeMap<Closes, Gap> = BTreeMap::new();
    for one in judged {
        let Outcome::Unknown { missing } = &one.outcome else { continue };
        for fact in missing {
            let (closes, node) = match &fact.from {
                Question::Answer { id } => (Closes::Answer(id.clone()), fact.node.clone()),
                Question::NodeList => (Closes::NodeList, None),
                Question::VersionHistory => (Closes::VersionHistory, None),
                Question::NodeNames => (Closes::NodeNames, None),
                Question::Export { export } => (Closes::Export(export.clone()), fact.node.clone()),
                Question::Bundle { node } => (Closes::Bundles, Some(node.clone())),
                Question::BundleAgain { node, how } => (Closes::Again(how.clone()), Some(node.clone())),
                Question::Nothing => (Closes::Nothing, fact.node.clone()),
            };
            let gap = gaps.entry(closes).or_default();
            gap.nodes.extend(node);
            gap.rules.insert(one.rule.clone());
            gap.facts.insert(fact.clone());
            if rules.get(one.rule.as_str()).is_none_or(|rule| rule.severity == Severity::Blocker) {
                gap.blockers.insert(one.rule.clone());
            }
        }
    }
    let mut gaps: Vec<(Closes, Gap)> = gaps.into_iter().collect();
    gaps.sort_by_key(|(closes, gap)| {
        (
            *closes == Closes::Nothing,
            usize::MAX - gap.blockers.len(),
            usize::MAX - gap.rules.len(),
            closes.clone(),
        )
    });
    gaps.into_iter()
        .enumerate()
        .map(|(index, (closes, gap))| {
            let names: Vec<String> = gap.nodes.iter().map(|node| safe_name(node)).collect();
            let (ask, how) = texts(&closes, &names, cluster, knowledge);
            MissingView {
                anchor: format!("missing-{}", index + 1),
                ask,
                how,
                blockers: gap.blockers.len(),
                rules: gap.rules.into_iter().collect(),
                facts: gap.facts.into_iter().collect(),
            }
        })
        .collect()
}

fn texts(
    closes: &Closes,
    names: &[String],
    cluster: &Cluster,
    knowledge: &Knowledge,
) -> (String, Vec<String>) {
    let nodes = listed(names);
    match closes {
        Closes::NodeList => node_list(cluster),
        Closes::VersionHistory => (
            "Send the database's version history".into(),
            vec![
                format!("In the product create a custom report with this query, run it and save it as CSV: {VERSION_QUERY}"),
            ],
        ),
        Closes::NodeNames => (
            "Tell the names of all web nodes".into(),
            vec!["Every machine that runs the product against this database, standby and disaster recovery included; the report then takes them with --expect-nodes.".into()],
        ),
        Closes::Bundles => (
            match names {
                [_] => format!("Collect on {nodes} and send the bundle"),
                _ => format!("Collect on {nodes} and send the bundles"),
            },
            vec!["On each of these nodes run as administrator: clusterbrief collect --app-dir \"C:\\inetpub\\wwwroot\\SecretServer\" (the folder that IIS shows for the application).".into()],
        ),
        Closes::Export(id) => {
            let export = knowledge.exports.iter().find(|export| export.id == *id);
            let title = export.map_or(id.as_str(), |export| export.title.as_str());
            let of = if nodes.is_empty() { String::new() } else { format!(" of {nodes}") };
            (format!("Send {title}{of}"), export.map(|export| export.ask.clone()).into_iter().collect())
        }
        Closes::Again(how) => (
            format!("Collect on {nodes} again, {how}"),
            vec!["Run the collector there as before, changed as said here; the new bundle replaces the old one.".into()],
        ),
        Closes::Answer(id) => {
            let row = knowledge.rows.questions.iter().find(|row| row.id == *id);
            let ask = row.map_or_else(|| format!("Answer question {id}"), |row| row.ask.clone());
            let words = row.map(|row| {
                let words: Vec<String> = row.good.iter().chain(&row.bad).map(|word| format!("\"{word}\"")).collect();
                format!("Possible answers: {}.", words.join(", "))
            });
            let ask = if nodes.is_empty() { ask } else { format!("For {nodes}: {ask}") };
            (ask, words.into_iter().collect())
        }
        Closes::Nothing => (
            HOPELESS.into(),
            vec!["They are listed so that nobody takes them for passed.".into()],
        ),
    }
}

/// The node list as this build can deliver it: over REST from 10.9.000064, else copied from the page.
fn node_list(cluster: &Cluster) -> (String, Vec<String>) {
    let rest = "Save the answer of GET /api/v1/nodes, asked with an administrator's token, as a JSON file.";
    let page = "Or copy the Server Nodes page (Admin, Server Nodes) into the table that \"clusterbrief template nodes\" prints.";
    let page_only = "Copy the Server Nodes page (Admin, Server Nodes) into the table that \"clusterbrief template nodes\" prints; this build has no REST call for it.";
    let newest = cluster.nodes.iter().filter_map(|node| node.version.value()).max();
    let how = match newest {
        Some(newest) if *newest >= REST_NODE_LIST => vec![rest.into(), page.into()],
        Some(_) => vec![page_only.into()],
        None => vec![format!("From build {REST_NODE_LIST} on: {rest}"), page.into()],
    };
    ("Send the product's list of nodes".into(), how)
}

/// The history with dates that have one reading, whatever the settings of the viewer (domain 7).
const VERSION_QUERY: &str = "SELECT VersionNumber, CONVERT(varchar(19), Upgraded, 120) AS Upgraded FROM tbVersion ORDER BY 2 DESC, 1 DESC";

const HOPELESS: &str = "Nothing that can be sent today decides these";

/// Whether nothing that the customer can send closes this gap.
pub(super) fn is_hopeless(view: &MissingView) -> bool {
    view.ask == HOPELESS
}

/// One paragraph to send to the customer, in the order of the list.
pub(super) fn request(missing: &[MissingView]) -> String {
    let asks: Vec<String> = missing
        .iter()
        .filter(|view| !is_hopeless(view))
        .enumerate()
        .map(|(index, view)| format!("({}) {} {}", index + 1, sentence(&view.ask), view.how.join(" ")))
        .collect();
    if asks.is_empty() {
        return String::new();
    }
    format!(
        "To finish the assessment of your Secret Server cluster we need the following. {} Please never send encryption.config or database.config.",
        asks.join(" ")
    )
}

/// The text with a full stop, unless it ends a sentence already.
pub(super) fn sentence(text: &str) -> String {
    if text.ends_with(['.', '?', '!']) { text.to_owned() } else { format!("{text}.") }
}
