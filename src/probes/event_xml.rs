//! Parses the XML of Windows event log records: provider, id, level, time and inserted texts. The message is not read,
//! since it is in the language of Windows.

use super::system::Event;
#[cfg(any(windows, test))]
use super::system::{ProbeError, ProbeResult};
use crate::redact::{MARKER, names_secret};
use chrono::DateTime;
use roxmltree::Node;

/// A record of a log file, with the machine that wrote it.
#[cfg(feature = "report")]
#[derive(Debug, Clone)]
pub(crate) struct EventOfComputer {
    /// The name of the machine.
    pub(crate) computer: String,
    /// The name of the log.
    pub(crate) channel: String,
    /// The record.
    pub(crate) event: Event,
}

/// A record of a log file; `None` if it has another form.
#[cfg(feature = "report")]
pub(crate) fn event_of_computer(xml: &str) -> Option<EventOfComputer> {
    let document = roxmltree::Document::parse(xml).ok()?;
    let text =
        |name: &str| document.descendants().find(|node| is_element(*node, name)).and_then(|node| node.text());
    let channel = text("Channel").unwrap_or_default().trim().to_owned();
    Some(EventOfComputer {
        computer: text("Computer")?.trim().to_owned(),
        channel,
        event: of_document(&document)?,
    })
}

/// A record as Windows renders it.
#[cfg(any(windows, test))]
pub(crate) fn event(xml: &str) -> ProbeResult<Event> {
    read(xml).ok_or_else(|| ProbeError::Failed("a record of the event log has an unexpected form".into()))
}

#[cfg(any(windows, test))]
fn read(xml: &str) -> Option<Event> {
    of_document(&roxmltree::Document::parse(xml).ok()?)
}

fn of_document(document: &roxmltree::Document) -> Option<Event> {
    let all = |name: &'static str| document.descendants().filter(move |node| is_element(*node, name));
    let named = |name: &'static str| all(name).next();
    let text = |name: &'static str| named(name)?.text().map(str::trim);
    Some(Event {
        provider: named("Provider")?.attribute("Name")?.to_owned(),
        id: text("EventID")?.parse().ok()?,
        level: text("Level").and_then(|level| level.parse().ok()).unwrap_or(0),
        at: DateTime::parse_from_rfc3339(named("TimeCreated")?.attribute("SystemTime")?).ok()?.to_utc(),
        data: all("Data").map(put_in).collect(),
    })
}

/// An inserted text; one whose name marks it as a secret is replaced, since its value alone would not be recognised.
fn put_in(data: Node<'_, '_>) -> String {
    let secret = data.attribute("Name").is_some_and(names_secret);
    if secret { MARKER } else { data.text().unwrap_or_default() }.to_owned()
}

/// Whether it is an element of this name, of any name space.
fn is_element(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}
