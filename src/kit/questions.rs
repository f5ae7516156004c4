//! The workbook of a kit: what only a person knows, in the form of a checklist, which a report reads back.

use super::page::Purpose;
use super::selection::Selection;
use crate::knowledge::Knowledge;
use crate::knowledge::checklist::{AnsweredBy, Occasion, Stage, WORDS};
use crate::model::checklist::key;
use crate::plan::checklist::{Checklist, Line, LineState, Question, Tally};
use crate::plan::safe_name;

/// The item of lines that are of no checklist.
const ITEM: &str = "Q";

/// The lines of the workbook: the questions of the case, and for an upgrade what of the checklist only a person knows.
pub fn questions(selection: &Selection, purpose: Purpose, knowledge: &Knowledge) -> Checklist {
    let mut lines: Vec<Line> = Vec::new();
    for (id, node) in &selection.questions {
        let Some(row) = knowledge.question(id) else { continue };
        let words = row.good.iter().chain(&row.bad).cloned().collect();
        // A name that no workbook should hold leaves the line out: nobody could answer for it.
        let node = node.as_ref().filter(|_| row.per_node);
        if node.is_some_and(|name| safe_name(name) != *name) {
            continue;
        }
        let text = format!("Decides {id}");
        lines.push(line(ITEM, id, Stage::Before, text, node, &row.ask, words, vec![id.clone()]));
    }
    if matches!(purpose, Purpose::Upgrade(_)) && !selection.questions.is_empty() {
        let items = knowledge.checklist.iter().filter(|item| {
            item.occasions.contains(&Occasion::Upgrade)
                && item.by == AnsweredBy::Person
                && item.rules.is_empty()
                && !item.per_node
        });
        for item in items {
            let ask = item.ask.as_deref().unwrap_or("Is this done?");
            let words = WORDS.map(str::to_owned).to_vec();
            lines.push(line(&item.id, &item.id, item.stage, item.text.clone(), None, ask, words, Vec::new()));
        }
    }
    lines.sort_by_key(|line| Stage::ALL.iter().position(|stage| *stage == line.stage));
    Checklist {
        occasion: if matches!(purpose, Purpose::Upgrade(_)) { Occasion::Upgrade } else { Occasion::Setup },
        nodes: selection.nodes_known.iter().filter(|name| safe_name(name) == **name).cloned().collect(),
        target: match purpose {
            Purpose::Upgrade(target) => Some(target.to_string()),
            Purpose::Health => None,
        },
        tally: Tally { open: lines.len(), waiting: lines.len(), ..Tally::default() },
        lines,
        notes: Vec::new(),
    }
}

#[expect(clippy::too_many_arguments, reason = "the cells of one line, each used once")]
fn line(
    item: &str,
    question: &str,
    stage: Stage,
    text: String,
    node: Option<&String>,
    ask: &str,
    words: Vec<String>,
    rules: Vec<String>,
) -> Line {
    Line {
        key: key(item, question, node.map(String::as_str)),
        item: item.to_owned(),
        stage,
        text,
        node: node.cloned(),
        state: LineState::Open,
        evidence: Vec::new(),
        question: Some(Question { id: question.to_owned(), ask: ask.to_owned(), words }),
        waiting: true,
        answer: None,
        rules,
        sources: Vec::new(),
    }
}
