//! Answers of persons to questions that no evidence can decide.

use super::location::Location;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;

/// Answers by question id, each for the cluster or for one node.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// By question id (that of a rule, or of an item of a checklist) and node name in upper case; the empty name is the cluster.
    pub by_question: BTreeMap<(String, String), Answer>,
}

/// One answer of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The answer, one of the words that the question allows, in lower case.
    pub value: String,
    /// Who answered.
    pub by: Option<String>,
    /// On which day.
    pub on: Option<NaiveDate>,
    /// Free text.
    pub note: Option<String>,
    /// Where it is, with the file.
    pub place: Location,
}

impl Answer {
    /// Days between the day of the answer and that of the report; `None` without a day.
    pub fn days(&self, as_of: DateTime<Utc>) -> Option<i64> {
        Some((as_of.date_naive() - self.on?).num_days())
    }

    /// How long ago it was given, such as "12 days ago".
    pub fn age(&self, as_of: DateTime<Utc>) -> Option<String> {
        Some(match self.days(as_of)? {
            0 => "today".to_owned(),
            1 => "1 day ago".to_owned(),
            days @ 2.. => format!("{days} days ago"),
            days => format!("{} days after this report", days.unsigned_abs()),
        })
    }
}

impl Answers {
    /// The answer for `node`, else for the cluster.
    pub fn get(&self, question: &str, node: &str) -> Option<&Answer> {
        let key = |node: &str| (question.to_owned(), node.to_uppercase());
        self.by_question.get(&key(node)).or_else(|| self.by_question.get(&key("")))
    }
}
