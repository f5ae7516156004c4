//! Lines by which the product shows that its node works: it had a connection to the database, and the right key.
//!
//! A node that works answers what could not be looked at, so each line is either known from a source or marked as our own
//! reasoning. Only lines of the product's own loggers at level INFO are compared with them, and never one that speaks of
//! a failure.

use super::layer::failed;
use super::sources::Citation;
use regex::Regex;
use serde::Deserialize;

/// One kind of line that proves a connection.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ConnectedRow {
    /// Short name.
    pub id: String,
    /// The line in a reader's words, such as "heartbeats were processed".
    pub title: String,
    /// Spellings of logger and message, each as it is in a log.
    pub texts: Vec<String>,
    /// A looser regular expression to search for instead of the texts, in lower case.
    pub pattern: Option<String>,
    /// Why the line proves both, as one sentence.
    pub why: String,
    /// Where that comes from.
    pub cites: Vec<Citation>,
    /// A made-up log line that it matches.
    pub example: String,
    /// Lines that look alike and must not match.
    #[serde(default)]
    pub counter_examples: Vec<String>,
}

impl ConnectedRow {
    /// The regular expression to search lower-cased text with.
    pub fn regex_source(&self) -> String {
        let literal = |text: &String| regex::escape(&text.to_ascii_lowercase());
        let texts = || self.texts.iter().map(literal).collect::<Vec<_>>().join("|");
        self.pattern.clone().unwrap_or_else(texts)
    }

    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self) -> Vec<String> {
        let pattern = Regex::new(&self.regex_source());
        let matches = |text: &String| {
            pattern.as_ref().is_ok_and(|pattern| pattern.is_match(&text.to_ascii_lowercase()))
        };
        failed(&[
            (self.texts.is_empty(), "it has no text"),
            (pattern.is_err(), "its pattern does not compile"),
            (!self.texts.iter().all(matches), "its pattern does not match one of its texts"),
            (!matches(&self.example), "it does not match its own example"),
            (self.counter_examples.iter().any(matches), "it matches one of its counter-examples"),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::super::Knowledge;

    #[test]
    fn a_line_that_does_not_fit_its_record_is_refused() {
        let text = "[[proves-connected]]\nid = \"X\"\ntitle = \"x\"\ntexts = [\"Saved\"]\nwhy = \"x\"\n\
                    cites = [{ source = \"SELF\", status = \"inferred\" }]\nexample = \"INFO X - Saved\"\n";
        assert!(Knowledge::layered(&[("ours.toml", text)]).is_ok());
        for (find, replace, why) in [
            ("X - Saved", "X - Lost", "it does not match its own example"),
            ("title", "pattern = \"sa(\"\ntitle", "its pattern does not compile"),
            ("title", "pattern = \"other\"\ntitle", "its pattern does not match one of its texts"),
            ("title", "counter-examples = [\"not saved\"]\ntitle", "one of its counter-examples"),
        ] {
            let faults = Knowledge::layered(&[("ours.toml", &text.replace(find, replace))]).unwrap_err();
            assert!(faults.to_string().contains(why), "{faults}");
        }
    }

    #[test]
    fn what_is_not_read_in_a_source_is_marked_as_our_own_reasoning() {
        for row in Knowledge::builtin().unwrap().connected {
            assert!(row.cites.iter().any(|cite| !cite.status.confirms()), "{}", row.id);
            assert!(row.why.ends_with('.') && !row.counter_examples.is_empty(), "{}", row.id);
        }
    }
}
