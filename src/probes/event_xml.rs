//! Parses the XML of Windows event log records: provider, id, level, time and inserted texts. The message is not read,
//! since it is in the language of Windows.

use super::system::{Event, ProbeError, ProbeResult};
use crate::redact::{MARKER, names_secret};
use chrono::DateTime;
use roxmltree::Node;

/// A record as Windows renders it.
pub(crate) fn event(xml: &str) -> ProbeResult<Event> {
    read(xml).ok_or_else(|| ProbeError::Failed("a record of the event log has an unexpected form".into()))
}

fn read(xml: &str) -> Option<Event> {
    let document = roxmltree::Document::parse(xml).ok()?;
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
