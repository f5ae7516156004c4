//! Merges the answers of all files of a case, and gives each the name that its node has in the case.

use super::answers::Key;
use super::cluster::CaseBuilder;
use crate::model::answers::{Answer, Answers};
use crate::model::input::{InputStatus, ProblemKind};
use crate::model::{BuildVersion, Node};
use std::collections::{BTreeMap, BTreeSet};

impl CaseBuilder {
    /// The answers that count. Where two files disagree the later day does; where no day decides, neither does.
    pub(super) fn take_answers(
        &mut self,
        nodes: &BTreeMap<String, Node>,
        target: Option<BuildVersion>,
    ) -> Answers {
        let foreign = self.compare_nodes(nodes, target);
        let mut all: BTreeMap<Key, Vec<(usize, Answer)>> = BTreeMap::new();
        for (index, answers) in std::mem::take(&mut self.answers) {
            if foreign.contains(&index) {
                continue;
            }
            for (key, answer) in self.of_this_case(index, answers, nodes) {
                let given = all.entry(key).or_default();
                // Of two names for one node in one file the first counts.
                if given.last().is_none_or(|(other, _)| *other != index) {
                    given.push((index, answer));
                }
            }
        }
        let mut by_question = BTreeMap::new();
        for (key, given) in all {
            if let Some(answer) = self.settle(&key, given) {
                by_question.insert(key, answer);
            }
        }
        Answers { by_question }
    }

    /// The answers of one file, without those for nodes that are none of this case.
    fn of_this_case(
        &mut self,
        index: usize,
        answers: Answers,
        nodes: &BTreeMap<String, Node>,
    ) -> Vec<(Key, Answer)> {
        let mut kept = Vec::new();
        for ((question, node), answer) in answers.by_question {
            if node.is_empty() {
                kept.push(((question, node), answer));
            } else if let Some(node) = nodes.get(&self.names.machine(&node)) {
                kept.push(((question, node.name.to_uppercase()), answer));
            } else {
                let text = format!(
                    "{} answers for {node}, which is no node of this case; the answer does not count.",
                    answer.place
                );
                self.problem(index, InputStatus::Partly, ProblemKind::Malformed, text);
            }
        }
        kept
    }

    /// The answer that counts of those that files give to one question.
    fn settle(&mut self, (question, node): &Key, given: Vec<(usize, Answer)>) -> Option<Answer> {
        let latest = given.iter().map(|(_, answer)| answer.on).max()?;
        let words: BTreeSet<&str> = given
            .iter()
            .filter(|(_, answer)| answer.on == latest)
            .map(|(_, answer)| answer.value.as_str())
            .collect();
        let undated =
            given.iter().any(|(_, answer)| answer.on.is_none() && !words.contains(answer.value.as_str()));
        let places: Vec<String> = given.iter().map(|(_, answer)| answer.place.to_string()).collect();
        let subject = if node.is_empty() { "the cluster" } else { node };
        if words.len() > 1 || undated {
            for (index, _) in &given {
                let text = format!(
                    "{question} is answered in two ways for {subject}, at {}, and no day says which is the later; neither answer counts.",
                    places.join(" and at ")
                );
                self.problem(*index, InputStatus::Partly, ProblemKind::Malformed, text);
            }
            return None;
        }
        let counts = given.iter().position(|(_, answer)| answer.on == latest)?;
        let (_, chosen) = given.get(counts)?.clone();
        for (index, earlier) in given.iter().filter(|(_, answer)| answer.value != chosen.value) {
            let text = format!(
                "{} answers {question} for {subject} with \"{}\"; the later answer at {} counts.",
                earlier.place, earlier.value, chosen.place
            );
            self.note(*index, text);
        }
        Some(chosen)
    }

    /// Holds the nodes that checklists were made for against those of the case, and gives the inputs that are of
    /// another cluster.
    fn compare_nodes(
        &mut self,
        nodes: &BTreeMap<String, Node>,
        target: Option<BuildVersion>,
    ) -> BTreeSet<usize> {
        let mut foreign = BTreeSet::new();
        for (index, origin) in std::mem::take(&mut self.checklists) {
            let made: BTreeMap<String, String> =
                origin.nodes.into_iter().map(|node| (self.names.machine(&node), node)).collect();
            if made.is_empty() || nodes.is_empty() {
                continue;
            }
            let name = self.name(index);
            let gone: Vec<&str> = made
                .iter()
                .filter(|(machine, _)| !nodes.contains_key(*machine))
                .map(|(_, node)| node.as_str())
                .collect();
            let new: Vec<&str> = nodes
                .iter()
                .filter(|(machine, _)| !made.contains_key(*machine))
                .map(|(_, node)| node.name.as_str())
                .collect();
            if gone.len() == made.len() {
                let text = format!(
                    "{name} is a checklist made for {}, none of which is a node of this case, so nothing in it counts.",
                    gone.join(", ")
                );
                self.problem(index, InputStatus::Refused, ProblemKind::Foreign, text);
                foreign.insert(index);
                continue;
            }
            for (names, what) in [(gone, "is no node of this case any more"), (new, "was no node then")] {
                if !names.is_empty() {
                    let text = format!(
                        "The nodes have changed since {name} was made: {} {what}. Make the checklist again.",
                        names.join(", ")
                    );
                    self.problem(index, InputStatus::Partly, ProblemKind::Malformed, text);
                }
            }
            let made_for = BuildVersion::parse(&origin.target).ok();
            if let Some(made_for) =
                made_for.filter(|made_for| target.is_some_and(|target| target != *made_for))
            {
                self.note(
                    index,
                    format!(
                        "It was made for the upgrade to {made_for}, and this report is for another build."
                    ),
                );
            }
        }
        foreign
    }
}
