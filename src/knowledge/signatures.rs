//! Known errors of the product: the log texts that show them, or the symptom where no text is known.

use super::layer::failed;
use super::own_code::CodeArea;
use super::sources::Citation;
use crate::finding::Severity;
use crate::model::BuildVersion;
use regex::Regex;
use serde::Deserialize;
use std::collections::BTreeSet;

/// One known error: what is seen, why it happens, and what to do. Either it has patterns that logs and pages are searched
/// for, or it is a symptom that only a person can see: a text is never invented for one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Signature {
    /// Id, such as `E-002`.
    pub id: String,
    /// A short name of the error.
    pub title: String,
    /// Area of the product.
    pub family: Family,
    /// How bad it is. A finding has the lower one of this severity and that of its rule.
    pub severity: Severity,
    /// Rules it is evidence for.
    pub rules: Vec<String>,
    /// It proves nothing by itself: it makes a finding only together with another signature of the same rule.
    #[serde(default, rename = "supporting")]
    pub corroborating_only: bool,
    /// The product also logs its text when its work on another machine fails. Lines of such work do not count.
    #[serde(default)]
    pub also_workload: bool,
    /// Its cause is the database or the cluster, whichever node logs it.
    #[serde(default)]
    pub cluster_wide: bool,
    /// Fewest lines in a day that make a finding; one if `None`.
    pub at_least: Option<u64>,
    /// Where it appears, as a sentence.
    #[serde(rename = "seen")]
    pub where_seen: String,
    /// Why it happens, as a sentence.
    pub cause: String,
    /// What to do, as a sentence.
    pub fix: String,
    /// The cause was read in a source. If not, only the title of a vendor article was seen; the sentence is
    /// our own and is shown as not verified by the vendor.
    pub cause_verified: bool,
    /// Where it comes from.
    pub cites: Vec<Citation>,
    /// Builds that show it; all builds if `None`.
    pub versions: Option<Versions>,
    /// Areas of the product's own code: it counts only in an entry with a logger or a frame of one of them, or beside an error
    /// in `beside` of the same start; everywhere if empty.
    #[serde(default)]
    pub within: Vec<CodeArea>,
    /// Errors beside which it counts without such code.
    #[serde(default)]
    pub beside: Vec<String>,
    /// The error that its texts are in all other entries; it has no texts of its own.
    pub elsewhere: Option<String>,
    /// More precise signatures, whose texts the patterns of this one match too. A line that matches one of them does not
    /// count for this signature.
    #[serde(default)]
    pub overlaps: Vec<String>,
    /// What a person sees, where no text is known.
    pub symptom: Option<String>,
    /// What to search for.
    #[serde(default, rename = "wording")]
    pub patterns: Vec<Pattern>,
    /// A made-up log line that it matches.
    pub example: Option<String>,
    /// Lines that look alike and must not match.
    #[serde(default)]
    pub counter_examples: Vec<String>,
}

/// Area of the product that an error belongs to.
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
    /// The product's work on other machines. It does not affect readiness: such a signature never changes the verdict.
    Workload,
}

/// Spellings of one text of the product that prove equally much.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Pattern {
    /// The text as the source has it, in each of its spellings.
    pub texts: Vec<String>,
    /// Those of the texts that are the same in every language of Windows, .NET and SQL Server: names of types, error
    /// codes, messages of programs that exist in English only.
    #[serde(default, rename = "neutral")]
    pub locale_independent: Vec<String>,
    /// The product's own words, which no language of Windows, .NET or SQL Server changes.
    #[serde(default)]
    pub own_text: bool,
    /// What a match proves.
    #[serde(rename = "weight")]
    pub match_kind: MatchKind,
    /// A looser regular expression to search for instead of the texts, in lower case.
    #[serde(rename = "pattern")]
    pub regex: Option<String>,
}

/// What a match of a pattern proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatchKind {
    /// Nothing: the documentation gives the error this name, but it is not known whether the product prints it.
    Label,
    /// The error: the product prints these words.
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
    /// The range is our own reasoning: it is shown, but leaves nothing out.
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

impl Pattern {
    /// The regular expression to search lower-cased text with: texts are case-insensitive substrings, and white space is as
    /// long as it likes and may be the end of a line.
    pub fn regex_source(&self) -> String {
        loose(&self.plain_source())
    }

    /// Whether it matches a lower-cased text; an expression is compiled for it.
    pub(super) fn matches(&self, text: &str) -> bool {
        if self.regex.is_some() {
            return Regex::new(&self.regex_source()).is_ok_and(|regex| regex.is_match(text));
        }
        self.texts.iter().any(|literal| {
            // The first word decides nearly everywhere.
            let first = literal.split(' ').next().unwrap_or_default().to_ascii_lowercase();
            text.match_indices(&first)
                .any(|(at, _)| starts_loosely(text.get(at..).unwrap_or_default(), literal))
        })
    }

    /// The same with white space as it is written.
    pub fn plain_source(&self) -> String {
        let literal = |text: &String| regex::escape(&text.to_ascii_lowercase());
        match &self.regex {
            Some(regex) => regex.clone(),
            None => self.texts.iter().map(literal).collect::<Vec<_>>().join("|"),
        }
    }
}

/// A regular expression whose blanks match white space of any length, other than blanks in a class or with a number of
/// their own.
fn loose(source: &str) -> String {
    let mut loose = String::with_capacity(source.len() + 32);
    let (mut in_class, mut escaped) = (false, false);
    let mut chars = source.chars().peekable();
    while let Some(c) = chars.next() {
        let is_escaped = std::mem::take(&mut escaped);
        match c {
            '\\' if !is_escaped => escaped = true,
            '[' if !is_escaped => in_class = true,
            ']' if !is_escaped => in_class = false,
            ' ' if !in_class => {
                let counted = matches!(chars.peek(), Some('+' | '*' | '?' | '{'));
                loose.push_str(if counted { r"\s" } else { r"\s+" });
                continue;
            }
            _ => {}
        }
        loose.push(c);
    }
    loose
}

/// Whether `text` starts with `literal`, in whose place of a blank white space is as long as it likes.
fn starts_loosely(mut text: &str, literal: &str) -> bool {
    literal.to_ascii_lowercase().chars().all(|expected| {
        let rest =
            if expected == ' ' { text.trim_start() } else { text.strip_prefix(expected).unwrap_or(text) };
        rest.len() < std::mem::replace(&mut text, rest).len()
    })
}

impl Signature {
    /// Whether a hit of the pattern of this index at error level proves the error: the words are the product's own, and
    /// the error is of the cluster family or confirmed by a source. A name given by the documentation never proves it.
    pub fn confirmed_by(&self, pattern: usize) -> bool {
        let literal =
            self.patterns.get(pattern).is_some_and(|pattern| pattern.match_kind == MatchKind::Literal);
        literal && (self.family == Family::Cluster || self.confirmed_source())
    }

    /// The index of the first pattern that matches `text`. For short texts; logs are searched for all signatures at once.
    pub fn matching_pattern(&self, text: &str) -> Option<usize> {
        let text = text.to_ascii_lowercase();
        self.patterns.iter().position(|pattern| pattern.matches(&text))
    }

    /// Whether it can be found in the log of a system in another language than English, so that its absence there counts.
    pub fn is_locale_independent(&self) -> bool {
        self.patterns.iter().any(|pattern| pattern.own_text || !pattern.locale_independent.is_empty())
    }

    /// Whether the product is known to print it. If not, its absence from a log proves nothing.
    pub fn is_literal(&self) -> bool {
        self.patterns.iter().any(|pattern| pattern.match_kind == MatchKind::Literal)
    }

    fn confirmed_source(&self) -> bool {
        self.cites.iter().any(|citation| citation.status.confirms())
    }

    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self, ids: &BTreeSet<&str>) -> Vec<String> {
        let any_pattern = |is_wrong: &dyn Fn(&Pattern) -> bool| self.patterns.iter().any(is_wrong);
        let has_no_text = any_pattern(&|one| one.texts.is_empty());
        let unlisted =
            any_pattern(&|one| one.locale_independent.iter().any(|text| !one.texts.contains(text)));
        let too_short = any_pattern(&|one| one.texts.iter().any(|text| text.len() < SHORTEST_TEXT));
        let capitals = any_pattern(&|one| one.regex.as_deref().is_some_and(has_capitals));
        let mut problems = failed(&[
            (
                self.cause_verified && !self.confirmed_source(),
                "the cause is marked as verified, but no source was read",
            ),
            (self.symptom.is_some() != self.patterns.is_empty(), "it needs either a symptom or wordings"),
            (
                self.elsewhere.is_some() == self.within.is_empty(),
                "`within` and `elsewhere` are needed together",
            ),
            (
                self.example.is_none() != self.patterns.is_empty(),
                "wordings need an example, and a symptom has none",
            ),
            (has_no_text, "a wording has no text"),
            (unlisted, "a text under `neutral` is not among the texts of its wording"),
            (
                self.family == Family::Workload && self.severity != Severity::Info,
                "a signature of family workload has severity info: it must not change a verdict",
            ),
            (too_short, "a text is shorter than 8 bytes"),
            (capitals, "a pattern has capital letters, but it is matched with lower-case text"),
        ]);
        let unknown = |id: &&String| **id == self.id || !ids.contains(id.as_str());
        for (key, named) in [
            ("overlaps", self.overlaps.iter()),
            ("beside", self.beside.iter()),
            ("elsewhere", self.elsewhere.as_slice().iter()),
        ] {
            let unknown = named.filter(unknown);
            problems.extend(unknown.map(|id| format!("`{key}` names {id}, which is no other signature")));
        }
        problems
    }
}

/// Shortest text to search for, in bytes: shorter ones are in too many lines.
const SHORTEST_TEXT: usize = 8;

/// Whether a pattern has a capital letter, other than in a class such as `\W`.
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
        signature.matching_pattern(line).is_some()
    }

    /// The ids of the error catalogue, which has gaps.
    fn ids() -> Vec<String> {
        let ranges = [1..=12, 20..=35, 50..=64, 70..=90, 100..=118, 130..=134, 140..=142, 150..=158];
        ranges.into_iter().flatten().map(|number| format!("E-{number:03}")).collect()
    }

    #[test]
    fn all_entries_of_the_error_catalogue_are_there() {
        let signatures = Knowledge::builtin().unwrap().signatures;
        let there: Vec<&str> = signatures.iter().map(|signature| signature.id.as_str()).collect();
        assert_eq!(there, ids());
        assert_eq!(there.len(), 100);
    }

    #[test]
    fn sentences_end_with_a_full_stop_and_titles_are_unique() {
        let signatures = Knowledge::builtin().unwrap().signatures;
        for one in &signatures {
            for text in [&one.where_seen, &one.cause, &one.fix].into_iter().chain(&one.symptom) {
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
    fn locale_independent_texts_are_tokens_or_of_programs_in_english_only() {
        // Two numbers and a word of SqlException, two tokens of one line, the page's own catch-all in JavaScript, and what
        // RabbitMQ and its client say.
        let sentences = ["E-061", "E-062", "E-063", "E-083", "E-086", "E-101", "E-118"];
        for one in Knowledge::builtin().unwrap().signatures {
            let blanks = one
                .patterns
                .iter()
                .flat_map(|wording| &wording.locale_independent)
                .any(|text| text.contains(' '));
            assert_eq!(blanks, sentences.contains(&one.id.as_str()), "{}", one.id);
        }
    }

    #[test]
    fn every_searched_signature_is_used_by_a_rule() {
        for one in Knowledge::builtin().unwrap().signatures {
            assert_eq!(one.patterns.is_empty(), one.example.is_none(), "{}", one.id);
            assert!(
                one.patterns.is_empty() || !one.rules.is_empty(),
                "{} is found, but no rule reports it",
                one.id
            );
        }
    }

    #[test]
    fn every_text_and_example_matches_its_own_signature() {
        for signature in Knowledge::builtin().unwrap().signatures {
            for wording in &signature.patterns {
                let pattern = Regex::new(&wording.regex_source()).unwrap();
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
    fn no_signature_matches_the_line_of_another() {
        let signatures = Knowledge::builtin().unwrap().signatures;
        for one in &signatures {
            for other in &signatures {
                for line in &other.counter_examples {
                    assert!(!matches(one, line), "{} matches a counter-example of {}", one.id, other.id);
                }
                if one.id == other.id {
                    continue;
                }
                let texts = other.patterns.iter().flat_map(|wording| &wording.texts).chain(&other.example);
                let shared = texts.filter(|text| matches(one, text)).count() > 0;
                // A declared overlap has to be one, and an undeclared one must not be.
                assert_eq!(shared, one.overlaps.contains(&other.id), "{} and {}", one.id, other.id);
            }
        }
    }

    #[test]
    fn words_of_the_product_prove_an_error_and_labels_do_not() {
        let knowledge = Knowledge::builtin().unwrap();
        let weights = |id: &str| {
            let signature = knowledge.signature(id).unwrap();
            (0..=signature.patterns.len()).map(|wording| signature.confirmed_by(wording)).collect::<Vec<_>>()
        };
        assert_eq!(weights("E-001"), [true, true, false], "the set-up page names the error");
        assert_eq!(weights("E-002"), [true, false]);
        assert_eq!(weights("E-004"), [true, true, true, false]);
        assert_eq!(weights("E-011"), [false, false, false], "other data that Windows protects causes it too");
        assert_eq!(weights("E-103"), [false, false], "a label never proves");
        assert_eq!(weights("E-084"), [false, false], "outside the cluster family a title proves nothing");
        assert_eq!(weights("E-140"), [true, false]);
    }

    #[test]
    fn white_space_is_as_long_as_it_likes() {
        for (pattern, expected) in [
            ("a b  c", r"a\s+b\s+\s+c"),
            ("a +b *c", r"a\s+b\s*c"),
            ("a[^ b]c d", r"a[^ b]c\s+d"),
            (r"a\[ b", r"a\[\s+b"),
        ] {
            assert_eq!(loose(pattern), expected);
        }
        let knowledge = Knowledge::builtin().unwrap();
        for (id, line) in [
            (
                "E-053",
                "Timeout expired.  The timeout period elapsed prior to completion of the operation or the server is not responding.",
            ),
            (
                "E-053",
                "Timeout expired.\r\nThe timeout period elapsed\tprior to completion of the operation or the server is not responding.",
            ),
            ("E-102", "Value cannot be null.\r\nParameter name: v1"),
            ("E-050", "Login   failed for\nuser 'x'"),
        ] {
            assert!(matches(knowledge.signature(id).unwrap(), line), "{id}: {line:?}");
        }
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
            ("\"LA\"", "\"nobody\"", "there is no source nobody"),
            ("{ source = \"LA\", status = \"title\" }", "", "cites no source"),
            ("cause-verified = false", "cause-verified = true", "no source was read"),
            ("example = \"it broke here\"", "", "need an example"),
            ("example", "symptom = \"s\"\nexample", "either"),
            ("texts = [\"it broke here\"]", "texts = []", "has no text"),
            ("texts = [\"it broke here\"]", "texts = [\"broke\"]", "shorter"),
            ("\"literal\"", "\"literal\", pattern = 'it \\WBroke'", "capital letters"),
            ("\"literal\"", "\"literal\", neutral = ['broke']", "not among the texts"),
            ("family = \"web\"", "family = \"workload\"", "must not change a verdict"),
            ("severity = \"low\"\n", "", "missing field `severity`"),
            ("rules = []", "rules = []\noverlaps = [\"E-901\"]", "names E-901"),
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
