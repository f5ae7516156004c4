//! The checklist of this cluster: what the evidence decides is answered, the rest asks.

pub use crate::knowledge::checklist::{Occasion, Stage};

use super::listed;
use crate::finding::{
    Confidence, Finding, Judged, NO_TARGET, Outcome, Question as Gap, Severity, SubjectKind,
};
use crate::knowledge::Knowledge;
use crate::knowledge::checklist::{By, DONE, Item, NOT_DONE, WORDS};
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
    /// How many lines stand how.
    pub tally: Tally,
    /// Lines in the order of work.
    pub lines: Vec<Line>,
    /// What to know of the list itself, as sentences.
    pub notes: Vec<String>,
}

/// How many lines stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub struct Tally {
    /// It is so.
    pub done: usize,
    /// It is not so.
    pub not_done: usize,
    /// Nobody knows yet.
    pub open: usize,
    /// It does not concern this cluster.
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
    /// When it is seen to.
    pub stage: Stage,
    /// What has to be so.
    pub text: String,
    /// The node it is about; `None` for the cluster.
    pub node: Option<String>,
    /// How it stands.
    pub state: LineState,
    /// What the evidence says, one sentence each.
    pub evidence: Vec<String>,
    /// What a person may answer; `None` where the evidence decides.
    pub question: Option<Question>,
    /// It is open, and an answer would settle it.
    pub waiting: bool,
    /// What a person answered.
    pub answer: Option<Answered>,
    /// Rules that judge it.
    pub rules: Vec<String>,
    /// Where it comes from, each source with its age.
    pub sources: Vec<String>,
}

/// How a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LineState {
    /// It is so.
    Done,
    /// It is not so.
    NotDone,
    /// Nobody knows yet.
    Open,
    /// It does not concern this cluster.
    NotApplicable,
}

impl LineState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Done, Self::NotDone, Self::Open, Self::NotApplicable];

    /// The words a reader sees.
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
    /// The same as a reader says it: "12 days ago".
    pub age: Option<String>,
    /// Free text.
    pub note: Option<String>,
}

/// Sentences of evidence that a line shows at most; the report holds the rest.
const SENTENCES: usize = 4;

/// Makes the checklist of a cluster.
pub fn checklist(
    cluster: &Cluster,
    judged: &[Judged],
    knowledge: &Knowledge,
    occasion: Occasion,
) -> Checklist {
    let mut making = Making { cluster, judged, knowledge, asked: BTreeSet::new() };
    let items = knowledge.checklist.iter().filter(|item| item.occasions.contains(&occasion));
    let lines: Vec<Line> = items.flat_map(|item| making.lines(item)).collect();
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
            "Of the vendor's current checklist only the first seven items could be read. They stand here with what the \
             vendor's list of version 6.0 and older documentation add; compare with the vendor's page of the day."
                .to_owned(),
        );
        if cluster.target.is_none() {
            notes.push(
                "The build to upgrade to is not known, so what depends on it is open: make the list again with --target."
                    .to_owned(),
            );
        }
    }
    if cluster.node_set.confirmed_by.is_empty() {
        let names: Vec<String> = cluster.nodes.iter().map(|node| node.name.clone()).collect();
        notes.push(match names.as_slice() {
            [] => "No node is known.".to_owned(),
            _ => format!("Nothing confirms that {} are all nodes there are.", listed(&names)),
        });
    }
    notes
}

impl Tally {
    fn of(lines: &[Line]) -> Self {
        let mut tally = Self::default();
        for line in lines {
            match line.state {
                LineState::Done => tally.done += 1,
                LineState::NotDone => tally.not_done += 1,
                LineState::Open => tally.open += 1,
                LineState::NotApplicable => tally.not_applicable += 1,
            }
            tally.waiting += usize::from(line.waiting);
        }
        tally
    }
}

/// Whom a line is about: the place of the node in the cluster; `None` for the cluster itself.
type At = Option<usize>;

struct Making<'a> {
    cluster: &'a Cluster,
    judged: &'a [Judged],
    knowledge: &'a Knowledge,
    /// What an earlier line asks already.
    asked: BTreeSet<(At, &'a str)>,
}

/// What one line is made of: the outcomes it rests on, and the questions of earlier lines that it waits for.
#[derive(Default)]
struct Ground<'a> {
    outcomes: Vec<&'a Judged>,
    asked_above: BTreeSet<&'a str>,
}

impl<'a> Making<'a> {
    /// The lines of an item: for the cluster and for each node one that rests on evidence, and one for each question.
    fn lines(&mut self, item: &'a Item) -> Vec<Line> {
        let mut grounds: BTreeMap<(At, Option<&'a str>), Ground<'a>> = BTreeMap::new();
        for one in self.judged.iter().filter(|one| item.rules.contains(&one.rule)) {
            let own = (self.at(one), None);
            let mut placed = false;
            for (at, row) in self.asks(item, one) {
                let id = row.id.as_str();
                if self.asked.contains(&(at, id)) {
                    grounds.entry(own).or_default().asked_above.insert(id);
                    continue;
                }
                let ground = grounds.entry((at, Some(id))).or_default();
                // What only tells a fact leaves the judgement to the rules that ask for it.
                if !row.bad.is_empty() || self.answer(id, at).is_none() {
                    ground.outcomes.push(one);
                    placed = true;
                }
            }
            if !placed {
                grounds.entry(own).or_default().outcomes.push(one);
            }
        }
        if item.rules.is_empty() {
            let subjects = if item.per_node { self.serving() } else { vec![None] };
            grounds.extend(subjects.into_iter().map(|at| ((at, None), Ground::default())));
        }
        self.asked.extend(grounds.keys().filter_map(|(at, question)| Some((*at, (*question)?))));
        let lines =
            grounds.iter().map(|((at, question), ground)| (*at, self.line(item, *at, *question, ground)));
        // What is only judged on serving nodes has nothing to say of the others.
        let speaks = |at: At, line: &Line| {
            let apart =
                at.and_then(|at| self.cluster.nodes.get(at)).is_some_and(|node| node.role != Role::Serving);
            !apart || line.state != LineState::NotApplicable || line.answer.is_some()
        };
        lines.filter(|(at, line)| speaks(*at, line)).map(|(_, line)| line).collect()
    }

    fn at(&self, one: &Judged) -> At {
        (one.subject.kind == SubjectKind::Node).then(|| self.place(&one.subject.name)).flatten()
    }

    fn place(&self, name: &str) -> At {
        self.cluster.nodes.iter().position(|node| node.name == name)
    }

    /// The serving nodes; the cluster where none is known.
    fn serving(&self) -> Vec<At> {
        let serving = self.cluster.nodes.iter().enumerate().filter(|(_, node)| node.role == Role::Serving);
        let serving: Vec<At> = serving.map(|(index, _)| Some(index)).collect();
        if serving.is_empty() { vec![None] } else { serving }
    }

    /// What a person may say to this outcome, or has said: the question of its rule, and those it waits for.
    fn asks(&self, item: &Item, one: &Judged) -> Vec<(At, &'a QuestionRow)> {
        let mut asks: BTreeMap<(At, &str), &'a QuestionRow> = BTreeMap::new();
        if let Some(row) = self.knowledge.question(&one.rule) {
            let open = is_open(item, one) && !row.bad.is_empty();
            let about = self.about(row, self.at(one)).into_iter();
            let about = about.filter(|at| open || self.answer(&row.id, *at).is_some());
            asks.extend(about.map(|at| ((at, row.id.as_str()), row)));
        }
        for (id, node, _) in unanswered(one) {
            if let Some(row) = self.knowledge.question(id) {
                let at = node.map_or_else(|| self.at(one), |name| self.place(name));
                asks.extend(self.about(row, at).into_iter().map(|at| ((at, row.id.as_str()), row)));
            }
        }
        asks.into_iter().map(|((at, _), row)| (at, row)).collect()
    }

    /// Whom a question is asked about, where it comes up at `at`.
    fn about(&self, row: &QuestionRow, at: At) -> Vec<At> {
        match (row.per_node, at) {
            (false, _) => vec![None],
            (true, Some(_)) => vec![at],
            (true, None) => self.serving(),
        }
    }

    fn name(&self, at: At) -> Option<&'a str> {
        self.cluster.nodes.get(at?).map(|node| node.name.as_str())
    }

    fn answer(&self, question: &str, at: At) -> Option<&'a Answer> {
        self.cluster.answers.get(question, self.name(at).unwrap_or_default())
    }

    fn line(&self, item: &Item, at: At, question: Option<&str>, ground: &Ground) -> Line {
        let row = question.and_then(|id| self.knowledge.question(id));
        let judged = ground.state(item);
        let id = row.map_or(item.id.as_str(), |row| row.id.as_str());
        let answer = self.answer(id, at);
        let state = match (answer, row) {
            (Some(answer), None) if judged == LineState::Open => said(&answer.value),
            (Some(answer), Some(row)) if ground.outcomes.iter().all(|one| lacks_target(one)) => {
                if row.bad.contains(&answer.value) { LineState::NotDone } else { LineState::Done }
            }
            _ => judged,
        };
        let question = match row {
            Some(row) => Some(Question {
                id: row.id.clone(),
                ask: row.ask.clone(),
                words: row.good.iter().chain(&row.bad).cloned().collect(),
            }),
            None if answer.is_some() || (judged == LineState::Open && ground.asked_above.is_empty()) => {
                let ask = item.ask.as_deref().unwrap_or("Is it so? Nothing that was given shows it.");
                Some(Question {
                    id: item.id.clone(),
                    ask: ask.to_owned(),
                    words: WORDS.map(str::to_owned).to_vec(),
                })
            }
            None => None,
        };
        let settles = answer.is_none()
            || ground.outcomes.iter().any(|one| unanswered(one).any(|(asked, ..)| asked == id));
        Line {
            key: key(&item.id, id, self.name(at)),
            item: item.id.clone(),
            stage: item.stage,
            text: item.text.clone(),
            node: self.name(at).map(str::to_owned),
            state,
            evidence: ground.sentences(answer),
            waiting: state == LineState::Open && question.is_some() && settles,
            question,
            answer: answer.map(|answer| self.answered(answer)),
            rules: ground
                .outcomes
                .iter()
                .map(|one| one.rule.clone())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
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

/// What the word for an item itself says.
fn said(word: &str) -> LineState {
    match word {
        DONE => LineState::Done,
        NOT_DONE => LineState::NotDone,
        _ => LineState::NotApplicable,
    }
}

/// The questions an outcome waits for: id, node and why.
fn unanswered(one: &Judged) -> impl Iterator<Item = (&str, Option<&str>, &str)> {
    let missing = if let Outcome::Unknown { missing } = &one.outcome { missing.as_slice() } else { &[] };
    missing.iter().filter_map(|gap| match &gap.from {
        Gap::Answer { id } => Some((id.as_str(), gap.node.as_deref(), gap.why.as_str())),
        _ => None,
    })
}

fn lacks_target(one: &Judged) -> bool {
    matches!(&one.outcome, Outcome::NotApplicable { why } if why == NO_TARGET)
}

/// Findings that are faults.
fn faults(one: &Judged) -> impl Iterator<Item = &Finding> {
    let findings = one.outcome.findings();
    findings.iter().filter(|finding| finding.severity < Severity::Info)
}

/// Whether an outcome leaves an item open. What is only suspected asks and does not condemn, and where a person is the
/// one who can tell, a sign of evidence does not settle it either.
fn is_open(item: &Item, one: &Judged) -> bool {
    match &one.outcome {
        Outcome::Unknown { .. } | Outcome::Failed { .. } => true,
        Outcome::NotApplicable { .. } => lacks_target(one),
        Outcome::Pass { inferred, .. } => *inferred && item.by == By::Person,
        Outcome::Findings(_) => {
            let mut faults = faults(one).peekable();
            faults.peek().is_some() && faults.all(|fault| fault.confidence == Confidence::Inferred)
        }
    }
}

impl Ground<'_> {
    fn state(&self, item: &Item) -> LineState {
        let any = |is: &dyn Fn(&Judged) -> bool| self.outcomes.iter().any(|one| is(one));
        let concerns = |one: &Judged| !matches!(one.outcome, Outcome::NotApplicable { .. });
        if any(&|one| !is_open(item, one) && faults(one).next().is_some()) {
            LineState::NotDone
        } else if self.outcomes.is_empty() || any(&|one| is_open(item, one)) {
            LineState::Open
        } else if any(&concerns) {
            LineState::Done
        } else {
            LineState::NotApplicable
        }
    }

    /// What the evidence says, the gravest first, the same sentence once.
    fn sentences(&self, answer: Option<&Answer>) -> Vec<String> {
        let mut outcomes: Vec<&&Judged> = self.outcomes.iter().collect();
        outcomes.sort_by_key(|one| one.outcome.rank());
        let mut sentences: Vec<String> = Vec::new();
        let above = self.asked_above.iter().map(|id| format!("The answer to {id} above settles it."));
        for sentence in outcomes.into_iter().flat_map(|one| says(one, answer)).chain(above) {
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
        if sentences.len() > SENTENCES {
            let left = sentences.len() + 1 - SENTENCES;
            sentences.truncate(SENTENCES - 1);
            sentences.push(format!("The report says {left} things more."));
        }
        sentences
    }
}

/// What one outcome says, as sentences.
fn says(one: &Judged, answer: Option<&Answer>) -> Vec<String> {
    let rule = &one.rule;
    match &one.outcome {
        Outcome::Findings(findings) => findings
            .iter()
            .map(|finding| match finding.confidence {
                Confidence::Confirmed => format!("{} ({rule}).", finding.title),
                Confidence::Inferred => format!("Suspected: {} ({rule}).", finding.title),
            })
            .collect(),
        Outcome::Failed { .. } => vec![format!("{rule} could not be judged.")],
        Outcome::Unknown { missing } => missing
            .iter()
            .filter_map(|gap| match gap.from {
                Gap::Answer { .. } if answer.is_none() => None,
                Gap::Answer { .. } => Some(format!("It is open all the same: {} ({rule}).", gap.why)),
                _ => Some(format!("Not known: {}, because {} ({rule}).", gap.what, gap.why)),
            })
            .collect(),
        // The answer itself stands beside it.
        Outcome::Pass { .. }
            if answer
                .is_some_and(|answer| one.looked_at.iter().all(|input| *input == answer.place.input)) =>
        {
            Vec::new()
        }
        Outcome::Pass { note, .. } if !note.is_empty() => {
            vec![format!("{rule} finds nothing wrong: {note}.")]
        }
        Outcome::Pass { .. } => {
            let mut inputs: Vec<String> = one.looked_at.iter().take(3).cloned().collect();
            if one.looked_at.len() > 3 {
                inputs.push(format!("{} more", one.looked_at.len() - 3));
            }
            let inputs = if inputs.is_empty() { String::new() } else { format!(" in {}", listed(&inputs)) };
            vec![format!("{rule} finds nothing wrong{inputs}.")]
        }
        Outcome::NotApplicable { .. } if lacks_target(one) => {
            vec!["It is judged as soon as the build to upgrade to is given (--target).".to_owned()]
        }
        Outcome::NotApplicable { why } => vec![format!("{rule} does not concern it: {why}.")],
    }
}
