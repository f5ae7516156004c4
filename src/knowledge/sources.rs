//! Sources of the knowledge records, and how reliable a citation of one is.

use super::layer::failed;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A document or repository that facts were taken from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Short name that citations use.
    pub key: String,
    /// What it is.
    pub title: String,
    /// How old it is, as a report prints it: `2021 docs`.
    pub age: String,
    /// What a citation adds after `KEY:`, such as a folder or a version. A source without parts is cited by its key alone.
    pub part: Option<String>,
}

/// How a fact is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The text was read in the source.
    Confirmed,
    /// The text was read, but only the beginning of the page was available.
    Top,
    /// Only the title of a vendor article was seen, never its body.
    Title,
    /// Our own reasoning.
    Inferred,
}

impl Source {
    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self) -> Vec<String> {
        failed(&[(self.key.contains(':'), "a key must not contain a colon, which separates key and part")])
    }
}

impl Status {
    /// The word it has in files and reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Top => "top",
            Self::Title => "title",
            Self::Inferred => "inferred",
        }
    }

    /// Whether a finding that is based on it may count as confirmed.
    pub const fn confirms(self) -> bool {
        matches!(self, Self::Confirmed | Self::Top)
    }
}

/// The source of one fact. In TOML `{ source = "SEED", status = "confirmed" }`; for a source with parts `D:networking`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// Key of a [`Source`], with the part after a colon where it has parts.
    pub source: String,
    /// How the fact is known.
    pub status: Status,
}

/// All sources by key.
#[derive(Debug, Clone, Default)]
pub struct Sources(BTreeMap<String, Source>);

impl Sources {
    /// The source that a citation names; `None` if there is no such key, or if a part is missing or not expected.
    pub fn find(&self, citation: &Citation) -> Option<&Source> {
        let (key, part) = match citation.source.split_once(':') {
            Some((key, part)) => (key, Some(part)),
            None => (citation.source.as_str(), None),
        };
        let source = self.0.get(key)?;
        let named = part.is_some_and(|part| !part.is_empty());
        (named == source.part.is_some() && part.is_some() == named).then_some(source)
    }

    /// Each citation once as a report prints it, with the age of its source: `RN:8.2 (2016-2021)`.
    pub fn with_age<'a>(&self, cites: impl IntoIterator<Item = &'a Citation>) -> Vec<String> {
        let mut labels: Vec<String> = Vec::new();
        for cite in cites {
            let age = self.find(cite).map_or("", |source| source.age.as_str());
            let text = if age.is_empty() { cite.source.clone() } else { format!("{} ({age})", cite.source) };
            if !labels.contains(&text) {
                labels.push(text);
            }
        }
        labels
    }

    /// All of them, in order of key.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.0.values()
    }

    /// What is wrong with the citations of a record: there is none, or one names no source. As lower-case fragments.
    pub(super) fn faults(&self, cites: &[Citation]) -> Vec<String> {
        let unknown = cites.iter().filter(|cite| self.find(cite).is_none());
        let mut faults = failed(&[(cites.is_empty(), "it cites no source")]);
        faults.extend(unknown.map(|cite| format!("there is no source {}", cite.source)));
        faults
    }

    /// Puts the records in order.
    pub(super) fn new(sources: Vec<Source>) -> Self {
        Self(sources.into_iter().map(|source| (source.key.clone(), source)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Knowledge;
    use super::*;

    fn cite(source: &str) -> Citation {
        Citation { source: source.to_owned(), status: Status::Confirmed }
    }

    #[test]
    fn a_source_with_parts_is_cited_with_one() {
        let sources = Knowledge::builtin().unwrap().sources;
        assert_eq!(sources.find(&cite("D:networking")).unwrap().age, "2021 docs");
        assert!(sources.find(&cite("SEED")).is_some());
        for wrong in ["D", "D:", "SEED:", "SEED:page", "nobody", ""] {
            assert!(sources.find(&cite(wrong)).is_none(), "{wrong}");
        }
    }

    #[test]
    fn only_what_was_read_confirms() {
        assert!(Status::Confirmed.confirms() && Status::Top.confirms());
        assert!(!Status::Title.confirms() && !Status::Inferred.confirms());
    }
}
