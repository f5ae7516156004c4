//! How the reader's own records name the case.

use crate::model::excerpt::{Excerpt, Sanitize};
use serde::Serialize;

/// Names of a case, as given on the command line. They are shown and decide nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CaseView {
    /// Name of the case.
    pub name: Option<String>,
    /// Name of the customer.
    pub customer: Option<String>,
    /// Identifier of the ticket.
    pub ticket: Option<String>,
}

/// Longest of the three texts, in characters.
pub const CASE_CHARS: usize = 120;

impl CaseView {
    /// From texts as a person typed them: on one line, without secrets, at most [`CASE_CHARS`] characters each. A text of
    /// white space is none; without any text there is no case.
    pub fn new(
        name: Option<&str>,
        customer: Option<&str>,
        ticket: Option<&str>,
        sanitizer: &dyn Sanitize,
    ) -> Option<Self> {
        let clean = |text: Option<&str>| {
            let line = text?.split_whitespace().collect::<Vec<_>>().join(" ");
            let shown = Excerpt::new(&line, sanitizer);
            let mut short: String = shown.as_str().chars().take(CASE_CHARS).collect();
            if short.len() < shown.as_str().len() {
                short.push('…');
            }
            Some(short).filter(|short| !short.is_empty())
        };
        let case = Self { name: clean(name), customer: clean(customer), ticket: clean(ticket) };
        (case.name.is_some() || case.customer.is_some() || case.ticket.is_some()).then_some(case)
    }

    /// All on one line: "Case Autumn upgrade, customer Acme, ticket 4711".
    pub fn line(&self) -> String {
        let parts = [("case", &self.name), ("customer", &self.customer), ("ticket", &self.ticket)];
        let parts = parts.iter().filter_map(|(word, text)| Some(format!("{word} {}", text.as_deref()?)));
        let mut line = parts.collect::<Vec<_>>().join(", ");
        if let Some(first) = line.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::Sanitizer;

    #[test]
    fn names_of_a_case_are_one_line_without_secrets_and_not_too_long() {
        let case = |name, ticket| CaseView::new(name, None, ticket, &Sanitizer);
        assert_eq!(case(None, Some(" \t")), None);
        let both = case(Some("Autumn\n upgrade"), Some("4711")).unwrap();
        assert_eq!(both.line(), "Case Autumn upgrade, ticket 4711");
        assert_eq!(case(None, Some("4711")).unwrap().line(), "Ticket 4711");
        let secret = case(Some("Password=Winter2026!Acme"), None).unwrap();
        assert!(!secret.line().contains("Winter2026"), "{}", secret.line());
        let long = case(Some(&"ü".repeat(1000)), None).unwrap().name.unwrap();
        assert_eq!(long, "ü".repeat(CASE_CHARS) + "…");
    }
}
