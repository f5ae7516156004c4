//! Error texts of the product and symptoms without one.

use super::layer::{Kept, failed};
use super::sources::Citation;
use crate::finding::Severity;
use crate::model::BuildVersion;
use regex::Regex;
use serde::Deserialize;

/// One known error: what is seen, why, and what to do. Either it has wordings that logs and pages are searched
/// for, or it is a symptom that only a person can see; nobody invents a text for the latter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Signature {
    /// Id, such as `E-002`.
    pub id: String,
    /// A short name of the error.
    pub title: String,
    /// What kind of trouble it belongs to.
    pub family: Family,
    /// How bad it is. A finding of a rule that rests on it is at most as bad as both.
    pub severity: Severity,
    /// Rules it is evidence for.
    pub rules: Vec<String>,
    /// It says nothing alone, and makes a finding only beside another signature of the same rule.
    #[serde(default)]
    pub supporting: bool,
    /// Where it appears, as a sentence.
    pub seen: String,
    /// Why it happens, as a sentence.
    pub cause: String,
    /// What to do, as a sentence.
    pub fix: String,
    /// The cause was read in a source. If not, only the title of a vendor article was seen, the sentence is
    /// ours, and it is shown as not vendor-verified.
    pub cause_verified: bool,
    /// Where it comes from.
    pub cites: Vec<Citation>,
    /// Versions that show it; all without.
    pub versions: Option<Versions>,
    /// Signatures whose texts this one's wordings also match. They are the more precise ones: a line that
    /// carries one of them does not count for this signature.
    #[serde(default)]
    pub overlaps: Vec<String>,
    /// What a person sees, where no text is known.
    pub symptom: Option<String>,
    /// Texts to search for.
    #[serde(default, rename = "wording")]
    pub wordings: Vec<Wording>,
    /// A made-up log line that it matches.
    pub example: Option<String>,
    /// Lines that look alike and must not match.
    #[serde(default)]
    pub counter_examples: Vec<String>,
}

/// What kind of trouble a signature belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// A node that does not fit its cluster or its database.
    Cluster,
    /// Upgrades and their installer.
    Upgrade,
    /// SQL Server and the database.
    Database,
    /// Web server, sessions, start-up.
    Web,
    /// Message bus and engines.
    Bus,
    /// Backups and replicas.
    Backup,
    /// Licences and their activation.
    Licensing,
    /// Hardware security modules, FIPS, TLS, certificates.
    Security,
    /// The product's work on other machines: no matter of readiness. Such an entry can never change a verdict.
    Workload,
}

/// A text of the product, in all spellings that weigh the same.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// The text as the source has it, in each of its spellings.
    pub texts: Vec<String>,
    /// Those of the texts that are the same in every language of Windows, .NET and SQL Server: names of types, error
    /// codes, texts of programs that speak English only.
    #[serde(default)]
    pub neutral: Vec<String>,
    /// How much a match says.
    pub weight: Weight,
    /// A looser pattern to search for instead of the texts, in lower case.
    pub pattern: Option<String>,
}

/// How much a match of a wording says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// The documentation calls the error so; whether the product prints these words is not proven.
    Label,
    /// The product prints these words.
    Literal,
}

/// A range of builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Versions {
    /// First build that belongs to it.
    pub from: Option<BuildVersion>,
    /// First build after it.
    pub before: Option<BuildVersion>,
    /// The range is our reasoning: shown, but no ground to leave anything out.
    #[serde(default)]
    pub inferred: bool,
}

impl std::fmt::Display for Versions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.from, self.before) {
            (Some(from), Some(before)) => write!(f, "{from} or later, before {before}"),
            (Some(from), None) => write!(f, "{from} or later"),
            (None, Some(before)) => write!(f, "a build before {before}"),
            (None, None) => f.write_str("any build"),
        }
    }
}

impl Versions {
    /// Whether a build may belong to the range.
    pub fn include(&self, version: &BuildVersion) -> bool {
        let from = self.from.as_ref().is_none_or(|from| version >= from);
        let before = self.before.as_ref().is_none_or(|before| version < before);
        self.inferred || (from && before)
    }
}

impl Wording {
    /// The regular expression to search lower-cased text with: texts are case-insensitive substrings.
    pub fn pattern(&self) -> String {
        let literal = |text: &String| regex::escape(&text.to_ascii_lowercase());
        match &self.pattern {
            Some(pattern) => pattern.clone(),
            None => self.texts.iter().map(literal).collect::<Vec<_>>().join("|"),
        }
    }
}

impl Signature {
    /// Whether a hit of this wording at error level proves the error: the product's own words, for an error of
    /// the cluster family or one that a source confirms. A label of the documentation never does.
    pub fn confirmed_by(&self, wording: usize) -> bool {
        let literal = self.wordings.get(wording).is_some_and(|wording| wording.weight == Weight::Literal);
        literal && (self.family == Family::Cluster || self.confirmed_source())
    }

    /// The first wording that `text` carries, for short texts; logs are searched for all signatures at once.
    pub fn wording_in(&self, text: &str) -> Option<usize> {
        let text = text.to_ascii_lowercase();
        self.wordings
            .iter()
            .position(|wording| Regex::new(&wording.pattern()).is_ok_and(|pattern| pattern.is_match(&text)))
    }

    /// Whether its absence from the log of a system that speaks another language than English says something.
    pub fn is_language_neutral(&self) -> bool {
        self.wordings.iter().any(|wording| !wording.neutral.is_empty())
    }

    /// Whether the product is known to print it: a label of the documentation proves nothing by its absence.
    pub fn is_literal(&self) -> bool {
        self.wordings.iter().any(|wording| wording.weight == Weight::Literal)
    }

    fn confirmed_source(&self) -> bool {
        self.cites.iter().any(|citation| citation.status.confirms())
    }

    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self, all: &[Kept<Self>]) -> Vec<String> {
        let any_wording = |is_wrong: &dyn Fn(&Wording) -> bool| self.wordings.iter().any(is_wrong);
        let has_no_text = any_wording(&|one| one.texts.is_empty());
        let strange = any_wording(&|one| one.neutral.iter().any(|text| !one.texts.contains(text)));
        let too_short = any_wording(&|one| one.texts.iter().any(|text| text.len() < SHORTEST_TEXT));
        let capitals = any_wording(&|one| one.pattern.as_deref().is_some_and(has_capitals));
        let mut problems = failed(&[
            (
                self.cause_verified && !self.confirmed_source(),
                "the cause is called verified, but no source was read",
            ),
            (self.symptom.is_some() != self.wordings.is_empty(), "either a symptom or wordings"),
            (
                self.example.is_none() != self.wordings.is_empty(),
                "wordings have an example, a symptom has none",
            ),
            (has_no_text, "a wording without a text"),
            (strange, "a language-neutral text is not among the texts of its wording"),
            (
                self.family == Family::Workload && self.severity != Severity::Info,
                "an entry of family workload is info: it must not change a verdict",
            ),
            (too_short, "a text is shorter than eight bytes"),
            (capitals, "a pattern has capitals: it is matched against lower-cased text"),
        ]);
        let unknown = |id: &&String| **id == self.id || !all.iter().any(|one| one.record.id == **id);
        let unknown = self.overlaps.iter().filter(unknown);
        problems.extend(unknown.map(|id| format!("overlaps {id}, no other signature")));
        problems
    }
}

/// Shortest text worth searching for, in bytes: shorter ones appear in anything.
const SHORTEST_TEXT: usize = 8;

/// Whether a pattern has a capital letter that is not a class such as `\W`.
fn has_capitals(pattern: &str) -> bool {
    let mut escaped = false;
    pattern.bytes().any(|byte| {
        let class = escaped;
        escaped = byte == b'\\' && !class;
        byte.is_ascii_uppercase() && !class
    })
}

#[cfg(test)]
mod tests {
    use super::super::Knowledge;
    use super::*;

    fn matches(signature: &Signature, line: &str) -> bool {
        signature.wording_in(line).is_some()
    }

    /// The ids of domain section 5.
    fn ids() -> Vec<String> {
        let ranges = [1..=10, 20..=35, 50..=58, 70..=89, 100..=116, 130..=134, 140..=142, 150..=157];
        ranges.into_iter().flatten().map(|number| format!("E-{number:03}")).collect()
    }

    #[test]
    fn all_entries_of_the_error_catalogue_are_there() {
        let signatures = Knowledge::builtin().unwrap().signatures;
        let there: Vec<&str> = signatures.iter().map(|signature| signature.id.as_str()).collect();
        assert_eq!(there, ids());
        assert_eq!(there.len(), 88);
    }

    #[test]
    fn sentences_are_sentences_and_titles_are_unique() {
        let signatures = Knowledge::builtin().unwrap().signatures;
        for one in &signatures {
            for text in [&one.seen, &one.cause, &one.fix].into_iter().chain(&one.symptom) {
                assert!(text.ends_with('.') && !text.contains("  "), "{}: {text}", one.id);
            }
            let same = signatures.iter().filter(|other| other.title == one.title).count();
            assert_eq!(same, 1, "{}: {}", one.id, one.title);
            assert!(
                one.symptom.is_some() || !one.counter_examples.is_empty(),
                "{} has no counter-example",
                one.id
            );
            let read = one.cites.iter().any(|cite| cite.status.confirms());
            assert!(
                one.cause_verified || !read || one.cites.len() > 1,
                "{}: its only source was read",
                one.id
            );
        }
    }

    #[test]
    fn what_is_called_neutral_is_a_token_or_the_text_of_a_program_that_speaks_english_only() {
        // RabbitMQ's refusal, the page's own catch-all in JavaScript, and two tokens of one line.
        let sentences = ["E-083", "E-086", "E-101"];
        for one in Knowledge::builtin().unwrap().signatures {
            let blanks =
                one.wordings.iter().flat_map(|wording| &wording.neutral).any(|text| text.contains(' '));
            assert_eq!(blanks, sentences.contains(&one.id.as_str()), "{}", one.id);
        }
    }

    #[test]
    fn whatever_is_searched_for_serves_a_rule() {
        for one in Knowledge::builtin().unwrap().signatures {
            assert_eq!(one.wordings.is_empty(), one.example.is_none(), "{}", one.id);
            assert!(one.wordings.is_empty() || !one.rules.is_empty(), "{} is found and nobody tells", one.id);
        }
    }

    #[test]
    fn every_text_and_example_matches_its_own_signature() {
        for signature in Knowledge::builtin().unwrap().signatures {
            for wording in &signature.wordings {
                let pattern = Regex::new(&wording.pattern()).unwrap();
                for text in &wording.texts {
                    assert!(pattern.is_match(&text.to_ascii_lowercase()), "{}: {text}", signature.id);
                }
            }
            if let Some(example) = &signature.example {
                assert!(matches(&signature, example), "{}", signature.id);
            }
        }
    }

    #[test]
    fn no_signature_takes_the_line_of_another() {
        let signatures = Knowledge::builtin().unwrap().signatures;
        for one in &signatures {
            for other in &signatures {
                for line in &other.counter_examples {
                    assert!(!matches(one, line), "{} matches a counter-example of {}", one.id, other.id);
                }
                if one.id == other.id {
                    continue;
                }
                let texts = other.wordings.iter().flat_map(|wording| &wording.texts).chain(&other.example);
                let shared = texts.filter(|text| matches(one, text)).count() > 0;
                // A declared overlap has to be one, and an undeclared one must not be.
                assert_eq!(shared, one.overlaps.contains(&other.id), "{} and {}", one.id, other.id);
            }
        }
    }

    #[test]
    fn the_products_words_prove_what_labels_do_not() {
        let knowledge = Knowledge::builtin().unwrap();
        let weights = |id: &str| {
            let signature = knowledge.signature(id).unwrap();
            (0..=signature.wordings.len()).map(|wording| signature.confirmed_by(wording)).collect::<Vec<_>>()
        };
        assert_eq!(weights("E-001"), [false, false, false]);
        assert_eq!(weights("E-002"), [true, false]);
        assert_eq!(weights("E-004"), [false, true, true, false]);
        assert_eq!(weights("E-084"), [false, false], "outside the cluster family a title proves nothing");
        assert_eq!(weights("E-140"), [true, false]);
    }

    #[test]
    fn ranges_include_their_first_build_and_not_their_end() {
        let knowledge = Knowledge::builtin().unwrap();
        let mac = knowledge.signature("E-002").unwrap().versions.unwrap();
        assert!(mac.include(&BuildVersion::new(10, 4, 0)), "an inferred range leaves nothing out");
        let verify = knowledge.signature("E-032").unwrap().versions.unwrap();
        assert!(
            verify.include(&BuildVersion::new(10, 0, 6)) && !verify.include(&BuildVersion::new(10, 1, 0))
        );
        let roles = knowledge.signature("E-009").unwrap().versions.unwrap();
        assert!(roles.include(&BuildVersion::new(10, 7, 0)) && !roles.include(&BuildVersion::new(10, 6, 27)));
    }

    #[test]
    fn faulty_records_are_refused_with_their_id() {
        let good = r#"
            [[signature]]
            id = "E-900"
            title = "t"
            family = "web"
            severity = "low"
            rules = []
            seen = "s"
            cause = "c"
            fix = "f"
            cause-verified = false
            cites = [{ source = "LA", status = "title" }]
            example = "it broke here"
            wording = [{ texts = ["it broke here"], weight = "literal" }]
        "#;
        let with = |text: &str| Knowledge::layered(&[("f", text)]);
        assert!(with(good).unwrap().signature("E-900").is_some());
        for (from, to, why) in [
            ("\"LA\"", "\"nobody\"", "no source nobody"),
            ("{ source = \"LA\", status = \"title\" }", "", "no source"),
            ("cause-verified = false", "cause-verified = true", "no source was read"),
            ("example = \"it broke here\"", "", "have an example"),
            ("example", "symptom = \"s\"\nexample", "either"),
            ("texts = [\"it broke here\"]", "texts = []", "without a text"),
            ("texts = [\"it broke here\"]", "texts = [\"broke\"]", "shorter"),
            ("\"literal\"", "\"literal\", pattern = 'it \\WBroke'", "capitals"),
            ("\"literal\"", "\"literal\", neutral = ['broke']", "not among the texts"),
            ("family = \"web\"", "family = \"workload\"", "must not change a verdict"),
            ("severity = \"low\"\n", "", "missing field `severity`"),
            ("rules = []", "rules = []\noverlaps = [\"E-901\"]", "overlaps E-901"),
            ("rules = []", "rules = []\nrule = 1", "unknown field"),
        ] {
            let text = good.replace(from, to);
            assert_ne!(text, good, "{from}");
            let error = with(&text).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
            assert!(error.starts_with("f, line "), "{error}");
        }
    }
}
