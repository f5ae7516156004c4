//! What is missing: the gaps of all undecided rules, grouped by what would close them, most decisive first.

use crate::finding::{EvidenceRequest, MissingEvidence, Outcome, RuleResult, Severity};
use crate::kit::Part;
use crate::knowledge::Knowledge;
use crate::knowledge::exports::{Call, Export};
use crate::knowledge::rows::RuleMeta;
use crate::model::{BuildVersion, Cluster, Role};
use crate::plan::{listed, safe_name};
use crate::report::model::{MissingPart, MissingView};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// First build whose REST interface has the node list.
const REST_NODE_LIST: BuildVersion = BuildVersion::new(10, 9, 64);

/// What closes a gap, cheapest for the customer first. What is got in one go is one thing to ask for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Closes {
    NewerProgram,
    NodeList,
    NodeNames,
    NodeOf,
    Calls,
    Queries,
    Commands,
    Export(String),
    Bundles,
    Again(String),
    Answer(String),
    Nothing,
}

#[derive(Default)]
struct Request {
    nodes: BTreeSet<String>,
    blockers: BTreeSet<String>,
    rules: BTreeSet<String>,
    facts: BTreeSet<MissingEvidence>,
    /// Exports it consists of, with the rules each would decide.
    exports: BTreeMap<String, BTreeSet<String>>,
}

pub(super) fn missing(
    cluster: &Cluster,
    results: &[RuleResult],
    rules: &BTreeMap<&str, &RuleMeta>,
    knowledge: &Knowledge,
) -> Vec<MissingView> {
    let mut gaps: BTreeMap<Closes, Request> = BTreeMap::new();
    for one in results {
        let Outcome::Unknown { missing } = &one.outcome else { continue };
        for fact in missing {
            let (closes, node, export) = match &fact.from {
                EvidenceRequest::Answer { id } => (Closes::Answer(id.clone()), fact.node.as_ref(), None),
                EvidenceRequest::NodeList => (Closes::NodeList, None, None),
                EvidenceRequest::VersionHistory => (Closes::Queries, None, Some(VERSIONS)),
                EvidenceRequest::NewerProgram => (Closes::NewerProgram, fact.node.as_ref(), None),
                EvidenceRequest::NodeNames => (Closes::NodeNames, None, None),
                EvidenceRequest::Export { export } => {
                    (by_way(export, knowledge), fact.node.as_ref(), Some(export.as_str()))
                }
                EvidenceRequest::Bundle { node } => (Closes::Bundles, Some(node), None),
                EvidenceRequest::BundleAgain { node, how } => (Closes::Again(how.clone()), Some(node), None),
                EvidenceRequest::Nothing => (Closes::Nothing, fact.node.as_ref(), None),
            };
            let gap = gaps.entry(closes).or_default();
            gap.nodes.extend(node.cloned());
            gap.rules.insert(one.rule.clone());
            gap.facts.insert(fact.clone());
            if let Some(export) = export {
                gap.exports.entry(export.to_owned()).or_default().insert(one.rule.clone());
            }
            if rules.get(one.rule.as_str()).is_none_or(|rule| rule.severity == Severity::Blocker) {
                gap.blockers.insert(one.rule.clone());
            }
        }
    }
    whose(cluster, results, rules, &mut gaps);
    let mut gaps: Vec<(Closes, Request)> = gaps.into_iter().collect();
    // The map has them in the order of what closes them, and the sort keeps it among equal ones.
    gaps.sort_by_key(|(closes, gap)| {
        (*closes == Closes::Nothing, Reverse(gap.blockers.len()), Reverse(gap.rules.len()))
    });
    gaps.into_iter()
        .enumerate()
        .map(|(index, (closes, gap))| {
            let shown = |node: &String| if closes == Closes::NodeOf { node.clone() } else { safe_name(node) };
            let names: Vec<String> = gap.nodes.iter().map(shown).collect();
            let parts = parts(&closes, &gap, knowledge);
            let (ask, how) = texts(&closes, &names, &parts, cluster, knowledge);
            MissingView {
                anchor: format!("missing-{}", index + 1),
                kind: closes.kind(),
                kit: closes.part().map(Part::word),
                ask,
                how,
                parts,
                blockers: gap.blockers.len(),
                rules: gap.rules.into_iter().collect(),
                facts: gap.facts.into_iter().collect(),
            }
        })
        .collect()
}

/// The one question whose the files are of which nobody says it: every rule that could then look at them depends on it.
fn whose(
    cluster: &Cluster,
    results: &[RuleResult],
    rules: &BTreeMap<&str, &RuleMeta>,
    gaps: &mut BTreeMap<Closes, Request>,
) {
    let is_input = |name: &str| cluster.inputs.iter().any(|input| input.unplaced && input.name == name);
    let nobody: BTreeSet<&str> = cluster
        .nodes
        .iter()
        .map(|node| node.name.as_str())
        .filter(|name| cluster.nodes.iter().any(|node| node.name == *name && node.role == Role::Unplaced))
        .filter(|name| is_input(name))
        .collect();
    if nobody.is_empty() {
        return;
    }
    let gap = gaps.entry(Closes::NodeOf).or_default();
    gap.nodes.extend(nobody.iter().map(|name| (*name).to_owned()));
    for one in results.iter().filter(|one| nobody.contains(one.subject.name.as_str())) {
        gap.rules.insert(one.rule.clone());
        if rules.get(one.rule.as_str()).is_none_or(|rule| rule.severity == Severity::Blocker) {
            gap.blockers.insert(one.rule.clone());
        }
    }
}

/// The query that gives the version history.
const VERSIONS: &str = "versions";

fn find<'k>(id: &str, knowledge: &'k Knowledge) -> Option<&'k Export> {
    knowledge.exports.iter().find(|export| export.id == id)
}

/// How an export is got.
fn by_way(id: &str, knowledge: &Knowledge) -> Closes {
    match find(id, knowledge) {
        Some(Export { call: Some(Call::Get(_)), .. }) => Closes::Calls,
        Some(Export { call: Some(Call::Run(_)), .. }) => Closes::Commands,
        Some(Export { marker: Some(_), .. }) => Closes::Queries,
        _ => Closes::Export(id.to_owned()),
    }
}

/// The exports that are got in one go.
fn parts(closes: &Closes, gap: &Request, knowledge: &Knowledge) -> Vec<MissingPart> {
    if !matches!(closes, Closes::Calls | Closes::Queries | Closes::Commands) {
        return Vec::new();
    }
    let part = |(id, rules): (&String, &BTreeSet<String>)| {
        let export = find(id, knowledge);
        let call = match export.and_then(|export| export.call.as_ref()) {
            Some(Call::Get(path)) => format!("GET {path}"),
            Some(Call::Run(command)) => command.clone(),
            None => id.clone(),
        };
        let title = export.map_or_else(|| id.clone(), |export| export.title.clone());
        MissingPart { call, title, rules: rules.iter().cloned().collect() }
    };
    gap.exports.iter().map(part).collect()
}

impl Closes {
    /// The part of a kit that gets it.
    fn part(&self) -> Option<Part> {
        match self {
            Self::Bundles | Self::Again(_) => Some(Part::Collector),
            Self::NodeList | Self::NodeNames | Self::Calls => Some(Part::Rest),
            Self::Queries => Some(Part::Sql),
            Self::Commands => Some(Part::RabbitMq),
            Self::Export(id) if id == "bus-environment" => Some(Part::RabbitMq),
            Self::Answer(_) => Some(Part::Questions),
            Self::Export(_) | Self::NewerProgram | Self::NodeOf | Self::Nothing => None,
        }
    }

    /// The word of the report.
    const fn kind(&self) -> &'static str {
        match self {
            Self::Bundles | Self::Again(_) => "bundle",
            Self::Answer(_) | Self::NodeNames | Self::NodeOf => "question",
            Self::Nothing | Self::NewerProgram => "nothing",
            Self::NodeList | Self::Calls | Self::Queries | Self::Commands | Self::Export(_) => "export",
        }
    }
}

fn texts(
    closes: &Closes,
    names: &[String],
    parts: &[MissingPart],
    cluster: &Cluster,
    knowledge: &Knowledge,
) -> (String, Vec<String>) {
    let nodes = listed(names);
    let calls = |joint: &str| parts.iter().map(|part| part.call.as_str()).collect::<Vec<_>>().join(joint);
    let send = |what: &str, of: &str| match parts {
        [one] => format!("Send {}", one.title),
        _ => format!("Send the {what} of {} {of}", parts.len()),
    };
    match closes {
        Closes::NewerProgram => (
            if nodes.is_empty() {
                "Use a newer clusterbrief: this one does not read all bundles".into()
            } else {
                format!("Use a newer clusterbrief: this one does not read the bundle of {nodes}")
            },
            vec!["Get the newest version for the computer that makes this report, and run it there with the same files. Nothing has to be collected or sent again.".into()],
        ),
        Closes::NodeList => node_list(cluster),
        Closes::Calls => (
            send("answers", "REST calls"),
            vec![format!(
                "Sign in to the REST interface as an administrator and save each answer as a JSON file: {}.",
                calls("; ")
            )],
        ),
        Closes::Queries => (
            send("results", "queries of the database"),
            vec![format!(
                "In the product's database run what \"clusterbrief sql {}\" prints, and save each result as CSV or as a sheet \
                 of one workbook.",
                calls(" ")
            )],
        ),
        Closes::Commands => (
            send("answers", "commands of RabbitMQ"),
            vec![format!("In the RabbitMQ command prompt run, and send the files: {}.", calls("; "))],
        ),
        Closes::NodeNames => (
            "Tell the names of all web nodes".into(),
            vec!["Every machine that runs the product against this database, standby and disaster recovery included; the report then takes them with --expect-nodes.".into()],
        ),
        Closes::NodeOf => (
            match names {
                [one] => format!("Whose is {one}?"),
                _ => format!("Whose are {nodes}?"),
            },
            vec![format!(
                "Nothing in {} names the node. Say it with --node-of {}=NAME, and make the report again.",
                if names.len() == 1 { "it" } else { "them" },
                quoted(gap_name(names))
            )],
        ),
        Closes::Bundles => (
            match names {
                [_] => format!("Collect on {nodes} and send the bundle"),
                _ => format!("Collect on {nodes} and send the bundles"),
            },
            vec!["On each of these nodes run as administrator: clusterbrief collect --app-dir \"C:\\inetpub\\wwwroot\\SecretServer\" (the folder that IIS shows for the application).".into(),
                "Where no executable may run, docs/by-hand.md says how to collect from another machine, and which built-in commands to paste.".into()],
        ),
        Closes::Export(id) => {
            let export = find(id, knowledge);
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
            let words: Vec<String> = row
                .map(|row| row.good.iter().chain(&row.bad).map(|word| format!("\"{word}\"")).collect())
                .unwrap_or_default();
            // Many a question names its answers itself.
            let how = if words.iter().all(|word| ask.contains(word.as_str())) {
                Vec::new()
            } else {
                vec![format!("Possible answers: {}.", words.join(", "))]
            };
            let ask = if nodes.is_empty() { ask } else { format!("For {nodes}: {ask}") };
            (ask, how)
        }
        Closes::Nothing => (
            "Nothing that can be sent today decides these".into(),
            vec!["They are listed so that nobody takes them for passed.".into()],
        ),
    }
}

/// The first of these names.
fn gap_name(names: &[String]) -> &str {
    names.first().map_or("PATH", String::as_str)
}

/// A path as an option of a command; a place for it where it has characters that mean something there.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    if path.starts_with('-') || !path.chars().all(|c| plain(c) || matches!(c, ' ' | '(' | ')')) {
        return "PATH".to_owned();
    }
    if path.chars().all(plain) { path.to_owned() } else { format!("\"{path}\"") }
}

/// The node list as this build can deliver it: over REST from 10.9.000064, else copied from the page.
fn node_list(cluster: &Cluster) -> (String, Vec<String>) {
    let api = "Save the answer of GET /api/v1/nodes, asked with an administrator's token, as a JSON file.";
    let page = "Or copy the Server Nodes page (Admin, Server Nodes) into the table that \"clusterbrief template nodes\" prints.";
    let page_only = "Copy the Server Nodes page (Admin, Server Nodes) into the table that \"clusterbrief template nodes\" prints; this build has no REST call for it.";
    let newest = cluster.nodes.iter().filter_map(|node| node.version.value()).max();
    let how = match newest {
        Some(newest) if *newest >= REST_NODE_LIST => vec![api.into(), page.into()],
        Some(_) => vec![page_only.into()],
        None => vec![format!("From build {REST_NODE_LIST} on: {api}"), page.into()],
    };
    ("Send the product's list of nodes".into(), how)
}

/// Whether nothing that the customer can send closes this gap.
pub(super) fn is_hopeless(view: &MissingView) -> bool {
    view.kind == "nothing"
}

/// Most questions of one request: nobody answers thirty at once.
const MOST_QUESTIONS: usize = 8;

/// One paragraph to send to the customer: what to send in the order of the list, then all questions at once.
pub(super) fn request(missing: &[MissingView]) -> String {
    let (questions, things): (Vec<&MissingView>, Vec<&MissingView>) =
        missing.iter().filter(|view| !is_hopeless(view)).partition(|view| view.kind == "question");
    let mut asks: Vec<String> = things.iter().map(|view| with_how(view)).collect();
    if !questions.is_empty() {
        let mut asked: Vec<String> =
            questions.iter().take(MOST_QUESTIONS).map(|view| with_how(view)).collect();
        let left = questions.len().saturating_sub(MOST_QUESTIONS);
        if left > 0 {
            asked.push(format!("The report lists {left} more, of less weight."));
        }
        asks.push(format!("Answer these questions. {}", asked.join(" ")));
    }
    if asks.is_empty() {
        return String::new();
    }
    let asks: Vec<String> = asks.iter().zip(1..).map(|(ask, number)| format!("({number}) {ask}")).collect();
    format!(
        "To finish the assessment of your Secret Server cluster we need the following. {} Please never send encryption.config or database.config.",
        asks.join(" ")
    )
}

/// What to send, and how.
fn with_how(view: &MissingView) -> String {
    let parts: Vec<String> = std::iter::once(sentence(&view.ask)).chain(view.how.iter().cloned()).collect();
    parts.join(" ")
}

/// The text with a full stop, unless it ends a sentence already.
pub(super) fn sentence(text: &str) -> String {
    if text.ends_with(['.', '?', '!']) { text.to_owned() } else { format!("{text}.") }
}
