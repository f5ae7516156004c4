//! Reader of the answers file (TOML): answers that a person gives where no evidence can (`docs/answers.md`).

use super::{Parsed, Source, malformed};
use crate::knowledge::Knowledge;
use crate::knowledge::checklist::WORDS;
use crate::model::answers::{Answer, Answers};
use crate::model::input::Problem;
use crate::model::{Location, Position};
use crate::parsers::xml_config::Lines;
use crate::text::encoding;
use crate::text::size::size;
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeSet;
use toml::Spanned;

/// A question that may be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Id of a rule, such as `LBL-001`, or of an item of a checklist, such as `C6-b`.
    pub id: String,
    /// Words that answer it, in lower case.
    pub values: Vec<String>,
    /// It is asked of each node; otherwise of the cluster, and an answer for one node answers nothing.
    pub per_node: bool,
}

/// Every question of the knowledge: those of rules, and those of the items of checklists.
pub fn questions(knowledge: &Knowledge) -> Vec<Question> {
    let of_rules = knowledge.rows.questions.iter().map(|row| Question {
        id: row.id.clone(),
        values: row.good.iter().chain(&row.bad).cloned().collect(),
        per_node: row.per_node,
    });
    let of_items = knowledge.checklist.iter().map(|item| Question {
        id: item.id.clone(),
        values: WORDS.map(str::to_owned).to_vec(),
        per_node: item.per_node || !item.rules.is_empty(),
    });
    of_rules.chain(of_items).collect()
}

/// Why an answers file does not count at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct AnswersError {
    /// Line, from 1.
    pub line: u32,
    /// What is wrong, in the words of the parser; it names keys and types.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    answer: Vec<Spanned<Entry>>,
}

/// An answer as a file gives it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) question: String,
    pub(super) node: Option<String>,
    pub(super) value: String,
    pub(super) by: Option<String>,
    pub(super) on: Option<toml::Value>,
    pub(super) note: Option<String>,
}

/// Most bytes of an answers file: room for ten thousand answers.
const MAX_BYTES: usize = 1 << 20;

/// What begins an answer, without its blanks.
const HEADER: &str = "[[answer]]";

/// Whether a text announces answers.
pub(super) fn is_answers(text: &str) -> bool {
    let announces =
        |line: &str| line.chars().filter(|c| !c.is_whitespace()).take(HEADER.len()).eq(HEADER.chars());
    // An export of many rows has no bracket, which one pass tells.
    text.contains('[') && text.lines().any(announces)
}

/// Reads an answers file against the questions there are. A wrong answer is a problem and does not count; a file
/// that is not of this form is refused whole.
pub(super) fn parse(
    cx: Source,
    bytes: &[u8],
    questions: &[Question],
) -> Result<Parsed<Answers>, AnswersError> {
    if bytes.len() > MAX_BYTES {
        let message = format!("it is larger than {}", size(MAX_BYTES as u64));
        return Err(AnswersError { line: 1, message });
    }
    let text = encoding::decode(bytes);
    let lines = Lines::of(&text);
    let line_of = |offset: usize| lines.at(offset);
    let file: File = toml::from_str(&text).map_err(|error| AnswersError {
        line: line_of(error.span().map_or(0, |span| span.start)),
        message: cx.shown(error.message()),
    })?;

    let mut ledger = AnswerLedger::default();
    for entry in file.answer {
        let place = Location::export(cx.input, Position::Line(line_of(entry.span().start)));
        let entry = entry.into_inner();
        let on = entry
            .on
            .as_ref()
            .map(|on| day(on).ok_or_else(|| format!("{place} gives no calendar day in \"on\".")));
        ledger.add(on.transpose().and_then(|on| answer(cx, &entry, on, place, questions)));
    }
    Ok(ledger.finish())
}

/// Question and node of an answer, as [`Answers`] keeps them.
pub(super) type Key = (String, String);

/// Answers while they are read: a question that is answered twice is not answered.
#[derive(Default)]
pub(super) struct AnswerLedger {
    answers: Answers,
    problems: Vec<Problem>,
    twice: BTreeSet<Key>,
}

impl AnswerLedger {
    /// Takes an answer, or why it does not count.
    pub(super) fn add(&mut self, given: Result<(Key, Answer), String>) {
        let (key, answer) = match given {
            Ok(given) => given,
            Err(text) => return self.complain(text),
        };
        let place = answer.place.clone();
        if let Some(first) = self.answers.by_question.insert(key.clone(), answer) {
            let subject = if key.1.is_empty() { "the cluster" } else { &key.1 };
            let text = format!(
                "{} is answered twice for {subject}, at {} and at {place}; neither answer counts.",
                key.0, first.place
            );
            self.complain(text);
            self.twice.insert(key);
        }
    }

    /// Notes a problem.
    pub(super) fn complain(&mut self, text: String) {
        self.problems.push(malformed(text));
    }

    /// What counts.
    pub(super) fn finish(mut self) -> Parsed<Answers> {
        self.answers.by_question.retain(|key, _| !self.twice.contains(key));
        Parsed { value: self.answers, problems: self.problems, notes: Vec::new() }
    }
}

/// The answer, if there is such a question and the word answers it; else why it does not count.
pub(super) fn answer(
    cx: Source,
    given: &Entry,
    on: Option<NaiveDate>,
    place: Location,
    questions: &[Question],
) -> Result<(Key, Answer), String> {
    let Some(question) =
        questions.iter().find(|question| question.id.eq_ignore_ascii_case(given.question.trim()))
    else {
        let known: Vec<&str> = questions.iter().map(|question| question.id.as_str()).collect();
        return Err(format!(
            "{place} answers \"{}\", which is no question; questions are {}.",
            cx.shown(&given.question),
            known.join(", ")
        ));
    };
    let id = &question.id;
    let value = given.value.trim().to_lowercase();
    if !question.values.contains(&value) {
        return Err(format!(
            "{place} answers {id} with \"{}\"; the words for it are {}.",
            cx.shown(&given.value),
            question.values.join(", ")
        ));
    }
    let node = given.node.as_deref().map(str::trim).unwrap_or_default().to_uppercase();
    if given.node.is_some() && node.is_empty() {
        return Err(format!("{place} names an empty node; leave \"node\" out for the cluster."));
    }
    if !node.is_empty() && !question.per_node {
        return Err(format!(
            "{place} answers {id} for one node, and it is asked of the cluster; leave \"node\" out."
        ));
    }
    let shown = |text: &Option<String>| text.as_ref().map(|text| cx.shown(text));
    let answer = Answer { value, by: shown(&given.by), on, note: shown(&given.note), place };
    Ok(((id.clone(), node), answer))
}

/// The calendar day of a TOML date, bare or in quotes.
fn day(on: &toml::Value) -> Option<NaiveDate> {
    let date = match on {
        toml::Value::Datetime(on) => on.date,
        toml::Value::String(text) => text.trim().parse::<toml::value::Datetime>().ok()?.date,
        _ => None,
    }?;
    NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::source;
    use proptest::prelude::*;

    fn questions() -> Vec<Question> {
        let question = |id: &str, values: &[&str]| Question {
            id: id.into(),
            values: values.iter().map(|v| (*v).into()).collect(),
            per_node: id == "ENC-003",
        };
        vec![question("ENC-003", &["dpapi", "plain"]), question("LBL-001", &["sticky", "not-sticky"])]
    }

    fn parse(text: &str) -> Result<Parsed<Answers>, AnswersError> {
        super::parse(source("answers.toml"), text.as_bytes(), &questions())
    }

    #[test]
    fn answers_for_the_cluster_and_for_a_node() {
        let parsed = parse(
            "# asked by phone\n[[answer]]\nquestion = \"LBL-001\"\nvalue = \"Sticky\"\nby = \"J. Doe\"\non = 2026-11-20\n\n\
             [[answer]]\nquestion = \"ENC-003\"\nnode = \"web01\"\nvalue = \"dpapi\"\nnote = \"seen on the page\"\n",
        )
        .unwrap();
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        let sticky = parsed.value.get("LBL-001", "WEB02").unwrap();
        assert_eq!((sticky.value.as_str(), sticky.by.as_deref()), ("sticky", Some("J. Doe")));
        assert_eq!(sticky.on, NaiveDate::from_ymd_opt(2026, 11, 20));
        assert_eq!(sticky.place.to_string(), "answers.toml:2");
        assert_eq!(parsed.value.get("ENC-003", "WEB01").unwrap().value, "dpapi");
        assert!(parsed.value.get("ENC-003", "WEB02").is_none());
    }

    #[test]
    fn a_wrong_answer_does_not_count_and_says_what_would() {
        let parsed = parse(
            "[[answer]]\nquestion = \"LBL-999\"\nvalue = \"x\"\n[[answer]]\nquestion = \"LBL-001\"\nvalue = \"maybe\"\n\
             [[answer]]\nquestion = \"LBL-001\"\nvalue = \"sticky\"\non = 10:00:00\n\
             [[answer]]\nquestion = \"LBL-001\"\nvalue = \"sticky\"\nnode = \"WEB01\"\n",
        )
        .unwrap();
        assert!(parsed.value.by_question.is_empty());
        let texts: Vec<&str> = parsed.problems.iter().map(|problem| problem.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "answers.toml:1 answers \"LBL-999\", which is no question; questions are ENC-003, LBL-001.",
                "answers.toml:4 answers LBL-001 with \"maybe\"; the words for it are sticky, not-sticky.",
                "answers.toml:7 gives no calendar day in \"on\".",
                "answers.toml:11 answers LBL-001 for one node, and it is asked of the cluster; leave \"node\" out.",
            ]
        );
    }

    #[test]
    fn a_day_may_stand_in_quotes() {
        let on = |day: &str| {
            let parsed =
                parse(&format!("[[answer]]\nquestion = \"LBL-001\"\nvalue = \"sticky\"\non = {day}\n"));
            parsed.unwrap().value.get("LBL-001", "").and_then(|answer| answer.on)
        };
        let day = NaiveDate::from_ymd_opt(2026, 11, 20);
        for good in ["2026-11-20", "\"2026-11-20\"", "' 2026-11-20 '", "2026-11-20T10:00:00Z"] {
            assert_eq!(on(good), day, "{good}");
        }
        for bad in ["\"20.11.2026\"", "\"2026-02-30\"", "20261120", "\"10:00:00\"", "[2026-11-20]"] {
            assert_eq!(on(bad), None, "{bad}");
        }
    }

    #[test]
    fn two_answers_to_one_question_are_none() {
        let one = "[[answer]]\nquestion = \"LBL-001\"\nvalue = \"sticky\"\n";
        let parsed = parse(&format!("{one}{}{one}", one.replace("sticky", "not-sticky"))).unwrap();
        assert!(parsed.value.by_question.is_empty());
        assert_eq!(parsed.problems.len(), 2);
    }

    #[test]
    fn another_form_is_refused_with_its_line() {
        let error =
            parse("[[answer]]\nquestion = \"LBL-001\"\nvalue = \"sticky\"\nwhen = 2026-11-20\n").unwrap_err();
        assert_eq!(error.line, 4);
        assert!(error.message.contains("when"), "{error}");
        assert_eq!(parse("[[answer]]\nquestion = \"LBL-001\n").unwrap_err().line, 2);
        assert!(parse("[[answer]]\nvalue = 1\n").is_err());
        assert!(parse(&format!("answer = {}", "[".repeat(100_000))).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[a-z\\[\\]=\" \n0-9.#]{0,120}") {
            let _ = parse(&text);
        }
    }
}
