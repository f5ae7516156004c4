//! What a person answered where no evidence can.

use super::place::Place;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Answers by question id, each for the cluster or for one node.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// Name of the file; empty without one.
    pub input: String,
    /// By question id (a rule id) and node name in upper case; the empty name is the cluster.
    pub by_question: BTreeMap<(String, String), Answer>,
}

/// One answer of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The answer in the words the question allows, lower case.
    pub value: String,
    /// Who answered.
    pub by: Option<String>,
    /// On which day.
    pub on: Option<NaiveDate>,
    /// Free text.
    pub note: Option<String>,
    /// Where it stands.
    pub place: Place,
}

impl Answers {
    /// The answer for `node`, else for the cluster.
    pub fn get(&self, question: &str, node: &str) -> Option<&Answer> {
        let key = |node: &str| (question.to_owned(), node.to_uppercase());
        self.by_question.get(&key(node)).or_else(|| self.by_question.get(&key("")))
    }
}
