//! The product's work on other machines: heartbeats, password changes, discovery, tickets, sign-ins, engines.
//!
//! When such work fails, the product logs the same texts of .NET, Windows and SQL Server that it logs when its own
//! database or message bus fails. Who wrote a line, and of what it speaks, tell the two apart.

use super::layer::failed;
use super::signatures::Family;
use super::sources::Citation;
use regex::Regex;
use serde::Deserialize;

/// One kind of such work, and how its lines are told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WorkloadRow {
    /// Short name.
    pub id: String,
    /// The work in a reader's words, such as "heartbeats".
    pub title: String,
    /// How parts of the names of its loggers begin: `Heartbeat` is a part of `Thycotic.Business.HeartbeatProcessor`.
    #[serde(default)]
    pub loggers: Vec<String>,
    /// Texts that its lines have.
    #[serde(default)]
    pub texts: Vec<String>,
    /// A regular expression in lower case for others of its lines.
    pub pattern: Option<String>,
    /// Families of known errors that are about the node itself in this work too.
    #[serde(default)]
    pub except_families: Vec<Family>,
    /// Where that comes from.
    pub cites: Vec<Citation>,
    /// A made-up log line that it is told by.
    pub example: String,
    /// Lines that look alike and are of the node itself.
    #[serde(default)]
    pub counter_examples: Vec<String>,
}

impl WorkloadRow {
    /// The regular expression for lower-cased names of loggers; `None` if it has none.
    pub fn logger_source(&self) -> Option<String> {
        let parts: Vec<String> = self.loggers.iter().map(|part| escaped(part)).collect();
        (!parts.is_empty()).then(|| format!(r"(^|\.)({})", parts.join("|")))
    }

    /// The regular expression for lower-cased lines; `None` if it has no text.
    pub fn text_source(&self) -> Option<String> {
        let texts = self.texts.iter().map(|text| escaped(text)).chain(self.pattern.clone());
        let texts: Vec<String> = texts.collect();
        (!texts.is_empty()).then(|| texts.join("|"))
    }

    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self) -> Vec<String> {
        let matches = |source: Option<String>, text: &str| {
            source.is_some_and(|source| Regex::new(&source).is_ok_and(|regex| regex.is_match(text)))
        };
        let compiles = self.pattern.as_ref().is_none_or(|pattern| Regex::new(pattern).is_ok());
        let tells = |line: &String| {
            let line = line.to_ascii_lowercase();
            let logger = line.split(" - ").next().unwrap_or_default();
            let logger = logger.rsplit(' ').next().unwrap_or_default();
            matches(self.logger_source(), logger) || matches(self.text_source(), &line)
        };
        failed(&[
            (self.loggers.is_empty() && self.text_source().is_none(), "it has neither loggers nor texts"),
            (!compiles, "its pattern does not compile"),
            (!tells(&self.example), "it does not match its own example"),
            (self.counter_examples.iter().any(tells), "it matches one of its counter-examples"),
        ])
    }
}

fn escaped(text: &str) -> String {
    regex::escape(&text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::super::Knowledge;

    #[test]
    fn a_record_that_tells_nothing_is_refused() {
        let text = "[[workload]]\nid = \"x\"\ntitle = \"x\"\nloggers = [\"Ours\"]\n\
                    cites = [{ source = \"SELF\", status = \"inferred\" }]\nexample = \"ERROR Thycotic.OursWork - x\"\n";
        assert!(Knowledge::layered(&[("ours.toml", text)]).is_ok());
        for (find, replace, why) in [
            ("OursWork", "TheirWork", "it does not match its own example"),
            ("loggers = [\"Ours\"]\n", "", "it has neither loggers nor texts"),
            ("title", "pattern = \"sa(\"\ntitle", "its pattern does not compile"),
            ("title", "counter-examples = [\"ERROR Ours.X - y\"]\ntitle", "one of its counter-examples"),
        ] {
            let faults = Knowledge::layered(&[("ours.toml", &text.replace(find, replace))]).unwrap_err();
            assert!(faults.to_string().contains(why), "{faults}");
        }
    }
}
