//! What to ask the customer for, as a mail that is ready to send.

use super::some_of;
use crate::report::model::{MissingView, Report};
use serde::Serialize;

/// Requests of the mail; the others are worth knowing and decide less.
const MAIL: usize = 3;
/// Names of nodes in the mail.
const NAMES: usize = 8;

/// What to ask for.
#[derive(Serialize)]
pub(super) struct Asked<'r> {
    /// First line of the mail, after the greeting.
    opening: String,
    /// What decides most.
    mail: Vec<Item<'r>>,
    /// All others.
    more: &'r [MissingView],
}

/// A numbered paragraph of the mail.
#[derive(Serialize)]
struct Item<'r> {
    anchor: &'r str,
    /// What to send, and how to get it.
    text: String,
    /// "decides 2 blocker checks and 16 others".
    decides: String,
}

pub(super) fn asked(report: &Report) -> Asked<'_> {
    let names: Vec<&str> = report.verdict.node_set.nodes.iter().map(String::as_str).collect();
    let cluster = if names.is_empty() { String::new() } else { format!(" ({})", some_of(&names, NAMES)) };
    let first = report.missing.iter().take(MAIL);
    Asked {
        opening: format!("to finish the check of the Secret Server cluster{cluster}, please send us:"),
        mail: first.map(item).collect(),
        more: report.missing.get(MAIL..).unwrap_or_default(),
    }
}

fn item(missing: &MissingView) -> Item<'_> {
    let how: Vec<&str> = missing.how.iter().map(String::as_str).collect();
    let end = if missing.ask.ends_with(['.', '?', '!', '"']) { "" } else { "." };
    let text = format!("{}{end} {}", missing.ask, how.join(" "));
    let others = missing.rules.len().saturating_sub(missing.blockers);
    let checks = |count: usize| if count == 1 { "check" } else { "checks" };
    let decides = match (missing.blockers, others) {
        (0, others) => format!("decides {others} {}", checks(others)),
        (blockers, 0) => format!("decides {blockers} blocker {}", checks(blockers)),
        (blockers, others) => format!("decides {blockers} blocker {} and {others} more", checks(blockers)),
    };
    Item { anchor: &missing.anchor, text: text.trim_end().to_owned(), decides }
}
