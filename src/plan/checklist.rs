//! The checklist of this cluster: lines that the evidence decides are answered, the others are questions.

pub use crate::knowledge::checklist::{Occasion, Stage};

use super::{listed, unique};
use crate::finding::{
    Confidence, EvidenceRequest as Request, Finding, NO_TARGET, Outcome, RuleResult, Severity, SubjectKind,
};
use crate::knowledge::Knowledge;
use crate::knowledge::checklist::{AnsweredBy, DONE, Item, NOT_DONE, WORDS};
use crate::knowledge::rows::QuestionRow;
use crate::model::answers::Answer;
use crate::model::checklist::key;
use crate::model::{Cluster, Role};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Checklist {
    /// What it is for.
    pub occasion: Occasion,
    /// Names of the nodes it was made for, in order.
    pub nodes: Vec<String>,
    /// Build to upgrade to.
    pub target: Option<String>,
    /// How many lines are in which state.
    pub tally: Tally,
    /// Lines in the order of work.
    pub lines: Vec<Line>,
    /// What to know of the list itself, as sentences.
    pub notes: Vec<String>,
}

/// How many lines are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub struct Tally {
    /// It is done.
    pub done: usize,
    /// It is not done.
    pub not_done: usize,
    /// Nobody knows yet.
    pub open: usize,
    /// It does not apply to this cluster.
    pub not_applicable: usize,
    /// How many of the open lines wait for a person.
    pub waiting: usize,
}

/// One line: an item, on one node where it is asked of each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Line {
    /// Identity: item, question and node, as [`crate::model::checklist::key`] writes them; stays the same from case to case.
    pub key: String,
    /// Id of the item, as in the vendor's list.
    pub item: String,
    /// When it is done.
    pub stage: Stage,
    /// What has to be true.
    pub text: String,
    /// The node it is about; `None` for the cluster.
    pub node: Option<String>,
    /// Its state.
    pub state: LineState,
    /// What the evidence says, one sentence each.
    pub evidence: Vec<String>,
    /// What a person may answer; `None` where the evidence decides.
    pub question: Option<Question>,
    /// It is open, and an answer would settle it.
    pub waiting: bool,
    /// What a person answered.
    pub answer: Option<Answered>,
    /// Rules that check it.
    pub rules: Vec<String>,
    /// Where it comes from, each source with its age.
    pub sources: Vec<String>,
}

/// State of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LineState {
    /// It is done.
    Done,
    /// It is not done.
    NotDone,
    /// Nobody knows yet.
    Open,
    /// It does not apply to this cluster.
    NotApplicable,
}

impl LineState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Done, Self::NotDone, Self::Open, Self::NotApplicable];

    /// The label a reader sees.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => DONE,
            Self::NotDone => NOT_DONE,
            Self::Open => "open",
            Self::NotApplicable => "does not apply",
        }
    }
}

/// A question to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Question {
    /// Its id in answers.
    pub id: String,
    /// The question.
    pub ask: String,
    /// Words that answer it.
    pub words: Vec<String>,
}

/// What a person answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Answered {
    /// The word.
    pub word: String,
    /// Who answered.
    pub by: Option<String>,
    /// On which day.
    pub on: Option<String>,
    /// Days between that day and the report's date.
    pub days: Option<i64>,
    /// The same in words: "12 days ago".
    pub age: Option<String>,
    /// Free text.
    pub note: Option<String>,
}

/// Sentences of evidence that a line shows at most; the report holds the others.
const SENTENCES: usize = 4;

/// Makes the checklist of a cluster.
pub fn checklist(
    cluster: &Cluster,
    results: &[RuleResult],
    knowledge: &Knowledge,
    occasion: Occasion,
) -> Checklist {
    let mut builder = Builder { cluster, results, knowledge, asked: BTreeSet::new() };
    let items = knowledge.checklist.iter().filter(|item| item.occasions.contains(&occasion));
    let lines: Vec<Line> = items.flat_map(|item| builder.lines(item)).collect();
    Checklist {
        occasion,
        nodes: cluster.nodes.iter().map(|node| node.name.clone()).collect(),
        target: cluster.target.map(|target| target.to_string()),
        tally: Tally::of(&lines),
        lines,
        notes: notes(cluster, occasion),
    }
}

fn notes(cluster: &Cluster, occasion: Occasion) -> Vec<String> {
    let mut notes = Vec::new();
    if occasion == Occasion::Upgrade {
        notes.push(
            "Only the first seven items of the vendor's current checklist could be read. This list adds items of the \
             vendor's list for version 6.0 and of older documentation. Compare it with the vendor's current page."
                .to_owned(),
        );
        if cluster.target.is_none() {
            notes.push(
                "The target build is not known, so lines that depend on it are open. Make the list again with --target."
                    .to_owned(),
            );
        }
    }
    if cluster.node_set.confirmed_by.is_empty() {
        let names: Vec<&str> = cluster.nodes.iter().map(|node| node.name.as_str()).collect();
        notes.push(match names.as_slice() {
            [] => "No node is known.".to_owned(),
            [name] => format!("Nothing confirms that {name} is the only node."),
            _ => format!("Nothing confirms that {} are all the nodes.", listed(&names)),
        });
    }
    notes
}

impl Tally {
    fn of(lines: &[Line]) -> Self {
        let count = |state| lines.iter().filter(|line| line.state == state).count();
        Self {
            done: count(LineState::Done),
            not_done: count(LineState::NotDone),
            open: count(LineState::Open),
            not_applicable: count(LineState::NotApplicable),
            waiting: lines.iter().filter(|line| line.waiting).count(),
        }
    }
}

/// The node a line is about, by its index in the cluster; `None` for the cluster itself.
type NodeIndex = Option<usize>;

struct Builder<'a> {
    cluster: &'a Cluster,
    results: &'a [RuleResult],
    knowledge: &'a Knowledge,
    /// Questions that an earlier line asks already.
    asked: BTreeSet<(NodeIndex, &'a str)>,
}

/// What one line is made of: the outcomes it rests on, and the questions of earlier lines that it waits for.
#[derive(Default)]
struct Basis<'a> {
    outcomes: Vec<&'a RuleResult>,
    asked_above: BTreeSet<&'a str>,
}

impl<'a> Builder<'a> {
    /// The lines of an item: for the cluster and for each node one that rests on evidence, and one for each question.
    fn lines(&mut self, item: &'a Item) -> Vec<Line> {
        let mut lines: BTreeMap<(NodeIndex, Option<&'a str>), Basis<'a>> = BTreeMap::new();
        for result in self.results.iter().filter(|result| item.rules.contains(&result.rule)) {
            let by_evidence = (self.node_of(result), None);
            let mut placed = false;
            for (node, row) in self.asks(item, result) {
                let id = row.id.as_str();
                if self.asked.contains(&(node, id)) {
                    lines.entry(by_evidence).or_default().asked_above.insert(id);
                    continue;
                }
                let basis = lines.entry((node, Some(id))).or_default();
                // An answer that only states a fact leaves the evaluation to the rules that need the fact.
                if !row.bad.is_empty() || self.answer(id, node).is_none() {
                    basis.outcomes.push(result);
                    placed = true;
                }
            }
            if !placed {
                lines.entry(by_evidence).or_default().outcomes.push(result);
            }
        }
        if item.rules.is_empty() {
            let subjects = if item.per_node { self.serving() } else { vec![None] };
            lines.extend(subjects.into_iter().map(|node| ((node, None), Basis::default())));
        }
        self.asked.extend(lines.keys().filter_map(|(node, question)| Some((*node, (*question)?))));
        let lines =
            lines.iter().map(|((node, question), basis)| (*node, self.line(item, *node, *question, basis)));
        // What is only evaluated on serving nodes has nothing to say about the others.
        let is_serving = |node: NodeIndex| {
            node.and_then(|index| self.cluster.nodes.get(index)).is_none_or(|node| node.role == Role::Serving)
        };
        let lines = lines.filter(|(node, line)| {
            is_serving(*node) || line.state != LineState::NotApplicable || line.answer.is_some()
        });
        lines.map(|(_, line)| line).collect()
    }

    fn node_of(&self, result: &RuleResult) -> NodeIndex {
        (result.subject.kind == SubjectKind::Node).then(|| self.index(&result.subject.name)).flatten()
    }

    fn index(&self, name: &str) -> NodeIndex {
        self.cluster.nodes.iter().position(|node| node.name == name)
    }

    /// The serving nodes; the cluster where none is known.
    fn serving(&self) -> Vec<NodeIndex> {
        let serving = self.cluster.nodes.iter().enumerate().filter(|(_, node)| node.role == Role::Serving);
        let serving: Vec<NodeIndex> = serving.map(|(index, _)| Some(index)).collect();
        if serving.is_empty() { vec![None] } else { serving }
    }

    /// Questions that a person can answer about this outcome, or has answered: that of its rule, and those it waits for.
    fn asks(&self, item: &Item, result: &RuleResult) -> Vec<(NodeIndex, &'a QuestionRow)> {
        let mut asks: BTreeMap<(NodeIndex, &str), &'a QuestionRow> = BTreeMap::new();
        if let Some(row) = self.knowledge.question(&result.rule) {
            let open = is_open(item, result) && !row.bad.is_empty();
            let nodes = self.asked_of(row, self.node_of(result)).into_iter();
            let nodes = nodes.filter(|node| open || self.answer(&row.id, *node).is_some());
            asks.extend(nodes.map(|node| ((node, row.id.as_str()), row)));
        }
        for (id, node, _) in unanswered(result) {
            if let Some(row) = self.knowledge.question(id) {
                let node = node.map_or_else(|| self.node_of(result), |name| self.index(name));
                asks.extend(self.asked_of(row, node).into_iter().map(|node| ((node, row.id.as_str()), row)));
            }
        }
        asks.into_iter().map(|((node, _), row)| (node, row)).collect()
    }

    /// Which nodes a question is asked of, where it comes up at `node`.
    fn asked_of(&self, row: &QuestionRow, node: NodeIndex) -> Vec<NodeIndex> {
        match (row.per_node, node) {
            (false, _) => vec![None],
            (true, Some(_)) => vec![node],
            (true, None) => self.serving(),
        }
    }

    fn name(&self, node: NodeIndex) -> Option<&'a str> {
        self.cluster.nodes.get(node?).map(|node| node.name.as_str())
    }

    fn answer(&self, question: &str, node: NodeIndex) -> Option<&'a Answer> {
        self.cluster.answers.get(question, self.name(node).unwrap_or_default())
    }

    fn line(&self, item: &Item, node: NodeIndex, question: Option<&str>, basis: &Basis) -> Line {
        let row = question.and_then(|id| self.knowledge.question(id));
        let by_evidence = basis.state(item);
        let id = row.map_or(&item.id, |row| &row.id);
        let answer = self.answer(id, node);
        let state = match (answer, row) {
            (Some(answer), None) if by_evidence == LineState::Open => match answer.value.as_str() {
                DONE => LineState::Done,
                NOT_DONE => LineState::NotDone,
                _ => LineState::NotApplicable,
            },
            (Some(answer), Some(row)) if basis.outcomes.iter().all(|result| lacks_target(result)) => {
                if row.bad.contains(&answer.value) { LineState::NotDone } else { LineState::Done }
            }
            _ => by_evidence,
        };
        let asks = by_evidence == LineState::Open && basis.asked_above.is_empty();
        let (ask, words) = if let Some(row) = row {
            (row.ask.as_str(), row.good.iter().chain(&row.bad).cloned().collect())
        } else {
            let ask = item.ask.as_deref().unwrap_or("Is this done? The supplied files do not show it.");
            (ask, WORDS.map(str::to_owned).to_vec())
        };
        let question = (row.is_some() || answer.is_some() || asks).then(|| Question {
            id: id.clone(),
            ask: ask.to_owned(),
            words,
        });
        let settles = answer.is_none()
            || basis.outcomes.iter().any(|result| unanswered(result).any(|(asked, ..)| asked == id));
        let rules: BTreeSet<String> = basis.outcomes.iter().map(|result| result.rule.clone()).collect();
        Line {
            key: key(&item.id, id, self.name(node)),
            item: item.id.clone(),
            stage: item.stage,
            text: item.text.clone(),
            node: self.name(node).map(str::to_owned),
            state,
            evidence: basis.sentences(answer),
            waiting: state == LineState::Open && question.is_some() && settles,
            question,
            answer: answer.map(|answer| self.answered(answer)),
            rules: rules.into_iter().collect(),
            sources: self.knowledge.sources.with_age(&item.cites),
        }
    }

    fn answered(&self, answer: &Answer) -> Answered {
        Answered {
            word: answer.value.clone(),
            by: answer.by.clone(),
            on: answer.on.map(|on| on.to_string()),
            days: answer.days(self.cluster.as_of),
            age: answer.age(self.cluster.as_of),
            note: answer.note.clone(),
        }
    }
}

/// The questions an outcome waits for: id, node and why.
fn unanswered(result: &RuleResult) -> impl Iterator<Item = (&str, Option<&str>, &str)> {
    let missing = if let Outcome::Unknown { missing } = &result.outcome { missing.as_slice() } else { &[] };
    missing.iter().filter_map(|missing| match &missing.from {
        Request::Answer { id } => Some((id.as_str(), missing.node.as_deref(), missing.why.as_str())),
        _ => None,
    })
}

fn lacks_target(result: &RuleResult) -> bool {
    matches!(&result.outcome, Outcome::NotApplicable { why } if why == NO_TARGET)
}

/// Findings that are faults.
fn faults(result: &RuleResult) -> impl Iterator<Item = &Finding> {
    result.outcome.findings().iter().filter(|finding| finding.severity < Severity::Info)
}

/// Whether an outcome leaves an item open. A suspicion only asks. Where only a person can tell, a sign in the evidence does
/// not settle it either.
fn is_open(item: &Item, result: &RuleResult) -> bool {
    match &result.outcome {
        Outcome::Unknown { .. } | Outcome::Failed { .. } => true,
        Outcome::NotApplicable { .. } => lacks_target(result),
        Outcome::Pass { inferred, .. } => *inferred && item.by == AnsweredBy::Person,
        Outcome::Findings(_) => {
            let mut faults = faults(result).peekable();
            faults.peek().is_some() && faults.all(|fault| fault.confidence == Confidence::Inferred)
        }
    }
}

impl Basis<'_> {
    fn state(&self, item: &Item) -> LineState {
        let any = |is: &dyn Fn(&RuleResult) -> bool| self.outcomes.iter().any(|result| is(result));
        if any(&|result| !is_open(item, result) && faults(result).next().is_some()) {
            LineState::NotDone
        } else if self.outcomes.is_empty() || any(&|result| is_open(item, result)) {
            LineState::Open
        } else if any(&|result| !matches!(result.outcome, Outcome::NotApplicable { .. })) {
            LineState::Done
        } else {
            LineState::NotApplicable
        }
    }

    /// What the evidence shows, the worst first, the same sentence once.
    fn sentences(&self, answer: Option<&Answer>) -> Vec<String> {
        let mut outcomes = self.outcomes.clone();
        outcomes.sort_by_key(|result| result.outcome.rank());
        let above = self.asked_above.iter().map(|id| format!("The answer to {id} above settles it."));
        let mut sentences =
            unique(outcomes.into_iter().flat_map(|result| sentences_of(result, answer)).chain(above));
        if sentences.len() > SENTENCES {
            let left = sentences.len() + 1 - SENTENCES;
            sentences.truncate(SENTENCES - 1);
            sentences.push(format!("The report has {left} more results."));
        }
        sentences
    }
}

/// What one outcome shows, as sentences.
fn sentences_of(result: &RuleResult, answer: Option<&Answer>) -> Vec<String> {
    let RuleResult { rule, inputs_used, .. } = result;
    match &result.outcome {
        Outcome::Findings(findings) => findings
            .iter()
            .map(|finding| match finding.confidence {
                Confidence::Confirmed => format!("{} ({rule}).", finding.title),
                Confidence::Inferred => format!("Suspected: {} ({rule}).", finding.title),
            })
            .collect(),
        Outcome::Failed { .. } => vec![format!("{rule} could not be checked.")],
        Outcome::Unknown { missing } => missing
            .iter()
            .filter_map(|missing| match missing.from {
                Request::Answer { .. } if answer.is_none() => None,
                Request::Answer { .. } => Some(format!("It is still open: {} ({rule}).", missing.why)),
                _ => Some(format!("Not known: {}, because {} ({rule}).", missing.what, missing.why)),
            })
            .collect(),
        // The answer itself is beside it.
        Outcome::Pass { .. }
            if answer.is_some_and(|answer| inputs_used.iter().all(|input| *input == answer.place.input)) =>
        {
            Vec::new()
        }
        Outcome::Pass { note, .. } if !note.is_empty() => {
            vec![format!("{rule} found no problem: {note}.")]
        }
        Outcome::Pass { .. } => {
            let mut inputs: Vec<String> = inputs_used.iter().take(3).cloned().collect();
            if inputs_used.len() > 3 {
                inputs.push(format!("{} more", inputs_used.len() - 3));
            }
            let inputs = if inputs.is_empty() { String::new() } else { format!(" in {}", listed(&inputs)) };
            vec![format!("{rule} found no problem{inputs}.")]
        }
        Outcome::NotApplicable { .. } if lacks_target(result) => {
            vec!["It is checked when the target build is given (--target).".to_owned()]
        }
        Outcome::NotApplicable { why } => vec![format!("{rule} does not apply: {why}.")],
    }
}
